//! Plans as step tables, and for each segment the instants at which they start.

use std::ops::Range;

use super::{CampaignId, ChannelId, StepId, calendar};
use crate::luck::{Label, Threshold};
use crate::scenario::{self, NONE, Otherwise, Response, Scenario, Seconds};

/// A compiled strategy.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// The user's name for it.
    pub name: String,
    /// A plan by campaign, where the strategy has one.
    pub plans: Vec<Option<Plan>>,
    /// By segment: every occurrence of every planned campaign, in order of time.
    pub calendars: Vec<Vec<Occurrence>>,
}

/// A campaign comes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// Seconds since the start.
    pub at: Seconds,
    /// Address label of all runs that start here (R2).
    pub label: Label,
    /// Index of the campaign.
    pub campaign: CampaignId,
}

/// How a campaign is carried out.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Steps in order; a blast is steps without waits or conditions.
    pub steps: Vec<Step>,
    /// For a mix: upper end of each step's part of the pick; exactly one step is played.
    pub mix: Option<Vec<Threshold>>,
    /// Whether any order of the customer ends a run (R20).
    pub ends_on_order: bool,
}

/// One step.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// Its number among all [steps](Strategy::steps) of its strategy.
    pub id: StepId,
    /// Channel to send on.
    pub channel: ChannelId,
    /// Seconds after the last message sent in this run, else after the trigger (R18).
    pub after: Seconds,
    /// The [response bit](crate::world::Step::bit) that makes it unnecessary; 0 = none.
    pub unless: u8,
    /// Whether being unnecessary ends the run (R19).
    pub ends: bool,
    /// Bits of the earlier steps that send on the same channel.
    pub same_channel: u64,
}

impl Strategy {
    /// Every step of every plan with its campaign and its place in the plan, in the order of their numbers.
    pub fn steps(&self) -> impl Iterator<Item = (CampaignId, usize, &Step)> {
        let plans =
            self.plans.iter().enumerate().filter_map(|(campaign, plan)| Some((campaign as CampaignId, plan.as_ref()?)));
        plans.flat_map(|(campaign, plan)| {
            plan.steps.iter().enumerate().map(move |(place, step)| (campaign, place, step))
        })
    }
}

impl Step {
    /// The bit of a response in a run's record.
    pub const fn bit(response: Response) -> u8 {
        match response {
            Response::Delivered => 1,
            Response::Opened => 2,
            Response::Clicked => 4,
            Response::Ordered => 8,
            Response::Replied => 16,
            Response::Responded => 20,
        }
    }
}

/// Compiles all strategies; `none` comes last.
pub(super) fn compile(scenario: &Scenario) -> Vec<Strategy> {
    let end = scenario.horizon.value - scenario.tail_length();
    let mut strategies: Vec<Strategy> =
        scenario.strategies.iter().map(|strategy| one(scenario, strategy, end)).collect();
    strategies.push(Strategy {
        name: NONE.to_owned(),
        plans: vec![None; scenario.campaigns.len()],
        calendars: vec![Vec::new(); scenario.segments.len()],
    });
    strategies
}

fn one(scenario: &Scenario, strategy: &scenario::Strategy, end: Seconds) -> Strategy {
    let mut ids = 0..StepId::MAX;
    let plans: Vec<Option<Plan>> = scenario
        .campaigns
        .iter()
        .map(|campaign| {
            let (_, plan) = strategy.plans.iter().find(|(name, _)| name.value == campaign.name)?;
            Some(steps(scenario, plan, campaign.goal.is_some(), &mut ids))
        })
        .collect();
    let calendars = scenario.segments.iter().map(|segment| {
        let planned = scenario.campaigns.iter().enumerate().filter(|(i, _)| plans[*i].is_some());
        let mut all: Vec<Occurrence> = planned
            .flat_map(|(i, campaign)| {
                calendar::occurrences(scenario, segment, campaign, end).into_iter().map(move |instant| {
                    let label = calendar::run_label(campaign, instant.scheduled);
                    Occurrence { at: instant.at, label, campaign: i as CampaignId }
                })
            })
            .collect();
        // Ties by address (R6), so that the order of campaigns in the file does not show.
        all.sort_by_key(|occurrence| (occurrence.at, occurrence.label));
        all
    });
    Strategy { name: strategy.name.clone(), calendars: calendars.collect(), plans }
}

fn steps(scenario: &Scenario, plan: &scenario::Plan, ends_on_order: bool, ids: &mut Range<StepId>) -> Plan {
    let id = |name: &str| scenario.channels.iter().position(|channel| channel.name == name).unwrap_or(0) as ChannelId;
    let plain = |channel: ChannelId| Step { id: 0, channel, after: 0, unless: 0, ends: false, same_channel: 0 };
    let mut mix = None;
    let mut steps: Vec<Step> = match &plan.way {
        scenario::Way::Cascade(steps) => steps
            .iter()
            .map(|step| Step {
                after: step.after,
                unless: step.unless.iter().fold(0, |bits, unless| bits | Step::bit(unless.value)),
                ends: step.otherwise != Some(Otherwise::Next),
                ..plain(id(&step.send.value))
            })
            .collect(),
        scenario::Way::Blast(channels) | scenario::Way::Preferred(channels, _) => {
            channels.iter().map(|channel| plain(id(&channel.value))).collect()
        }
        scenario::Way::Mix(weights) => {
            let mut sum: f64 = 0.0;
            let mut upper: Vec<Threshold> = weights
                .iter()
                .map(|(_, weight)| {
                    sum += weight;
                    Threshold::new(sum.min(1.0))
                })
                .collect();
            // Whatever rounding left over belongs to the last channel that has any weight.
            let last = weights.iter().rposition(|(_, weight)| *weight > 0.0).unwrap_or(0);
            upper[last..].fill(Threshold::CERTAIN);
            mix = Some(upper);
            weights.iter().map(|(channel, _)| plain(id(&channel.value))).collect()
        }
    };
    for i in 0..steps.len() {
        let earlier = (0..i).filter(|&j| steps[j].channel == steps[i].channel);
        steps[i].same_channel = earlier.fold(0, |bits, j| bits | 1 << j);
        // The limits on names and on steps of a plan leave room for all.
        steps[i].id = ids.next().unwrap_or(StepId::MAX);
    }
    Plan { steps, mix, ends_on_order }
}
