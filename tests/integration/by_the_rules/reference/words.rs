//! The words that decide (R1, R2): under which label of which address each one stands, and what is made of it. The numbers
//! are the engine's, and so are the luck of a run and of a life; nothing else is.

use channelmix::luck::{Label, Luck, Threshold};
use channelmix::scenario::{Delay, Seconds};
use rand_distr::{Distribution, Exp1, StandardNormal};

// Below a customer.
pub const AFFINITY: Label = Label::new(3);
pub const NPS: Label = Label::new(40);
pub const ANSWERS: Label = Label::new(0);
pub const SCORE: Label = Label::new(1);

pub const LIFE: Label = Label::new(4);

// Below a life.
pub const AGE: Label = Label::new(3);
pub const NEEDS: Label = Label::new(5);
pub const RENEWALS: Label = Label::new(10);

// Below a need.
pub const GAP: Label = Label::new(0);

// Below a need or a contact.
pub const ENTRY: Label = Label::new(1);
pub const COIN: Label = Label::new(2);
pub const TOUCH: Label = Label::new(11);
pub const CART: Label = Label::new(14);
pub const HOP_SYNC: Label = Label::new(15);
pub const CART_SYNC: Label = Label::new(16);
pub const SYNC: Label = Label::new(17);
pub const OPTED_IN: Label = Label::new(46);

// Below a contact.
pub const DELIVERED: Label = Label::new(4);
pub const OPTED_OUT: Label = Label::new(5);
pub const OPENED: Label = Label::new(6);
pub const OPEN_DELAY: Label = Label::new(7);
pub const CLICKED: Label = Label::new(8);
pub const CLICK_DELAY: Label = Label::new(9);
pub const REPLIED: Label = Label::new(12);
pub const REPLY_DELAY: Label = Label::new(13);
pub const DELIVERY_DELAY: Label = Label::new(40);
pub const DUPLICATED: Label = Label::new(41);
pub const MACHINE_OPENED: Label = Label::new(42);
pub const MACHINE_OPEN_DELAY: Label = Label::new(43);
pub const SCANNER_CLICKED: Label = Label::new(44);
pub const COMPLAINED: Label = Label::new(45);

/// Whether something of this chance happens.
pub fn happens(luck: Luck, label: Label, chance: f64) -> bool {
    luck.happens(label, Threshold::new(chance))
}

/// A chance whose odds are so many times as high (R43).
pub fn at_odds(chance: f64, odds: f64) -> f64 {
    odds * chance / (1.0 - chance + odds * chance)
}

/// How long it takes, to the nearest second.
pub fn wait(delay: &Delay, luck: Luck, label: Label) -> Seconds {
    let mut words = luck.stream(label);
    let seconds = match delay {
        Delay::Fixed(span) => span.typical(),
        Delay::Exponential(mean) => {
            let unit: f64 = Exp1.sample(&mut words);
            unit * mean.typical()
        }
        Delay::LogNormal { .. } => unreachable!("these scenarios have none"),
    };
    seconds.round() as Seconds
}

/// A standard normal variate.
pub fn normal(luck: Luck, label: Label) -> f64 {
    StandardNormal.sample(&mut luck.stream(label))
}
