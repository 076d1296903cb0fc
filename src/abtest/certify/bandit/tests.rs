//! Contests against exact values: tiny experiments enumerated unit by unit, with the policies written anew and by other means
//! (chances of being best by quadrature instead of draws).

use std::collections::HashMap;

use super::*;
use crate::abtest::metric::Direction;
use crate::luck::Threshold;
use crate::stats::bayes;
use crate::stats::normal;

/// The two-sided chance that one comparison of sound code fails: 10⁻⁶. Seeds are fixed, so it is paid once.
fn most() -> f64 {
    -normal::quantile(0.5e-6)
}

fn agrees(what: &str, found: f64, exact: f64, error: f64) {
    let off = (found - exact).abs();
    // What does not vary must be equal but for rounding.
    assert!(off <= (most() * error).max(1e-9 * exact.abs()), "{what}: {found}, exactly {exact}, error {error}");
}

/// What a policy is expected to do in an arena.
#[derive(Debug, Default)]
struct Exact {
    regret: f64,
    wrong: f64,
    to_best: f64,
    bias: f64,
    /// Chance that there is an estimate.
    estimated: f64,
}

/// Goes through all that can happen.
struct Enumeration<'a> {
    arena: &'a Arena<'a>,
    policy: Policy,
    shares: &'a [f64],
    /// Of each unit: its day, and by arm the values that it may bring with their chances.
    units: Vec<(i32, Vec<Law>)>,
    truth: Vec<f64>,
    chances: HashMap<Vec<u64>, Vec<f64>>,
    exact: Exact,
}

type Law = Vec<(f64, f64)>;

fn mean(law: &Law) -> f64 {
    law.iter().map(|(value, chance)| value * chance).sum()
}

fn exact(arena: &Arena<'_>, shares: &[f64], part: f64, policy: Policy) -> Exact {
    let law = |arm: &[f64], batch: &Batch| {
        let n = batch.pool.len() as f64;
        let mut law = Law::new();
        for unit in batch.pool.clone() {
            for (value, chance) in [(arm[unit], part / n), (arena.rewards[0][unit], (1.0 - part) / n)] {
                match law.iter_mut().find(|(known, _)| *known == value) {
                    Some((_, sum)) => *sum += chance,
                    None => law.push((value, chance)),
                }
            }
        }
        law.retain(|(_, chance)| *chance > 0.0);
        law
    };
    let unit = |batch: &Batch| (batch.day, arena.rewards.iter().map(|arm| law(arm, batch)).collect::<Vec<_>>());
    let units: Vec<_> = arena.batches.iter().flat_map(|batch| (0..batch.units).map(move |_| unit(batch))).collect();
    let total = |arm: usize| units.iter().map(|(_, laws)| mean(&laws[arm])).sum::<f64>() / units.len() as f64;
    let truth = (0..arena.rewards.len()).map(total).collect();
    let chances = HashMap::new();
    let mut all = Enumeration { arena, policy, shares, units, truth, chances, exact: Exact::default() };
    all.go(&mut Vec::new(), 1.0);
    all.exact.bias /= all.exact.estimated;
    all.exact
}

