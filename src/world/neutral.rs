//! What the spine of the model does not know: where none of it is there, the engine is compiled without it.

use crate::scenario::{Contact, Input, Law, Scenario, Share};

/// Whether contacts and journeys are no more than the spine knows.
pub(super) fn is_neutral(scenario: &Scenario) -> bool {
    let zero = |share: &Input<Share>| share.law == Law::Fixed(0.0);
    let consent = |contact: &Contact| {
        [&contact.complaint_rate, &contact.opt_in_at_order, &contact.return_at_order].into_iter().all(zero)
    };
    let contact = |contact: &Contact| contact.best_hour_odds.is_none() && contact.fatigue.is_none() && consent(contact);
    if scenario.fatigue.is_some() || scenario.goodwill.is_some() {
        return false;
    }
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref()).all(contact)
}
