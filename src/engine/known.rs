//! What channels know of each other when a step is due (R48).

use super::play::{Player, Run};
use super::purpose;
use super::watch::{Reason, Watch};
use crate::luck::{Label, Luck};
use crate::scenario::{Response, Seconds};
use crate::world::{ChannelId, Plan, Step, Way};

/// Something that a customer did on a channel, and who knows of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deed {
    pub at: Seconds,
    /// What, as [bits](Step::bit).
    pub what: u8,
    channel: ChannelId,
    known: Known,
}

/// Which channels know of a deed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Known {
    /// All, at once.
    Everywhere,
    /// Its own at once, those that share with it after the lag.
    WhereShared,
    /// Its own only: the sync failed.
    Here,
}

impl Deed {
    /// What the whole firm knows at once.
    pub const fn known_to_all(at: Seconds, what: u8) -> Self {
        Self { at, what, channel: 0, known: Known::Everywhere }
    }
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// An order or a response on a channel; `address` is that of its journey or contact.
    #[inline(always)]
    pub fn deed(&self, at: Seconds, what: u8, channel: ChannelId, address: Luck) -> Deed {
        if PLAIN || self.strategy.profile.knows_all {
            return Deed::known_to_all(at, what);
        }
        let failed = address.child(purpose::SYNC).happens(Label::new(u64::from(what)), self.tables.context.failure);
        Deed { at, what, channel, known: if failed { Known::Here } else { Known::WhereShared } }
    }

    /// Whether a channel knows of a deed by an instant.
    #[inline(always)]
    pub fn knows(&self, at: Seconds, channel: ChannelId, deed: &Deed) -> bool {
        if PLAIN {
            return true;
        }
        match deed.known {
            Known::Everywhere => true,
            Known::Here => channel == deed.channel,
            Known::WhereShared => {
                channel == deed.channel
                    || (at - deed.at >= self.tables.context.lag && self.strategy.profile.shares(deed.channel, channel))
            }
        }
    }

    /// Notes a response to a message of a run.
    #[inline(always)]
    pub fn note(&mut self, index: u32, at: Seconds, response: Response, channel: ChannelId, address: Luck) {
        let what = Step::bit(response);
        let run = &mut self.scratch.runs[index as usize];
        run.responses |= what;
        if !PLAIN && !self.strategy.profile.knows_all {
            let run = run.luck;
            let deed = self.deed(at, what, channel, address);
            self.scratch.told.push((run, deed));
        }
    }

    /// The responses to messages of a run of which a channel knows by an instant, as [bits](Step::bit).
    #[inline(always)]
    pub fn known_responses(&self, at: Seconds, run: &Run, channel: ChannelId) -> u8 {
        if PLAIN || self.strategy.profile.knows_all {
            return run.responses;
        }
        let since = self.scratch.told.iter().rev().take_while(|(_, deed)| deed.at >= run.began);
        let of_run = since.filter(|(luck, _)| *luck == run.luck);
        of_run.filter(|(_, deed)| self.knows(at, channel, deed)).fold(0, |all, (_, deed)| all | deed.what)
    }

    /// Whether what ended a run for one step ends it for the steps of a channel too.
    fn ends_for(&self, at: Seconds, run: &Run, plan: &Plan, step: &Step, why: Reason, channel: ChannelId) -> bool {
        match why {
            Reason::Exit => self.left(at, run, plan, channel),
            Reason::GoalMet => self.has_met_goal(at, run, plan, channel),
            Reason::ConditionMet => self.known_responses(at, run, channel) & step.unless != 0,
            Reason::ConditionNotMet => self.known_responses(at, run, channel) & step.only_if == 0,
            _ => true,
        }
    }

    /// The first step of a cascade behind a place whose channel does not know why the run ended there. For all steps behind
    /// it whose channels know it by now the run is over.
    pub fn unaware(&mut self, at: Seconds, index: u32, plan: &Plan, place: u8, why: Reason) -> Option<u8> {
        let run = self.scratch.runs[index as usize];
        let ended = &plan.steps[usize::from(place)];
        let mut over = run.over;
        for later in place + 1..plan.steps.len() as u8 {
            // Fallbacks go with the step that they stand in for.
            let main = &plan.steps[main_of(plan, later)];
            if self.ends_for(at, &run, plan, ended, why, main.channel) {
                over |= 1 << later;
            }
        }
        self.scratch.runs[index as usize].over = over;
        let next = self.first_step(plan, over, false, place + 1)?;
        self.scratch.runs[index as usize].begun = next;
        Some(next)
    }

    /// Whether everybody who may yet send in a run knows why it ends.
    pub fn all_know(&self, run: &Run, plan: &Plan, known_to: impl Fn(ChannelId) -> bool) -> bool {
        if PLAIN || self.strategy.profile.knows_all {
            return known_to(0);
        }
        let ahead = |place: u8| {
            run.waits_with(place)
                || match plan.way {
                    Way::Mix(_) => false,
                    Way::Preferred(_) | Way::Blast => place >= run.begun,
                    Way::Cascade => self.may_come(run, plan, place),
                }
        };
        let places = 0..plan.steps.len() as u8;
        places.filter(|place| ahead(*place)).all(|place| known_to(plan.steps[usize::from(place)].channel))
    }

    /// Whether a step of a cascade lies ahead of a run, or a fallback that such a step or the one that waits may call for.
    fn may_come(&self, run: &Run, plan: &Plan, place: u8) -> bool {
        let main = main_of(plan, place);
        let may_be_called_for = || {
            let mut before = main as u8..place;
            before.any(|earlier| run.waits_with(earlier))
        };
        self.has_step(plan, run.over, place) && (main >= usize::from(run.begun) || may_be_called_for())
    }
}

/// The place of the step for which one stands in; its own, unless it is a fallback.
fn main_of(plan: &Plan, place: u8) -> usize {
    let before = &plan.steps[..=usize::from(place)];
    before.iter().rposition(|step| !step.fallback).unwrap_or(0)
}