impl Enumeration<'_> {
    /// As far as it is good.
    fn good(&self, value: f64) -> f64 {
        match (self.arena.better, self.arena.binary) {
            (Direction::Higher, _) => value,
            (Direction::Lower, true) => 1.0 - value,
            (Direction::Lower, false) => -value,
        }
    }

    fn go(&mut self, past: &mut Vec<(usize, f64)>, chance: f64) {
        let Some((day, laws)) = self.units.get(past.len()).cloned() else { return self.end(past, chance) };
        let seen = |unit: usize| self.units[unit].0 + self.arena.delay < day;
        let known: Vec<(usize, f64)> =
            past.iter().enumerate().filter(|(unit, _)| seen(*unit)).map(|(_, one)| *one).collect();
        let given = |arm: usize| past.iter().filter(|one| one.0 == arm).count();
        let assigned: Vec<f64> = (0..laws.len()).map(|arm| given(arm) as f64).collect();
        let of_arms = self.assignment(&known, &assigned);
        for (arm, law) in laws.iter().enumerate().filter(|(arm, _)| of_arms[*arm] > 0.0) {
            for (value, of_value) in law {
                past.push((arm, *value));
                self.go(past, chance * of_arms[arm] * of_value);
                past.pop();
            }
        }
    }

    /// The chance of each arm to get the next unit.
    fn assignment(&mut self, known: &[(usize, f64)], assigned: &[f64]) -> Vec<f64> {
        let arms = assigned.len();
        let of = |arm: usize| known.iter().filter(|one| one.0 == arm).map(|one| self.good(one.1)).collect::<Vec<f64>>();
        let scores: Vec<Vec<f64>> = (0..arms).map(of).collect();
        let all = scores.concat();
        let n = all.len() as f64;
        let centre = all.iter().sum::<f64>() / n;
        let variance = all.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>() / (n - 1.0);
        let spread = n > 1.0 && variance > 1e-12;
        match self.policy {
            Policy::Fixed => self.shares.to_vec(),
            Policy::Ucb => {
                let t: f64 = assigned.iter().sum();
                let bound = |(scores, n): (&Vec<f64>, &f64)| {
                    let level = |scores: &[f64]| scores.iter().sum::<f64>() / scores.len() as f64;
                    let mean = if !scores.is_empty() {
                        level(scores)
                    } else if !all.is_empty() {
                        level(&all)
                    } else {
                        0.0
                    };
                    let squared = if self.arena.binary {
                        t.ln() / n * (mean * (1.0 - mean) + (2.0 * t.ln() / n).sqrt()).min(0.25)
                    } else {
                        2.0 * if spread { variance } else { 1.0 } * (1.0 + t * t.ln().powi(2)).ln() / n
                    };
                    if *n == 0.0 { f64::INFINITY } else { mean + squared.sqrt() }
                };
                let bounds: Vec<f64> = scores.iter().zip(assigned).map(bound).collect();
                let top = bounds.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                // Bounds that differ by rounding are equal.
                let first = bounds.iter().position(|bound| *bound >= top - 1e-12 || *bound == top);
                (0..arms).map(|arm| f64::from(u8::from(Some(arm) == first))).collect()
            }
            Policy::Thompson => {
                let even = !self.arena.binary && !spread;
                let binary = self.arena.binary;
                let key: Vec<u64> = scores
                    .iter()
                    .flat_map(|scores| {
                        let mut sorted: Vec<u64> = scores.iter().map(|x| x.to_bits()).collect();
                        sorted.sort_unstable();
                        sorted.push(u64::MAX);
                        sorted
                    })
                    .collect();
                let best = || {
                    if even {
                        return vec![1.0 / arms as f64; arms];
                    }
                    let choice = if binary {
                        let posterior = |scores: &Vec<f64>| {
                            let successes = scores.iter().sum::<f64>() as u64;
                            bayes::Beta::new(1.0, 1.0)?.after(successes, scores.len() as u64)
                        };
                        let arms: Result<Vec<_>, Error> = scores.iter().map(posterior).collect();
                        arms.and_then(|arms| bayes::choice_of_rates(&arms))
                    } else {
                        // A prior as weighty as one unit.
                        let prior = bayes::Normal::new(centre, variance.sqrt());
                        let posterior = |scores: &Vec<f64>| match scores.len() as f64 {
                            0.0 => prior.clone(),
                            n => prior.clone()?.after(scores.iter().sum::<f64>() / n, (variance / n).sqrt()),
                        };
                        let arms: Result<Vec<_>, Error> = scores.iter().map(posterior).collect();
                        arms.and_then(|arms| bayes::choice_of_means(&arms))
                    };
                    choice.expect("sound posteriors").best
                };
                self.chances.entry(key).or_insert_with(best).clone()
            }
        }
    }

    fn end(&mut self, past: &[(usize, f64)], chance: f64) {
        let arms = self.truth.len();
        let of = |arm: usize| past.iter().filter(|one| one.0 == arm).map(|one| one.1).collect::<Vec<f64>>();
        let values: Vec<Vec<f64>> = (0..arms).map(of).collect();
        let mean_of = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
        let all: Vec<f64> = past.iter().map(|one| self.good(one.1)).collect();
        let held = |values: &Vec<f64>| {
            let (n, good) = (values.len() as f64, values.iter().map(|value| self.good(*value)).sum::<f64>());
            match self.policy {
                Policy::Thompson if self.arena.binary => (1.0 + good) / (2.0 + n),
                Policy::Thompson => (mean_of(&all) + good) / (1.0 + n),
                _ if values.is_empty() => f64::NEG_INFINITY,
                _ => good / n,
            }
        };
        let held: Vec<f64> = values.iter().map(held).collect();
        let top = held.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let winner = held.iter().position(|held| *held >= top - 1e-12).expect("an arm");
        let best = self.truth.iter().map(|truth| self.good(*truth)).fold(f64::NEG_INFINITY, f64::max);
        let is_best: Vec<bool> = self.truth.iter().map(|truth| self.good(*truth) >= best - 1e-12).collect();
        let one_best = is_best.iter().position(|best| *best).expect("an arm");
        let lost = |laws: &[Law], arm: usize| self.good(mean(&laws[one_best])) - self.good(mean(&laws[arm]));
        let regret: f64 = self.units.iter().zip(past).map(|((_, laws), (arm, _))| lost(laws, *arm)).sum();
        let to_best = past.iter().filter(|(arm, _)| is_best[*arm]).count();
        self.exact.regret += chance * regret;
        self.exact.to_best += chance * to_best as f64 / past.len() as f64;
        self.exact.wrong += if is_best[winner] { 0.0 } else { chance };
        if !values[0].is_empty() && !values[1].is_empty() {
            self.exact.estimated += chance;
            let truth = self.truth[1] - self.truth[0];
            self.exact.bias += chance * (mean_of(&values[1]) - mean_of(&values[0]) - truth);
        }
    }
}

