//! The last step of every address (R1, R2): what a random word is for. Changing a number here changes every result.

/// Below a customer: when it joined.
pub const JOINED: u64 = 0;
/// Below a customer: the factor that its opt-ins share.
pub const OPT_IN_COMMON: u64 = 1;
/// Below a customer: node of the opt-ins, by channel.
pub const OPT_IN: u64 = 2;
/// Below a customer: node of the affinities, by channel.
pub const AFFINITY: u64 = 3;
/// Below a customer: node of the first attempt at a life; further attempts follow (R9).
pub const LIFE: u64 = 1 << 40;

/// Below a life: its rate of needs.
pub const RATE: u64 = 0;
/// Below a life: its chance to be lost.
pub const LOSS: u64 = 1;
/// Below a life: its level of spending.
pub const SPENDING: u64 = 2;
/// Below a life: how long ago it joined.
pub const AGE: u64 = 3;
/// Below a life: node of the order with which it joined.
pub const FIRST: u64 = 4;
/// Below a life: node of the natural needs, by number.
pub const NEEDS: u64 = 5;

/// Below a need: time since the need before.
pub const GAP: u64 = 0;
/// Below a need: where its journey begins.
pub const ENTRY: u64 = 1;
/// Below a need or contact: whether the customer is lost.
pub const COIN: u64 = 2;
/// Below a need or contact: what its order is worth.
pub const BASKET: u64 = 3;

/// Below a contact: whether it is delivered.
pub const DELIVERED: u64 = 4;
/// Below a contact: whether it leads to an opt-out.
pub const OPTED_OUT: u64 = 5;
/// Below a contact: whether it is opened.
pub const OPENED: u64 = 6;
/// Below a contact: how long until it is opened.
pub const OPEN_DELAY: u64 = 7;
/// Below a contact: whether it is clicked.
pub const CLICKED: u64 = 8;
/// Below a contact: how long until it is clicked.
pub const CLICK_DELAY: u64 = 9;
/// Below a contact: whether its order is a natural one moved forward.
pub const DISPLACED: u64 = 10;

/// Below a run: which channel a mix picks.
pub const MIX: u64 = 0;

/// Below a need or contact: the touches of its journey, by number.
pub const TOUCH: u64 = 1 << 32;
