//! Journeys touch by touch (R14), with context that is lost on the way (R47) and carts that are found again (R49), and what
//! hangs on their end: orders, opt-ins (R44), coins (R11).

use channelmix::engine::{Cause, Event, Origin, Reason};
use channelmix::luck::{Luck, Threshold};
use channelmix::scenario::{Chance, Demand, Dropout, Lapse, Scenario, Segment, TriggerEvent};

use super::knowledge::{Deed, Fact};
use super::{Customer, words};

/// How a journey ends, and where.
pub enum End {
    Ordered(usize),
    Left(usize),
}

/// Where a natural journey begins.
pub fn entry(scenario: &Scenario, segment: &Segment, luck: Luck) -> usize {
    let word = luck.word(words::ENTRY);
    let mut sum = 0.0;
    let mut ends = segment.entry.iter().map(|(name, share)| {
        sum += share;
        (name, Threshold::new(sum))
    });
    let picked = ends.find(|(_, end)| end.holds(word)).map(|(name, _)| name);
    place(scenario, &picked.unwrap_or(&segment.entry.last().expect("journeys begin somewhere").0).value)
}

fn place(scenario: &Scenario, name: &str) -> usize {
    scenario.channels.iter().position(|channel| channel.name == name).expect("the channel exists")
}

/// The chances to order and to hop at a touch.
pub fn chances(
    scenario: &Scenario,
    segment: &Segment,
    channel: usize,
    intent: f64,
    leave_odds: f64,
) -> (f64, Vec<(usize, f64)>) {
    let channel = &scenario.channels[channel];
    let r = channel.order_rate.as_ref().expect("it is a touch").typical();
    let own = segment.hops.iter().find(|(from, _)| from.value == channel.name);
    let hops = own.iter().flat_map(|(_, row)| row).map(|(to, q)| (place(scenario, &to.value), q.typical()));
    let hops: Vec<(usize, f64)> = hops.collect();
    // Intent: hops keep their share among those who do not order.
    let raised = words::at_odds(r, intent);
    let rest = if r < 1.0 { (1.0 - raised) / (1.0 - r) } else { 0.0 };
    // Leaving: orders and hops keep their proportions.
    let leave = 1.0 - raised - hops.iter().map(|(_, q)| q * rest).sum::<f64>();
    let kept = if leave < 1.0 { (1.0 - words::at_odds(leave, leave_odds)) / (1.0 - leave) } else { 1.0 };
    (raised * kept, hops.into_iter().map(|(to, q)| (to, q * rest * kept)).collect())
}