/// Plays an arena and holds every number of every policy against the enumeration.
fn check_against_enumeration(name: &str, arena: &Arena<'_>, shares: &[f64], part: f64) -> Result<(), Error> {
    let experiments = 40_000;
    for (policy, row) in Policy::ALL.iter().zip(contest(arena, shares, experiments, part, 11)?) {
        let exact = exact(arena, shares, part, *policy);
        let what = |of: &str| format!("{name}, {}, {of}", policy.name());
        agrees(&what("regret"), row.regret.value, exact.regret, row.regret.standard_error);
        agrees(&what("to best"), row.to_best.value, exact.to_best, row.to_best.standard_error);
        agrees(&what("bias"), row.bias.value, exact.bias, row.bias.standard_error);
        let error = |p: f64| (p * (1.0 - p) / experiments as f64).sqrt();
        let wrong = row.wrong_winner.expect("an arm is better");
        agrees(&what("wrong"), wrong.share, exact.wrong, error(exact.wrong));
        let estimated = row.bias.of as f64 / experiments as f64;
        agrees(&what("estimated"), estimated, exact.estimated.min(1.0), error(exact.estimated.min(1.0)));
    }
    Ok(())
}

fn batches(days: &[(std::ops::Range<usize>, u64, i32)]) -> Vec<Batch> {
    days.iter().map(|(pool, units, day)| Batch { pool: pool.clone(), units: *units, day: *day }).collect()
}

