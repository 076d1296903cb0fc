//! What the firm sees of its messages, and what machines make it see (R50). Plans act on it; people do as they do.

use super::contacts::wait;
use super::play::{Pending, Player, key, kind};
use super::purpose;
use super::watch::{Event, Message, Watch};
use crate::luck::Luck;
use crate::scenario::{Response, Seconds};
use crate::world::{ContactTable, On, Step};

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// On delivery, whoever the customer is and whether or not there still is one: machines will open it, scanners click it.
    pub fn expect_machines(&mut self, at: Seconds, luck: Luck, message: Message, contact: &ContactTable) {
        if luck.happens(purpose::MACHINE_OPENED, contact.machine_opened) {
            let opening = at + wait(contact.machine_open_delay, luck, purpose::MACHINE_OPEN_DELAY);
            self.enqueue(Pending { key: key(opening, kind::MACHINE_OPENED), luck, message });
        }
        // In the queue like every response: all that a run sends in this second is sent before.
        if luck.happens(purpose::SCANNER_CLICKED, contact.scanner_clicked) {
            self.enqueue(Pending { key: key(at, kind::SCANNER_CLICKED), luck, message });
        }
    }

    /// A machine opens a message.
    pub fn machine_opened(&mut self, at: Seconds, contact: Pending) {
        self.sees(at, contact, Response::Opened);
        self.respond(at, contact, Response::Opened);
    }

    /// A scanner clicks a message: nothing opens, nobody comes.
    pub fn scanner_clicked(&mut self, at: Seconds, contact: Pending) {
        self.sees_click(at, contact);
    }

    /// The firm sees a click, whoever made it. A message triggers when it is first seen clicked.
    #[inline(always)]
    pub fn sees_click(&mut self, at: Seconds, contact: Pending) {
        let first = self.sees(at, contact, Response::Clicked);
        self.answered(at, contact, Response::Clicked);
        if !PLAIN && first && !self.dismissed && !self.strategy.events.is_empty() {
            self.triggers(at, contact.luck, |on| matches!(on, On::Clicked(..)), Some(contact.message));
        }
    }

    /// The firm sees that a message was opened or clicked; gives whether for the first time.
    #[inline(always)]
    pub fn sees(&mut self, at: Seconds, contact: Pending, response: Response) -> bool {
        if PLAIN || self.sees_what_happens(contact.message) {
            return true;
        }
        let bit = Step::bit(response);
        match self.scratch.seen.iter_mut().rev().find(|(luck, _)| *luck == contact.luck) {
            Some((_, seen)) if *seen & bit != 0 => return false,
            Some((_, seen)) => *seen |= bit,
            None => self.scratch.seen.push((contact.luck, bit)),
        }
        let event = if response == Response::Clicked { Event::SeenClicked } else { Event::SeenOpened };
        self.watch.see(at, event(contact.message));
        true
    }

    fn sees_what_happens(&self, message: Message) -> bool {
        self.tables.contacts[usize::from(message.channel)].as_ref().is_none_or(|contact| contact.seen_as_it_is)
    }
}
