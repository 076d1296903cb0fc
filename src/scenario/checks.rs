//! Checks across the parts of a scenario: names that do not exist, shares that do not add up, plans that cannot work.

mod audiences;
mod campaigns;
mod channels;
mod context;
mod ends;
mod plans;
mod policies;
mod prices;
mod segments;
mod strain;

use super::Scenario;
use super::channel::Channel;
use super::place::{Place, Sources};
use super::plan::{Plan, SendTime, Way};
use super::presets::DEFAULT_TOUCHES;
use super::problems::{Problem, Problems};
use super::read::At;
use super::tree::Value;
use super::trigger::Calendar;
use super::values::{DAY, Span, rounded};

/// Occurrences of campaigns, over all strategies and segments, that a world may hold in memory.
const MOST_OCCURRENCES: f64 = 2e7;
/// Rows of hop matrices: segments × channels × (1 + campaigns).
const MOST_ROWS: usize = 2_000_000;

/// Characters of a scenario's name.
pub(super) const LONGEST_NAME: usize = 200;
/// Customers that may be played.
pub(super) const FEWEST_PLAYED: u64 = 128;
pub(super) const MOST_PLAYED: u64 = 1_000_000_000_000;
/// Draws of the uncertain inputs.
pub(super) const MOST_DRAWS: u64 = 100_000;

/// Where keys are written whose values do not remember it.
#[derive(Clone, Copy)]
struct Keys<'a>(&'a Value);

impl Keys<'_> {
    /// The key at the end of a path, or else another place.
    fn at(self, path: &[&str], or: Place) -> Place {
        self.0.key_at(path).unwrap_or(or)
    }
}

/// Notes everything that is wrong, or odd, between the parts. `tree` is what the scenario was read from.
pub(super) fn check(scenario: &Scenario, tree: &Value, sources: &Sources, problems: &mut Problems) {
    let keys = Keys(tree);
    sizes(scenario, problems);
    times(scenario, problems);
    zones(scenario, problems);
    shares(scenario, problems);
    for channel in &scenario.channels {
        channels::check(scenario, channel, sources, problems);
        prices::of_channel(scenario, channel, sources, problems);
    }
    for segment in &scenario.segments {
        segments::check(scenario, segment, problems);
    }
    for campaign in &scenario.campaigns {
        campaigns::check(scenario, campaign, keys, problems);
        prices::of_campaign(scenario, campaign, problems);
    }
    campaigns::circles(scenario, problems);
    for strategy in &scenario.strategies {
        plans::check(scenario, strategy, keys, problems);
    }
    policies::check(scenario, keys, problems);
    strain::check(scenario, problems);
    context::check(scenario, keys, sources, problems);
    unused(scenario, problems);
}

fn sizes(scenario: &Scenario, problems: &mut Problems) {
    let root = scenario.simulate.at;
    if scenario.segments.is_empty() {
        problems.push(
            Problem::error("the scenario has no segment", root)
                .help("write at least `[segments.all]` with `share = 1.0`"),
        );
    }
    if scenario.name.is_empty()
        || scenario.name.chars().count() > LONGEST_NAME
        || scenario.name.chars().any(char::is_control)
    {
        problems.push(Problem::error(
            "`name` must have 1 to 200 characters and no control characters: it is the report's title",
            scenario.name_at,
        ));
    }
    let shifted = scenario.context.moves_leaving() || scenario.context.finds_carts();
    let kinds = (1 + scenario.campaigns.len()) * if shifted { 4 } else { 1 };
    let rows = scenario.segments.len() * scenario.channels.len() * kinds;
    let plans = scenario.strategies.iter().flat_map(|strategy| &strategy.plans);
    let occurrences: f64 = plans
        .filter_map(|(name, _)| scenario.campaigns.iter().find(|campaign| campaign.name == name.value))
        .map(|campaign| {
            let most = |rule: &Calendar| rule.most(scenario.horizon.value) * scenario.segments.len() as f64;
            campaign.trigger.value.calendar().map_or(0.0, most)
        })
        .sum();
    if rows > MOST_ROWS || occurrences > MOST_OCCURRENCES {
        let message = format!(
            "the scenario is too large: {rows} rows of hop matrices and {occurrences:.0} occurrences of campaigns"
        );
        problems.push(Problem::error(message, root).help(format!(
            "segments × channels × (1 + campaigns) may reach {MOST_ROWS}, occurrences × segments × strategies \
                 {MOST_OCCURRENCES}"
        )));
    }
    let draws = scenario.draws.as_ref().map_or(1, |draws| draws.value);
    if let Some(draws) = scenario.draws.as_ref().filter(|draws| draws.value == 0 || draws.value > MOST_DRAWS) {
        problems.push(Problem::error(format!("`draws` must be 1 to {MOST_DRAWS}, found {}", draws.value), draws.at));
    } else if scenario.simulate.value < FEWEST_PLAYED.max(4 * draws) || scenario.simulate.value > MOST_PLAYED {
        let message = format!("`simulate` is {}, too few or too many customers to play", scenario.simulate.value);
        problems.push(
            Problem::error(message, scenario.simulate.at)
                .help("at least 128 and 4 per draw, at most a million million"),
        );
    }
}

