//! What a cascade of messages costs and brings, exactly: the oracle of rule R32.
//!
//! Step i is due `after` a wait that counts from the last message actually sent, else from the trigger (R18); never
//! before the step ahead of it was examined. When due it is examined: a response to any earlier message ends the run
//! (R19), else the message is sent if the customer can be reached. Steps use distinct channels, reached independently.

use super::{Error, require, require_probability};

/// One step of a cascade.
#[derive(Clone, Copy)]
pub struct Step<'a> {
    /// The chance that the customer can be reached on this step's channel (consent, address), in [0, 1].
    pub reach: f64,
    /// The chance that a message sent is ever responded to (delivery included), in [0, 1].
    pub response: f64,
    /// The price of a message sent.
    pub cost: f64,
    /// The wait before this step, in any unit of time, ≥ 0.
    pub after: f64,
    /// Distribution function of the time from sending to response, given that there is one; in the unit of `after`.
    /// A response at the very instant an examination is due counts as seen.
    pub delay: &'a dyn Fn(f64) -> f64,
}

/// Expectations per run (per trigger and customer).
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// Messages sent, by step.
    pub sends: Vec<f64>,
    /// Cost of all messages.
    pub cost: f64,
    /// The chance that at least one message is responded to, sooner or later.
    pub response: f64,
}

/// More steps than this would take 2ⁿ too far.
const STEPS: usize = 24;

/// The expectations of a cascade whose steps all end the run `unless` nobody responded.
///
/// Sends of step i: aᵢ Σ P(R) ∏_{j∈R, j<i} (1 − qⱼ Fⱼ(Tᵢᴿ − Tⱼᴿ)), summed over the subsets R of the earlier steps that can be
/// reached, each with its own sending times Tᴿ. Response does not depend on the waits: a run without any response is sent
/// in full, so its chance is ∏(1 − aᵢqᵢ). Exact but for rounding (1e-15).
///
/// # Errors
/// [`Error::Range`] for chances outside [0, 1], negative waits, or more than 24 steps (there are 2ⁿ terms).
///
/// ```
/// use channelmix::stats::cascade::{expected, Step};
/// let exponential = |t: f64| 1.0 - (-t / 2.0).exp(); // hours, mean 2
/// let email = Step { reach: 0.9, response: 0.1, cost: 0.02, after: 0.0, delay: &exponential };
/// let sms = Step { reach: 0.5, response: 0.6, cost: 0.03, after: 24.0, delay: &exponential };
/// let run = expected(&[email, sms])?;
/// assert!((run.sends[1] - 0.5 * (1.0 - 0.9 * 0.1 * exponential(24.0))).abs() < 1e-15);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
pub fn expected(steps: &[Step]) -> Result<Expected, Error> {
    check(steps)?;
    require(steps.len() <= STEPS, "the number of steps", "not exceed 24", steps.len() as f64)?;
    let mut sends = vec![0.0; steps.len()];
    let start = Reached { chance: 1.0, examined: 0.0, counted_from: 0.0 };
    follow(steps, &start, &mut Vec::new(), &mut sends);
    Ok(summary(steps, sends))
}

/// The same with waits so long that every response comes before the next step is due: the product form
/// E\[cost\] = Σ aᵢcᵢ ∏_{j<i}(1 − aⱼqⱼ).
///
/// # Errors
/// As [`expected`], but for the number of steps.
pub fn expected_with_long_waits(steps: &[Step]) -> Result<Expected, Error> {
    check(steps)?;
    let mut silent = 1.0;
    let mut sends = Vec::with_capacity(steps.len());
    for step in steps {
        sends.push(step.reach * silent);
        silent *= 1.0 - step.reach * step.response;
    }
    Ok(summary(steps, sends))
}

/// One way in which the steps so far were reached or not.
struct Reached {
    /// P(R).
    chance: f64,
    /// When the last step was examined.
    examined: f64,
    /// When the last message was sent, else the trigger.
    counted_from: f64,
}

/// Adds the sends of the step after those in `sent` (their index and time) and of all that follow it.
fn follow(steps: &[Step], so_far: &Reached, sent: &mut Vec<(usize, f64)>, sends: &mut [f64]) {
    let index = steps.len() - sends.len();
    let (Some(step), Some((here, later))) = (steps.get(index), sends.split_first_mut()) else { return };
    let due = (so_far.counted_from + step.after).max(so_far.examined);
    let silent = |&(j, time): &(usize, f64)| 1.0 - steps[j].response * (steps[j].delay)(due - time);
    let reached = so_far.chance * step.reach;
    *here += reached * sent.iter().map(silent).product::<f64>();
    if reached > 0.0 {
        sent.push((index, due));
        follow(steps, &Reached { chance: reached, examined: due, counted_from: due }, sent, later);
        sent.pop();
    }
    let missed = so_far.chance * (1.0 - step.reach);
    if missed > 0.0 {
        follow(steps, &Reached { chance: missed, examined: due, ..*so_far }, sent, later);
    }
}