#[test]
fn tiny_contests_of_rates_are_as_enumerated() -> Result<(), Error> {
    let control = [1.0, 0.0, 0.0, 0.0];
    let treatment = [1.0, 1.0, 0.0, 1.0];
    let rewards = [&control[..], &treatment];
    let arena = |batches, delay, better| Arena { rewards: &rewards, batches, delay, better, binary: true };
    let higher = Direction::Higher;
    let singles = batches(&[(0..4, 1, 0), (0..4, 1, 1), (0..4, 1, 2), (0..4, 1, 3), (0..4, 1, 4)]);
    check_against_enumeration("one by one", &arena(&singles, 0, higher), &[0.5, 0.5], 1.0)?;
    check_against_enumeration("a day late", &arena(&singles, 1, higher), &[0.3, 0.7], 1.0)?;
    check_against_enumeration("three days late", &arena(&singles, 3, higher), &[0.3, 0.7], 1.0)?;
    check_against_enumeration("half the effect", &arena(&singles, 0, higher), &[0.5, 0.5], 0.5)?;
    check_against_enumeration("less is better", &arena(&singles, 0, Direction::Lower), &[0.4, 0.6], 1.0)?;
    // On the second day one arm is known and the other has units of which nothing is known.
    let unequal = batches(&[(0..4, 1, 0), (0..4, 3, 1), (0..4, 1, 2)]);
    check_against_enumeration("unequal days", &arena(&unequal, 0, higher), &[0.5, 0.5], 1.0)?;
    // Whoever comes early is another than who comes late; two batches of one day know nothing of each other.
    let drift = batches(&[(0..2, 2, 3), (1..4, 1, 3), (0..0, 0, 4), (1..4, 2, 5), (2..4, 1, 9)]);
    check_against_enumeration("drift", &arena(&drift, 0, higher), &[0.5, 0.5], 1.0)?;
    check_against_enumeration("drift, late", &arena(&drift, 3, Direction::Lower), &[0.5, 0.5], 0.7)
}

#[test]
fn tiny_contests_of_means_are_as_enumerated() -> Result<(), Error> {
    let control = [0.0, 2.5, 0.0];
    let treatments = [[0.0, 4.0, 1.0], [-1.0, 2.5, 0.0]];
    let rewards = [&control[..], &treatments[0], &treatments[1]];
    let arena =
        |batches, delay, better, arms| Arena { rewards: &rewards[..arms], batches, delay, better, binary: false };
    let days = batches(&[(0..3, 2, 0), (0..3, 1, 1), (1..3, 2, 2)]);
    check_against_enumeration("two arms", &arena(&days, 0, Direction::Higher, 2), &[0.5, 0.5], 1.0)?;
    check_against_enumeration("two arms, late", &arena(&days, 1, Direction::Higher, 2), &[0.5, 0.5], 0.5)?;
    let days = batches(&[(0..3, 2, 0), (0..3, 1, 1), (1..3, 1, 2)]);
    check_against_enumeration("three arms", &arena(&days, 0, Direction::Higher, 3), &[0.5, 0.25, 0.25], 1.0)?;
    check_against_enumeration("least of three", &arena(&days, 0, Direction::Lower, 3), &[0.2, 0.2, 0.6], 1.0)
}

#[test]
fn long_contests_of_bounds_are_as_followed() -> Result<(), Error> {
    // One unit of the pool a day, so that all rewards are given and UCB has but one way to go: long enough for the
    // variance of a rate to matter.
    let of = |arm: usize, binary: bool| -> Vec<f64> {
        let reward = |day: usize| {
            let luck = Luck::experiment(3, day as u64).child(Label::new(arm as u64));
            let far = (luck.word(Label::new(0)) >> 11) as f64 / 9_007_199_254_740_992.0;
            let rate = [0.01, 0.05][arm];
            if binary { f64::from(u8::from(far < rate)) } else { 10.0 * far + 30.0 * rate }
        };
        (0..900).map(reward).collect()
    };
    for binary in [true, false] {
        let (control, treatment) = (of(0, binary), of(1, binary));
        let rewards = [&control[..], &treatment];
        for (delay, units, days) in [(0, 1, 900_usize), (7, 1, 900), (0, 6, 150)] {
            let day = |day: usize| Batch { pool: day..day + 1, units, day: day as i32 };
            let batches: Vec<Batch> = (0..days).map(day).collect();
            let arena = Arena { rewards: &rewards, batches: &batches, delay, better: Direction::Higher, binary };
            let exact = exact(&arena, &[0.5, 0.5], 1.0, Policy::Ucb);
            let row = &contest(&arena, &[0.5, 0.5], 2, 1.0, 1)?[2];
            let what = |of: &str| format!("{of}, binary {binary}, delay {delay}, {units} a day");
            agrees(&what("regret"), row.regret.value, exact.regret, 0.0);
            agrees(&what("to best"), row.to_best.value, exact.to_best, 0.0);
            agrees(&what("bias"), row.bias.value, exact.bias, 0.0);
            assert!(exact.to_best > 0.5 && exact.to_best < 0.99, "{exact:?}");
        }
    }
    Ok(())
}

