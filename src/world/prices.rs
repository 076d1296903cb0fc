//! What a message costs: by its channel, by what its campaign is for and says, and by when it is sent (R17, R54, R55).

use super::{CampaignId, ChannelId, Tables};

/// What the messages of one campaign cost on one channel, in nano-units of the currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// Whether every sent message is billed; else every delivered one (R17).
    pub on_sent: bool,
    /// Of a billed message.
    pub message: i64,
    /// Of one that is billed [within](crate::engine::Event::BilledInWindow) the window that a reply opened.
    pub in_window: i64,
    /// Of a [conversation](crate::engine::Event::ConversationBegan), on top.
    pub conversation: i64,
}

impl Price {
    /// What so many billed messages cost, of which some were billed within a window and some began a conversation.
    pub fn of(&self, billed: i128, in_window: i128, conversations: i128) -> i128 {
        (billed - in_window) * i128::from(self.message)
            + in_window * i128::from(self.in_window)
            + conversations * i128::from(self.conversation)
    }
}

impl Tables {
    /// What the messages of a campaign cost on a channel.
    pub fn price(&self, campaign: CampaignId, channel: ChannelId) -> Price {
        let Some(contact) = &self.contacts[usize::from(channel)] else { return Price::default() };
        let campaign = &self.campaigns[usize::from(campaign)];
        let units = i64::from(campaign.units[usize::from(channel)]);
        let message = if campaign.transactional { contact.transactional_price } else { contact.price };
        // A marketing template has its price wherever it is sent.
        let in_window = contact.price_in_window.filter(|_| campaign.free_form || campaign.transactional);
        Price {
            on_sent: contact.billed_on_sent,
            message: message * units,
            in_window: in_window.unwrap_or(message) * units,
            conversation: contact.conversation_price,
        }
    }
}
