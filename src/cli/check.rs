//! `channelmix check`: is the scenario sound, and what would be played?

use std::io::Write;
use std::process::ExitCode;

use super::failure::Failure;
use super::files::ScenarioArguments;
use crate::compare::{count, number, percent};
use crate::scenario::{Demand, Grade, Scenario, Span, preset_keys};
use crate::simulation::Plan;
use crate::tally::Tallies;
use crate::world::World;

/// Arguments of `check`.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    scenario: ScenarioArguments,
    /// Say nothing unless there is an error.
    #[arg(long)]
    quiet: bool,
}

/// Tallies above this are refused (R24): 4 GiB.
pub const LARGEST: u64 = 4 << 30;

/// Refuses a plan whose draws are all alike.
pub fn refuse_draws(world: &World, plan: &Plan) -> Result<(), Failure> {
    if plan.draws > 1 && world.uncertain.is_empty() {
        let what = format!("{} draws of nothing: no input of this scenario is uncertain", plan.draws);
        let help = "write an input as { low = …, typical = …, high = … }, or leave `draws` out";
        return Err(Failure::argument(what, help));
    }
    Ok(())
}

/// Refuses a plan whose draws are all alike, or whose tallies would take too much memory (R24).
pub fn refuse(world: &World, plan: &Plan) -> Result<(), Failure> {
    refuse_draws(world, plan)?;
    let size = Tallies::size(world, plan.strategies.len(), plan.draws, plan.batches());
    if size <= LARGEST {
        return Ok(());
    }
    let what = format!("the tallies would take {} MB, the limit is {} MB", size >> 20, LARGEST >> 20);
    Err(Failure::argument(what, "fewer segments, strategies or draws, or a shorter horizon"))
}

/// The plan that `compare` makes of a scenario if it is not told otherwise.
fn default_plan(world: &World) -> Plan {
    let scenario = &world.scenario;
    let draws = scenario.draws.as_ref().map(|draws| draws.value);
    Plan::new(world, scenario.seed, scenario.simulate.value, draws, (0..world.strategies.len()).collect())
}

/// More names of a kind are counted, not listed.
const MOST_NAMES: usize = 12;

/// Checks and describes.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let opened = arguments.scenario.open(arguments.quiet)?;
    refuse(&opened.world, &default_plan(&opened.world))?;
    if !arguments.quiet {
        let mut out = std::io::stdout().lock();
        out.write_all(description(&opened.world).as_bytes())?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

fn description(world: &World) -> String {
    let scenario = &world.scenario;
    let plan = default_plan(world);
    let size = Tallies::size(world, plan.strategies.len(), plan.draws, plan.batches());
    let names = |names: Vec<&str>| match names.len() {
        0 => "(none)".to_owned(),
        many if many > MOST_NAMES => format!("{}, … ({} in all)", names[..MOST_NAMES].join(", "), count(many as u64)),
        _ => names.join(", "),
    };
    let mut text = format!("{} is sound.\n\n", scenario.name);
    let mut line = |what: &str, value: String| text += &format!("  {what:<12}{value}\n");
    line("segments", names(world.segments.iter().map(|s| s.name.as_str()).collect()));
    line("contacts", names(world.channels.iter().filter(|c| c.carries_contacts).map(|c| c.name.as_str()).collect()));
    line("touches", names(world.channels.iter().filter(|c| c.has_touches).map(|c| c.name.as_str()).collect()));
    line("campaigns", names(world.campaigns.iter().map(String::as_str).collect()));
    line("strategies", names(world.strategies.iter().map(|s| s.name.as_str()).collect()));
    line(
        "horizon",
        format!(
            "{} days; the last trigger starts before day {}",
            number(world.horizon as f64 / 86_400.0),
            number(world.last_start as f64 / 86_400.0)
        ),
    );
    line("uncertain", format!("{} inputs, {} draws", world.uncertain.len(), plan.draws));
    line(
        "customers",
        format!(
            "{} played in {} batches of {}, for a firm of {}",
            count(plan.customers()),
            plan.batches(),
            plan.batch,
            count(scenario.population)
        ),
    );
    line("living", format!("{} of the customers at the start, if nobody contacts them", percent(world.living_share())));
    line("tallies", format!("{} MB (at most {} MB)", number(size as f64 / f64::from(1 << 20)), LARGEST >> 20));
    for campaign in &scenario.campaigns {
        for (channel, said) in &campaign.texts {
            text += &format!("\n  text of `{}` for `{}`: {}\n", campaign.name, channel.value, said.size());
        }
    }
    for hint in hints(scenario) {
        text += &format!("\n  {hint}\n");
    }
    text
}

/// What a careful reader would want to know before playing.
fn hints(scenario: &Scenario) -> Vec<String> {
    let mut hints = Vec::new();
    let states_orders = |demand: &Demand| matches!(demand, Demand::Purchases(_));
    let stated: Vec<&str> =
        scenario.segments.iter().filter(|s| states_orders(&s.demand)).map(|s| s.name.as_str()).collect();
    if !stated.is_empty() {
        hints.push(format!(
            "{}: `purchases` states orders; editing hops or order rates rescales the needs so that natural orders stay the same (R10).",
            stated.join(", ")
        ));
    }
    for (grade, what) in [(Grade::C, "are vendors' claims, not measurements"), (Grade::D, "are guesses")] {
        let keys = preset_keys(&scenario.written, grade);
        let words: Vec<String> = keys.iter().map(|(preset, keys)| format!("{preset} ({})", keys.join(", "))).collect();
        if !words.is_empty() {
            hints.push(format!("Grade {}: these values of presets {what}: {}.", grade.name(), words.join("; ")));
        }
    }
    if scenario.tail.is_none() && !scenario.strategies.is_empty() {
        hints.push(format!(
            "tail: no trigger is started in the last {} (longest plan + 7d), alike for all strategies (R8).",
            Span(scenario.tail_length())
        ));
    }
    hints
}
