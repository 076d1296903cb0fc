//! The scenario at every point of a sweep.

use serde_json::Value as Json;

use super::key::PRICES;
use super::{Mistake, Sweep};
use crate::scenario::{Problem, Problems, Scenario, Seconds, Sources, Span, load, load_point};
use crate::world::World;

/// The scenario at one point.
pub struct Point {
    /// For each key, which of its values.
    pub values: Vec<usize>,
    /// The world there.
    pub world: World,
}

/// All points, ready to be played.
pub struct Opened {
    /// In the order of the values, the last key running fastest.
    pub points: Vec<Point>,
    /// The tail that was given to all points because their own would differ, in seconds.
    pub tail: Option<Seconds>,
    /// Warnings of points: at which one, and the texts they refer to.
    pub warnings: Vec<(String, Problems, Sources)>,
}

/// Why the points cannot be played.
pub enum Wrong {
    /// The question is wrong.
    Mistake(Mistake),
    /// The scenario is wrong, at a point or everywhere.
    Scenario {
        /// `KEY=VALUE` of the point; none if the scenario is wrong without the sweep too.
        point: Option<String>,
        /// What is wrong.
        problems: Problems,
        /// The texts.
        sources: Box<Sources>,
    },
}

/// Reads the scenario at every point.
///
/// Unless the file sets it, the tail is that of the longest plan of any strategy *at any point*, the same for all: a longer
/// wait must not be compared with a shorter one that has more triggers.
///
/// # Errors
/// If the scenario is wrong at a point, if two points are the same, or if the points have different strategies.
pub fn open(sweep: &Sweep, name: &str, text: &str, set: &[String]) -> Result<Opened, Wrong> {
    let grid = sweep.grid();
    let mut scenarios = read(sweep, &grid, name, text, set)?;
    let tails: Vec<Seconds> = scenarios.iter().map(|(scenario, ..)| scenario.tail_length()).collect();
    let longest = tails.iter().copied().max().unwrap_or(0);
    let written = scenarios.iter().any(|(scenario, ..)| scenario.tail.is_some());
    let tail = (!written && tails.iter().any(|&tail| tail != longest)).then_some(longest);
    if let Some(tail) = tail {
        let set = [set, &[format!("tail={}", Span(tail))]].concat();
        scenarios = read(sweep, &grid, name, text, &set)?;
    }
    refuse_the_same(sweep, &grid, &scenarios)?;
    let (mut points, mut warnings) = (Vec::new(), Vec::new());
    for (values, (scenario, problems, sources)) in grid.into_iter().zip(scenarios) {
        let at = sweep.assignments(&values).join(" ");
        let world = World::new(scenario).map_err(|problem| of_world(Some(at.clone()), problem, &sources))?;
        points.push(Point { values, world });
        warnings.push((at, problems, sources));
    }
    Ok(Opened { points, tail, warnings })
}

/// A problem that only the numbers of a world show.
fn of_world(point: Option<String>, problem: Problem, sources: &Sources) -> Wrong {
    let mut problems = Problems::default();
    problems.push(problem);
    Wrong::Scenario { point, problems, sources: Box::new(sources.clone()) }
}

type Read = (Scenario, Problems, Sources);

fn read(sweep: &Sweep, grid: &[Vec<usize>], name: &str, text: &str, set: &[String]) -> Result<Vec<Read>, Wrong> {
    let (mut read, mut wrong) = (Vec::new(), Vec::new());
    for values in grid {
        let assignments = sweep.assignments(values);
        let loaded = load_point(name, text, set, &assignments);
        match loaded.scenario {
            Some(scenario) => read.push((scenario, loaded.problems, loaded.sources)),
            None => wrong.push((assignments.join(" "), loaded.problems, loaded.sources)),
        }
    }
    let everywhere = read.is_empty();
    let Some((point, problems, sources)) = wrong.into_iter().next() else { return Ok(read) };
    // What is wrong in any case is told without the sweep.
    let bare = everywhere.then(|| load(name, text, set)).filter(|bare| bare.scenario.is_none());
    Err(match bare {
        Some(bare) => Wrong::Scenario { point: None, problems: bare.problems, sources: Box::new(bare.sources) },
        None => Wrong::Scenario { point: Some(point), problems, sources: Box::new(sources) },
    })
}

/// Two points that are one, and points that cannot be compared.
fn refuse_the_same(sweep: &Sweep, grid: &[Vec<usize>], scenarios: &[Read]) -> Result<(), Wrong> {
    let names = |scenario: &Scenario| scenario.strategies.iter().map(|own| own.name.clone()).collect::<Vec<_>>();
    for (i, (scenario, ..)) in scenarios.iter().enumerate() {
        let at = |i: usize| sweep.assignments(&grid[i]).join(" ");
        if let Some(j) = (0..i).find(|&j| scenarios[j].0.resolved == scenario.resolved) {
            let what = format!("--sweep: {} and {} are the same scenario", at(j), at(i));
            return Err(Wrong::Mistake(Mistake::new(what, "write every value once")));
        }
        if names(scenario) != names(&scenarios[0].0) {
            let what = format!("--sweep: {} has other strategies than {}", at(i), at(0));
            return Err(Wrong::Mistake(Mistake::new(
                what,
                "sweep a value that leaves the list of strategies as it is",
            )));
        }
    }
    Ok(())
}

impl Point {
    /// All that the outcome of a strategy at this point depends on: two points with the same text give the same tallies.
    /// Without prices: all that what customers *do* depends on, since nothing is decided by cost or margin.
    pub(super) fn depends_on(&self, strategy: usize, prices: bool) -> String {
        let mut world = self.world.scenario.resolved.clone();
        let name = &self.world.strategies[strategy].name;
        let mut plans = world.get("strategies").and_then(|all| all.get(name)).cloned();
        // `none` has no plans, and without contacts campaigns and their tail mean nothing.
        let apart: &[&str] =
            if plans.is_some() { &["strategies", "tail"] } else { &["strategies", "campaigns", "tail"] };
        if let Json::Object(root) = &mut world {
            for key in apart {
                root.shift_remove(*key);
            }
            for (group, key) in PRICES {
                let Some(Json::Object(group)) = root.get_mut(group).filter(|_| !prices) else { continue };
                for entry in group.values_mut().filter_map(Json::as_object_mut) {
                    entry.shift_remove(key);
                }
            }
        }
        if let Some(Json::Object(plans)) = plans.as_mut().filter(|_| !prices) {
            for (_, key) in PRICES.iter().filter(|(group, _)| *group == "strategies") {
                plans.shift_remove(*key);
            }
        }
        let tail = plans.as_ref().map(|_| self.world.last_start);
        format!("{world} {} {tail:?}", plans.unwrap_or(Json::Null))
    }
}