#[test]
fn the_second_unit_of_thompson_sampling_by_hand() -> Result<(), Error> {
    // Rates 0 and 1; one unit a day, no delay. The first unit gets either arm with chance 1/2. Then one posterior is
    // uniform (U) and the other Beta(1, 2), after a failure of the control, or Beta(2, 1), after a success of the treatment.
    // P(Beta(2, 1) > U) = E[Beta(2, 1)] = 2/3, and as much for U > Beta(1, 2): the second unit goes wrong with chance 1/3.
    let rewards = [&[0.0][..], &[1.0]];
    let days = batches(&[(0..1, 1, 0), (0..1, 1, 1)]);
    let arena = Arena { rewards: &rewards, batches: &days, delay: 0, better: Direction::Higher, binary: true };
    let experiments = 100_000;
    let row = &contest(&arena, &[0.5, 0.5], experiments, 1.0, 3)?[1];
    agrees("regret", row.regret.value, 0.5 + 1.0 / 3.0, row.regret.standard_error);
    // Both units differ in variance and are independent of each other: 1/4 + 2/9.
    let error = ((1.0 / 4.0 + 2.0 / 9.0) / experiments as f64).sqrt();
    assert!((row.regret.standard_error / error - 1.0).abs() < 0.02, "{} {error}", row.regret.standard_error);
    Ok(())
}

