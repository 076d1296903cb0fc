//! A whole journey as one campaign and a strategy, or several where it divides customers at random.

use std::collections::BTreeSet;

use super::error::Error;
use super::journey::{By, Does, Journey};
use super::meaning::{Meanings, slug};
use super::steps::{Halt, MOST_STEPS, Step, Walk, Ways};
use super::told::{Told, What};
use crate::scenario::harmless;

/// What a journey becomes.
#[derive(Clone, Debug)]
pub struct Translation {
    /// Names, and where it comes from.
    pub names: Names,
    /// The trigger as it is written in the file, TOML.
    pub trigger: String,
    /// Whether customers come in again.
    pub again: bool,
    /// Whether a customer who is on the way does not begin once more.
    pub one_at_a_time: bool,
    /// The strategies; several where the journey divides customers at random.
    pub variants: Vec<Variant>,
    /// What a person must know, by line.
    pub told: Vec<Told>,
    /// Nodes of the journey.
    pub nodes: usize,
    /// The line of its entry, and what brings customers in.
    pub entry: (usize, String),
}

/// What things are called.
#[derive(Clone, Debug)]
pub struct Names {
    /// The file, as it is named in comments.
    pub file: String,
    /// The campaign.
    pub campaign: String,
    /// The strategy; where there are several, how their names begin.
    pub strategy: String,
}

/// One strategy.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Which ways it takes at random cohorts, for a comment; empty = there are none.
    pub ways: Vec<String>,
    /// What it sends.
    pub plan: Plan,
    /// For each step, where it comes from, for a comment.
    pub origins: Vec<String>,
}

/// What a strategy sends.
#[derive(Clone, Debug)]
pub enum Plan {
    /// Steps in order; none = nothing.
    Cascade(Vec<Step>),
    /// One channel for each run, by weight.
    Mix(Vec<(String, f64)>),
}

/// More strategies than anyone compares.
const MOST_VARIANTS: usize = 16;

/// Events whose name says what they are, without spaces and capitals.
const KNOWN_EVENTS: [(&str, &str); 10] = [
    ("joined", "joined"),
    ("signedup", "joined"),
    ("usersignedup", "joined"),
    ("accountcreated", "joined"),
    ("ordered", "ordered"),
    ("orderplaced", "ordered"),
    ("ordercompleted", "ordered"),
    ("cartabandoned", "cart-abandoned"),
    ("clicked", "clicked"),
    ("replied", "replied"),
];

/// Translates a journey. The trigger is TOML, such as `{ event = "joined" }`; without one it is read off the name of
/// the journey's event, or left to be filled in.
///
/// # Errors
/// If it makes more steps or more strategies than there can be.
pub fn translate(
    journey: &Journey,
    meanings: &Meanings,
    names: Names,
    trigger: Option<String>,
) -> Result<Translation, Error> {
    let mut told: BTreeSet<Told> = BTreeSet::new();
    let mut seen = vec![false; journey.nodes.len()];
    let mut variants = Vec::new();
    if let Some((number, mix)) = mix(journey, meanings) {
        seen[number] = true;
        journey.nodes[number].does.children().into_iter().flatten().for_each(|child| seen[child] = true);
        let weights = mix.len();
        let origin = format!("{} (line {})", journey.nodes[number].id, journey.nodes[number].line);
        let plan = Plan::Mix(mix);
        variants.push(Variant { name: names.strategy.clone(), ways: Vec::new(), plan, origins: vec![origin; weights] });
    } else {
        let mut all = Vec::new();
        divide(journey, meanings, &Ways::new(), &mut all)?;
        let several = all.len() > 1;
        let mut taken = BTreeSet::new();
        for (ways, steps, own, came) in all {
            told.extend(own);
            seen.iter_mut().zip(came).for_each(|(seen, came)| *seen |= came);
            let name = if several { name(journey, &names.strategy, &ways, &mut taken) } else { names.strategy.clone() };
            let ways = ways.iter().map(|(&node, &way)| way_words(journey, node, way)).collect();
            let origins = steps.iter().map(|step| origin(journey, step)).collect();
            variants.push(Variant { name, ways, plan: Plan::Cascade(steps), origins });
        }
        if several {
            told.extend(cohorts(journey, &seen));
        }
    }
    told.extend(not_reached(journey, &seen));
    told.extend(failures(journey, &seen, &variants));
    told.extend(journey.dangling.iter().map(|(line, child)| {
        let why = format!("leads to \"{child}\", which is not there: the journey ends, as it does in Dittofeed");
        Told::of("a node", *line, What::Differs, why)
    }));
    let channels = channels(&variants);
    if !channels.is_empty() {
        let why = format!("the scenario must have them, with prices and rates: {}", channels.join(", "));
        told.insert(Told::of("channels", journey.entry.line, What::FillIn, why));
    }
    let (trigger, entry) = entry(journey, trigger, &mut told);
    Ok(Translation {
        names,
        trigger,
        again: journey.can_run_multiple == Some(true),
        one_at_a_time: matches!(journey.entry.by, By::Segment { .. }),
        variants,
        told: told.into_iter().collect(),
        nodes: journey.nodes.len(),
        entry,
    })
}

