//! What the spine of the model does not know: where none of it is there, the engine is compiled without it.

use crate::scenario::{Contact, Delay, Receipts, Scenario};

/// Whether messages arrive once and at once, and the firm sees what happens to them (R50, R51).
fn is_told_at_once(contact: &Contact) -> bool {
    contact.receipts == Receipts::Opened
        && [&contact.duplicate_rate, &contact.machine_open_rate, &contact.scanner_click_rate]
            .iter()
            .all(|rate| rate.is_none())
        && matches!(&contact.delivery_delay, Delay::Fixed(span) if span.high() == 0.0)
}

/// Whether contacts and journeys are no more than the spine knows.
pub(super) fn is_neutral(scenario: &Scenario) -> bool {
    let contact = |contact: &Contact| contact.best_hour_odds.is_none() && is_told_at_once(contact);
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref()).all(contact)
        && scenario.segments.iter().all(|segment| segment.season.is_none() && segment.demand.contract().is_none())
}
