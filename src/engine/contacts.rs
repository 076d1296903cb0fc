//! Contacts: what a message leads to.

use rand_distr::{Distribution, Exp1, StandardNormal};

use super::known::Deed;
use super::play::{Pending, Player, Sent, key, kind};
use super::pressure::{Weights, weighed};
use super::purpose;
use super::watch::{Event, Message, Watch};
use crate::luck::{Label, Luck, Threshold};
use crate::scenario::{Response, Seconds};
use crate::world::{ContactTable, Delay, On, Plan, Step};

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// Sends a message.
    #[inline(always)]
    pub fn send(&mut self, at: Seconds, index: u32, place: u8, plan: &Plan, step: &Step) -> Sending {
        let (message, channel) = (step.message(index), step.channel);
        let Some(contact) = self.tables.contacts[usize::from(channel)].as_ref() else { return Sending::default() };
        let run = &mut self.scratch.runs[index as usize];
        let nth = if step.same_channel == 0 { 0 } else { (run.sent & step.same_channel).count_ones() };
        let luck = run.luck.nth_child(contact.label, u64::from(nth));
        let delivered = luck.happens(purpose::DELIVERED, contact.delivered);
        run.sent |= 1 << place;
        run.last_sent = at;
        if PLAIN && delivered {
            run.responses |= Step::bit(Response::Delivered);
        }
        self.watch.see(at, Event::Sent(message));
        if !PLAIN && contact.billed_on_sent {
            self.bill(at, message, contact);
        }
        if !PLAIN && self.strategy.asks_for_sends {
            self.scratch.tried[usize::from(channel)][0] += 1;
            self.scratch.sent.push(Sent { at, run: index, step: step.id, channel, responded: false });
        }
        if !PLAIN && contact.duplicated != Threshold::NEVER && luck.happens(purpose::DUPLICATED, contact.duplicated) {
            self.watch.see(at, Event::Duplicated(message));
            if contact.billed_on_sent {
                self.bill_copy(at, message, contact);
            }
        }
        if !delivered {
            // Of a failure the firm learns at once, if it is told at all.
            return Sending { failed: PLAIN || contact.tells_delivery, ..Sending::default() };
        }
        if !PLAIN && !contact.delivery_delay.is_none() {
            let wait = wait(contact.delivery_delay, luck, purpose::DELIVERY_DELAY);
            if wait > 0 {
                self.enqueue(Pending { key: key(at + wait, kind::DELIVERED), luck, message });
                return Sending::default();
            }
        }
        self.arrive(at, luck, message, contact, PLAIN || plan.marketing)
    }

    /// A message that was under way is delivered.
    pub fn delivered(&mut self, at: Seconds, pending: Pending) {
        let message = pending.message;
        let Some(contact) = self.tables.contacts[usize::from(message.channel)].as_ref() else { return };
        let campaign = self.scratch.runs[message.run as usize].campaign;
        let marketing = self.strategy.plans[usize::from(campaign)].as_ref().is_none_or(|plan| plan.marketing);
        let sending = self.arrive(at, pending.luck, message, contact, marketing);
        if sending.opted_out && self.strategy.ends_runs & Step::OPTED_OUT != 0 {
            self.heard(at, Deed::known_to_all(at, Step::OPTED_OUT));
        }
        if let Some(opening) = sending.opening {
            self.expect(opening);
        }
    }

    /// A message is delivered.
    #[inline(always)]
    fn arrive(
        &mut self,
        at: Seconds,
        luck: Luck,
        message: Message,
        contact: &ContactTable,
        marketing: bool,
    ) -> Sending {
        let mut sending = Sending::default();
        self.contacted = true;
        if !PLAIN && contact.tells_delivery {
            self.note(message.run, at, Response::Delivered, message.channel, luck);
        }
        let weights = if PLAIN { Weights::NONE } else { self.press(at, message, contact, marketing) };
        self.watch.see(at, Event::Delivered(message));
        if !PLAIN && !contact.billed_on_sent {
            self.bill(at, message, contact);
        }
        if !PLAIN && contact.duplicated != Threshold::NEVER && luck.happens(purpose::DUPLICATED, contact.duplicated) {
            self.watch.see(at, Event::DeliveredTwice(message));
            if !contact.billed_on_sent {
                self.bill_copy(at, message, contact);
            }
            self.press_again(at, message, contact, marketing);
            self.feel(at, |goodwill| goodwill.duplicate);
        }
        if !PLAIN && !contact.seen_as_it_is {
            self.expect_machines(at, luck, message, contact);
        }
        // The lost are billed for and never respond (R12).
        if !self.alive {
            return sending;
        }
        let mut complained = false;
        if !PLAIN && marketing {
            self.feel(at, |goodwill| goodwill.message);
            complained = weighed(luck, purpose::COMPLAINED, contact.complaint, weights.complaint);
            if complained {
                self.watch.see(at, Event::Complained(message));
                self.feel(at, |goodwill| goodwill.complaint);
            }
        }
        // Of several that were under way only the first is opted out of.
        let opted_in = PLAIN || self.opted_in >> message.channel & 1 == 1;
        if marketing && opted_in && (weighed(luck, purpose::OPTED_OUT, contact.opt_out, weights.opt_out) || complained)
        {
            sending.opted_out = true;
            self.opted_in &= !(1 << message.channel);
            self.opted_out |= 1 << message.channel;
            self.watch.see(at, Event::OptedOut(message));
        }
        let chance = self.start.open_chance(contact, self.is_best_hour(contact, at));
        if weighed(luck, purpose::OPENED, chance, weights.response) {
            let at = at + wait(contact.open_delay, luck, purpose::OPEN_DELAY);
            sending.opening = Some(Pending { key: key(at, kind::OPENED), luck, message });
            if !PLAIN {
                self.scratch.strain.will_be_opened(luck, weights.response);
            }
        }
        sending
    }

    /// Whether an instant lies in the customer's best hour; not asked where it makes no difference.
    #[inline(always)]
    fn is_best_hour(&self, contact: &ContactTable, at: Seconds) -> bool {
        !PLAIN
            && contact.opened_at_best.is_some()
            && self.start.best_hour(self.table).is_some_and(|hour| {
                let (_, second) = self.wall().day(at);
                second / 3600 == hour
            })
    }

    /// A message is opened, and perhaps clicked or replied to.
    pub fn opened(&mut self, at: Seconds, contact: Pending) {
        if !self.alive {
            return;
        }
        let Some(table) = self.tables.contacts[usize::from(contact.message.channel)].as_ref() else { return };
        self.watch.see(at, Event::Opened(contact.message));
        if PLAIN || table.tells_opening {
            self.sees(at, contact, Response::Opened);
            self.respond(at, contact, Response::Opened);
        }
        let weight = if PLAIN { 0.0 } else { self.scratch.strain.is_opened(contact.luck) };
        if table.replied != Threshold::NEVER && weighed(contact.luck, purpose::REPLIED, table.replied, weight) {
            let at = at + wait(table.reply_delay, contact.luck, purpose::REPLY_DELAY);
            self.enqueue(Pending { key: key(at, kind::REPLIED), ..contact });
        }
        let level = self.start.affinity(table.label, table.clicked.len());
        if weighed(contact.luck, purpose::CLICKED, table.clicked[level], weight) {
            let at = at + wait(table.click_delay, contact.luck, purpose::CLICK_DELAY);
            self.expect(Pending { key: key(at, kind::CLICKED), ..contact });
        }
    }

    /// A message is clicked: a journey begins where the click lands.
    pub fn clicked(&mut self, at: Seconds, contact: Pending) {
        if !self.alive {
            return;
        }
        self.watch.see(at, Event::Clicked(contact.message));
        self.responded = true;
        self.sees_click(at, contact);
        self.contact_journey(at, contact);
    }

    /// A message is replied to.
    pub fn replied(&mut self, at: Seconds, contact: Pending) {
        if !self.alive {
            return;
        }
        self.watch.see(at, Event::Replied(contact.message));
        if !PLAIN {
            self.open_window(at, contact.message.channel);
        }
        self.responded = true;
        self.answered(at, contact, Response::Replied);
        if !PLAIN && !self.strategy.events.is_empty() {
            self.triggers(at, contact.luck, |on| matches!(on, On::Replied(..)), Some(contact.message));
        }
    }

    /// The firm sees a click or a reply.
    pub fn answered(&mut self, at: Seconds, contact: Pending, response: Response) {
        self.last_response = at;
        if !PLAIN && self.strategy.asks_for_sends {
            let is_it = |sent: &&mut Sent| (sent.run, sent.step) == (contact.message.run, contact.message.step);
            if let Some(sent) = self.scratch.sent.iter_mut().rev().find(is_it) {
                self.scratch.tried[usize::from(sent.channel)][1] += u32::from(!sent.responded);
                sent.responded = true;
            }
        }
        self.respond(at, contact, response);
    }

    /// Notes what the firm sees of a message of a run.
    #[inline(always)]
    pub fn respond(&mut self, at: Seconds, contact: Pending, response: Response) {
        let (message, what) = (contact.message, Step::bit(response));
        self.note(message.run, at, response, message.channel, contact.luck);
        if self.strategy.ends_runs & what != 0 {
            self.heard(at, self.deed(at, what, message.channel, contact.luck));
        }
    }
}

/// What became of a message on being sent.
#[derive(Default)]
pub(super) struct Sending {
    /// Whether it was not delivered.
    pub failed: bool,
    /// Whether it made the customer opt out.
    pub opted_out: bool,
    /// If it will be opened.
    pub opening: Option<Pending>,
}

/// A waiting time in whole seconds.
#[inline]
pub(super) fn wait(delay: Delay, luck: Luck, purpose: Label) -> Seconds {
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