#[test]
fn the_fixed_test_is_exactly_known() -> Result<(), Error> {
    // Rates .2 and .5; every unit gets the treatment with chance .4.
    let (control, treatment) = (rates(10, 2, 0), rates(10, 5, 0));
    let rewards = [&control[..], &treatment];
    let days = batches(&[(0..10, 7, 0), (0..10, 5, 1)]);
    let arena = Arena { rewards: &rewards, batches: &days, delay: 0, better: Direction::Higher, binary: true };
    let experiments = 100_000_u64;
    let row = &contest(&arena, &[0.6, 0.4], experiments, 1.0, 5)?[0];
    let error = (12.0 * 0.6 * 0.4 / experiments as f64).sqrt();
    agrees("regret", row.regret.value, 0.3 * 12.0 * 0.6, 0.3 * error);
    agrees("to best", row.to_best.value, 0.4, error / 12.0);
    let binomial = |k: u64, n: u64, p: f64| {
        let ways: f64 = (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product();
        ways * p.powi(k as i32) * (1.0 - p).powi((n - k) as i32)
    };
    let (mut wrong, mut estimated) = (0.0, 0.0);
    for treated in 0..=12_u64 {
        let untreated = 12 - treated;
        estimated += if treated * untreated > 0 { binomial(treated, 12, 0.4) } else { 0.0 };
        for (of_control, of_treatment) in (0..=untreated).flat_map(|c| (0..=treated).map(move |t| (c, t))) {
            // A tie, and an empty treatment, leave the control; an empty control loses.
            if of_treatment * untreated <= of_control * treated && untreated > 0 {
                wrong += binomial(treated, 12, 0.4)
                    * binomial(of_control, untreated, 0.2)
                    * binomial(of_treatment, treated, 0.5);
            }
        }
    }
    let found = row.wrong_winner.expect("the treatment is better");
    agrees("wrong winner", found.share, wrong, (wrong * (1.0 - wrong) / experiments as f64).sqrt());
    let error = (estimated * (1.0 - estimated) / experiments as f64).sqrt();
    agrees("estimated", row.bias.of as f64 / experiments as f64, estimated, error);
    // Whoever is assigned by a coin is estimated without bias.
    agrees("bias", row.bias.value, 0.0, row.bias.standard_error);
    Ok(())
}

/// So many units, of which the first few, counted from a place on, have a reward.
fn rates(units: usize, successes: usize, from: usize) -> Vec<f64> {
    (0..units).map(|unit| f64::from(u8::from((unit + units - from) % units < successes))).collect()
}

fn fortnight(units: u64, pool: usize) -> Vec<Batch> {
    (0..14).map(|day| Batch { pool: 0..pool, units, day }).collect()
}

#[test]
fn what_is_learnt_too_late_is_an_equal_split() -> Result<(), Error> {
    let (control, treatment) = (rates(1000, 50, 0), rates(1000, 70, 400));
    let rewards = [&control[..], &treatment];
    let days = fortnight(100, 1000);
    let mut arena = Arena { rewards: &rewards, batches: &days, delay: 13, better: Direction::Higher, binary: true };
    for binary in [true, false] {
        arena.binary = binary;
        let experiments = 20_000;
        let rows = contest(&arena, &[0.5, 0.5], experiments, 1.0, 8)?;
        let error = 0.02 * (1400.0 * 0.25 / experiments as f64).sqrt();
        agrees("regret of Thompson sampling", rows[1].regret.value, 0.02 * 700.0, error);
        assert!((rows[1].regret.standard_error / error - 1.0).abs() < 0.03, "units are assigned one by one");
        // UCB takes the arms in turn.
        agrees("regret of UCB", rows[2].regret.value, 0.02 * 700.0, 0.0);
        let wrong = |row: usize| rows[row].wrong_winner.expect("the treatment is better").share;
        for row in [1, 2] {
            let p = wrong(0);
            agrees("wrong winner", wrong(row), p, (2.0 * p * (1.0 - p) / experiments as f64).sqrt());
        }
        // One day less, and the last day already knows the first.
        arena.delay = 12;
        assert_ne!(contest(&arena, &[0.5, 0.5], 100, 1.0, 8)?[2].regret.value, 0.02 * 700.0);
        arena.delay = 13;
    }
    Ok(())
}

#[test]
fn bandits_lose_less_and_delay_takes_it_away() -> Result<(), Error> {
    let (control, treatment) = (rates(1000, 100, 0), rates(1000, 200, 400));
    let rewards = [&control[..], &treatment];
    let days = fortnight(150, 1000);
    for binary in [true, false] {
        let arena = |delay| Arena { rewards: &rewards, batches: &days, delay, better: Direction::Higher, binary };
        let rows: Vec<Vec<Bandit>> = [0, 2, 6, 13]
            .map(|delay| contest(&arena(delay), &[0.5, 0.5], 2000, 1.0, 1))
            .into_iter()
            .collect::<Result<_, _>>()?;
        let [fixed, thompson, ucb] = &rows[0][..] else { panic!("three policies") };
        for policy in [thompson, ucb] {
            assert!(policy.regret.value < 0.7 * fixed.regret.value, "{policy:?} {fixed:?}");
            assert!(policy.to_best.value > 0.6 && policy.regret.low > 0.0, "{policy:?}");
        }
        for policy in [1, 2] {
            for pair in rows.windows(2) {
                let (less, more) = (&pair[0][policy].regret, &pair[1][policy].regret);
                let error = less.standard_error.hypot(more.standard_error);
                assert!(more.value > less.value - most() * error, "{less:?} {more:?}");
            }
            assert!(rows[3][policy].regret.value > 1.3 * rows[0][policy].regret.value);
        }
        // The fixed test learns nothing while it runs, so delay is nothing to it.
        assert_eq!(format!("{:?}", rows[3][0]), format!("{fixed:?}"));
        // Units that are shifted bias the plain means: against the arm that had bad luck first, which is then left.
        assert!(thompson.bias.low > 0.0 && fixed.bias.low < 0.0 && fixed.bias.high > 0.0, "{thompson:?}");
    }
    Ok(())
}

/// Rewards of which most are 0, and some far out.
fn skewed(units: usize, buyers: f64, level: f64) -> Vec<f64> {
    let reward = |unit: usize| {
        let luck = Luck::experiment(99, unit as u64);
        let far = (luck.word(Label::new(1)) >> 11) as f64 / 9_007_199_254_740_992.0;
        if luck.happens(Label::new(0), Threshold::new(buyers)) { level / (far + 0.02) } else { 0.0 }
    };
    (0..units).map(reward).collect()
}

#[test]
fn threads_do_not_show() -> Result<(), Error> {
    let (control, treatment) = (skewed(3000, 0.1, 10.0), skewed(3000, 0.13, 10.0));
    let rewards = [&control[..], &treatment];
    let days = fortnight(50, 3000);
    let arena = Arena { rewards: &rewards, batches: &days, delay: 1, better: Direction::Higher, binary: false };
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let rows = pool.install(|| contest(&arena, &[0.5, 0.5], 300, 0.5, 4));
        rows.map(|rows| serde_json::to_string(&rows).expect("numbers"))
    };
    let one = with(1)?;
    assert_eq!(one, with(3)?);
    let other = contest(&arena, &[0.5, 0.5], 300, 0.5, 5)?;
    assert_ne!(one, serde_json::to_string(&other).expect("numbers"), "the seed says nothing");
    Ok(())
}

