//! The names of reasons in files: why messages were not sent, and why no run began.

use crate::engine::{Reason, Refusal};

/// The name of a reason of not being sent (R21).
pub const fn reason_word(reason: Reason) -> &'static str {
    match reason {
        Reason::Expired => "expired",
        Reason::Exit => "exit",
        Reason::GoalMet => "goal_met",
        Reason::Holdout => "holdout",
        Reason::ConditionMet => "condition_met",
        Reason::ConditionNotMet => "condition_not_met",
        Reason::OptedOut => "opted_out",
        Reason::NotOptedIn => "not_opted_in",
        Reason::Unreachable => "unreachable",
        Reason::OutsideWindow => "outside_window",
        Reason::QuietHours => "quiet_hours",
        Reason::LowerPriority => "lower_priority",
        Reason::Capped => "capped",
        Reason::Replaced => "replaced",
        Reason::LossKnown => "loss_known",
        Reason::TooLate => "too_late",
    }
}

/// The name of a reason of beginning no run (R37).
pub const fn refusal_word(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::OutsideAudience => "outside_audience",
        Refusal::EnteredBefore => "entered_before",
        Refusal::StillRunning => "still_running",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_reasons_are_in_the_order_by_which_they_are_counted_and_no_name_is_given_twice() {
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason as usize, place);
            assert!(Reason::ALL[..place].iter().all(|&other| reason_word(other) != reason_word(reason)));
        }
        for (place, refusal) in Refusal::ALL.into_iter().enumerate() {
            assert_eq!(refusal as usize, place);
            assert!(Refusal::ALL[..place].iter().all(|&other| refusal_word(other) != refusal_word(refusal)));
        }
    }
}
