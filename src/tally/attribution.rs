//! Last-click attribution (R57): which message the firm's reports would credit with an order. It only looks on; what an
//! order was truly caused by, the engine knows and nobody in the field does.

use crate::engine::Message;
use crate::scenario::Seconds;

/// Follows the clicks of one customer after the other.
#[derive(Clone, Debug)]
pub(super) struct LastClick {
    /// A click is credited with orders less than so many seconds after it.
    window: Seconds,
    last: Option<(Seconds, Message)>,
}

impl LastClick {
    pub fn new(window: Seconds) -> Self {
        Self { window, last: None }
    }

    /// The next customer joins.
    #[inline]
    pub fn forget(&mut self) {
        self.last = None;
    }

    /// The customer clicks a message.
    #[inline]
    pub fn click(&mut self, at: Seconds, message: Message) {
        self.last = Some((at, message));
    }

    /// The message that is credited with an order, if any is.
    #[inline]
    pub fn of_order(&self, at: Seconds) -> Option<Message> {
        self.last.filter(|(clicked, _)| at - clicked < self.window).map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r57_the_last_click_within_the_window_gets_the_order() {
        let message = |step| Message { run: 0, step, channel: 0 };
        let mut clicks = LastClick::new(100);
        assert_eq!(clicks.of_order(5), None);
        clicks.click(10, message(1));
        // A click's own order comes in the same second.
        assert_eq!(clicks.of_order(10), Some(message(1)));
        clicks.click(20, message(2));
        assert_eq!((clicks.of_order(119), clicks.of_order(120)), (Some(message(2)), None));
        clicks.forget();
        assert_eq!(clicks.of_order(20), None);
    }
}