#[test]
fn less_of_the_opposite_is_as_good() -> Result<(), Error> {
    let days = fortnight(40, 1000);
    for binary in [true, false] {
        let arms = if binary {
            [rates(1000, 100, 0), rates(1000, 180, 300), rates(1000, 90, 0)]
        } else {
            [skewed(1000, 0.1, 10.0), skewed(1000, 0.1, 15.0), skewed(1000, 0.1, 9.0)]
        };
        let opposite = |reward: &f64| if binary { 1.0 - reward } else { -reward };
        let turned: Vec<Vec<f64>> = arms.iter().map(|arm| arm.iter().map(opposite).collect()).collect();
        let play = |arms: &[Vec<f64>], better| {
            let rewards: Vec<&[f64]> = arms.iter().map(Vec::as_slice).collect();
            let arena = Arena { rewards: &rewards, batches: &days, delay: 0, better, binary };
            contest(&arena, &[0.4, 0.3, 0.3], 400, 0.8, 2)
        };
        let higher = play(&arms, Direction::Higher)?;
        for (more, less) in higher.iter().zip(play(&turned, Direction::Lower)?) {
            let close = |a: f64, b: f64| assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0), "{more:?} {less:?}");
            close(more.regret.value, less.regret.value);
            close(more.bias.value, -less.bias.value);
            assert_eq!((more.wrong_winner, more.to_best), (less.wrong_winner, less.to_best));
            assert!(more.regret.low > 0.0, "{more:?}");
        }
    }
    Ok(())
}

#[test]
fn without_an_effect_nothing_is_lost() -> Result<(), Error> {
    let (control, treatment) = (skewed(1000, 0.1, 10.0), skewed(1000, 0.2, 10.0));
    let days = fortnight(40, 1000);
    for (treatment, part) in [(&treatment, 0.0), (&control, 1.0)] {
        let rewards = [&control[..], treatment];
        let arena = Arena { rewards: &rewards, batches: &days, delay: 2, better: Direction::Lower, binary: false };
        for row in contest(&arena, &[0.5, 0.5], 200, part, 9)? {
            assert_eq!((row.regret.value, row.regret.standard_error, row.wrong_winner), (0.0, 0.0, None));
            // Then the first treatment's share is told.
            assert!(row.to_best.value > 0.4 && row.to_best.value < 0.6, "{row:?}");
        }
    }
    Ok(())
}

#[test]
fn what_never_varies_is_shared_evenly() -> Result<(), Error> {
    // No order at all in either arm, or the same of everybody: nothing is learnt, and nothing goes wrong with the numbers.
    let days = fortnight(100, 5);
    for value in [0.0, 0.1, 7.0] {
        let rewards = [&[value; 5][..], &[value; 5]];
        let arena = Arena { rewards: &rewards, batches: &days, delay: 0, better: Direction::Higher, binary: false };
        for row in contest(&arena, &[0.5, 0.5], 500, 1.0, 9)? {
            agrees(row.policy, row.to_best.value, 0.5, (0.25 / 1400.0 / 500.0_f64).sqrt());
            assert!(row.bias.value.abs() < 1e-12);
        }
    }
    Ok(())
}

