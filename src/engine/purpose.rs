//! The last step of every address (R1, R2): what a random word is for. Changing a number here changes every result.

use crate::luck::Label;

/// Below a customer: when it joined.
pub const JOINED: Label = Label::new(0);
/// Below a customer: the factor that its opt-ins share.
pub const OPT_IN_COMMON: Label = Label::new(1);
/// Below a customer: node of the opt-ins, by channel.
pub const OPT_IN: Label = Label::new(2);
/// Below a customer: node of the affinities, by channel.
pub const AFFINITY: Label = Label::new(3);
/// Below a customer: the attempts at a life, by number (R9).
pub const LIFE: Label = Label::new(4);
/// Below a customer: node of the picks for audiences' shares, by campaign.
pub const SHARE: Label = Label::new(5);
/// Below a customer: node of the picks for campaigns' holdouts, by campaign.
pub const HOLDOUT: Label = Label::new(6);
/// Below a customer: the pick for a strategy's holdout.
pub const HOLDOUT_OF_ALL: Label = Label::new(7);
/// Below a customer: node of who can be reached at all, by channel.
pub const REACH: Label = Label::new(8);
/// Below a customer: its best hour.
pub const BEST_HOUR: Label = Label::new(9);

/// Below a customer: node of what it answers when asked whether it would recommend the firm.
pub const NPS: Label = Label::new(40);

/// Below what a customer answers: whether it answers.
pub const ANSWERS: Label = Label::new(0);
/// Below what a customer answers: where its score lies among customers of the same goodwill.
pub const SCORE: Label = Label::new(1);

/// Below a life: its rate of needs.
pub const RATE: Label = Label::new(0);
/// Below a life: its chance to be lost.
pub const LOSS: Label = Label::new(1);
/// Below a life: its level of spending.
pub const SPENDING: Label = Label::new(2);
/// Below a life: how long ago it joined.
pub const AGE: Label = Label::new(3);
/// Below a life: node of the order with which it joined.
pub const FIRST: Label = Label::new(4);
/// Below a life: node of the natural needs, by number.
pub const NEEDS: Label = Label::new(5);

/// Below a life: node of the renewals of its contract, by number.
pub const RENEWALS: Label = Label::new(10);

/// Below a need: time since the need before.
pub const GAP: Label = Label::new(0);
/// Below a need: where its journey begins.
pub const ENTRY: Label = Label::new(1);
/// Below a need, contact or renewal: whether the customer is lost.
pub const COIN: Label = Label::new(2);
/// Below a need or contact: what its order is worth.
pub const BASKET: Label = Label::new(3);

/// Below a contact: whether it is delivered.
pub const DELIVERED: Label = Label::new(4);
/// Below a contact: whether it leads to an opt-out.
pub const OPTED_OUT: Label = Label::new(5);
/// Below a contact: whether it is opened.
pub const OPENED: Label = Label::new(6);
/// Below a contact: how long until it is opened.
pub const OPEN_DELAY: Label = Label::new(7);
/// Below a contact: whether it is clicked.
pub const CLICKED: Label = Label::new(8);
/// Below a contact: how long until it is clicked.
pub const CLICK_DELAY: Label = Label::new(9);
/// Below a contact: whether its order is a natural one moved forward.
pub const DISPLACED: Label = Label::new(10);
/// Below a contact: whether it is replied to.
pub const REPLIED: Label = Label::new(12);
/// Below a contact: how long until it is replied to.
pub const REPLY_DELAY: Label = Label::new(13);
/// Below a contact: how long until it is delivered.
pub const DELIVERY_DELAY: Label = Label::new(40);
/// Below a contact: whether it is sent twice.
pub const DUPLICATED: Label = Label::new(41);
/// Below a contact: whether a machine opens it.
pub const MACHINE_OPENED: Label = Label::new(42);
/// Below a contact: how long until a machine opens it.
pub const MACHINE_OPEN_DELAY: Label = Label::new(43);
/// Below a contact: whether a scanner clicks it.
pub const SCANNER_CLICKED: Label = Label::new(44);

/// Below a run: which channel a mix picks.
pub const MIX: Label = Label::new(0);
/// Below a run: how much later than the trigger its clock begins.
pub const SPREAD: Label = Label::new(1);

/// Below a need or contact: whether the context of each hop comes through, one word each.
pub const HOP_SYNC: Label = Label::new(15);
/// Below a need or contact: whether a cart that was left on another channel is known to its journey.
pub const CART_SYNC: Label = Label::new(16);
/// Below a need or contact: node of what other channels hear of, by what happened.
pub const SYNC: Label = Label::new(17);

/// Below a need or contact: the touches of its journey, one word each.
pub const TOUCH: Label = Label::new(11);
/// Below a need or contact: whether its journey leaves a cart behind.
pub const CART: Label = Label::new(14);

/// Below a contact: whether it leads to a complaint.
pub const COMPLAINED: Label = Label::new(45);
/// Below a need or contact: node of the opt-ins at its order, by channel.
pub const OPTED_IN: Label = Label::new(46);

#[cfg(test)]
mod tests {
    use super::*;

    /// Two purposes with one label at one node would hang on the same random bits.
    #[test]
    fn no_two_purposes_below_a_contact_share_a_label() {
        let labels = [
            COIN,
            BASKET,
            DELIVERED,
            OPTED_OUT,
            OPENED,
            OPEN_DELAY,
            CLICKED,
            CLICK_DELAY,
            DISPLACED,
            REPLIED,
            REPLY_DELAY,
            DELIVERY_DELAY,
            DUPLICATED,
            MACHINE_OPENED,
            MACHINE_OPEN_DELAY,
            SCANNER_CLICKED,
            HOP_SYNC,
            CART_SYNC,
            SYNC,
            TOUCH,
            CART,
            COMPLAINED,
            OPTED_IN,
        ];
        for (place, label) in labels.iter().enumerate() {
            assert!(!labels[..place].contains(label), "number {place} of the list has a label of another");
        }
    }
}
