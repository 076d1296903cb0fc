//! `channelmix compare --sweep`: the same customers at every value of a key.

use std::io::IsTerminal;
use std::process::ExitCode;

use super::failure::Failure;
use super::files::{self, ScenarioArguments};
use super::play::{PlayArguments, ShowArguments};
use super::progress::Bar;
use super::{check, interrupt, report};
use crate::compare::count;
use crate::measures::{Better, MEASURES, Measure, measure};
use crate::output::Place;
use crate::report::{Again, Origin, sweep as shown};
use crate::results::Given;
use crate::scenario::{Problem, Problems};
use crate::simulation::Plan;
use crate::sweep::{Mistake, Opened, Rounds, Sweep, Wrong, answer, open, play, size};

/// What `compare` was asked.
pub struct Asked<'a> {
    pub scenario: &'a ScenarioArguments,
    pub play: &'a PlayArguments,
    pub show: &'a ShowArguments,
    pub sweep: &'a [String],
    pub measure: &'a str,
}

impl From<Mistake> for Failure {
    fn from(mistake: Mistake) -> Self {
        Self::argument(mistake.what, mistake.help)
    }
}

impl Asked<'_> {
    /// Plays all points and shows which is best; a report goes to its place if there is one, looked at
    /// before anything is played.
    pub fn answer(&self, place: impl FnOnce() -> Result<Option<Place>, Failure>) -> Result<ExitCode, Failure> {
        let objective = objective(self.measure)?;
        let sweep = Sweep::read(self.sweep, &self.scenario.set)?;
        let text = self.scenario.text()?;
        let name = self.scenario.file.to_string_lossy();
        let opened = open(&sweep, &name, &text, &self.scenario.set).map_err(|wrong| match wrong {
            Wrong::Mistake(mistake) => Failure::from(mistake),
            Wrong::Scenario { point: None, problems, sources } => Failure::Scenario(Box::new((problems, *sources))),
            Wrong::Scenario { point: Some(point), problems, sources } => {
                Failure::Point(Box::new((point, problems, *sources)))
            }
        })?;
        self.warn(&opened);
        let plan = self.plan(&opened)?;
        let place = place()?;
        let rounds = Rounds::new(&opened, &plan);
        let bar = Bar::new(rounds.count() as u64 * plan.customers(), self.show.quiet);
        let played = self.play.pool()?.install(|| play(&opened, &plan, &rounds, &bar));
        bar.done();
        let played = played.map_err(|(point, problem)| unplayable(&sweep, &opened, point, problem))?;
        let answer = answer(&sweep, &opened, &plan, &played, objective);
        if let Some(place) = place {
            let given = Given { text, overrides: self.scenario.set.clone() };
            let origin = self.origin(&opened, &plan, &answer.strategies, given);
            interrupt::held_back(|| place.write_folder(|folder| shown::write(folder, &answer, &origin)))?;
        }
        self.show.show_sweep(&answer)
    }

    /// Warnings, each once; of which point where not all have it.
    fn warn(&self, opened: &Opened) {
        if self.show.quiet {
            return;
        }
        let mut told: Vec<String> = Vec::new();
        for (point, problems, sources) in &opened.warnings {
            let text = problems.render(sources, std::io::stderr().is_terminal());
            if !text.is_empty() && !told.contains(&text) {
                let everywhere = told.is_empty()
                    && opened.warnings.iter().all(|(_, p, s)| p.render(s, std::io::stderr().is_terminal()) == text);
                anstream::eprint!("{text}");
                if !everywhere {
                    anstream::eprintln!("that is so at {point}\n");
                }
                told.push(text);
            }
        }
    }

    /// One plan for all points: where inputs are uncertain at some of them, all play the draws.
    fn plan(&self, opened: &Opened) -> Result<Plan, Failure> {
        let most = opened.points.iter().map(|point| point.world.uncertain.len()).max().unwrap_or(0);
        let model = opened.points.iter().find(|point| point.world.uncertain.len() == most);
        let world = &model.unwrap_or(&opened.points[0]).world;
        let (plan, _) = self.play.plan(world)?;
        let size = size(opened.points.len(), &plan);
        if size > check::LARGEST {
            let what = format!(
                "the numbers of all points would take {} MB, the limit is {} MB",
                count(size >> 20),
                check::LARGEST >> 20
            );
            return Err(Failure::argument(what, "fewer values, strategies or draws"));
        }
        Ok(plan)
    }

    fn origin(&self, opened: &Opened, plan: &Plan, strategies: &[String], given: Given) -> Origin {
        let names: Vec<&str> = strategies.iter().map(String::as_str).collect();
        let uncertain = opened.points.iter().any(|point| !point.world.uncertain.is_empty());
        let mut command = report::command(&opened.points[0].world, plan, &names, uncertain, &given);
        for sweep in self.sweep {
            command += &format!(" --sweep {}", files::quoted(sweep));
        }
        if self.measure != "profit" {
            command += &format!(" --measure {}", self.measure);
        }
        Origin {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: command + " --report report",
            scenario: given.text,
            overrides: given.overrides,
            again: Again::SameBytes,
        }
    }
}

/// The measure that decides which point is best.
fn objective(key: &str) -> Result<&'static Measure, Failure> {
    let decide = || MEASURES.iter().filter(|measure| measure.better != Better::Neither);
    let known = || decide().map(|measure| measure.key).collect::<Vec<_>>().join(", ");
    match measure(key) {
        Some(measure) if measure.better != Better::Neither => Ok(measure),
        Some(measure) => {
            let what = format!("--measure {key}: neither more nor less {} is better by itself", measure.name);
            Err(Failure::argument(what, format!("one of {}", known())))
        }
        None => {
            let near = decide().map(|measure| (strsim::damerau_levenshtein(key, measure.key), measure.key)).min();
            let near = near.filter(|&(distance, word)| distance <= 1 + word.len() / 4);
            let near = near.map_or_else(String::new, |(_, word)| format!("did you mean `{word}`? "));
            Err(Failure::argument(format!("there is no measure `{key}`"), format!("{near}one of {}", known())))
        }
    }
}

/// A draw at a point whose numbers cannot be played.
fn unplayable(sweep: &Sweep, opened: &Opened, point: usize, problem: Problem) -> Failure {
    let mut problems = Problems::default();
    problems.push(problem);
    let at = sweep.assignments(&opened.points[point].values).join(" ");
    Failure::Point(Box::new((at, problems, opened.warnings[point].2.clone())))
}
