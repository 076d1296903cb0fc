//! R34: do the intervals cover what they claim to? Two thousand simulations of the same scenario, each with a seed of its
//! own, against the truth. The share of intervals that hold it must be compatible with the stated level: the score
//! interval at 1 − 10⁻⁴ contains it, so that a sound estimate fails once in 10,000 changes of the random numbers.

use channelmix::measures::{Estimate, Interval, measure, series};
use channelmix::scenario::load;
use channelmix::simulation::{Plan, simulate};
use channelmix::stats::{normal, proportion};
use channelmix::tally::Tallies;
use channelmix::world::{Draw, World};
use rayon::prelude::*;

/// Fixed and consecutive, so that nobody can pick them.
const SEEDS: std::ops::Range<u64> = 1..2001;

fn world(text: &str) -> World {
    let loaded = load("coverage.toml", text, &[]);
    let told = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{told}")))
        .unwrap_or_else(|problem| panic!("{}", problem.message))
}

fn play(world: &World, seed: u64, customers: u64) -> Tallies {
    let plan = Plan::new(world, seed, customers, None, (0..world.strategies.len()).collect());
    simulate(world, &plan, &()).unwrap_or_else(|problem| panic!("{}", problem.message))
}

/// A measure under a strategy, or its paired difference from another one.
#[derive(Clone, Copy, Debug)]
struct Asked {
    measure: &'static str,
    strategy: &'static str,
    minus: Option<&'static str>,
}

impl Asked {
    fn estimate(self, world: &World, tallies: &Tallies) -> Estimate {
        let measure = measure(self.measure).expect("it is a measure");
        let of = |strategy| {
            let index = tallies.strategy(strategy).expect("it was played");
            series(tallies, measure, index, tallies.strategy("none"), world.currency.minor()).expect("it is defined")
        };
        let own = of(self.strategy);
        Estimate::of(&self.minus.map_or_else(|| own.clone(), |other| own.minus(&of(other)).expect("they pair")))
    }
}

/// The share of intervals that hold a truth, by its score interval.
fn coverage(held: &[bool]) -> (f64, f64, f64) {
    let successes = held.iter().filter(|held| **held).count() as u64;
    let (low, high) = proportion::wilson(successes, held.len() as u64, 1.0 - 1e-4).expect("there are trials");
    (low, successes as f64 / held.len() as f64, high)
}

/// Exact rates, two segments that differ in everything, skew baskets, losses; a cascade that saves messages.
const EXACT: &str = r#"
name = "Coverage with exact rates"
currency = "EUR"
start = 2026-01-05
horizon = "28d"
tail = "0d"
retention_window = "14d"

[channels.email]
cost_per_message = 0.002
delivery_rate = 0.9
open_rate = 0.4
click_to_open_rate = 0.3
opt_out_rate = 0.01
open_delay = { mean = "6h" }
landing = "web"
[channels.sms]
cost_per_message = 0.5
delivery_rate = 0.95
open_rate = 0.9
click_to_open_rate = 0.2
opt_out_rate = 0.02
landing = "web"
[channels.web]
order_rate = 0.2
[channels.store]
order_rate = 0.5

[segments.regulars]
share = 0.7
joined = { base = { age = "0d" } }
opt_in = { email = 0.8, sms = 0.6 }
needs = { every = "14d" }
dropout = { after-order = 0.2 }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.4
entry = { web = 1.0 }
hops = { web = { store = 0.2 } }
[segments.occasional]
share = 0.3
joined = { base = { age = "0d" } }
opt_in = { email = 0.5, sms = 0.3 }
needs = { every = "56d" }
dropout = { after-order = 0.4 }
basket = { fixed = 25 }
gross_margin = 0.3
entry = { web = 0.5, store = 0.5 }
hops = { web = { store = 0.2 } }

