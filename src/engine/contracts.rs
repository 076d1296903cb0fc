//! Contracts: renewed period after period, until the customer gives one up (R53).

use super::play::{Pending, Player, key, kind};
use super::purpose;
use super::start::Start;
use super::watch::{Event, Message, Watch};
use crate::luck::Luck;
use crate::scenario::Seconds;
use crate::world::{Dropout, SegmentTable};

impl Start {
    /// Address of a renewal by its number.
    fn renewal_luck(&self, number: u64) -> Luck {
        self.life.nth_child(purpose::RENEWALS, number)
    }

    /// Whether the contract is given up at a renewal.
    fn gives_up(&self, number: u64) -> bool {
        self.renewal_luck(number).happens(purpose::COIN, self.coin)
    }

    /// Plays the renewals of before the start; gives the instant at which the contract was given up, if it was.
    pub(super) fn live_through_renewals(&mut self, table: &SegmentTable) -> Option<Seconds> {
        let Dropout::PerPeriod { every, .. } = table.dropout else { return None };
        let mut at = self.joined + every;
        while at < 0 {
            if self.gives_up(self.renewal) {
                return Some(at);
            }
            self.renewal += 1;
            at += every;
        }
        None
    }
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// Lets the next renewal happen when its time comes.
    pub fn expect_renewal(&mut self) {
        if let (true, Dropout::PerPeriod { every, .. }) = (self.alive, self.table.dropout) {
            let at = self.start.joined + every * self.renewal as Seconds;
            let luck = self.start.renewal_luck(self.renewal);
            self.enqueue(Pending {
                key: key(at, kind::RENEWAL),
                luck,
                message: Message { run: 0, step: 0, channel: 0 },
            });
        }
    }

    /// A contract is renewed, or given up.
    pub fn renew(&mut self, at: Seconds) {
        let (true, Dropout::PerPeriod { fee, .. }) = (self.alive, self.table.dropout) else { return };
        if self.start.gives_up(self.renewal) {
            self.lose(at);
            return;
        }
        self.renewal += 1;
        self.last_active = at;
        self.watch.see(at, Event::Renewed { fee });
        self.expect_renewal();
    }

    /// The instant up to `until` at which the contract will be given up, if it will.
    pub fn given_up_by(&self, until: Seconds) -> Option<Seconds> {
        let Dropout::PerPeriod { every, .. } = self.table.dropout else { return None };
        let renewals = (self.renewal..).map(|number| (number, self.start.joined + every * number as Seconds));
        let mut in_time = renewals.take_while(|&(_, at)| at <= until);
        in_time.find(|&(number, _)| self.start.gives_up(number)).map(|(_, at)| at)
    }
}