impl Translation {
    /// Whether everything has a counterpart.
    pub fn whole(&self) -> bool {
        self.told.iter().all(|told| told.what != What::LeftOut)
    }
}

type Walked = (Ways, Vec<Step>, BTreeSet<Told>, Vec<bool>);

/// Walks once for each way that random cohorts divide the customers into.
fn divide(journey: &Journey, meanings: &Meanings, ways: &Ways, all: &mut Vec<Walked>) -> Result<(), Error> {
    match Walk::through(journey, meanings, ways) {
        Ok(walk) => {
            if all.len() == MOST_VARIANTS {
                let what = format!("its random cohorts divide the customers into more than {MOST_VARIANTS} strategies");
                return Err(Error::whole(what).help("import the ways of a cohort one by one"));
            }
            all.push((ways.clone(), walk.steps, walk.told, walk.seen));
            Ok(())
        }
        Err(Halt::WhichWay(node)) => {
            let Does::Cohort(arms) = &journey.nodes[node].does else { return Ok(()) };
            for way in 0..arms.len().max(1) {
                let mut ways = ways.clone();
                ways.insert(node, way);
                divide(journey, meanings, &ways, all)?;
            }
            Ok(())
        }
        Err(Halt::TooMany) => {
            let what = format!("its ways make more than {MOST_STEPS} steps, the most that a plan may have");
            Err(Error::whole(what).help("import parts of the journey one by one"))
        }
    }
}

/// A journey that does nothing but pick one of several messages at random: its cohort and what it sends.
fn mix(journey: &Journey, meanings: &Meanings) -> Option<(usize, Vec<(String, f64)>)> {
    let number = journey.entry.child?;
    let Does::Cohort(arms) = &journey.nodes[number].does else { return None };
    let mut weights: Vec<(String, f64)> = Vec::new();
    for arm in arms {
        let node = &journey.nodes[arm.child?];
        let Does::Message { channel, child: None, .. } = &node.does else { return None };
        let channel = meanings.channel(&node.id, channel);
        match weights.iter_mut().find(|(other, _)| *other == channel) {
            Some((_, weight)) => *weight += arm.percent,
            None => weights.push((channel, arm.percent)),
        }
    }
    weights.iter_mut().for_each(|(_, weight)| *weight = (*weight * 1e6).round() / 1e8);
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    ((sum - 1.0).abs() < 1e-9).then_some((number, weights))
}

fn way_words(journey: &Journey, node: usize, way: usize) -> String {
    let node = &journey.nodes[node];
    let Does::Cohort(arms) = &node.does else { return node.id.clone() };
    match arms.get(way) {
        Some(arm) => format!("{} (line {}): \"{}\", {} %", node.id, node.line, arm.name, arm.percent),
        None => format!("{} (line {}): nobody", node.id, node.line),
    }
}

/// A name of its own for one of several strategies.
fn name(journey: &Journey, begin: &str, ways: &Ways, taken: &mut BTreeSet<String>) -> String {
    let mut name = begin.to_owned();
    for (&node, &way) in ways {
        if let Does::Cohort(arms) = &journey.nodes[node].does
            && let Some(arm) = arms.get(way)
        {
            name += "-";
            name += &slug(&arm.name);
        }
    }
    let whole: String = name.chars().take(58).collect();
    let numbered = (2..).map(|number| format!("{whole}-{number}"));
    let free = [whole.clone()].into_iter().chain(numbered).find(|name| !taken.contains(name));
    let free = free.unwrap_or(whole);
    taken.insert(free.clone());
    free
}

fn origin(journey: &Journey, step: &Step) -> String {
    let shown = |number: usize| format!("{} (line {})", journey.nodes[number].id, journey.nodes[number].line);
    let mut words = shown(step.node);
    for (place, &number) in step.by_way_of.iter().enumerate() {
        words += if place == 0 { ", by way of " } else { ", " };
        words += &shown(number);
    }
    words
}