fn summary(steps: &[Step], sends: Vec<f64>) -> Expected {
    let cost = steps.iter().zip(&sends).map(|(step, sent)| step.cost * sent).sum();
    let silent: f64 = steps.iter().map(|step| 1.0 - step.reach * step.response).product();
    Expected { sends, cost, response: 1.0 - silent }
}

fn check(steps: &[Step]) -> Result<(), Error> {
    for step in steps {
        require_probability("each step's reach", step.reach)?;
        require_probability("each step's response", step.response)?;
        require(step.after >= 0.0, "each step's wait", "not be negative", step.after)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    fn prompt(t: f64) -> f64 {
        f64::from(u8::from(t >= 0.0))
    }

    fn exponential(t: f64) -> f64 {
        -(-t).exp_m1()
    }

    fn step(reach: f64, response: f64, cost: f64, after: f64, delay: &dyn Fn(f64) -> f64) -> Step<'_> {
        Step { reach, response, cost, after, delay }
    }

    #[test]
    fn the_cheapest_order_is_by_cost_per_response() -> Result<(), Error> {
        let (cheap, strong) = (step(1.0, 0.1, 0.02, 1.0, &prompt), step(1.0, 0.6, 0.03, 1.0, &prompt));
        for run in [expected, expected_with_long_waits] {
            assert!(off(run(&[cheap, strong])?.cost, 0.047) < 1e-15);
            assert!(off(run(&[strong, cheap])?.cost, 0.038) < 1e-15);
            assert!(off(run(&[strong, cheap])?.response, 0.64) < 1e-15);
        }
        Ok(())
    }

    #[test]
    fn three_steps_with_unreachable_channels() -> Result<(), Error> {
        // The product form is wrong here. By hand, with F(t) = 1 − e^−t and the four ways to reach the first two steps:
        let steps = [
            step(0.6, 0.3, 0.001, 0.0, &exponential),
            step(0.5, 0.4, 0.01, 1.0, &exponential),
            step(0.8, 0.2, 0.05, 0.5, &exponential),
        ];
        let silent = |q: f64, t: f64| 1.0 - q * exponential(t);
        // Both sent, at 0 and 1, third due at 1.5; only the first: third due at 0.5 but examined at 1, after the second;
        // only the second, sent at 1; none: due at 0.5, examined at 1.
        let third = 0.6 * 0.5 * silent(0.3, 1.5) * silent(0.4, 0.5)
            + 0.6 * 0.5 * silent(0.3, 1.0)
            + 0.4 * 0.5 * silent(0.4, 0.5)
            + 0.4 * 0.5;
        let run = expected(&steps)?;
        let sends = [0.6, 0.5 * (0.6 * silent(0.3, 1.0) + 0.4), 0.8 * third];
        for (found, by_hand) in run.sends.iter().zip(sends) {
            assert!(off(*found, by_hand) < 1e-15);
        }
        assert!(off(run.cost, 0.001 * sends[0] + 0.01 * sends[1] + 0.05 * sends[2]) < 1e-15);
        assert!(off(run.response, 1.0 - 0.82 * 0.8 * 0.84) < 1e-15);
        let product = expected_with_long_waits(&steps)?;
        assert!((product.sends[2] - run.sends[2]).abs() > 0.05);
        Ok(())
    }

    #[test]
    fn a_late_answer_to_an_early_message_is_seen_across_several_steps() -> Result<(), Error> {
        // Certain response exactly 10 after sending; steps 4 apart: the fourth step, at 12, is the first to see it.
        let at_ten = |t: f64| f64::from(u8::from(t >= 10.0));
        let mut steps = [step(1.0, 0.0, 1.0, 4.0, &prompt); 4];
        steps[0] = step(1.0, 1.0, 1.0, 0.0, &at_ten);
        assert_eq!(expected(&steps)?.sends, [1.0, 1.0, 1.0, 0.0]);
        // With the second step out of reach the third is due at 4 as well, and the fourth at 8: too early to see it.
        steps[1].reach = 0.0;
        assert_eq!(expected(&steps)?.sends, [1.0, 0.0, 1.0, 1.0]);
        Ok(())
    }

    #[test]
    fn long_waits_give_the_product_form() -> Result<(), Error> {
        let waits = [0.0, 60.0, 50.0, 40.0, 70.0];
        let steps: Vec<Step> =
            waits.iter().map(|&after| step(0.3 + after / 200.0, 0.4, 0.01, after.max(40.0), &exponential)).collect();
        let (finite, long) = (expected(&steps)?, expected_with_long_waits(&steps)?);
        assert!(off(finite.cost, long.cost) < 1e-15 && off(finite.response, long.response) < 1e-15);
        Ok(())
    }

    #[test]
    fn impossible_steps_are_refused() {
        assert!(expected(&[step(1.1, 0.1, 1.0, 0.0, &prompt)]).is_err());
        assert!(expected(&[step(0.5, f64::NAN, 1.0, 0.0, &prompt)]).is_err());
        assert!(expected(&[step(0.5, 0.1, 1.0, -1.0, &prompt)]).is_err());
        assert!(expected(&[step(0.5, 0.1, 1.0, 0.0, &prompt); 25]).is_err());
        assert!(expected(&[]).is_ok_and(|run| run.sends.is_empty()));
    }
}