fn times(scenario: &Scenario, problems: &mut Problems) {
    let (horizon, at) = (scenario.horizon.value, scenario.horizon.at);
    if !(DAY..=36_525 * DAY).contains(&horizon) {
        problems.push(Problem::error(format!("the horizon must be 1 day to a century, found {}", Span(horizon)), at));
        return;
    }
    let tail = scenario.tail_length();
    let window = &scenario.retention_window;
    if tail >= horizon {
        let longest = Span(scenario.longest_plan());
        let message = format!(
            "no campaign can start: the horizon of {} is not longer than the tail of {}",
            Span(horizon),
            Span(tail)
        );
        let problem = Problem::error(message, scenario.tail.as_ref().map_or(at, |tail| tail.at));
        let why = format!(
            "in the tail nothing new is started, so that plans can end; it is the longest plan ({longest}) + 7d \
                 unless you set `tail`"
        );
        problems.push(problem.help(why).help("make the horizon longer or the tail shorter"));
        return;
    }
    let default = if window.at == at { " (the default)" } else { "" };
    let message = if window.value == 0 || 2 * window.value > horizon {
        format!(
            "the retention window of {}{default} must lie above 0 and not above half the horizon of {}",
            Span(window.value),
            Span(horizon)
        )
    } else if window.value < tail {
        format!(
            "the retention window of {}{default} is shorter than the tail of {}, in which nothing new is started",
            Span(window.value),
            Span(tail)
        )
    } else {
        return;
    };
    // Whole days read best; the tail must still fit into the window.
    let good = (horizon / 4).max(tail).max(1);
    let good = if good + DAY <= horizon / 2 { (good + DAY - 1) / DAY * DAY } else { good };
    problems.push(Problem::error(message, window.at).help(if 2 * good <= horizon {
        format!("for example retention_window = \"{}\"", Span(good))
    } else {
        format!(
            "no window fits between the tail of {} and half the horizon: make the horizon longer or the tail shorter",
            Span(tail)
        )
    }));
}

fn zones(scenario: &Scenario, problems: &mut Problems) {
    let segments = scenario.segments.iter().filter_map(|segment| segment.time_zone.as_ref());
    let calendars = scenario.campaigns.iter().filter_map(|campaign| campaign.trigger.value.calendar());
    let triggers = calendars.filter_map(|calendar| calendar.zone.as_ref());
    for zone in segments.chain(&scenario.time_zone).chain(triggers) {
        if jiff::tz::TimeZone::get(&zone.value).is_err() {
            let message = format!("there is no time zone \"{}\"", zone.value);
            let problem = Problem::error(message, zone.at).nearest(
                &zone.value,
                jiff::tz::db().available().map(|name| name.to_string()).collect::<Vec<_>>().iter().map(String::as_str),
            );
            problems.push(problem.help("IANA names such as \"Europe/Berlin\", \"America/New_York\" or \"UTC\""));
        }
    }
}

