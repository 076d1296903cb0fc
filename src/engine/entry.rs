//! From a trigger to a run (R36, R37).

use super::examine::Then;
use super::play::{Pending, Player, Run, key, kind};
use super::purpose;
use super::start::within;
use super::watch::{Event, Message, Reason, Refusal, Watch};
use crate::luck::Luck;
use crate::scenario::{Concurrency, Reentry, Seconds, SendTime, Stage};
use crate::world::{Audience, CampaignId, Entry, EventTrigger, Occurrence, On, Plan, Wall, Way};

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// The clock on the customer's wall.
    #[inline(always)]
    pub fn wall(&self) -> &Wall {
        &self.world.walls[self.start.segment]
    }

    /// A campaign comes up by the calendar.
    #[inline(always)]
    pub fn occurs(&mut self, Occurrence { at, campaign, label }: Occurrence) {
        let strategy = self.strategy;
        let Some(plan) = &strategy.plans[usize::from(campaign)] else { return };
        let luck = self.start.luck.child(label);
        if PLAIN {
            self.begin(at, campaign, luck, plan, true);
        } else {
            self.comes_up(at, campaign, luck, true);
        }
    }

    /// Something happened that may trigger campaigns; `address` is that of the event.
    pub fn triggers(&mut self, at: Seconds, address: Luck, is_it: impl Fn(On) -> bool, message: Option<Message>) {
        let strategy = self.strategy;
        for trigger in &strategy.events {
            if is_it(trigger.on) && self.is_meant(trigger, message) {
                self.comes_up(at, trigger.campaign, address.child(trigger.label), false);
            }
        }
    }

    fn is_meant(&self, trigger: &EventTrigger, message: Option<Message>) -> bool {
        let (On::Clicked(campaign, channel) | On::Replied(campaign, channel)) = trigger.on else { return true };
        message.is_some_and(|message| {
            campaign.is_none_or(|wanted| wanted == self.scratch.runs[message.run as usize].campaign)
                && channel.is_none_or(|wanted| wanted == message.channel)
        })
    }

    /// From the last order on (or from joining) time runs until the customer counts as inactive.
    pub fn expect_inactivity(&mut self) {
        let strategy = self.strategy;
        let since = if self.known_order == Seconds::MIN { self.start.joined } else { self.known_order };
        for trigger in &strategy.events {
            let On::Inactive(span) = trigger.on else { continue };
            let at = since + span;
            // Whoever had been inactive for longer at the start had that instant before it.
            if at >= self.start.joined.max(0) {
                let message = Message { run: u32::from(trigger.campaign), step: 0, channel: 0 };
                let luck = self.order_address.child(trigger.label);
                self.enqueue(Pending { key: key(at, kind::INACTIVE), luck, message });
            }
        }
    }

    /// The time of inactivity is full, unless the customer has ordered since.
    pub fn inactive(&mut self, at: Seconds, pending: Pending) {
        let campaign = pending.message.run as CampaignId;
        let strategy = self.strategy;
        let Some(trigger) = strategy.events.iter().find(|trigger| trigger.campaign == campaign) else { return };
        if self.order_address.child(trigger.label) == pending.luck {
            self.comes_up(at, campaign, pending.luck, true);
        }
    }

    /// A campaign comes up: a run of its plan begins, unless something speaks against it. What begins after all else of
    /// this second is `last`.
    fn comes_up(&mut self, at: Seconds, campaign: CampaignId, luck: Luck, last: bool) {
        let strategy = self.strategy;
        let Some(plan) = &strategy.plans[usize::from(campaign)] else { return };
        if at >= self.world.last_start {
            return;
        }
        // What an event brings up once in a second it does not bring up again, or zero delays would go round for ever.
        let in_this_second = || self.scratch.runs.iter().rev().take_while(|run| run.began == at);
        if !last && in_this_second().any(|run| run.campaign == campaign) {
            self.watch.see(at, Event::Refused(campaign, Refusal::EnteredBefore));
            return;
        }
        if let Some(entry) = &plan.entry
            && let Some(refusal) = self.refusal(at, campaign, entry)
        {
            self.watch.see(at, Event::Refused(campaign, refusal));
            return;
        }
        self.begin(at, campaign, luck, plan, last);
    }

    /// A run begins; what begins after all else of this second is `last`.
    #[inline(always)]
    fn begin(&mut self, at: Seconds, campaign: CampaignId, luck: Luck, plan: &Plan, last: bool) {
        self.watch.see(at, Event::RunBegan(campaign));
        let index = self.scratch.runs.len() as u32;
        let clock = if PLAIN { at } else { self.clock_begins(at, luck, plan.send_time) };
        let mut run = Run {
            luck,
            began: at,
            last_sent: clock,
            due: clock,
            sent: 0,
            waiting: 0,
            over: 0,
            heard_before: self.scratch.heard.len() as u32,
            campaign,
            begun: 0,
            responses: 0,
        };
        let place = match &plan.way {
            _ if PLAIN => Some(0),
            Way::Mix(upper) => {
                let pick = luck.word(purpose::MIX);
                Some(upper.partition_point(|end| !end.holds(pick)) as u8)
            }
            Way::Preferred(_) => Some(0),
            Way::Cascade | Way::Blast => self.first_step(plan, 0, false, 0),
        };
        let Some(place) = place else {
            self.scratch.runs.push(run);
            return;
        };
        let step = &plan.steps[usize::from(place)];
        run.due = self.due_at(clock, step, at, Then::Next);
        let due = run.due;
        if last && due == at {
            self.scratch.runs.push(run);
            self.go_on(at, index, place, plan);
            return;
        }
        // The steps of a blast wait together.
        run.waiting = if plan.way == Way::Blast { plan.places() } else { 1 << place };
        self.scratch.runs.push(run);
        self.enqueue(Pending { key: key(due, kind::STEP), luck, message: step.message(index) });
    }

    /// What speaks against a run.
    fn refusal(&mut self, at: Seconds, campaign: CampaignId, entry: &Entry) -> Option<Refusal> {
        if entry.audience.as_ref().is_some_and(|audience| !self.belongs_to(at, audience)) {
            return Some(Refusal::OutsideAudience);
        }
        let earlier = || self.scratch.runs.iter().filter(|run| run.campaign == campaign);
        let again = match entry.reentry {
            Reentry::Always => true,
            Reentry::Never => earlier().next().is_none(),
            Reentry::After(span) => earlier().next_back().is_none_or(|run| at - run.began >= span),
        };
        if !again {
            return Some(Refusal::EnteredBefore);
        }
        if entry.concurrency == Concurrency::Allow {
            return None;
        }
        // Where runs are never beside each other only the last one can be under way.
        let last = self.scratch.runs.iter().rposition(|run| run.campaign == campaign);
        let under_way = last.filter(|&index| self.scratch.runs[index].waiting != 0)?;
        if entry.concurrency == Concurrency::Skip {
            return Some(Refusal::StillRunning);
        }
        self.end(at, under_way as u32, Reason::Replaced);
        None
    }

    /// When the clock of a run begins (R42).
    fn clock_begins(&self, at: Seconds, luck: Luck, send_time: SendTime) -> Seconds {
        match send_time {
            SendTime::WhenDue => at,
            SendTime::Spread(span) => at + spread(luck, span),
            SendTime::BestHour => self.start.best_hour(self.table).map_or(at, |hour| self.wall().next(3600 * hour, at)),
        }
    }

    /// Whether the customer belongs to the audience of a plan at an instant.
    pub fn is_in_audience(&self, at: Seconds, plan: &Plan) -> bool {
        let audience = plan.entry.as_ref().and_then(|entry| entry.audience.as_ref());
        audience.is_none_or(|audience| self.belongs_to(at, audience))
    }

    fn belongs_to(&self, at: Seconds, audience: &Audience) -> bool {
        let ago = |then: Seconds| if then == Seconds::MIN { Seconds::MAX } else { at - then };
        let ordered = ago(self.known_order);
        let responded =
            at - if self.last_response == Seconds::MIN { self.start.joined.max(0) } else { self.last_response };
        let not_ordered = if ordered == Seconds::MAX { at - self.start.joined } else { ordered };
        audience.segments.as_ref().is_none_or(|segments| segments[self.start.segment])
            && (audience.stages == 0 || audience.stages & Audience::stage(self.stage(ordered)) != 0)
            && audience.ordered_within.is_none_or(|span| ordered < span)
            && audience.not_ordered_for.is_none_or(|span| not_ordered >= span)
            && audience.responded_within.is_none_or(|span| responded < span)
            && audience.not_responded_for.is_none_or(|span| responded >= span)
            && audience.opted_in & !self.opted_in == 0
            && audience.share.is_none_or(|(label, share)| self.start.picks(purpose::SHARE).happens(label, share))
    }

    /// How the firm sees the customer whose last order lies so long back.
    fn stage(&self, ordered: Seconds) -> Stage {
        let stages = &self.world.scenario.stages;
        match self.known_orders {
            0 => Stage::Prospect,
            _ if ordered >= stages.lapsed_after => Stage::Lapsed,
            _ if ordered >= stages.lapsing_after => Stage::Lapsing,
            1 => Stage::New,
            _ => Stage::Repeat,
        }
    }
}

/// The random delay of a run below `span`.
pub(super) fn spread(run: Luck, span: Seconds) -> Seconds {
    within(run.word(purpose::SPREAD), span)
}
