//! What the spine of the model does not know: where none of it is there, the engine is compiled without it.

use crate::scenario::{Contact, Delay, Input, Law, Receipts, Scenario, Segment, Share};

/// Whether contacts and journeys are no more than the spine knows.
pub(super) fn is_neutral(scenario: &Scenario) -> bool {
    let contact = |contact: &Contact| {
        contact.best_hour_odds.is_none()
            && is_told_at_once(contact)
            && !has_conversations(contact)
            && contact.fatigue.is_none()
            && is_consent_of_the_start(contact)
    };
    let segment = |segment: &Segment| segment.season.is_none() && segment.demand.contract().is_none();
    scenario.channels.iter().filter_map(|channel| channel.contact.as_ref()).all(contact)
        && scenario.segments.iter().all(segment)
        && scenario.fatigue.is_none()
        && scenario.goodwill.is_none()
}

/// Whether messages arrive once and at once, and the firm sees what happens to them (R50, R51).
fn is_told_at_once(contact: &Contact) -> bool {
    contact.receipts == Receipts::Opened
        && [&contact.duplicate_rate, &contact.machine_open_rate, &contact.scanner_click_rate]
            .iter()
            .all(|rate| rate.is_none())
        && matches!(&contact.delivery_delay, Delay::Fixed(span) if span.high() == 0.0)
}

/// Whether the engine has to follow what a customer and the firm say to each other on a channel (R55).
pub(super) fn has_conversations(contact: &Contact) -> bool {
    contact.window.is_some() || contact.conversations.is_some()
}

/// Whether nobody complains or opts in during the year (R44).
fn is_consent_of_the_start(contact: &Contact) -> bool {
    let zero = |share: &Input<Share>| share.law == Law::Fixed(0.0);
    [&contact.complaint_rate, &contact.opt_in_at_order, &contact.return_at_order].into_iter().all(zero)
}