[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
goal = "order"

[strategies.blast.campaigns.offer]
blast = ["sms"]
[strategies.cascade.campaigns.offer]
cascade = [{ send = "email" }, { send = "sms", after = "24h", unless = "opened" }]
"#;

/// The same of both segments under `none`, by hand: share, mean time between needs, chance that a journey orders, chance
/// to be lost after an order. Needs are a Poisson process, so orders are one too, and each ends the life with that chance.
fn under_none(of_one: impl Fn(f64, f64) -> f64) -> f64 {
    let web = 0.2 + 0.2 * 0.5;
    0.7 * of_one(web / 14.0, 0.2) + 0.3 * of_one((0.5 * web + 0.5 * 0.5) / 56.0, 0.4)
}

const CUSTOMERS: u64 = 2048;

#[test]
#[ignore = "slow: 25 million customers, half a minute"]
fn r34_monte_carlo_intervals_cover_the_truth_in_95_of_100() {
    let asked = |measure, strategy, minus| Asked { measure, strategy, minus };
    let world = world(EXACT);
    // Lost with chance p after each order at rate r: alive after t with e^(−p r t).
    let orders = under_none(|rate, lost| (1.0 - (-lost * rate * 28.0).exp()) / lost);
    let retention = under_none(|rate, lost| (-lost * rate * 14.0).exp() * (1.0 - (-rate * 14.0).exp()));
    let cases = [
        (asked("orders", "none", None), Some(orders)),
        (asked("retention", "none", None), Some(retention)),
        (asked("profit", "cascade", None), None),
        (asked("cost_per_contact", "cascade", None), None),
        (asked("average_order_value", "cascade", None), None),
        (asked("retention", "cascade", None), None),
        (asked("profit", "cascade", Some("blast")), None),
        (asked("cost_per_contact", "cascade", Some("blast")), None),
    ];
    // Where there is no closed form the truth is a run 10⁴ times larger: its error is a hundredth of theirs.
    let large = play(&world, 0, 10_000 * CUSTOMERS);
    let truths = cases.map(|(asked, exact)| {
        let found = asked.estimate(&world, &large);
        if let Some(exact) = exact {
            let off = (found.value - exact) / found.monte_carlo_error;
            assert!(off.abs() < 4.0, "{asked:?}: {} instead of {exact}, {off} standard errors", found.value);
        }
        exact.unwrap_or(found.value)
    });
    let intervals: Vec<Vec<Interval>> = SEEDS
        .into_par_iter()
        .map(|seed| {
            let tallies = play(&world, seed, CUSTOMERS);
            assert!(tallies.batches.len() >= 64);
            cases.iter().map(|(asked, _)| asked.estimate(&world, &tallies).interval).collect()
        })
        .collect();
    for (case, ((asked, _), truth)) in cases.into_iter().zip(truths).enumerate() {
        let held = |shrink: f64| -> Vec<bool> {
            let holds = |of_seed: &Vec<Interval>| {
                let Interval { low, high, level } = of_seed[case];
                assert!((level - 0.95).abs() < 1e-9);
                let (middle, half) = (0.5 * (low + high), 0.5 * (high - low) * shrink);
                (truth - middle).abs() <= half
            };
            intervals.iter().map(holds).collect()
        };
        let (low, covered, high) = coverage(&held(1.0));
        println!("{asked:?}: {:.2} % ({:.2} to {:.2})", 100.0 * covered, 100.0 * low, 100.0 * high);
        assert!(low <= 0.95 && 0.95 <= high, "{asked:?}: {covered} of the intervals hold {truth} ({low} to {high})");
        // The test can fail: intervals a sixth too narrow do.
        assert!(coverage(&held(5.0 / 6.0)).2 < 0.95, "{asked:?}: it would not be seen if they were too narrow");
    }
}

/// What a blast costs is the price times who opted in times four: in closed form given the price, and only the price is
/// uncertain. Its log is normal with the 10th and 90th percentile at ∓ ln 1.5.
const UNCERTAIN: &str = r#"
name = "Coverage with an uncertain price"
currency = "EUR"
start = 2026-01-05
horizon = "28d"
tail = "0d"
retention_window = "14d"

[channels.sms]
cost_per_message = { low = 0.04, typical = 0.06, high = 0.09 }
delivery_rate = 1.0
open_rate = 0.0
click_rate = 0.0
landing = "web"
[channels.web]
order_rate = 0.2

[segments.all]
share = 1.0
joined = { base = { age = "0d" } }
opt_in = { sms = 0.6 }
needs = { every = "1000d" }
basket = { fixed = 25 }
gross_margin = 0.3
entry = { web = 1.0 }

[campaigns.offer]
trigger = { every = "7d", at = "10:00" }

[strategies.blast.campaigns.offer]
blast = ["sms"]
"#;

/// What the headline interval claims (R25): a firm whose true inputs are one more sample of what is known of them has its
/// true value (no luck of customers in it) in the interval with 90 %. So the truth is not the mean over the law, which
/// the interval, far wider than the error of the mean, would nearly always hold, but another draw's exact value: one for
/// each seed for the score interval, and all that could be drawn, weighted by the law, for the level without its luck.
///
/// The claim is kept while most of what varies between draws is their parameters. Where most is simulation noise, the
/// spread of the parameters is the small difference of two large variances, and the interval, normal-shaped then, holds
/// about 82 %: the answer's notes say that more customers must be played. That is tested too, so that nobody takes it
/// for more.
#[test]
#[ignore = "slow: 11 million customers in 400,000 draws, a quarter of a minute"]
fn r34_headline_intervals_cover_one_more_draw_in_90_of_100() {
    let asked = Asked { measure: "spend", strategy: "blast", minus: None };
    let world = world(UNCERTAIN);
    let cost = |price: f64| 4.0 * 0.6 * price;
    let below = |value: f64| normal::cdf((value / cost(0.06)).ln() / 1.5_f64.ln() * normal::quantile(0.9));
    for (per_draw, noise, level) in [(64, 0.0..0.2, 0.9), (16, 0.2..0.5, 0.9), (4, 0.5..0.8, 0.82)] {
        let found: Vec<(Interval, f64, f64)> = SEEDS
            .into_par_iter()
            .map(|seed| {
                let tallies = play(&world, seed, 64 * per_draw);
                assert_eq!(tallies.draws(), 64);
                let estimate = asked.estimate(&world, &tallies);
                assert!((estimate.interval.level - 0.9).abs() < 1e-9);
                let one_more = cost(world.uncertain[0].values(Draw::Number { seed, number: 64 })[0]);
                (estimate.interval, one_more, estimate.noise_share.expect("the price is uncertain"))
            })
            .collect();
        let mean = |of: &dyn Fn(&(Interval, f64, f64)) -> f64| found.iter().map(of).sum::<f64>() / found.len() as f64;
        let noise_share = mean(&|found| found.2);
        let all = mean(&|(interval, ..)| below(interval.high) - below(interval.low));
        let held: Vec<bool> = found.iter().map(|(interval, one_more, _)| interval.contains(*one_more)).collect();
        let (low, covered, high) = coverage(&held);
        println!(
            "noise {:.0} %: {:.2} % ({:.2} to {:.2}), over all draws {:.2} %",
            100.0 * noise_share,
            100.0 * covered,
            100.0 * low,
            100.0 * high,
            100.0 * all
        );
        assert!(noise.contains(&noise_share), "{per_draw} customers of each draw leave {noise_share} noise");
        assert!(low <= level && level <= high, "{covered} of the intervals hold one more draw ({low} to {high})");
        assert!((all - level).abs() < 0.015, "an interval holds one more draw with {all}");
        // The test can fail: intervals a sixth too narrow do.
        let narrow = |(Interval { low, high, .. }, one_more, _): &(Interval, f64, f64)| {
            (one_more - 0.5 * (low + high)).abs() <= 0.5 * (high - low) * 5.0 / 6.0
        };
        assert!(
            coverage(&found.iter().map(narrow).collect::<Vec<_>>()).2 < level,
            "it would not be seen if they were too narrow"
        );
    }
}
