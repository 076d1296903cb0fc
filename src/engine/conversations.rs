//! Windows that a customer's reply opens, and conversations that billed messages begin (R55).

use super::play::Player;
use super::watch::{Event, Message, Watch};
use crate::scenario::Seconds;
use crate::world::{ChannelId, ContactTable, Plan};

/// Until when a customer's window and conversation on one channel last; the least number if there was none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Until {
    pub window: Seconds,
    pub conversation: Seconds,
}

impl Until {
    pub const NOTHING: Self = Self { window: Seconds::MIN, conversation: Seconds::MIN };
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// Whether a channel's window allows what a plan sends.
    #[inline(always)]
    pub fn window_allows(&self, at: Seconds, channel: ChannelId, plan: &Plan) -> bool {
        let has_window = || self.tables.contacts[usize::from(channel)].as_ref().is_some_and(|table| table.window > 0);
        !plan.free_form || !has_window() || self.is_in_window(at, channel)
    }

    fn is_in_window(&self, at: Seconds, channel: ChannelId) -> bool {
        self.scratch.until.get(usize::from(channel)).is_some_and(|until| at < until.window)
    }

    /// A customer replied on a channel: its window is open from now on.
    #[inline(always)]
    pub fn open_window(&mut self, at: Seconds, channel: ChannelId) {
        let length = self.tables.contacts[usize::from(channel)].as_ref().map_or(0, |table| table.window);
        if let Some(until) = self.scratch.until.get_mut(usize::from(channel)) {
            until.window = at + length;
        }
    }

    /// The second copy of a message is billed (R51): in the window like the first, and in its conversation.
    pub fn bill_copy(&mut self, at: Seconds, message: Message, contact: &ContactTable) {
        if contact.window > 0 && self.is_in_window(at, message.channel) {
            self.watch.see(at, Event::BilledInWindow(message));
        }
    }

    /// A message is billed.
    #[inline(always)]
    pub fn bill(&mut self, at: Seconds, message: Message, contact: &ContactTable) {
        if self.scratch.until.is_empty() {
            return;
        }
        if contact.window > 0 && self.is_in_window(at, message.channel) {
            self.watch.see(at, Event::BilledInWindow(message));
        }
        let until = &mut self.scratch.until[usize::from(message.channel)];
        if contact.conversation > 0 && at >= until.conversation {
            until.conversation = at + contact.conversation;
            self.watch.see(at, Event::ConversationBegan(message));
        }
    }
}
