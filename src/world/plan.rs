//! Plans as step tables, and for each segment the instants at which they start.

use std::ops::Range;

use super::entry::{self, Entry, EventTrigger};
use super::neutral::is_neutral;
use super::policies::Policies;
use super::profile::Profile;
use super::tables::upper_ends;
use super::{CampaignId, ChannelId, StepId, calendar};
use crate::luck::{Label, Threshold};
use crate::scenario::{
    self, At, Campaign, Exit, GoalEvent, NONE, Otherwise, Preference, Purpose, Response, Scenario, Seconds, SendTime,
};

/// A compiled strategy.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// The user's name for it.
    pub name: String,
    /// Its place in the file, behind all of them for `none`: of a variant that of the strategy of which it is a part.
    pub written: usize,
    /// A plan by campaign, where the strategy has one.
    pub plans: Vec<Option<Plan>>,
    /// By segment: every occurrence of every planned campaign, in order of time.
    pub calendars: Vec<Vec<Occurrence>>,
    /// Planned campaigns that an event triggers, in the order in which one event triggers several.
    pub events: Vec<EventTrigger>,
    /// What it keeps to whatever its plans say.
    pub policies: Policies,
    /// What its channels know of each other.
    pub profile: Profile,
    /// What a customer does that ends a run of any plan, as [bits](Step::bit).
    pub ends_runs: u8,
    /// Of these, what ends one at once.
    pub ends_at_once: u8,
    /// Whether any rule asks what was sent to a customer before.
    pub asks_for_sends: bool,
    /// Channels that can reach customers at all, as bits; all of them, unless it is a [variant](Without).
    pub reaches: u64,
    /// Whether all that it has are [plain](Plan::plain) plans that come up by the calendar, in a world without more than
    /// the spine of the model: then the engine is compiled without the rest.
    pub plain: bool,
}

/// What a variant of a strategy goes without, so that it can be seen what that brings (R58).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Without {
    /// Channels that reach nobody: their steps are withheld as unreachable, and runs go on as after any such step.
    pub channels: Vec<ChannelId>,
    /// Campaigns that are not carried out.
    pub campaigns: Vec<CampaignId>,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Steps in order; fallbacks behind the step that they stand in for.
    pub steps: Vec<Step>,
    /// How they belong together.
    pub way: Way,
    /// Whom it is for, and how often; none = everybody, always.
    pub entry: Option<Entry>,
    /// When a run's clock begins.
    pub send_time: SendTime,
    /// What ends a run early (R20).
    pub ends: Ends,
    /// Who gets nothing: address label of the pick and the share.
    pub holdout: Option<(Label, Threshold)>,
    /// Whether its messages are marketing (R41).
    pub marketing: bool,
    /// Whether its messages follow no approved template (R55).
    pub free_form: bool,
    /// Which campaign goes first (R40).
    pub priority: u64,
    /// Whether everybody enters at once, its steps follow each other after plain waits, and nothing is asked of one that
    /// is due but goal, `unless`, consent and reach.
    pub plain: bool,
}

/// How the steps of a plan belong together.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// One after the other.
    Cascade,
    /// All at once.
    Blast,
    /// Exactly one, picked for each run: upper end of each step's part of the pick.
    Mix(Vec<Threshold>),
    /// Exactly one, picked when it is due.
    Preferred(Preference),
}

/// What ends a run early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ends {
    /// What meets the goal, as [bits](Step::bit); 0 = no goal.
    pub goal: u8,
    /// Less than so many seconds after the trigger.
    pub within: Seconds,
    /// What is an exit, as bits.
    pub exit: u8,
    /// So many seconds after the trigger it ends.
    pub after: Seconds,
    /// Whether leaving the audience is an exit.
    pub outside_audience: bool,
    /// Whether what the customer does ends it at once; else it is read when a step is due.
    pub at_once: bool,
}

impl Ends {
    /// Nothing does.
    const NONE: Self =
        Self { goal: 0, within: Seconds::MAX, exit: 0, after: Seconds::MAX, outside_audience: false, at_once: false };
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its number among all [steps](Strategy::steps) of its strategy.
    pub id: StepId,
    /// Its number in the file, from 1; a fallback has that of the step it stands in for.
    pub number: u8,
    /// Whether it is sent only if the message before it was sent and not delivered.
    pub fallback: bool,
    /// Channel to send on.
    pub channel: ChannelId,
    /// Seconds after the last message sent in this run, else after the run's clock began (R18).
    pub after: Seconds,
    /// Local time of day for which it waits then, in seconds since midnight.
    pub at: Option<Seconds>,
    /// The [response bits](Step::bit) any of which makes it unnecessary; 0 = none.
    pub unless: u8,
    /// Whether being unnecessary ends the run (R19).
    pub ends: bool,
    /// The response bits one of which it needs; 0 = none.
    pub only_if: u8,
    /// Whether lacking them ends the run.
    pub ends_without: bool,
    /// How many seconds after it was due it may still be sent (less than that).
    pub ttl: Seconds,
    /// By segment: whether its customers have the step; none = all.
    pub segments: Option<Vec<bool>>,
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

impl Plan {
    /// The places of all its steps, as bits.
    pub fn places(&self) -> u64 {
        u64::MAX >> (64 - self.steps.len())
    }

