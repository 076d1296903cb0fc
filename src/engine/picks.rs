//! What is picked for a customer by address (R1, R2), and no strategy changes: whoever wants to check or to explain what a strategy
//! did begins here.

use super::entry::spread;
use super::purpose;
use super::start::Start;
use crate::luck::{Label, Luck, Threshold};
use crate::scenario::Seconds;
use crate::world::{Tables, World};

/// What the address of a run hangs on beside its campaign (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The written local date and time of a calendar trigger.
    Scheduled(jiff::civil::DateTime),
    /// Joining, or the order with which the customer joined.
    Joining,
    /// The address of the event: of the contact that was clicked or replied to, of the need or contact whose journey ordered
    /// or left a cart behind.
    Event(Luck),
}

impl Start {
    /// The address of a run.
    pub fn run(&self, world: &World, campaign: usize, origin: Origin) -> Luck {
        let name = || Label::of(&world.campaigns[campaign]);
        match origin {
            Origin::Scheduled(local) => self.luck.child(world.run_label(campaign, local)),
            Origin::Joining => self.joining().child(name()),
            Origin::Event(luck) => luck.child(name()),
        }
    }

    /// What the firm knows of the customer's orders when the simulation begins for it: how many, when the last was (in
    /// seconds since the start), and what a run that counts from it hangs on.
    pub fn known_orders(&self) -> (u32, Option<Seconds>, Origin) {
        let origin =
            if self.order_address == self.joining() { Origin::Joining } else { Origin::Event(self.order_address) };
        (self.orders, (self.orders > 0).then_some(self.last_order), origin)
    }

    /// Whether the customer is of the random share of a campaign's audience.
    pub fn in_share(&self, world: &World, campaign: usize, share: f64) -> bool {
        self.picks(purpose::SHARE).happens(Label::of(&world.campaigns[campaign]), Threshold::new(share))
    }

    /// Whether the customer is in a campaign's holdout.
    pub fn in_holdout(&self, world: &World, campaign: usize, share: f64) -> bool {
        self.picks(purpose::HOLDOUT).happens(Label::of(&world.campaigns[campaign]), Threshold::new(share))
    }

    /// Whether the customer is in a strategy's holdout.
    pub fn in_global_holdout(&self, share: f64) -> bool {
        self.luck.happens(purpose::HOLDOUT_OF_ALL, Threshold::new(share))
    }

    /// The local hour in which the customer is readiest to open, 0 to 23; none where its segment has no best hours.
    pub fn readiest_hour(&self, tables: &Tables) -> Option<i64> {
        self.best_hour(&tables.segments[self.segment])
    }

    /// The customer's chance to click a delivered message of a channel (outside its best hour), 0 to 1.
    pub fn click_chance(&self, tables: &Tables, channel: usize) -> f64 {
        tables.contacts[channel].as_ref().map_or(0.0, |contact| {
            let level = self.affinity(contact.label, contact.clicked.len());
            contact.opened[level].probability() * contact.clicked[level].probability()
        })
    }

    /// The word by which a run of a mix picks its channel: that whose part of the 2⁶³ upper values it falls into.
    pub fn mix_pick(run: Luck) -> u64 {
        run.word(purpose::MIX)
    }

    /// How many seconds after its trigger, below `span`, the clock of a spread run begins.
    pub fn spread(run: Luck, span: Seconds) -> Seconds {
        spread(run, span)
    }
}
