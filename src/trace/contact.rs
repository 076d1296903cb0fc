//! The address of a contact in words: the same contact has the same luck under every strategy (R2).

use crate::engine::{Cause, Event, Message, Reason};
use crate::scenario::{self, Receipts, Response, Seconds};
use crate::world::{CampaignId, Price, Step, Strategy, Tables, World};

/// One message to one customer: sent, or due and not sent.
#[derive(Clone, Copy, Debug, Eq)]
pub struct Contact<'w> {
    /// The campaign.
    pub campaign: &'w str,
    /// When the campaign came up, in seconds since the start.
    pub run_at: Seconds,
    /// The channel.
    pub channel: &'w str,
    /// 1 for the first message of this run on this channel, 2 for the next.
    pub send: u32,
    /// Its place in the strategy's plan, from 1; a fallback has that of the step that it stands in for.
    pub step: usize,
    /// Whether it stands in for a message that could not be delivered.
    pub fallback: bool,
    /// Whether that plan is a cascade, so that places are steps in time.
    pub cascade: bool,
}

/// Two contacts are the same if they have the same address, wherever the plans put them.
impl PartialEq for Contact<'_> {
    fn eq(&self, other: &Self) -> bool {
        let address = |contact: &Self| (contact.run_at, contact.send);
        address(self) == address(other) && self.campaign == other.campaign && self.channel == other.channel
    }
}

/// Knows the contacts of one customer's life under one strategy, told event by event.
pub(super) struct Contacts<'w> {
    world: &'w World,
    strategy: usize,
    /// By step number.
    steps: Vec<(CampaignId, usize, &'w Step)>,
    runs: Vec<Run>,
}

struct Run {
    at: Seconds,
    /// Places of the plan that were sent, as bits.
    sent: u64,
    /// Responses to its messages so far, as [bits](Step::bit).
    responses: u8,
}

impl<'w> Contacts<'w> {
    pub fn new(world: &'w World, strategy: usize) -> Self {
        let own: &Strategy = &world.strategies[strategy];
        Self { world, strategy, steps: own.steps().collect(), runs: Vec::new() }
    }

    /// Learns what an event changes.
    pub fn learn(&mut self, at: Seconds, event: Event) {
        match event {
            Event::RunBegan(_) => self.runs.push(Run { at, sent: 0, responses: 0 }),
            Event::Sent(message) => {
                self.runs[message.run as usize].sent |= 1 << self.steps[usize::from(message.step)].1;
            }
            // Plans read what the firm is told (R50).
            Event::Delivered(message) if self.receipts(message) == Receipts::None => {}
            Event::Opened(message) if self.receipts(message) != Receipts::Opened => {}
            Event::Delivered(message) => self.respond(message, Response::Delivered),
            Event::Opened(message) | Event::SeenOpened(message) => self.respond(message, Response::Opened),
            Event::Clicked(message) | Event::SeenClicked(message) => self.respond(message, Response::Clicked),
            Event::Replied(message) => self.respond(message, Response::Replied),
            Event::Ordered { cause: Cause::Contact { message, .. }, .. } => self.respond(message, Response::Ordered),
            _ => {}
        }
    }

    fn receipts(&self, message: Message) -> Receipts {
        let channel = &self.world.scenario.channels[usize::from(message.channel)];
        channel.contact.as_ref().map_or(Receipts::Opened, |contact| contact.receipts)
    }

    fn respond(&mut self, message: Message, response: Response) {
        self.runs[message.run as usize].responses |= Step::bit(response);
    }

    /// The contact of a message.
    pub fn of(&self, message: Message) -> Contact<'w> {
        let (campaign, _, step) = self.steps[usize::from(message.step)];
        let run = &self.runs[message.run as usize];
        let before = run.sent & step.same_channel;
        Contact {
            campaign: &self.world.campaigns[usize::from(campaign)],
            run_at: run.at,
            channel: &self.world.channels[usize::from(message.channel)].name,
            send: before.count_ones() + 1,
            step: usize::from(step.number),
            fallback: step.fallback,
            cascade: self.plan(campaign).is_some_and(|plan| matches!(plan.way, scenario::Way::Cascade(_))),
        }
    }

    /// What a message costs; none on a channel that carries none.
    pub fn price(&self, tables: &Tables, message: Message) -> Option<Price> {
        let (campaign, ..) = self.steps[usize::from(message.step)];
        tables.contacts[usize::from(message.channel)].as_ref().map(|_| tables.price(campaign, message.channel))
    }

    /// The responses that made a step unnecessary, or those that it needs and that had not come, in the words of the
    /// scenario file; none for another reason.
    pub fn condition(&self, message: Message, reason: Reason) -> Vec<&'static str> {
        let (campaign, _, step) = self.steps[usize::from(message.step)];
        let Some(scenario::Way::Cascade(steps)) = self.plan(campaign).map(|plan| &plan.way) else { return Vec::new() };
        let step = &steps[usize::from(step.number) - 1];
        let responses = self.runs[message.run as usize].responses;
        let came = |response: Response| responses & Step::bit(response) != 0;
        let named = |all: &[scenario::At<Response>]| {
            all.iter().map(|response| response.value).filter(|&response| came(response)).map(Response::word).collect()
        };
        match reason {
            Reason::ConditionMet => named(&step.unless),
            // What came and was not known to the channel is missing too (R48).
            Reason::ConditionNotMet => step.only_if.iter().map(|response| response.value.word()).collect(),
            _ => Vec::new(),
        }
    }

    /// The plan as it was written; `none` has no plan.
    fn plan(&self, campaign: CampaignId) -> Option<&'w scenario::Plan> {
        let written = self.world.scenario.strategies.get(self.strategy)?;
        let name = &self.world.campaigns[usize::from(campaign)];
        written.plans.iter().find(|(of, _)| of.value == *name).map(|(_, plan)| plan)
    }
}