    /// Place of a step of this plan, by its number.
    #[inline(always)]
    pub fn place(&self, step: StepId) -> u8 {
        (step - self.steps[0].id) as u8
    }
}

impl Step {
    /// What ends a run and is no response: a customer opts out.
    pub const OPTED_OUT: u8 = 32;

    /// The bit of a response in a run's record, and of what a customer does. Responding is either of two.
    pub const fn bit(response: Response) -> u8 {
        match response {
            Response::Delivered => 1,
            Response::Opened => 2,
            Response::Clicked => 4,
            Response::Ordered => 8,
            Response::Replied => 16,
            Response::Responded => 4 | 16,
        }
    }

    fn bits(responses: &[At<Response>]) -> u8 {
        responses.iter().fold(0, |bits, response| bits | Self::bit(response.value))
    }
}

/// Compiles all strategies; `none` comes last.
pub(super) fn compile(scenario: &Scenario) -> Vec<Strategy> {
    let end = scenario.horizon.value - scenario.tail_length();
    let none = scenario::Strategy {
        name: NONE.to_owned(),
        at: scenario::Place::default(),
        plans: Vec::new(),
        policies: scenario::Policies::default(),
        fixed: scenario::FixedCosts::NOTHING,
        profile: scenario::Profile::Unified,
    };
    scenario.strategies.iter().chain([&none]).map(|strategy| one(scenario, strategy, end)).collect()
}

/// A strategy without some of its channels and campaigns. Addresses of luck are names, so what is left meets the same luck.
pub(super) fn without(scenario: &Scenario, strategy: &scenario::Strategy, without: &Without) -> Strategy {
    let end = scenario.horizon.value - scenario.tail_length();
    let mut left = strategy.clone();
    let gone = |name: &str| without.campaigns.iter().any(|&own| scenario.campaigns[usize::from(own)].name == name);
    left.plans.retain(|(name, _)| !gone(&name.value));
    let silent = without.channels.iter().fold(0, |bits, channel| bits | 1 << channel);
    Strategy { reaches: !silent, ..one(scenario, &left, end) }
}

fn one(scenario: &Scenario, strategy: &scenario::Strategy, end: Seconds) -> Strategy {
    let policies = Policies::new(scenario, &strategy.policies);
    let profile = Profile::new(scenario, strategy.profile);
    let mut ids = 0..StepId::MAX;
    let plans: Vec<Option<Plan>> = scenario
        .campaigns
        .iter()
        .map(|campaign| {
            let (_, plan) = strategy.plans.iter().find(|(name, _)| name.value == campaign.name)?;
            Some(self::plan(scenario, &policies, campaign, plan, &mut ids))
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
    let mut events: Vec<EventTrigger> =
        (0..plans.len()).filter(|&id| plans[id].is_some()).filter_map(|id| entry::event(scenario, id)).collect();
    events.sort_by_key(|event| event.label);
    let ends = || plans.iter().flatten().map(|plan| plan.ends);
    let ends_runs = ends().fold(0, |bits, ends| bits | ends.goal | ends.exit);
    let ends_at_once = ends().filter(|ends| ends.at_once).fold(0, |bits, ends| bits | ends.goal | ends.exit);
    let by_response = |plan: &Plan| plan.way == Way::Preferred(Preference::Response);
    let written = scenario.strategies.iter().position(|own| own.name == strategy.name);
    Strategy {
        name: strategy.name.clone(),
        written: written.unwrap_or(scenario.strategies.len()),
        calendars: calendars.collect(),
        plain: is_neutral(scenario)
            && profile.is_plain()
            && events.is_empty()
            && plans.iter().flatten().all(|plan| plan.plain),
        events,
        ends_runs,
        ends_at_once,
        asks_for_sends: !policies.caps.is_empty()
            || policies.arbitration.is_some()
            || plans.iter().flatten().any(by_response),
        reaches: u64::MAX,
        plans,
        policies,
        profile,
    }
}

fn plan(
    scenario: &Scenario,
    policies: &Policies,
    campaign: &Campaign,
    plan: &scenario::Plan,
    ids: &mut Range<StepId>,
) -> Plan {
    let mut way = Way::Cascade;
    let mut steps: Vec<Step> = match &plan.way {
        scenario::Way::Cascade(steps) => cascade(scenario, steps),
        scenario::Way::Blast(channels) => {
            way = Way::Blast;
            row(scenario, channels.iter())
        }
        scenario::Way::Mix(weights) => {
            way = Way::Mix(upper_ends(weights.iter().map(|(_, weight)| *weight)));
            row(scenario, weights.iter().map(|(channel, _)| channel))
        }
        scenario::Way::Preferred(channels, preference) => {
            way = Way::Preferred(*preference);
            row(scenario, channels.iter())
        }
    };
    for i in 0..steps.len() {
        let earlier = (0..i).filter(|&j| steps[j].channel == steps[i].channel);
        steps[i].same_channel = earlier.fold(0, |bits, j| bits | 1 << j);
        // The limits on names and on steps of a plan leave room for all.
        steps[i].id = ids.next().unwrap_or(StepId::MAX);
    }
    let marketing = campaign.purpose == Purpose::Marketing;
    let ends = self::ends(campaign);
    let holdout = plan.holdout.unwrap_or(campaign.holdout);
    let holdout = (holdout > 0.0).then(|| (Label::of(&campaign.name), Threshold::new(holdout)));
    let quiet = steps.iter().any(|step| !policies.quiet[usize::from(step.channel)].is_never());
    let kept_to =
        quiet || policies.holdout != Threshold::NEVER || !policies.caps.is_empty() || policies.arbitration.is_some();
    let simple = |step: &Step| {
        let more = step.fallback || step.at.is_some() || step.only_if != 0 || step.segments.is_some();
        !more && step.ttl == Seconds::MAX
    };
    let entry = Entry::new(scenario, campaign, plan);
    let plain = way == Way::Cascade
        && entry.is_none()
        && plan.send_time == SendTime::WhenDue
        && steps.iter().all(simple)
        && marketing
        && !kept_to
        && holdout.is_none()
        && ends == Ends { goal: ends.goal, within: ends.within, ..Ends::NONE };
    Plan {
        way,
        entry,
        send_time: plan.send_time,
        ends,
        holdout,
        marketing,
        free_form: campaign.is_free_form(),
        priority: campaign.priority,
        plain,
        steps,
    }
}

fn ends(campaign: &Campaign) -> Ends {
    let goal = |event: GoalEvent| match event {
        GoalEvent::Order => Step::bit(Response::Ordered),
        GoalEvent::Click => Step::bit(Response::Clicked),
        GoalEvent::Reply => Step::bit(Response::Replied),
        GoalEvent::Response => Step::bit(Response::Responded),
    };
    let exit = |exit: Exit| match exit {
        Exit::Opened => Step::bit(Response::Opened),
        Exit::Clicked => Step::bit(Response::Clicked),
        Exit::Replied => Step::bit(Response::Replied),
        Exit::Ordered => Step::bit(Response::Ordered),
        Exit::OptedOut => Step::OPTED_OUT,
        Exit::Audience => 0,
    };
    Ends {
        goal: campaign.goal.map_or(0, |own| goal(own.event)),
        within: campaign.goal.and_then(|goal| goal.within).unwrap_or(Seconds::MAX),
        exit: campaign.exit.iter().fold(0, |bits, own| bits | exit(*own)),
        after: campaign.exit_after.unwrap_or(Seconds::MAX),
        outside_audience: campaign.exit.contains(&Exit::Audience),
        at_once: campaign.exits_at_once,
    }
}

/// Steps in the order of the file, each followed by its fallbacks.
fn cascade(scenario: &Scenario, written: &[scenario::Step]) -> Vec<Step> {
    let mut steps = Vec::new();
    for (place, step) in written.iter().enumerate() {
        let branch = |segment: &scenario::Segment| step.segments.iter().any(|name| name.value == segment.name);
        let main = Step {
            number: place as u8 + 1,
            after: step.after,
            at: step.at.map(scenario::TimeOfDay::since_midnight),
            unless: Step::bits(&step.unless),
            ends: step.otherwise != Some(Otherwise::Next),
            only_if: Step::bits(&step.only_if),
            ends_without: step.otherwise == Some(Otherwise::End),
            ttl: step.ttl.unwrap_or(Seconds::MAX),
            segments: (!step.segments.is_empty()).then(|| scenario.segments.iter().map(branch).collect()),
            ..plain(scenario, &step.send)
        };
        let fallbacks = step.fallback.iter().map(|channel| Step {
            number: main.number,
            fallback: true,
            segments: main.segments.clone(),
            ..plain(scenario, channel)
        });
        let fallbacks: Vec<Step> = fallbacks.collect();
        steps.push(main);
        steps.extend(fallbacks);
    }
    steps
}

/// Steps without waits or conditions.
fn row<'s>(scenario: &Scenario, channels: impl Iterator<Item = &'s At<String>>) -> Vec<Step> {
    channels.enumerate().map(|(place, channel)| Step { number: place as u8 + 1, ..plain(scenario, channel) }).collect()
}

fn plain(scenario: &Scenario, channel: &At<String>) -> Step {
    let place = scenario.channels.iter().position(|own| own.name == channel.value);
    Step {
        id: 0,
        number: 1,
        fallback: false,
        channel: place.unwrap_or(0) as ChannelId,
        after: 0,
        at: None,
        unless: 0,
        ends: false,
        only_if: 0,
        ends_without: false,
        ttl: Seconds::MAX,
        segments: None,
        same_channel: 0,
    }
}
