//! Runs: when their steps are due (R18), and how one leads to the next.

use super::contacts::Sending;
use super::examine::{Examined, Then};
use super::known::Deed;
use super::play::{NEVER, Pending, Player, Run, key, kind};
use super::watch::{Event, Message, Reason, Watch};
use crate::scenario::{Preference, Seconds};
use crate::world::{Plan, Step, Way};

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// A step that waited is due, unless its run has ended meanwhile.
    #[inline]
    pub fn due(&mut self, at: Seconds, message: Message) {
        let strategy = self.strategy;
        let run = &self.scratch.runs[message.run as usize];
        let Some(plan) = &strategy.plans[usize::from(run.campaign)] else { return };
        let place = plan.place(message.step);
        if run.waits_with(place) {
            self.go_on(at, message.run, place, plan);
        }
    }

    /// Examines a due step of a run and goes on to the next ones, for as long as nothing else comes before them.
    pub fn go_on(&mut self, mut at: Seconds, index: u32, mut place: u8, plan: &Plan) {
        let run = &mut self.scratch.runs[index as usize];
        run.waiting &= !(1 << place);
        if !PLAIN && plan.way == Way::Blast && place >= run.begun {
            // All of them are due now.
            run.waiting |= plan.places() & !((2 << place) - 1);
        }
        let mut last_sent = run.last_sent;
        if !PLAIN && let Way::Preferred(preference) = plan.way {
            place = self.preferred(at, plan, preference);
        }
        let mut step = &plan.steps[usize::from(place)];
        loop {
            let (mut sending, mut then, mut why) = (Sending::default(), Then::Next, None);
            match self.outcome(at, &self.scratch.runs[index as usize], plan, step) {
                Examined::Sent => {
                    sending = self.send(at, index, place, plan, step);
                    last_sent = at;
                }
                Examined::Withheld(reason, what_then) => {
                    self.watch.see(at, Event::Withheld(step.message(index), reason));
                    (then, why) = (what_then, Some(reason));
                }
                Examined::Held(reason, until) => {
                    self.watch.see(at, Event::Held(step.message(index), reason, until));
                    self.wait_until(until, index, place, step);
                    // The steps of a blast do not wait for each other.
                    if plan.way != Way::Blast {
                        return;
                    }
                }
            }
            let Sending { opening, .. } = sending;
            let next = match why {
                // It ends for those who know.
                Some(why)
                    if !PLAIN && then == Then::End && plan.way == Way::Cascade && !self.strategy.profile.knows_all =>
                {
                    self.unaware(at, index, plan, place, why)
                }
                _ => self.next_step(plan, index, place, then, sending.failed),
            };
            let due = next.map_or(at, |next| self.due_at(last_sent, &plan.steps[usize::from(next)], at, then));
            if !PLAIN {
                if let Some(next) = next {
                    let run = &mut self.scratch.runs[index as usize];
                    run.due = due;
                    run.waiting |= 1 << next;
                }
                if sending.opted_out && self.strategy.ends_runs & Step::OPTED_OUT != 0 {
                    self.heard(at, Deed::known_to_all(at, Step::OPTED_OUT));
                }
            }
            let Some(next) = next.filter(|next| PLAIN || self.scratch.runs[index as usize].waits_with(*next)) else {
                // Held until this very second like this one, it is sent before any of them can be opened.
                if !PLAIN && let Some(mate) = self.take_mate(at, index, plan) {
                    opening.into_iter().for_each(|opening| self.enqueue(opening));
                    self.scratch.runs[index as usize].waiting &= !(1 << mate);
                    place = mate;
                    step = &plan.steps[usize::from(mate)];
                    continue;
                }
                if let Some(opening) = opening {
                    self.expect(opening);
                }
                return;
            };
            place = next;
            step = &plan.steps[usize::from(next)];
            if due <= at {
                // What was sent at this instant can only be opened after all of it was sent.
                if let Some(opening) = opening {
                    self.enqueue(opening);
                }
                if !PLAIN {
                    self.scratch.runs[index as usize].waiting &= !(1 << next);
                }
                continue;
            }
            let due_key = key(due, kind::STEP);
            if let Some(opening) = opening {
                self.scratch.runs[index as usize].waiting |= 1 << next;
                self.held = due_key;
                self.expect(opening);
                self.held = NEVER;
                // What happened meanwhile may have ended the run.
                if !self.scratch.runs[index as usize].waits_with(next) {
                    return;
                }
            }
            if due_key >= self.next_key() {
                self.wait_until(due, index, next, step);
                return;
            }
            self.scratch.runs[index as usize].waiting &= !(1 << next);
            at = due;
        }
    }

    /// A step is examined at a later instant.
    fn wait_until(&mut self, at: Seconds, index: u32, place: u8, step: &Step) {
        let run = &mut self.scratch.runs[index as usize];
        run.waiting |= 1 << place;
        let luck = run.luck;
        self.enqueue(Pending { key: key(at, kind::STEP), luck, message: step.message(index) });
    }

    /// The place of another step of a blast that was held until this second.
    fn take_mate(&mut self, at: Seconds, index: u32, plan: &Plan) -> Option<u8> {
        let run = &self.scratch.runs[index as usize];
        let is_mate = |next: &Pending| {
            next.key == key(at, kind::STEP)
                && next.message.run == index
                && run.waits_with(plan.place(next.message.step))
        };
        let found = self.scratch.pending.iter().rposition(is_mate)?;
        Some(plan.place(self.scratch.pending.remove(found).message.step))
    }

    /// The step of a plan that follows one that has had its outcome.
    #[inline(always)]
    fn next_step(&mut self, plan: &Plan, index: u32, place: u8, then: Then, failed: bool) -> Option<u8> {
        if PLAIN {
            let more = then == Then::Next && usize::from(place) + 1 < plan.steps.len();
            return more.then_some(place + 1);
        }
        match plan.way {
            Way::Mix(_) | Way::Preferred(_) => None,
            // Each step of a blast is on its own, and one that was held is the last.
            Way::Blast if place < self.scratch.runs[index as usize].begun => None,
            Way::Cascade if then == Then::End => None,
            Way::Cascade | Way::Blast => {
                let run = &mut self.scratch.runs[index as usize];
                run.begun = place + 1;
                let over = run.over;
                self.first_step(plan, over, failed, place + 1)
            }
        }
    }

    /// The first step from a place on that the customer has: no fallback that nothing calls for.
    #[inline(always)]
    pub fn first_step(&self, plan: &Plan, over: u64, failed: bool, from: u8) -> Option<u8> {
        let mut place = from;
        loop {
            let step = plan.steps.get(usize::from(place))?;
            if (!step.fallback || failed) && self.has_step(plan, over, place) {
                return Some(place);
            }
            place += 1;
        }
    }

    /// Whether a step is of the customer's branch, and none of those for which the run is over.
    #[inline(always)]
    pub fn has_step(&self, plan: &Plan, over: u64, place: u8) -> bool {
        let step = &plan.steps[usize::from(place)];
        over >> place & 1 == 0 && step.segments.as_ref().is_none_or(|segments| segments[self.start.segment])
    }

    /// When a step is due, the one before it having had its outcome `now` (R18).
    #[inline(always)]
    pub fn due_at(&self, last_sent: Seconds, step: &Step, now: Seconds, then: Then) -> Seconds {
        if PLAIN {
            return (last_sent + step.after).max(now);
        }
        if step.fallback || then == Then::NextAtOnce {
            return now;
        }
        let due = last_sent + step.after;
        // A skipped or unreachable step costs no time, but no step is examined before the one ahead of it.
        match step.at {
            None => due.max(now),
            Some(time) => self.wall().next(time, due).max(now),
        }
    }

    /// The best channel of those that can be addressed, by its place in the list; the first one if there is none.
    fn preferred(&self, at: Seconds, plan: &Plan, preference: Preference) -> u8 {
        let consent = if plan.marketing { self.opted_in } else { u64::MAX };
        let open = consent & self.reachable;
        let mut best: Option<(usize, f64)> = None;
        let can = |step: &Step| open >> step.channel & 1 == 1 && self.window_allows(at, step.channel, plan);
        for (place, step) in plan.steps.iter().enumerate().filter(|(_, step)| can(step)) {
            let merit = match preference {
                Preference::Affinity => self.start.click_chance(self.tables, usize::from(step.channel)),
                Preference::Response => {
                    let [sent, responded] = self.scratch.tried[usize::from(step.channel)];
                    f64::from(responded + 1) / f64::from(sent + 2)
                }
            };
            if best.is_none_or(|(_, most)| merit > most) {
                best = Some((place, merit));
            }
        }
        best.map_or(0, |(place, _)| place as u8)
    }

    /// Ends a run: what waits has its outcome now.
    pub fn end(&mut self, at: Seconds, index: u32, reason: Reason) {
        let run = &mut self.scratch.runs[index as usize];
        let Some(plan) = &self.strategy.plans[usize::from(run.campaign)] else { return };
        let mut waiting = std::mem::take(&mut run.waiting);
        while waiting != 0 {
            let step = &plan.steps[waiting.trailing_zeros() as usize];
            self.watch.see(at, Event::Withheld(step.message(index), reason));
            waiting &= waiting - 1;
        }
    }

    /// Ends every run that waits, in the order in which they began.
    pub fn end_all(&mut self, at: Seconds, reason: Reason) {
        for index in 0..self.scratch.runs.len() {
            if self.scratch.runs[index].waiting != 0 {
                self.end(at, index as u32, reason);
            }
        }
    }

    /// What still waits at the horizon comes too late.
    pub fn end_late(&mut self) {
        // Until then the queue has run empty: what waits is what was never put into it.
        let mut late = std::mem::take(&mut self.scratch.late);
        late.sort_unstable_by_key(|pending| pending.message.run);
        for pending in &late {
            self.end(self.world.horizon - 1, pending.message.run, Reason::TooLate);
        }
        self.scratch.late = late;
    }
}

impl Run {
    /// Whether the step at a place of the plan lies ahead.
    #[inline(always)]
    pub const fn waits_with(&self, place: u8) -> bool {
        self.waiting >> place & 1 == 1
    }
}

impl Step {
    /// A message of this step in a run.
    #[inline(always)]
    pub(super) const fn message(&self, run: u32) -> Message {
        Message { run, step: self.id, channel: self.channel }
    }
}
