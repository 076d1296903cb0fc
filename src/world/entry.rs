//! From a trigger to a run, as the engine asks it: event triggers, audiences, re-entry (R36, R37).

use super::tables::bits;
use super::{CampaignId, ChannelId};
use crate::luck::{Label, Threshold};
use crate::scenario::{self, Campaign, Concurrency, Message, Reentry, Scenario, Seconds, Stage, Trigger, TriggerEvent};

/// A campaign that something triggers which happens to a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EventTrigger {
    /// The campaign.
    pub campaign: CampaignId,
    /// Address label of its runs below the event's address (R2); the order in which one event triggers several.
    pub label: Label,
    /// The event.
    pub on: On,
}

/// Something that happens to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    /// It joins.
    Joined,
    /// It orders.
    Ordered,
    /// A journey leaves a cart behind.
    CartLeft,
    /// It has not ordered for so many seconds.
    Inactive(Seconds),
    /// It clicks a message: of this campaign and on this channel, if any is named.
    Clicked(Option<CampaignId>, Option<ChannelId>),
    /// It replies to a message, likewise.
    Replied(Option<CampaignId>, Option<ChannelId>),
}

/// Whom a plan is for and how often; asked when its campaign comes up.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Whom; none = everybody.
    pub audience: Option<Audience>,
    /// Whether a customer may begin another run.
    pub reentry: Reentry,
    /// What happens while an earlier run is under way.
    pub concurrency: Concurrency,
}

/// Conditions that a customer must meet, all of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// By segment: whether it is one of these.
    pub segments: Option<Vec<bool>>,
    /// Stages as [bits](Audience::stage); 0 = any.
    pub stages: u8,
    /// Ordered less than so many seconds ago.
    pub ordered_within: Option<Seconds>,
    /// Has not ordered for at least so many seconds.
    pub not_ordered_for: Option<Seconds>,
    /// Responded less than so many seconds ago.
    pub responded_within: Option<Seconds>,
    /// Has not responded for at least so many seconds.
    pub not_responded_for: Option<Seconds>,
    /// Opted in to all of these channels, as bits.
    pub opted_in: u64,
    /// Of a random share of all customers: address label of the pick and the share.
    pub share: Option<(Label, Threshold)>,
}

impl Audience {
    /// The bit of a stage.
    pub const fn stage(stage: Stage) -> u8 {
        1 << stage as u8
    }

    fn new(scenario: &Scenario, campaign: &Campaign, audience: &scenario::Audience) -> Option<Self> {
        let names = |names: &[scenario::At<String>], name: &String| names.iter().any(|own| own.value == *name);
        let segments: Vec<bool> =
            scenario.segments.iter().map(|segment| names(&audience.segments, &segment.name)).collect();
        let compiled = Self {
            segments: (!audience.segments.is_empty()).then_some(segments),
            stages: audience.stages.iter().fold(0, |bits, stage| bits | Self::stage(*stage)),
            ordered_within: audience.ordered_within,
            not_ordered_for: audience.not_ordered_for,
            responded_within: audience.responded_within,
            not_responded_for: audience.not_responded_for,
            opted_in: bits(scenario, &audience.opted_in),
            share: audience.share.map(|share| (Label::of(&campaign.name), Threshold::new(share))),
        };
        (compiled != Self::everybody()).then_some(compiled)
    }

    fn everybody() -> Self {
        Self {
            segments: None,
            stages: 0,
            ordered_within: None,
            not_ordered_for: None,
            responded_within: None,
            not_responded_for: None,
            opted_in: 0,
            share: None,
        }
    }
}

impl Entry {
    /// None where everybody may always enter.
    pub(super) fn new(scenario: &Scenario, campaign: &Campaign, plan: &scenario::Plan) -> Option<Self> {
        let audience = plan.audience.as_ref().unwrap_or(&campaign.audience);
        let entry = Self {
            audience: Audience::new(scenario, campaign, audience),
            reentry: campaign.reentry,
            concurrency: campaign.concurrency,
        };
        let open = Self { audience: None, reentry: Reentry::Always, concurrency: Concurrency::Allow };
        (entry != open).then_some(entry)
    }
}

/// What triggers a campaign, if it is an event.
pub(super) fn event(scenario: &Scenario, id: usize) -> Option<EventTrigger> {
    let campaign = &scenario.campaigns[id];
    let Trigger::Event(event) = &campaign.trigger.value else { return None };
    let place = |found: Option<usize>| found.unwrap_or(usize::MAX);
    let of = |message: &Message| {
        let campaign = message.campaign.as_ref().map(|name| {
            place(scenario.campaigns.iter().position(|campaign| campaign.name == name.value)) as CampaignId
        });
        let channel = message
            .channel
            .as_ref()
            .map(|name| place(scenario.channels.iter().position(|channel| channel.name == name.value)) as ChannelId);
        (campaign, channel)
    };
    let on = match event {
        TriggerEvent::Joined => On::Joined,
        TriggerEvent::Ordered => On::Ordered,
        TriggerEvent::CartAbandoned => On::CartLeft,
        TriggerEvent::Inactive(span) => On::Inactive(*span),
        TriggerEvent::Clicked(message) => {
            let (campaign, channel) = of(message);
            On::Clicked(campaign, channel)
        }
        TriggerEvent::Replied(message) => {
            let (campaign, channel) = of(message);
            On::Replied(campaign, channel)
        }
    };
    Some(EventTrigger { campaign: id as CampaignId, label: Label::of(&campaign.name), on })
}
