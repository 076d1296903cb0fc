//! What the spine of the model does not know: where none of it is there, the engine is compiled without it.

use crate::scenario::{Contact, Scenario};

/// Whether the engine has to follow what a customer and the firm say to each other on a channel (R55).
pub(super) fn has_conversations(contact: &Contact) -> bool {
    contact.window.is_some() || contact.conversations.is_some()
}

/// Whether contacts and journeys are no more than the spine knows.
pub(super) fn is_neutral(scenario: &Scenario) -> bool {
    let contact = |contact: &Contact| contact.best_hour_odds.is_none() && !has_conversations(contact);
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref()).all(contact)
}
