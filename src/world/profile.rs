//! What the channels of a strategy know of each other (R47 to R49).

use super::ChannelId;
use super::tables::bits;
use crate::scenario::{self, Scenario};

/// What the channels of a strategy know of each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// By channel: those with which it shares what it knows, itself included, as bits.
    shares: Vec<u64>,
    /// Whether a hop may lose the context.
    pub loses_context: bool,
    /// Whether carts are found again.
    pub finds_carts: bool,
    /// Whether every channel knows at once what happens on any other one.
    pub knows_all: bool,
}

impl Profile {
    /// That of a strategy in a scenario.
    pub(super) fn new(scenario: &Scenario, profile: scenario::Profile) -> Self {
        let (context, channels) = (&scenario.context, scenario.channels.len());
        let groups: Vec<u64> = context.shared.iter().map(|group| bits(scenario, &group.value)).collect();
        let shares = |channel: usize| match profile {
            scenario::Profile::Unified => u64::MAX,
            scenario::Profile::Siloed => {
                let own = groups.iter().filter(|&group| group >> channel & 1 == 1);
                own.fold(1 << channel, |all, group| all | group)
            }
        };
        let shares: Vec<u64> = (0..channels).map(shares).collect();
        let shares_all = shares.iter().all(|&own| (0..channels).all(|channel| own >> channel & 1 == 1));
        let loses_context = !shares_all || context.may_fail();
        Self {
            shares,
            loses_context,
            finds_carts: context.finds_carts(),
            knows_all: !loses_context && context.sync_lag == 0,
        }
    }

    /// Whether nothing is lost, late or found.
    pub fn is_plain(&self) -> bool {
        self.knows_all && !self.finds_carts
    }

    /// Whether journeys are any different by it.
    #[inline(always)]
    pub fn shows_in_journeys(&self) -> bool {
        self.loses_context || self.finds_carts
    }

    /// Whether two channels share what they know.
    #[inline(always)]
    pub fn shares(&self, one: ChannelId, other: ChannelId) -> bool {
        self.shares[usize::from(one)] >> other & 1 == 1
    }

    /// The channels with which one shares what it knows, itself included, as bits.
    #[inline(always)]
    pub fn shared_by(&self, channel: ChannelId) -> u64 {
        self.shares[usize::from(channel)]
    }
}
