//! Play until the answer is sharp enough (R28).

use crate::compare::{count, number};
use crate::measures::{Estimate, Measure, series, unseen_orders};
use crate::scenario::NONE;
use crate::simulation::{Progress, Simulation};
use crate::stats::normal;
use crate::tally::Tallies;
use crate::world::World;

/// When it is sharp enough.
#[derive(Clone, Debug)]
pub struct Target {
    /// 95 % Monte Carlo half-width of every paired difference ÷ the baseline's value.
    pub relative: f64,
    /// The strategy from which differences are taken.
    pub baseline: String,
    /// Of which measure.
    pub measure: &'static Measure,
}

/// At most so many customers are played, over all draws.
pub const CAP: u64 = 16_000_000;

/// How far it got.
#[derive(Clone, Copy, Debug)]
pub struct Reached {
    target: f64,
    relative: f64,
    met: bool,
    customers: u64,
}

impl Reached {
    /// A note for the reader.
    pub fn in_words(&self) -> String {
        let half = format!("± {} % of the baseline", number(self.relative * 100.0));
        if self.met {
            format!(
                "Precision: the Monte Carlo error (95 %) of the difference in profit is {half} with {} customers.",
                count(self.customers)
            )
        } else {
            let target = number(self.target * 100.0);
            format!(
                "Precision of {target} % was not reached: {half} with {} customers, the cap is {}.",
                count(self.customers),
                count(CAP)
            )
        }
    }
}

/// Plays waves, each as large as all before it, until two in a row are sharp enough or the cap is reached.
pub fn play(
    world: &World,
    simulation: &mut Simulation<'_>,
    target: &Target,
    progress: &dyn Progress,
    tell: impl Fn(u64),
) -> Reached {
    let draws = simulation.plan().draws;
    let mut per_draw = simulation.plan().per_draw;
    let mut sharp = 0;
    loop {
        tell(per_draw * draws);
        simulation.play_up_to(per_draw, progress);
        let relative = half_width(world, simulation.tallies(), target);
        sharp = if relative <= target.relative { sharp + 1 } else { 0 };
        let last = 2 * per_draw * draws > CAP;
        if sharp >= 2 || last {
            return Reached {
                target: target.relative,
                relative,
                met: relative <= target.relative,
                customers: per_draw * draws,
            };
        }
        per_draw *= 2;
    }
}

/// The widest 95 % Monte Carlo half-width of a paired difference, relative to the baseline's value.
fn half_width(world: &World, tallies: &Tallies, target: &Target) -> f64 {
    let (none, minor) = (tallies.strategy(NONE), world.currency.minor());
    let of = |strategy| series(tallies, target.measure, strategy, none, minor);
    let Some((baseline, base)) =
        tallies.strategy(&target.baseline).and_then(|baseline| Some((baseline, of(baseline)?)))
    else {
        return f64::INFINITY;
    };
    let level = Estimate::of(&base).value.abs();
    let mut others: Vec<usize> =
        (0..tallies.strategies.len()).filter(|&other| other != baseline && Some(other) != none).collect();
    if others.is_empty() {
        // With a single strategy the question is what it adds to doing nothing.
        others.extend(none.filter(|&none| none != baseline));
    }
    // Where hardly anyone orders differently, a small error only says that nothing was seen.
    if others.iter().any(|&other| unseen_orders(tallies, other, baseline).is_some()) {
        return f64::INFINITY;
    }
    let widths = others.into_iter().filter_map(|other| Some(Estimate::of(&of(other)?.minus(&base)?).monte_carlo_error));
    normal::quantile(0.975) * widths.fold(0.0, f64::max) / level
}