impl Customer<'_> {
    /// The first of the channels on which a click lands that there is.
    pub fn landing(&self, channel: usize) -> usize {
        let contact = self.scenario.channels[channel].contact.as_ref().expect("it carries messages");
        let place = |name: &str| self.scenario.channels.iter().position(|channel| channel.name == name);
        contact.landing.value.iter().find_map(|name| place(&name.value)).expect("a click lands somewhere")
    }

    /// From touch to touch.
    fn travels(&mut self, entry: usize, luck: Luck, intent: f64) -> End {
        let context = &self.scenario.context;
        let (leave_odds, cart_odds) = (context.leave_odds.typical(), context.cart_odds.typical());
        self.say(Event::JourneyBegan(entry as u8));
        let (mut channel, mut hops, mut lost, mut found) = (entry, 0, false, false);
        for touch in 0.. {
            let finds = self.finds_a_cart(channel, luck);
            if finds && !found {
                self.say(Event::CartFound(channel as u8));
                found = true;
            }
            let (order, ways) = chances(
                self.scenario,
                self.segment,
                channel,
                intent * if finds { cart_odds } else { 1.0 },
                if lost { leave_odds } else { 1.0 },
            );
            let word = nth_word(luck, words::TOUCH, touch);
            if Threshold::new(order).holds(word) {
                return End::Ordered(channel);
            }
            let mut sum = order;
            let way = ways.into_iter().find(|(_, chance)| {
                sum += chance;
                Threshold::new(sum).holds(word)
            });
            let Some((to, _)) = way else { break };
            self.say(Event::Hopped { from: channel as u8, to: to as u8 });
            let failure = Threshold::new(self.scenario.context.sync_failure.typical());
            lost = !self.share(channel, to) || failure.holds(nth_word(luck, words::HOP_SYNC, hops));
            if lost {
                self.say(Event::ContextLost { from: channel as u8, to: to as u8 });
                self.experiences(|goodwill| goodwill.lost_context);
            }
            channel = to;
            hops += 1;
        }
        if hops == 0 {
            self.say(Event::Bounced(channel as u8));
        }
        End::Left(channel)
    }

    /// Whether a journey finds the last cart at touches on a channel.
    fn finds_a_cart(&self, channel: usize, luck: Luck) -> bool {
        let context = &self.scenario.context;
        let Some((at, place)) = self.cart else { return false };
        context.cart_odds.typical() != 1.0
            && self.now - at < context.cart_life
            && (place == channel
                || (self.share(place, channel)
                    && self.now - at >= context.sync_lag
                    && !words::happens(luck, words::CART_SYNC, context.sync_failure.typical())))
    }

    /// A journey of a natural need, or of the message that was clicked. It takes no time.
    pub fn goes_through(&mut self, luck: Luck, clicked: Option<usize>) {
        let (entry, intent) = match clicked {
            None => (entry(self.scenario, self.segment, luck), 1.0),
            Some(number) => {
                let sent = &self.sent[number];
                (self.landing(sent.channel), self.campaign(sent.campaign).intent.typical())
            }
        };
        let end = self.travels(entry, luck, intent);
        match end {
            End::Left(channel) => {
                let rate = self.scenario.channels[channel].cart_rate.as_ref().map_or(0.0, |rate| rate.typical());
                if words::happens(luck, words::CART, rate) {
                    self.say(Event::CartLeft(channel as u8));
                    self.cart = Some((self.now, channel));
                    self.triggered_by(Origin::Event(luck), |event| matches!(event, TriggerEvent::CartAbandoned));
                }
            }
            End::Ordered(channel) => self.orders(channel, luck, clicked),
        }
        // Which journeys toss a coin (R11).
        let ordered = matches!(end, End::Ordered(_));
        let tossed = match &self.segment.demand {
            Demand::Needs { dropout: Dropout::AfterOrder(Chance::Fixed(chance)), .. } => {
                Some(chance).filter(|_| ordered && clicked.is_none())
            }
            Demand::Needs { dropout: Dropout::AfterJourney(Chance::Fixed(chance)), .. } => Some(chance),
            // Contracts and their coins are no matter of journeys (R53).
            Demand::Needs { dropout: Dropout::Never | Dropout::PerPeriod(_), .. } => None,
            _ => unreachable!("these scenarios have needs, and chances that are alike for all"),
        };
        if tossed.is_some_and(|chance| self.coin_falls(luck, chance.typical())) {
            self.is_lost();
        }
    }

    fn orders(&mut self, channel: usize, luck: Luck, clicked: Option<usize>) {
        let cause = clicked
            .map_or(Cause::Need, |number| Cause::Contact { message: self.sent[number].message, displaced: None });
        self.say(Event::Ordered { channel: channel as u8, value: 0, cause });
        self.cart = None;
        self.orders += 1;
        self.last_order = Some(self.now);
        self.last_order_origin = Origin::Event(luck);
        self.experiences(|goodwill| goodwill.order);
        self.opts_in(luck);
        self.count_inactivity();
        let run = clicked.map(|number| self.sent[number].run);
        self.has_done(Fact { at: self.now, deed: Deed::Ordered, channel, address: luck, run });
        self.triggered_by(Origin::Event(luck), |event| matches!(event, TriggerEvent::Ordered));
    }

    /// At an order: to channels to which the customer is not opted in (R44).
    fn opts_in(&mut self, luck: Luck) {
        for channel in 0..self.scenario.channels.len() {
            let Some(contact) = &self.scenario.channels[channel].contact else { continue };
            let chance = if self.has_consent(channel) {
                continue;
            } else if self.opted_out >> channel & 1 == 1 {
                contact.return_at_order.typical()
            } else {
                contact.opt_in_at_order.typical()
            };
            let name = channelmix::luck::Label::of(&self.scenario.channels[channel].name);
            if words::happens(luck.child(words::OPTED_IN), name, chance) {
                self.opted_in |= 1 << channel;
                self.opted_out &= !(1 << channel);
                self.say(Event::OptedIn(channel as u8));
            }
        }
    }

    pub fn is_lost(&mut self) {
        self.alive = false;
        self.say(Event::Lost);
        if self.segment.lapse == Lapse::Known {
            self.gone = true;
            for run in 0..self.runs.len() {
                self.end(run, Reason::LossKnown);
            }
        }
    }
}

/// The n-th word of a stream.
pub fn nth_word(luck: Luck, label: channelmix::luck::Label, n: usize) -> u64 {
    let mut words = luck.stream(label);
    for _ in 0..n {
        words.next();
    }
    words.next()
}
