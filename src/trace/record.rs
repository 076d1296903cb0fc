//! Everything that a customer's life tells, kept.

use crate::engine::{Ending, Event, Watch};
use crate::scenario::Seconds;

/// What happened to one customer under one strategy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its events in order of time.
    pub events: Vec<(Seconds, Event)>,
    /// How it ended.
    pub ending: Ending,
}

impl Record {
    /// Room for the next customer.
    pub(super) fn clear(&mut self) {
        self.events.clear();
        self.ending = Ending::default();
    }
}

impl Watch for Record {
    fn see(&mut self, at: Seconds, event: Event) {
        self.events.push((at, event));
    }

    fn end(&mut self, ending: Ending) {
        self.ending = ending;
    }
}