/// Random cohorts whose ways are strategies.
fn cohorts(journey: &Journey, seen: &[bool]) -> Vec<Told> {
    let cohorts = journey.nodes.iter().zip(seen).filter(|(node, seen)| **seen && matches!(node.does, Does::Cohort(_)));
    let why = "each of its ways is a strategy of its own, in which all customers go that way";
    cohorts.map(|(node, _)| Told::of_node(node, What::Differs, why)).collect()
}

/// Nodes of which nothing is in the strategies.
fn not_reached(journey: &Journey, seen: &[bool]) -> Vec<Told> {
    let reached = journey.reached();
    let nodes = journey.nodes.iter().zip(seen.iter().zip(reached)).filter(|(_, (seen, _))| !**seen);
    nodes
        .map(|(node, (_, reached))| {
            if reached {
                Told::of_node(node, What::LeftOut, "is behind what is left out")
            } else {
                Told::of_node(node, What::Differs, "no way leads to it, in Dittofeed neither: it is not translated")
            }
        })
        .collect()
}

/// What happens when a message cannot be sent, where something is behind it.
fn failures(journey: &Journey, seen: &[bool], variants: &[Variant]) -> Option<Told> {
    let longer = |variant: &Variant| matches!(&variant.plan, Plan::Cascade(steps) if steps.len() > 1);
    if !variants.iter().any(longer) {
        return None;
    }
    let ends = journey.nodes.iter().zip(seen).filter_map(|(node, seen)| match node.does {
        Does::Message { skip_on_failure: false, child: Some(_), .. } if *seen => Some(node.id.as_str()),
        _ => None,
    });
    let ends: Vec<&str> = ends.collect();
    let instead = "here the next step follows, and its wait counts from the last message that was sent";
    let why = if ends.is_empty() {
        format!("if a message cannot be sent, its wait passes nevertheless in Dittofeed; {instead}")
    } else {
        format!("if a message cannot be sent, Dittofeed ends the journey (at {}); {instead}", ends.join(", "))
    };
    Some(Told::of("the journey", journey.entry.line, What::Differs, why))
}

fn channels(variants: &[Variant]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for variant in variants {
        let own: Vec<&String> = match &variant.plan {
            Plan::Cascade(steps) => steps.iter().map(|step| &step.send).collect(),
            Plan::Mix(weights) => weights.iter().map(|(channel, _)| channel).collect(),
        };
        own.into_iter().for_each(|channel| {
            if !all.contains(channel) {
                all.push(channel.clone());
            }
        });
    }
    all
}

/// The trigger, and where the entry stands; what there is to tell of it.
fn entry(journey: &Journey, trigger: Option<String>, told: &mut BTreeSet<Told>) -> (String, (usize, String)) {
    let line = journey.entry.line;
    let mut tell = |of: &str, what, why: String| {
        told.insert(Told::of(of, line, what, why));
    };
    let (words, guess) = match &journey.entry.by {
        By::Event { event, key } => {
            let shown = harmless(event, 64);
            if let Some(key) = key {
                let key = harmless(key, 64);
                let why = format!("one passage for each value of \"{key}\"; here each event is one, as `reentry` says");
                tell("entry (EventEntryNode)", What::Differs, why);
            }
            let plain: String = event.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
            let known = KNOWN_EVENTS.iter().find(|(name, _)| *name == plain).map(|(_, word)| *word);
            if let (None, Some(word)) = (&trigger, known) {
                let why = format!("event \"{shown}\" is taken for `{word}` by its name; --trigger says something else");
                tell("trigger", What::Differs, why);
            }
            (format!("event \"{shown}\""), known)
        }
        By::Segment { segment, again } => {
            if *again {
                let why =
                    "who is still in the segment at the end begins again at once; here only with the next trigger";
                tell("entry (EntryNode)", What::Differs, why.to_owned());
            }
            (format!("segment \"{}\"", harmless(segment, 64)), None)
        }
    };
    if journey.can_run_multiple.is_none() {
        let why = "whether customers come in again is not in a definition alone (`canRunMultiple`); never is assumed";
        tell("entry", What::Differs, why.to_owned());
    }
    let trigger = trigger.or_else(|| guess.map(|word| format!("{{ event = \"{word}\" }}")));
    let trigger = trigger.unwrap_or_else(|| {
        let why = format!("what brings customers in, {words}, must be said as a trigger of the scenario (--trigger)");
        tell("trigger", What::FillIn, why);
        "{ event = \"FILL IN\" }".to_owned()
    });
    (trigger, (line, words))
}
