//! Journeys of customers whom channels do not always recognise: hops that lose the context (R47), carts that are found
//! again (R49).

use super::journeys::{self, Outcome};
use super::play::Player;
use super::purpose;
use super::watch::{Event, Watch};
use crate::luck::Luck;
use crate::scenario::Seconds;
use crate::world::{CampaignId, ChannelId};

/// A cart that was left behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cart {
    pub at: Seconds,
    pub channel: ChannelId,
}

impl<W: Watch, const PLAIN: bool> Player<'_, W, PLAIN> {
    /// A journey from a channel on: one that a campaign's contact opened, or a natural one.
    #[inline(always)]
    pub fn journey(&mut self, at: Seconds, campaign: Option<CampaignId>, entry: ChannelId, luck: Luck) -> Outcome {
        if !PLAIN && self.strategy.profile.shows_in_journeys() {
            return self.journey_in_context(at, campaign, entry, luck);
        }
        let rows = match campaign {
            Some(campaign) => &self.table.contacted[usize::from(campaign)],
            None => &self.table.natural,
        };
        journeys::follow(rows, entry, luck, at, self.watch)
    }

    /// The walk of [`journeys::follow`] at the same words, with other thresholds where the context was lost or a cart is
    /// known.
    fn journey_in_context(
        &mut self,
        at: Seconds,
        campaign: Option<CampaignId>,
        entry: ChannelId,
        luck: Luck,
    ) -> Outcome {
        let (table, strategy, context) = (self.table, self.strategy, self.tables.context);
        let profile = &strategy.profile;
        let usual = campaign.map_or(&table.natural, |campaign| &table.contacted[usize::from(campaign)]);
        self.watch.see(at, Event::JourneyBegan(entry));
        let finders = self.finders_of_cart(at, luck);
        let (mut channel, mut hopped, mut without_context, mut found) = (entry, false, false, false);
        let (mut touches, mut syncs) = (luck.stream(purpose::TOUCH), luck.stream(purpose::HOP_SYNC));
        'touches: loop {
            let with_cart = finders >> channel & 1 == 1;
            if with_cart && !found {
                found = true;
                self.watch.see(at, Event::CartFound(channel));
            }
            let shifted = table.shifted.as_ref().and_then(|rows| rows.rows(campaign, without_context, with_cart));
            let row = &shifted.unwrap_or(usual)[usize::from(channel)];
            let word = touches.next();
            if row.order.holds(word) {
                return Outcome::Ordered(channel);
            }
            for &(end, to) in &row.hops {
                if end.holds(word) {
                    let from = channel;
                    self.watch.see(at, Event::Hopped { from, to });
                    // Each hop has its word, whether or not it is asked for, so that profiles do not shift those of later ones.
                    let failed = context.failure.holds(syncs.next());
                    without_context = failed || !profile.shares(from, to);
                    if without_context {
                        self.watch.see(at, Event::ContextLost { from, to });
                        self.feel(at, |goodwill| goodwill.lost_context);
                    }
                    (channel, hopped) = (to, true);
                    continue 'touches;
                }
            }
            if !hopped {
                self.watch.see(at, Event::Bounced(channel));
            }
            return Outcome::Left(channel);
        }
    }

    /// The channels at which a journey finds a cart that was left earlier, as bits.
    fn finders_of_cart(&self, at: Seconds, luck: Luck) -> u64 {
        let context = self.tables.context;
        let lies = |cart: &Cart| at - cart.at < context.cart_life;
        let Some(cart) = self.cart.filter(lies) else { return 0 };
        let told = at - cart.at >= context.lag && !luck.happens(purpose::CART_SYNC, context.failure);
        if told { self.strategy.profile.shared_by(cart.channel) } else { 1 << cart.channel }
    }
}
