//! What the firm has seen of a customer and on which channels it is known (R48, R50): a list that is read anew for each
//! question.

use channelmix::luck::{Label, Luck};
use channelmix::scenario::{At, Exit, GoalEvent, Profile, Response, Seconds, Way};

use super::{Customer, words};

/// What customers do, and goals, exits and conditions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Delivered,
    Opened,
    Clicked,
    Replied,
    Ordered,
    OptedOut,
}

/// A deed as the firm has seen it.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    pub at: Seconds,
    pub deed: Deed,
    /// The channel of the message, or on which the order was placed.
    pub channel: usize,
    /// The address of the message, or of the journey.
    pub address: Luck,
    /// The run whose message led to it.
    pub run: Option<usize>,
}

impl Customer<'_> {
    /// Whether two channels share what they know.
    pub fn share(&self, one: usize, other: usize) -> bool {
        let name = |channel: usize| &self.scenario.channels[channel].name;
        let in_one_group = |group: &At<Vec<At<String>>>| {
            [one, other].iter().all(|channel| group.value.iter().any(|own| own.value == *name(*channel)))
        };
        one == other
            || self.strategy.profile == Profile::Unified
            || self.scenario.context.shared.iter().any(in_one_group)
    }

    /// Whether what is done on one of two channels that share is never told to the other, drawn at its address.
    fn sync_fails(&self, fact: &Fact) -> bool {
        let number = match fact.deed {
            Deed::Delivered => 1,
            Deed::Opened => 2,
            Deed::Clicked => 4,
            Deed::Ordered => 8,
            Deed::Replied => 16,
            Deed::OptedOut => unreachable!("opt-outs are known everywhere"),
        };
        let failure = self.scenario.context.sync_failure.typical();
        words::happens(fact.address.child(words::SYNC), Label::new(number), failure)
    }

    /// Whether a channel knows of something by now.
    pub fn knows(&self, channel: usize, fact: &Fact) -> bool {
        fact.deed == Deed::OptedOut
            || channel == fact.channel
            || (self.share(channel, fact.channel)
                && self.now - fact.at >= self.scenario.context.sync_lag
                && !self.sync_fails(fact))
    }

    /// Whether messages of a run have led to one of these responses, as far as a channel knows.
    pub fn has_got(&self, run: usize, wanted: &[At<Response>], channel: usize) -> bool {
        let meant = |deed: Deed, response: Response| match response {
            Response::Delivered => deed == Deed::Delivered,
            Response::Opened => deed == Deed::Opened,
            Response::Clicked => deed == Deed::Clicked,
            Response::Replied => deed == Deed::Replied,
            Response::Responded => deed == Deed::Clicked || deed == Deed::Replied,
            Response::Ordered => deed == Deed::Ordered,
        };
        self.facts.iter().any(|fact| {
            fact.run == Some(run)
                && wanted.iter().any(|response| meant(fact.deed, response.value))
                && self.knows(channel, fact)
        })
    }

    /// Whether it is an exit of the run's campaign.
    fn is_exit(&self, run: usize, fact: &Fact) -> bool {
        self.campaign(self.runs[run].campaign).exit.iter().any(|exit| match exit {
            Exit::Opened => fact.deed == Deed::Opened,
            Exit::Clicked => fact.deed == Deed::Clicked,
            Exit::Replied => fact.deed == Deed::Replied,
            Exit::Ordered => fact.deed == Deed::Ordered,
            Exit::OptedOut => fact.deed == Deed::OptedOut,
            Exit::Audience => false,
        })
    }

    /// Whether it meets the goal of the run's campaign.
    fn is_goal(&self, run: usize, fact: &Fact) -> bool {
        self.campaign(self.runs[run].campaign).goal.is_some_and(|goal| {
            let meant = match goal.event {
                GoalEvent::Order => fact.deed == Deed::Ordered,
                GoalEvent::Click => fact.deed == Deed::Clicked,
                GoalEvent::Reply => fact.deed == Deed::Replied,
                GoalEvent::Response => fact.deed == Deed::Clicked || fact.deed == Deed::Replied,
            };
            meant && goal.within.is_none_or(|time| fact.at - self.runs[run].trigger < time)
        })
    }

    /// Whether a deed after the trigger is an exit, as far as a channel knows.
    pub fn has_left(&self, run: usize, channel: usize) -> bool {
        let since = &self.facts[self.runs[run].facts_before..];
        since.iter().any(|fact| self.is_exit(run, fact) && self.knows(channel, fact))
    }

    /// Whether the goal is met, as far as a channel knows.
    pub fn has_met_goal(&self, run: usize, channel: usize) -> bool {
        let since = &self.facts[self.runs[run].facts_before..];
        since.iter().any(|fact| self.is_goal(run, fact) && self.knows(channel, fact))
    }

    /// Notes a deed; runs that end at once do so.
    pub fn has_done(&mut self, fact: Fact) {
        self.facts.push(fact);
        for run in 0..self.runs.len() {
            let all_know = || self.may_still_send(run).into_iter().all(|channel| self.knows(channel, &fact));
            if !self.campaign(self.runs[run].campaign).exits_at_once || !all_know() {
                continue;
            }
            if self.is_exit(run, &fact) {
                self.end(run, channelmix::engine::Reason::Exit);
            } else if self.is_goal(run, &fact) {
                self.end(run, channelmix::engine::Reason::GoalMet);
            }
        }
    }

    /// The channels on which a run may still send something.
    fn may_still_send(&self, run: usize) -> Vec<usize> {
        let items = self.items(run);
        let plan = self.plan(self.runs[run].campaign);
        let mut channels = Vec::new();
        for waiting in &self.runs[run].waiting {
            channels.push(items[waiting.item].channel);
            match &plan.way {
                Way::Cascade(steps) => {
                    let of = items[waiting.item].of;
                    for (place, item) in items.iter().enumerate().skip(waiting.item + 1) {
                        let to_come = item.of == of || self.is_to_come(run, item.of, &steps[item.of]);
                        if to_come && place > waiting.item {
                            channels.push(item.channel);
                        }
                    }
                }
                Way::Preferred(all, _) => channels.extend(all.iter().map(|name| self.channel(&name.value))),
                Way::Blast(_) | Way::Mix(_) => {}
            }
        }
        channels
    }
}
