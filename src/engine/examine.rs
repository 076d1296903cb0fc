//! What a due step goes through before it is sent, in a fixed order (R21).

use super::known::Deed;
use super::play::{Player, Run, Sent, kind};
use super::purpose;
use super::watch::{Reason, Watch};
use crate::scenario::{Capped, DAY, GivesWay, Seconds};
use crate::world::{Cap, ChannelId, Hush, Plan, Step};

/// What an examination came to.
pub(super) enum Examined {
    Sent,
    Withheld(Reason, Then),
    /// It is examined again at this instant.
    Held(Reason, Seconds),
}

/// How a run goes on after a step that was not sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// With the next step, when it is due.
    Next,
    /// With the next step, at once.
    NextAtOnce,
    /// Not at all.
    End,
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// Examines a due step.
    #[inline(always)]
    pub fn outcome(&self, at: Seconds, run: &Run, plan: &Plan, step: &Step) -> Examined {
        let bit = 1 << step.channel;
        if !PLAIN {
            if at - run.due >= step.ttl {
                return Examined::Withheld(Reason::Expired, Then::Next);
            }
            if self.left(at, run, plan, step.channel) {
                return Examined::Withheld(Reason::Exit, Then::End);
            }
        }
        if plan.ends.goal != 0 && self.has_met_goal(at, run, plan, step.channel) {
            return Examined::Withheld(Reason::GoalMet, Then::End);
        }
        if !PLAIN && self.is_held_out(plan) {
            return Examined::Withheld(Reason::Holdout, Then::End);
        }
        if (PLAIN || step.unless != 0) && self.known_responses(at, run, step.channel) & step.unless != 0 {
            let then = if step.ends { Then::End } else { Then::Next };
            return Examined::Withheld(Reason::ConditionMet, then);
        }
        if !PLAIN && step.only_if != 0 && self.known_responses(at, run, step.channel) & step.only_if == 0 {
            let then = if step.ends_without { Then::End } else { Then::Next };
            return Examined::Withheld(Reason::ConditionNotMet, then);
        }
        let open = if PLAIN || plan.marketing { self.opted_in & self.reachable } else { self.reachable };
        if open & bit == 0 {
            return Examined::Withheld(self.why_closed(bit, PLAIN || plan.marketing), Then::Next);
        }
        if !PLAIN && !self.window_allows(at, step.channel, plan) {
            return Examined::Withheld(Reason::OutsideWindow, Then::Next);
        }
        if !PLAIN && plan.marketing { self.by_policies(at, plan, step) } else { Examined::Sent }
    }

    /// Consent is asked before reach.
    #[inline(always)]
    fn why_closed(&self, bit: u64, marketing: bool) -> Reason {
        if !marketing || self.opted_in & bit != 0 {
            Reason::Unreachable
        } else if self.opted_out & bit != 0 {
            Reason::OptedOut
        } else {
            Reason::NotOptedIn
        }
    }

    /// Quiet hours, priority and caps.
    fn by_policies(&self, at: Seconds, plan: &Plan, step: &Step) -> Examined {
        let policies = &self.strategy.policies;
        match policies.quiet[usize::from(step.channel)].hush(self.wall(), at) {
            Some(Hush::Skip) => return Examined::Withheld(Reason::QuietHours, Then::Next),
            Some(Hush::Hold(until)) => return Examined::Held(Reason::QuietHours, until),
            None => {}
        }
        if let Some(arbitration) = policies.arbitration
            && let Some(meeting) = self.comes_first(at, plan, arbitration.window)
        {
            return match arbitration.then {
                GivesWay::Skip => Examined::Withheld(Reason::LowerPriority, Then::Next),
                GivesWay::End => Examined::Withheld(Reason::LowerPriority, Then::End),
                GivesWay::Hold => Examined::Held(Reason::LowerPriority, (meeting + arbitration.window).max(at + 1)),
            };
        }
        let full = policies.caps.iter().filter(|cap| cap.channels >> step.channel & 1 == 1);
        for cap in full {
            let Some(room) = self.room(at, cap, step.channel) else { continue };
            return match cap.then {
                Capped::Skip => Examined::Withheld(Reason::Capped, Then::Next),
                Capped::NextChannel => Examined::Withheld(Reason::Capped, Then::NextAtOnce),
                Capped::End => Examined::Withheld(Reason::Capped, Then::End),
                Capped::Hold => Examined::Held(Reason::Capped, room),
            };
        }
        Examined::Sent
    }

    /// Whether the customer has left a run (R20), as far as a channel knows.
    pub fn left(&self, at: Seconds, run: &Run, plan: &Plan, channel: ChannelId) -> bool {
        self.has_done(at, run, plan.ends.exit, Seconds::MAX, channel)
            || at - run.began >= plan.ends.after
            || (plan.ends.outside_audience && !self.is_in_audience(at, plan))
    }

    #[inline(always)]
    pub fn has_met_goal(&self, at: Seconds, run: &Run, plan: &Plan, channel: ChannelId) -> bool {
        self.has_done(at, run, plan.ends.goal, plan.ends.within, channel)
    }

    /// Whether by an instant a channel knows that the customer has done one of these, less than so long after the trigger of
    /// a run.
    #[inline(always)]
    fn has_done(&self, at: Seconds, run: &Run, deeds: u8, within: Seconds, channel: ChannelId) -> bool {
        let since = &self.scratch.heard[run.heard_before as usize..];
        let is_one = |deed: &&Deed| deed.what & deeds != 0 && deed.at - run.began < within;
        since.iter().filter(is_one).any(|deed| self.knows(at, channel, deed))
    }

    /// The customer does something that may end runs (R20).
    pub fn heard(&mut self, at: Seconds, deed: Deed) {
        self.scratch.heard.push(deed);
        if self.strategy.ends_at_once & deed.what == 0 {
            return;
        }
        for index in 0..self.scratch.runs.len() {
            let run = &self.scratch.runs[index];
            if run.waiting == 0 {
                continue;
            }
            let Some(plan) = &self.strategy.plans[usize::from(run.campaign)] else { continue };
            if !plan.ends.at_once {
                continue;
            }
            let why = if deed.what & plan.ends.exit != 0 {
                Reason::Exit
            } else if deed.what & plan.ends.goal != 0 && at - run.began < plan.ends.within {
                Reason::GoalMet
            } else {
                continue;
            };
            // In the second of the deed or not at all: what is known later is read when a step is due.
            if self.all_know(run, plan, |channel| self.knows(at, channel, &deed)) {
                self.end(at, index as u32, why);
            }
        }
    }

    fn is_held_out(&self, plan: &Plan) -> bool {
        let own = plan.holdout.is_some_and(|(label, share)| self.start.picks(purpose::HOLDOUT).happens(label, share));
        own || (plan.marketing && self.start.luck.happens(purpose::HOLDOUT_OF_ALL, self.strategy.policies.holdout))
    }

    /// The latest instant near enough at which a campaign of higher priority has or will have the word (R40).
    fn comes_first(&self, at: Seconds, plan: &Plan, window: Seconds) -> Option<Seconds> {
        let plans = &self.strategy.plans;
        let outranks = |other: &Plan| other.marketing && other.priority > plan.priority;
        let of_run = |run: u32| plans[usize::from(self.scratch.runs[run as usize].campaign)].as_ref();
        let sent = self.scratch.sent.iter().rev().take_while(|sent| at - sent.at < window);
        let sent = sent.filter(|sent| of_run(sent.run).is_some_and(outranks)).map(|sent| sent.at);
        let waiting = self.scratch.pending.iter().chain(&self.scratch.late).filter(|pending| {
            pending.key % kind::KINDS == kind::STEP
                && pending.at() - at <= window
                && of_run(pending.message.run).is_some_and(|plan| {
                    let run = &self.scratch.runs[pending.message.run as usize];
                    outranks(plan) && run.waits_with(plan.place(pending.message.step))
                })
        });
        let waiting = waiting.map(|pending| pending.at());
        // What came up in this very second counts whether or not it had its turn, so that ties decide nothing.
        let calendar = &self.strategy.calendars[self.start.segment];
        let ahead = &calendar[calendar.partition_point(|occurrence| occurrence.at < at)..];
        let ahead = ahead.iter().take_while(|occurrence| occurrence.at - at <= window);
        let ahead = ahead.filter(|occurrence| {
            let plan = plans[usize::from(occurrence.campaign)].as_ref();
            plan.is_some_and(|plan| outranks(plan) && self.is_in_audience(at, plan))
        });
        sent.chain(waiting).chain(ahead.map(|occurrence| occurrence.at)).max()
    }

    /// If as far as a channel knows a cap has no room: the first instant at which it will have, should nothing more be sent (R39).
    fn room(&self, at: Seconds, cap: &Cap, channel: ChannelId) -> Option<Seconds> {
        let (today, _) = self.wall().day(at);
        let days = cap.per / DAY;
        let is_within = |sent: &&Sent| {
            if cap.calendar { today - self.wall().day(sent.at).0 < days } else { at - sent.at < cap.per }
        };
        let counts = |sent: &&Sent| {
            let plan = self.strategy.plans[usize::from(self.scratch.runs[sent.run as usize].campaign)].as_ref();
            cap.channels >> sent.channel & 1 == 1
                && self.strategy.profile.shares(sent.channel, channel)
                && (cap.counts_transactional || plan.is_some_and(|plan| plan.marketing))
        };
        // What was sent last leaves last.
        let latest = self.scratch.sent.iter().rev().take_while(is_within);
        let last_to_leave = latest.filter(counts).nth(cap.messages - 1)?;
        let room = if cap.calendar {
            self.wall().instant((self.wall().day(last_to_leave.at).0 + days) * DAY)
        } else {
            last_to_leave.at + cap.per
        };
        Some(room.max(at + 1))
    }
}
