//! Does the engine say what mathematics says? Oracles: small scenarios whose results are known exactly.
//!
//! Each oracle is a scenario text that goes the whole way of a user's file (read, compiled, played, counted), or a plan
//! that is certified on customers whose outcomes are given, and is compared with a value from [`stats`](crate::stats) or
//! plain arithmetic: never with a second simulation of our own. A check fails if simulated and exact value are further apart than chance explains. The limit is such that a correct
//! engine fails a whole [`verify`] with probability [`FALSE_ALARM`] (Bonferroni over [`MOST_CHECKS`]); identities
//! between integers must hold exactly.

mod audience;
mod cascades;
mod certificates;
mod contacts;
mod context;
mod customers;
mod demand;
mod journeys;
mod lives;
mod moved;
mod pressure;
mod seen;
mod stage;
mod weekly;

use crate::simulation::Progress;
use crate::stats::student;

use stage::{BATCHES, Stage};

/// The chance that a whole run of all oracles fails although nothing is wrong.
pub const FALSE_ALARM: f64 = 1e-6;
/// More checks than all oracles have together; the false alarms are shared among so many.
pub const MOST_CHECKS: usize = 300;

/// A simulated value beside the exact one.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Name of the oracle.
    pub oracle: &'static str,
    /// The rules that it holds, or the command.
    pub rule: &'static str,
    /// What was measured.
    pub quantity: String,
    /// What it must be.
    pub exact: f64,
    /// What it was.
    pub simulated: f64,
    /// Standard error of the simulated value (and of the exact one, if that is a reference); 0 = an identity.
    pub standard_error: f64,
    /// Their distance in standard errors; 0 for an identity that holds, infinite for one that does not.
    pub z: f64,
    /// Customers played; of a certificate those that all experiments drew.
    pub customers: u64,
    /// Whether the distance is one that chance explains.
    pub passed: bool,
}

/// A scenario (or a few) whose results are known.
#[derive(Clone, Copy, Debug)]
pub struct Oracle {
    /// What it is called.
    pub name: &'static str,
    /// The rules that it holds.
    pub rule: &'static str,
    play: fn(&mut Stage<'_>),
}

impl Oracle {
    /// Plays it with `scale` times its usual number of customers.
    pub fn run(&self, scale: f64, seed: u64, progress: &dyn Progress) -> Vec<Check> {
        let mut stage = Stage::new(self.name, self.rule, scale, seed, progress);
        (self.play)(&mut stage);
        stage.into_checks()
    }
}

const fn oracle(name: &'static str, rule: &'static str, play: fn(&mut Stage<'_>)) -> Oracle {
    Oracle { name, rule, play }
}

const ORACLES: [Oracle; 37] = [
    oracle("cascade with long waits", "R18, R19, R32", cascades::long_waits),
    oracle("cascade with short waits", "R6, R18, R19, R32", cascades::short_waits),
    oracle("cheapest first or best first", "R2, R19", cascades::cheapest_first),
    oracle("orders of a cohort", "R9, R10, R11, R33", customers::cohort),
    oracle("orders where the formula breaks", "R10, R33", customers::odd_shapes),
    oracle("base with a past", "R9, R12", customers::base),
    oracle("needs", "R10", demand::needs),
    oracle("baskets", "R17", demand::baskets),
    oracle("hops", "R14", journeys::hops),
    oracle("raised intent", "R14", journeys::intent),
    oracle("orders moved forward", "R16", moved::moved),
    oracle("opt-outs", "R15", contacts::opt_outs),
    oracle("affinity", "R13", contacts::affinity),
    oracle("rates over the list", "R12, R13", contacts::list),
    oracle("delays", "R6", contacts::delays),
    oracle("mix", "R17, R21", contacts::mix),
    oracle("opt-ins", "R1", audience::opt_ins),
    oracle("arrivals", "R9", audience::arrivals),
    oracle("segments", "R5", audience::segments),
    oracle("weekly cascade", "R20, R35", weekly::cascade),
    oracle("two tests of shares", "certify", certificates::two_tests),
    oracle("a fixed test", "certify", certificates::fixed_test),
    oracle("arms of unequal size", "certify", certificates::unequal_arms),
    oracle("means of rare buyers", "certify", certificates::rare_buyers),
    oracle("planned looks", "certify", certificates::planned_looks),
    oracle("looks at any time", "certify", certificates::looks_at_any_time),
    oracle("contracts", "R53", lives::contracts),
    oracle("contracts of a base", "R9, R53", lives::old_contracts),
    oracle("seasons", "R52", lives::seasons),
    oracle("machines", "R50", seen::machines),
    oracle("late and twice", "R17, R51", seen::late_and_twice),
    oracle("lost context", "R47", context::lost),
    oracle("carts found again", "R49", context::carts),
    oracle("pressure", "R43", pressure::pressure),
    oracle("losses under pressure", "R43", pressure::losses),
    oracle("complaints and opt-ins", "R44", pressure::consent),
    oracle("goodwill and net promoter score", "R45, R46", pressure::goodwill),
];

/// All oracles, in the order in which [`verify`] plays them.
pub fn oracles() -> &'static [Oracle] {
    &ORACLES
}

/// Plays all oracles with `scale` times their usual number of customers.
pub fn verify(scale: f64, seed: u64, progress: &dyn Progress) -> Vec<Check> {
    oracles().iter().flat_map(|oracle| oracle.run(scale, seed, progress)).collect()
}

/// How many standard errors chance explains: two-sided, by Student's distribution, since the errors are estimated from
/// batches.
pub fn limit() -> f64 {
    let one_tail = FALSE_ALARM / MOST_CHECKS as f64 / 2.0;
    -student::quantile(one_tail, (BATCHES - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_oracle_holds() {
        let checks = verify(1.0, 1, &());
        assert!(checks.len() <= MOST_CHECKS, "{} checks share the false alarms of {MOST_CHECKS}", checks.len());
        let mut failed = 0;
        for check in &checks {
            println!(
                "{} {:<32} {:<58} {:>16.6} {:>16.6} ± {:.6} z {:+.2}",
                if check.passed { "ok  " } else { "FAIL" },
                check.oracle,
                check.quantity,
                check.exact,
                check.simulated,
                check.standard_error,
                check.z
            );
            failed += usize::from(!check.passed);
        }
        assert_eq!(failed, 0, "checks failed");
    }

    #[test]
    fn the_limit_keeps_the_false_alarms() {
        let tail = student::sf(limit(), (BATCHES - 1) as f64);
        assert!((2.0 * tail * MOST_CHECKS as f64 / FALSE_ALARM - 1.0).abs() < 1e-6);
        assert!((5.5..7.0).contains(&limit()), "{}", limit());
    }
}