#[test]
fn what_cannot_be_played_is_refused() -> Result<(), Error> {
    let rewards = [&[0.0, 1.0][..], &[1.0, 1.0]];
    let days = batches(&[(0..2, 3, 0), (0..1, 1, 1)]);
    let sound = Arena { rewards: &rewards, batches: &days, delay: 0, better: Direction::Higher, binary: true };
    let even = [0.5, 0.5];
    assert_eq!(contest(&sound, &even, 1, 1.0, 0)?.len(), 3);
    let told = |arena: Arena<'_>, shares: &[f64], experiments, part| {
        contest(&arena, shares, experiments, part, 0).map_or_else(|error| error.to_string(), |_| "played".into())
    };
    let odd: [(&[f64], &[f64]); 4] =
        [(&[0.0, 1.0], &[1.0]), (&[0.0, 1.0], &[0.5, 1.0]), (&[f64::NAN, 1.0], &[0.0; 2]), (&[0.0], &[0.0])];
    let mut refused: Vec<String> = odd
        .iter()
        .map(|(control, treatment)| told(Arena { rewards: &[control, treatment], ..sound }, &even, 1, 1.0))
        .collect();
    for value in [f64::NAN, f64::INFINITY] {
        let rewards = [&[0.0, 1.0][..], &[value, 1.0]];
        refused.push(told(Arena { rewards: &rewards, binary: false, ..sound }, &even, 1, 1.0));
    }
    refused.push(told(Arena { rewards: &rewards[..1], ..sound }, &[1.0], 1, 1.0));
    refused.push(told(Arena { rewards: &[], ..sound }, &[], 1, 1.0));
    refused.push(told(Arena { delay: -1, ..sound }, &even, 1, 1.0));
    for unsound in [
        batches(&[]),
        batches(&[(0..2, 0, 0)]),
        batches(&[(0..3, 1, 0)]),
        batches(&[(1..1, 1, 0)]),
        batches(&[(0..2, 1, 1), (0..2, 1, 0)]),
        batches(&[(0..2, u64::MAX, 0), (0..2, u64::MAX, 0)]),
        vec![Batch { pool: std::ops::Range { start: 2, end: 1 }, units: 1, day: 0 }],
    ] {
        refused.push(told(Arena { batches: &unsound, ..sound }, &even, 1, 1.0));
    }
    for shares in [&[1.0][..], &[0.5, 0.6], &[1.0, 0.0], &[f64::NAN, 0.5]] {
        refused.push(told(sound, shares, 1, 1.0));
    }
    for part in [-0.1, 1.1, f64::NAN] {
        refused.push(told(sound, &even, 1, part));
    }
    refused.extend([told(sound, &even, 0, 1.0), told(sound, &even, u64::MAX, 1.0)]);
    insta::assert_snapshot!(refused.join("\n"), @"
    the rewards of an arm must have 2 entries, found 1
    a reward must be 0 or 1, found 0.5
    a reward must be 0 or 1, found NaN
    the end of a batch's pool must lie in the pool, found 2
    a reward must be a number within ±1e100, found NaN
    a reward must be a number within ±1e100, found inf
    the number of arms must be at least 2, found 1
    the number of arms must be at least 2, found 0
    the delay of rewards in days must not be negative, found -1
    the units of an experiment must lie between 1 and 1e9, found 0
    the units of an experiment must lie between 1 and 1e9, found 0
    the end of a batch's pool must lie in the pool, found 3
    the pool of a batch with units must have units, found 0
    the day of a batch must not lie before that of the last one, found 0
    the units of an experiment must lie between 1 and 1e9, found 18446744073709552000
    the end of a batch's pool must not lie before its start, found 1
    the shares of the arms must have 2 entries, found 1
    the sum of the arms' shares must be 1, found 1.1
    the share of an arm must be positive, found 0
    the share of an arm must be positive, found NaN
    the part of the effect must lie between 0 and 1, found -0.1
    the part of the effect must lie between 0 and 1, found 1.1
    the part of the effect must lie between 0 and 1, found NaN
    the number of experiments must lie between 1 and 1 million, found 0
    the number of experiments must lie between 1 and 1 million, found 18446744073709552000
    ");
    // Days at the ends of what they can be.
    let far = batches(&[(0..2, 3, i32::MIN), (0..1, 1, i32::MAX)]);
    assert_eq!(contest(&Arena { batches: &far, delay: i32::MAX, ..sound }, &even, 1, 1.0, 0)?.len(), 3);
    Ok(())
}