fn shares(scenario: &Scenario, problems: &mut Problems) {
    let sum: f64 = scenario.segments.iter().map(|segment| segment.share.value.0).sum();
    if let Some(last) = scenario.segments.last().filter(|_| (sum - 1.0).abs() > 1e-9) {
        let list: Vec<String> = scenario.segments.iter().map(|s| format!("{} {}", s.name, s.share.value.0)).collect();
        let message = format!("the shares of the segments must sum to 1, these sum to {}", rounded(sum));
        problems.push(Problem::error(message, last.share.at).help(list.join(", ")));
    }
}

/// Says why one of the channels that a scenario has by default is not there.
fn touches_are_gone(problem: Problem, name: &str) -> Problem {
    if !DEFAULT_TOUCHES.contains(&name) {
        return problem;
    }
    let why = "web, app and store come by themselves only where no other channel has an `order_rate`";
    problem.help(format!("{why}: write `[channels.{name}]` with `preset = \"{name}\"`"))
}

/// A channel by name, if it carries messages; else notes that it does not. `what` begins the message: "a plan sends on".
fn carrier<'s>(
    scenario: &'s Scenario,
    channel: &At<String>,
    what: &str,
    problems: &mut Problems,
) -> Option<&'s Channel> {
    let carriers = || scenario.channels.iter().filter(|c| c.contact.is_some()).map(|c| c.name.as_str());
    let Some(found) = scenario.channels.iter().find(|c| c.name == channel.value) else {
        let message = format!("{what} `{}`, which is no channel of this scenario", channel.value);
        problems.push(Problem::error(message, channel.at).suggest(&channel.value, carriers()));
        return None;
    };
    if found.contact.is_none() {
        let message = format!("{what} `{}`, which carries no messages", channel.value);
        problems
            .push(Problem::error(message, channel.at).also(found.at, "it has touches only").suggest("", carriers()));
        return None;
    }
    Some(found)
}

/// Notes names of segments that do not exist.
fn known_segments(scenario: &Scenario, names: &[At<String>], what: &str, problems: &mut Problems) {
    for name in names.iter().filter(|name| scenario.segments.iter().all(|segment| segment.name != name.value)) {
        let message = format!("{what} `{}`, which is no segment of this scenario", name.value);
        let known = scenario.segments.iter().map(|segment| segment.name.as_str());
        problems.push(Problem::error(message, name.at).suggest(&name.value, known));
    }
}

/// Whether anybody replies to anything.
fn anyone_replies(scenario: &Scenario) -> bool {
    scenario.channels.iter().any(replies)
}

fn replies(channel: &Channel) -> bool {
    channel.contact.as_ref().is_some_and(|contact| contact.reply_rate.is_some())
}

fn unused(scenario: &Scenario, problems: &mut Problems) {
    if scenario.strategies.is_empty() {
        let problem =
            Problem::warning("the scenario has no strategy: only `none`, doing nothing, is played", Place::default());
        problems.push(problem.help("write [strategies.NAME.campaigns.CAMPAIGN] with a plan"));
        return;
    }
    for campaign in &scenario.campaigns {
        let planned = scenario.strategies.iter().any(|s| s.plans.iter().any(|(name, _)| name.value == campaign.name));
        if !planned {
            problems.push(Problem::warning(
                format!("no strategy has a plan for campaign `{}`", campaign.name),
                campaign.at,
            ));
        }
    }
}

impl Scenario {
    /// The longest time from a trigger to the last step of any plan, in seconds.
    pub fn longest_plan(&self) -> i64 {
        let plans = self.strategies.iter().flat_map(|strategy| &strategy.plans);
        let length = |plan: &Plan| match &plan.way {
            Way::Cascade(steps) => {
                steps.iter().map(|step| step.after + if step.at.is_some() { DAY } else { 0 }).sum::<i64>()
            }
            Way::Blast(_) | Way::Mix(_) | Way::Preferred(..) => 0,
        } + match plan.send_time {
            SendTime::WhenDue => 0,
            SendTime::Spread(span) => span,
            SendTime::BestHour => DAY,
        };
        plans.map(|(_, plan)| length(plan)).max().unwrap_or(0)
    }

    /// Triggers in this last stretch of the horizon are not started (R8), in seconds.
    pub fn tail_length(&self) -> i64 {
        self.tail.as_ref().map_or_else(|| self.longest_plan() + 7 * DAY, |tail| tail.value.0)
    }
}
