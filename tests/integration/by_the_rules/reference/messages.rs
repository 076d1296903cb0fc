//! Messages from sending to responses: what customers do and machines do in their place (R50), what comes late or double
//! (R51), what is billed (R55).

use channelmix::engine::{Event, Message, Origin};
use channelmix::luck::{Label, Luck};
use channelmix::scenario::{Billing, Contact, Receipts, Seconds, TriggerEvent};

use super::knowledge::{Deed, Fact};
use super::pressure::Odds;
use super::{Coming, Customer, Item, Kind, Meant, Tie, Waiting, What, words};

/// A message that was sent.
pub struct Sent {
    pub at: Seconds,
    pub run: usize,
    pub campaign: usize,
    pub channel: usize,
    pub message: Message,
    pub luck: Luck,
    /// What it meets at its delivery.
    odds: Odds,
    /// What the firm has seen: a response, an opening, a click.
    pub responded: bool,
    seen_opened: bool,
    seen_clicked: bool,
}

impl Customer<'_> {
    fn contact(&self, channel: usize) -> &Contact {
        self.scenario.channels[channel].contact.as_ref().expect("it carries messages")
    }

    pub fn send(&mut self, run: usize, item: usize) {
        let campaign = self.runs[run].campaign;
        let message = self.message(run, item);
        let Item { channel, of, .. } = self.items(run)[item];
        let nth = self.sent.iter().filter(|sent| sent.run == run && sent.channel == channel).count();
        let luck = self.runs[run].luck.nth_child(Label::of(&self.scenario.channels[channel].name), nth as u64);
        let number = self.sent.len();
        self.sent.push(Sent {
            at: self.now,
            run,
            campaign,
            channel,
            message,
            luck,
            odds: Odds { response: 1.0, opt_out: 1.0, complaint: 1.0 },
            responded: false,
            seen_opened: false,
            seen_clicked: false,
        });
        self.runs[run].last_sent = Some(self.now);
        self.say(Event::Sent(message));
        self.bill(Billing::Sent, message);
        if self.is_double(number) {
            self.say(Event::Duplicated(message));
            self.bill(Billing::Sent, message);
        }
        let contact = self.contact(channel);
        let delivered = words::happens(luck, words::DELIVERED, contact.delivery_rate.typical());
        let told = contact.receipts != Receipts::None;
        let late = words::wait(&contact.delivery_delay, luck, words::DELIVERY_DELAY);
        let mut opts_out = false;
        if delivered && late == 0 {
            opts_out = self.is_delivered(number);
        } else if delivered {
            self.will(Kind::Delivered, late, number);
        }
        let next = self.items(run).get(item + 1).copied();
        let stands_in = next.is_some_and(|next| next.step.is_none() && next.of == of && self.is_cascade(run));
        if !delivered && told && stands_in {
            self.runs[run].waiting.push(Waiting { item: item + 1, due: self.now, at: self.now });
        } else {
            self.goes_on(run, of + 1, false);
        }
        if opts_out {
            self.has_opted_out(number);
        }
    }

    fn is_double(&self, number: usize) -> bool {
        let Sent { channel, luck, .. } = self.sent[number];
        let rate = self.contact(channel).duplicate_rate.as_ref().map_or(0.0, |rate| rate.typical());
        words::happens(luck, words::DUPLICATED, rate)
    }

    /// Something about a message will happen after some time.
    fn will(&mut self, kind: Kind, after: Seconds, number: usize) {
        let tie = Tie::Address(self.sent[number].luck);
        self.coming.push(Coming { at: self.now + after, kind, tie, what: What::Message(number) });
    }

    /// Gives whether the customer opts out at that.
    pub fn is_delivered(&mut self, number: usize) -> bool {
        let Sent { run, campaign, channel, message, luck, .. } = self.sent[number];
        let odds = self.odds(channel);
        self.sent[number].odds = odds;
        if let Some(pressure) = self.told_pressure(channel) {
            self.say(Event::UnderPressure(message, (pressure * 1000.0).round() as u64));
        }
        self.deliveries.push((self.now, number));
        self.say(Event::Delivered(message));
        self.bill(Billing::Delivered, message);
        let marketing = self.is_marketing(campaign);
        if marketing {
            self.experiences(|goodwill| goodwill.message);
        }
        if self.is_double(number) {
            self.say(Event::DeliveredTwice(message));
            self.bill(Billing::Delivered, message);
            self.deliveries.push((self.now, number));
            self.experiences(|goodwill| goodwill.duplicate);
        }
        let contact = self.contact(channel);
        if contact.receipts != Receipts::None {
            self.facts.push(Fact { at: self.now, deed: Deed::Delivered, channel, address: luck, run: Some(run) });
        }
        let contact = self.contact(channel);
        let rate = |rate: &Option<channelmix::scenario::Input<_>>| {
            rate.as_ref().map_or(0.0, |rate: &channelmix::scenario::Input<channelmix::scenario::Share>| rate.typical())
        };
        let machine = words::happens(luck, words::MACHINE_OPENED, rate(&contact.machine_open_rate));
        let machine_wait = words::wait(&contact.machine_open_delay, luck, words::MACHINE_OPEN_DELAY);
        let scanner = words::happens(luck, words::SCANNER_CLICKED, rate(&contact.scanner_click_rate));
        let open_wait = words::wait(&contact.open_delay, luck, words::OPEN_DELAY);
        let complains = marketing
            && self.alive
            && words::happens(
                luck,
                words::COMPLAINED,
                words::at_odds(contact.complaint_rate.typical(), odds.complaint),
            );
        let opts_out = marketing
            && self.alive
            && self.has_consent(channel)
            && (complains
                || words::happens(
                    luck,
                    words::OPTED_OUT,
                    words::at_odds(contact.opt_out_rate.typical(), odds.opt_out),
                ));
        let (open, _) = self.readiness(channel);
        if machine {
            self.will(Kind::MachineOpened, machine_wait, number);
        }
        if scanner {
            self.will(Kind::ScannerClicked, 0, number);
        }
        if words::happens(luck, words::OPENED, words::at_odds(open, odds.response)) {
            self.will(Kind::Opened, open_wait, number);
        }
        if complains {
            self.say(Event::Complained(message));
            self.experiences(|goodwill| goodwill.complaint);
        }
        if opts_out {
            self.say(Event::OptedOut(message));
            self.opted_out |= 1 << channel;
        }
        opts_out
    }

    pub fn has_opted_out(&mut self, number: usize) {
        let Sent { run, channel, luck, .. } = self.sent[number];
        self.has_done(Fact { at: self.now, deed: Deed::OptedOut, channel, address: luck, run: Some(run) });
    }

    /// The customer's chances to open what is delivered now, and to click what it opened.
    fn readiness(&self, channel: usize) -> (f64, f64) {
        let table = self.tables.contacts[channel].as_ref().expect("it carries messages");
        // One of 32 levels, or there is only one.
        let word = self.luck.child(words::AFFINITY).word(table.label);
        let level = if table.opened.len() == 1 { 0 } else { (word >> 59) as usize };
        let mut open = table.opened[level].probability();
        let at_best_hour = self.start.readiest_hour(self.tables) == Some(i64::from(self.clock.local(self.now).hour()));
        if let (true, Some(odds)) = (at_best_hour, &self.contact(channel).best_hour_odds) {
            open = words::at_odds(open, odds.typical());
        }
        (open, table.clicked[level].probability())
    }

    // What customers do.

    pub fn opens(&mut self, number: usize) {
        if !self.alive {
            return;
        }
        let Sent { channel, message, luck, odds, .. } = self.sent[number];
        self.say(Event::Opened(message));
        let contact = self.contact(channel);
        let told = contact.receipts == Receipts::Opened;
        let click_wait = words::wait(&contact.click_delay, luck, words::CLICK_DELAY);
        let reply_wait = words::wait(&contact.reply_delay, luck, words::REPLY_DELAY);
        let reply = contact.reply_rate.as_ref().map_or(0.0, |rate| rate.typical());
        let (_, click) = self.readiness(channel);
        if words::happens(luck, words::CLICKED, words::at_odds(click, odds.response)) {
            self.will(Kind::Clicked, click_wait, number);
        }
        if words::happens(luck, words::REPLIED, words::at_odds(reply, odds.response)) {
            self.will(Kind::Replied, reply_wait, number);
        }
        if told {
            self.is_seen_opened(number);
        }
    }

    pub fn clicks(&mut self, number: usize) {
        if !self.alive {
            return;
        }
        let Sent { message, luck, .. } = self.sent[number];
        self.say(Event::Clicked(message));
        self.is_seen_clicked(number);
        self.goes_through(luck, Some(number));
    }

    pub fn replies(&mut self, number: usize) {
        if !self.alive {
            return;
        }
        let Sent { run, message, channel, luck, .. } = self.sent[number];
        self.sent[number].responded = true;
        self.last_response = Some(self.now);
        self.say(Event::Replied(message));
        self.replies.push((self.now, channel));
        self.has_done(Fact { at: self.now, deed: Deed::Replied, channel, address: luck, run: Some(run) });
        let meant = self.meant(number);
        self.triggered_by(
            Origin::Event(luck),
            |event| matches!(event, TriggerEvent::Replied(which) if meant.fits(which)),
        );
    }

    // What the firm sees, whoever did it.

    /// Whether the firm sees what happens, and nothing else.
    fn sees_what_happens(&self, channel: usize) -> bool {
        let contact = self.contact(channel);
        contact.receipts == Receipts::Opened
            && contact.machine_open_rate.is_none()
            && contact.scanner_click_rate.is_none()
    }

    pub fn is_seen_opened(&mut self, number: usize) {
        let Sent { run, message, channel, luck, seen_opened, .. } = self.sent[number];
        if !seen_opened && !self.sees_what_happens(channel) {
            self.say(Event::SeenOpened(message));
        }
        self.sent[number].seen_opened = true;
        self.has_done(Fact { at: self.now, deed: Deed::Opened, channel, address: luck, run: Some(run) });
    }

    pub fn is_seen_clicked(&mut self, number: usize) {
        let Sent { run, message, channel, luck, seen_clicked, .. } = self.sent[number];
        if !seen_clicked && !self.sees_what_happens(channel) {
            self.say(Event::SeenClicked(message));
        }
        self.sent[number].seen_clicked = true;
        self.sent[number].responded = true;
        self.last_response = Some(self.now);
        self.has_done(Fact { at: self.now, deed: Deed::Clicked, channel, address: luck, run: Some(run) });
        if !seen_clicked {
            let meant = self.meant(number);
            self.triggered_by(
                Origin::Event(luck),
                |event| matches!(event, TriggerEvent::Clicked(which) if meant.fits(which)),
            );
        }
    }

    /// Campaign and channel of a message by name.
    fn meant(&self, number: usize) -> Meant {
        let sent = &self.sent[number];
        Meant {
            campaign: self.campaign(sent.campaign).name.clone(),
            channel: self.scenario.channels[sent.channel].name.clone(),
        }
    }

    /// What is billed so begins a conversation, unless one goes on (R55).
    fn bill(&mut self, on: Billing, message: Message) {
        let channel = usize::from(message.channel);
        let contact = self.scenario.channels[channel].contact.as_ref().expect("it carries messages");
        if contact.billed_on != on {
            return;
        }
        if self.window_is_open(channel) == Some(true) {
            self.say(Event::BilledInWindow(message));
        }
        if let Some(conversations) = &contact.conversations
            && !self.conversations.iter().any(|&(at, own)| own == channel && self.now - at < conversations.length)
        {
            self.conversations.push((self.now, channel));
            self.say(Event::ConversationBegan(message));
        }
    }

    /// None if the channel has no window.
    pub fn window_is_open(&self, channel: usize) -> Option<bool> {
        let window = self.scenario.channels[channel].contact.as_ref()?.window.as_ref()?;
        Some(self.replies.iter().any(|&(at, own)| own == channel && self.now - at < window.length))
    }
}
