//! What the spine of the model does not know: where none of it is there, the engine is compiled without it.

use crate::scenario::{Contact, Scenario};

/// Whether contacts and journeys are no more than the spine knows.
pub(super) fn is_neutral(scenario: &Scenario) -> bool {
    let contact = |contact: &Contact| contact.best_hour_odds.is_none();
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref()).all(contact)
}
