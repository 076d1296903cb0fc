//! Runs and contacts: which due step is sent, and what a message leads to.

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::play::{NEVER, Pending, Player, Run, key, kind};
use super::purpose;
use super::watch::{Event, Message, Reason, Watch};
use crate::luck::{Label, Luck};
use crate::scenario::{Response, Seconds};
use crate::world::{Delay, Occurrence, Plan, Step};

/// What an examination of a due step came to (R21).
enum Examined {
    Sent,
    Withheld(Reason),
    Ended(Reason),
}

impl<W: Watch> Player<'_, W> {
    /// A campaign comes up: a run of its plan begins (R18).
    pub fn begin_run(&mut self, occurrence: Occurrence) {
        let Some(plan) = &self.strategy.plans[usize::from(occurrence.campaign)] else { return };
        self.watch.see(occurrence.at, Event::RunBegan(occurrence.campaign));
        let luck = self.start.luck.child(occurrence.label);
        let step = plan.mix.as_ref().map_or(0, |upper| {
            let pick = luck.word(purpose::MIX);
            upper.partition_point(|end| !end.holds(pick)) as u8
        });
        let run = self.scratch.runs.len() as u32;
        self.scratch.runs.push(Run {
            luck,
            last_sent: occurrence.at,
            sent: 0,
            orders_before: self.orders,
            campaign: occurrence.campaign,
            step,
            responses: 0,
        });
        let first = &plan.steps[usize::from(step)];
        if first.after == 0 {
            self.advance(occurrence.at, run);
        } else {
            self.enqueue(Pending {
                key: key(occurrence.at + first.after, kind::STEP),
                luck,
                message: first.message(run),
            });
        }
    }

    /// Examines the due step of a run and goes on to the next ones, for as long as nothing else comes before them.
    pub fn advance(&mut self, mut at: Seconds, index: u32) {
        // A copy, so that the loop works on registers; it goes back before anyone else looks.
        let mut run = self.scratch.runs[index as usize];
        let strategy = self.strategy;
        let Some(plan) = &strategy.plans[usize::from(run.campaign)] else { return };
        let mut steps = plan.steps[usize::from(run.step)..].iter();
        let Some(mut step) = steps.next() else { return };
        loop {
            let outcome = self.outcome(&run, plan, step);
            let opening = match outcome {
                Examined::Sent => self.send(at, index, &mut run, step),
                Examined::Withheld(reason) | Examined::Ended(reason) => {
                    self.watch.see(at, Event::Withheld(step.message(index), reason));
                    None
                }
            };
            let next = if plan.mix.is_some() || matches!(outcome, Examined::Ended(_)) { None } else { steps.next() };
            run.step += 1;
            let Some(next) = next else {
                if let Some(opening) = opening {
                    self.scratch.runs[index as usize] = run;
                    self.expect(opening);
                }
                return;
            };
            step = next;
            // A skipped or unreachable step costs no time, but no step is examined before the one ahead of it.
            let due = run.last_sent + step.after;
            if due <= at {
                // What was sent at this instant can only be opened after all of it was sent.
                if let Some(opening) = opening {
                    self.enqueue(opening);
                }
                continue;
            }
            let due_key = key(due, kind::STEP);
            if let Some(opening) = opening {
                self.scratch.runs[index as usize] = run;
                self.held = due_key;
                self.expect(opening);
                self.held = NEVER;
                if self.dismissed {
                    return;
                }
                run = self.scratch.runs[index as usize];
            }
            if due_key >= self.next_key() {
                self.scratch.runs[index as usize] = run;
                self.enqueue(Pending { key: due_key, luck: run.luck, message: step.message(index) });
                return;
            }
            at = due;
        }
    }

    /// The order of examination is fixed (R21): goal, condition, consent, reachability.
    #[inline(always)]
    fn outcome(&self, run: &Run, plan: &Plan, step: &Step) -> Examined {
        let bit = 1 << step.channel;
        if plan.ends_on_order && self.orders > run.orders_before {
            Examined::Ended(Reason::GoalMet)
        } else if run.responses & step.unless != 0 {
            if step.ends { Examined::Ended(Reason::ConditionMet) } else { Examined::Withheld(Reason::ConditionMet) }
        } else if self.opted_out & bit != 0 {
            Examined::Withheld(Reason::OptedOut)
        } else if self.opted_in & bit == 0 {
            Examined::Withheld(Reason::NotOptedIn)
        } else {
            Examined::Sent
        }
    }

    /// Sends a message; gives its opening, if it will be opened.
    #[inline(always)]
    fn send(&mut self, at: Seconds, index: u32, run: &mut Run, step: &Step) -> Option<Pending> {
        let (message, channel) = (step.message(index), step.channel);
        let contact = self.tables.contacts[usize::from(channel)].as_ref()?;
        let nth = if step.same_channel == 0 { 0 } else { (run.sent & step.same_channel).count_ones() };
        let luck = run.luck.nth_child(contact.label, u64::from(nth));
        run.sent |= 1 << run.step;
        run.last_sent = at;
        self.watch.see(at, Event::Sent(message));
        if !luck.happens(purpose::DELIVERED, contact.delivered) {
            return None;
        }
        run.responses |= Step::bit(Response::Delivered);
        self.contacted = true;
        self.watch.see(at, Event::Delivered(message));
        // The lost are billed for and never respond (R12).
        if !self.alive {
            return None;
        }
        if luck.happens(purpose::OPTED_OUT, contact.opt_out) {
            self.opted_out |= 1 << channel;
            self.watch.see(at, Event::OptedOut(message));
        }
        let level = self.affinity(contact.label, contact.opened.len());
        if !luck.happens(purpose::OPENED, contact.opened[level]) {
            return None;
        }
        let at = at + wait(contact.open_delay, luck, purpose::OPEN_DELAY);
        Some(Pending { key: key(at, kind::OPENED), luck, message })
    }

    /// A message is opened, and perhaps clicked.
    pub fn opened(&mut self, at: Seconds, contact: Pending) {
        if !self.alive {
            return;
        }
        let Some(table) = self.tables.contacts[usize::from(contact.message.channel)].as_ref() else { return };
        self.watch.see(at, Event::Opened(contact.message));
        self.scratch.runs[contact.message.run as usize].responses |= Step::bit(Response::Opened);
        let level = self.affinity(table.label, table.clicked.len());
        if contact.luck.happens(purpose::CLICKED, table.clicked[level]) {
            let at = at + wait(table.click_delay, contact.luck, purpose::CLICK_DELAY);
            self.expect(Pending { key: key(at, kind::CLICKED), ..contact });
        }
    }

    /// A message is clicked: a journey begins where the click lands.
    pub fn clicked(&mut self, at: Seconds, contact: Pending) {
        if !self.alive {
            return;
        }
        self.responded = true;
        self.watch.see(at, Event::Clicked(contact.message));
        self.scratch.runs[contact.message.run as usize].responses |= Step::bit(Response::Clicked);
        self.contact_journey(at, contact);
    }

    /// The customer's level of affinity to a channel, of `levels` equally likely ones (a power of two).
    #[inline]
    fn affinity(&self, label: Label, levels: usize) -> usize {
        if levels == 1 {
            return 0;
        }
        let word = self.start.luck.child(purpose::AFFINITY).word(label);
        (word >> (64 - levels.trailing_zeros())) as usize
    }
}

impl Step {
    /// A message of this step in a run.
    #[inline(always)]
    const fn message(&self, run: u32) -> Message {
        Message { run, step: self.id, channel: self.channel }
    }
}

/// A waiting time in whole seconds.
#[inline]
fn wait(delay: Delay, luck: Luck, purpose: Label) -> Seconds {
    let seconds = match delay {
        Delay::Fixed(seconds) => return seconds,
        Delay::Exponential(mean) => {
            let unit: f64 = Exp1.sample(&mut luck.stream(purpose));
            unit * mean
        }
        Delay::LogNormal { mu, sigma } => {
            let z: f64 = StandardNormal.sample(&mut luck.stream(purpose));
            libm::exp(mu + sigma * z)
        }
    };
    // Beyond a century nothing happens in any scenario; the bound keeps sums of times in range.
    (seconds + 0.5).min(3.2e9) as Seconds
}
