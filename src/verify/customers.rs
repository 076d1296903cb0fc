//! Orders and losses over time: BG/NBD, with hops thinning needs to orders (R10, R33).

use super::stage::{Stage, before_week, counts, in_segment, text, total};
use crate::stats::bgnbd::BgNbd;
use crate::stats::quadrature;
use crate::tally::{ChannelCount, CustomerCount};

/// Journeys that order now and then, over several channels: the needs must be the more frequent for it.
const JOURNEYS: &str = r"
[channels.web]
order_rate = 0.1
[channels.app]
order_rate = 0.2
[channels.store]
order_rate = 0.5
";
const SEGMENT: &str = r"
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 0.5, app = 0.3, store = 0.2 }
hops = { web = { app = 0.3, store = 0.1 }, app = { web = 0.4 }, store = { web = 0.1, app = 0.1 } }
";

const CDNOW: [f64; 4] = [0.24259, 4.41353, 0.79289, 2.42575];

fn segment(name: &str, share: f64, [r, alpha, a, b]: [f64; 4], rest: &str) -> String {
    format!(
        "[segments.{name}]\nshare = {share:?}\n\
         purchases = {{ r = {r:?}, alpha = {alpha:?}, a = {a:?}, b = {b:?}, unit = \"7d\" }}\n{rest}\n{SEGMENT}"
    )
}

fn model([r, alpha, a, b]: [f64; 4]) -> BgNbd {
    BgNbd::new(r, alpha, a, b).expect("the parameters are positive")
}

/// The CDNOW cohort: repeat orders and the living after 39, 52 and 78 weeks.
pub(super) fn cohort(stage: &mut Stage<'_>) {
    let scenario = text("546d", &format!("{JOURNEYS}{}", segment("all", 1.0, CDNOW, "joined = \"cohort\"")));
    let tallies = stage.play(&scenario, 600_000);
    let customers = counts(&tallies, 0, |row| row.customers(CustomerCount::Joined));
    for weeks in [39, 52, 78] {
        let t = weeks as f64;
        let orders = before_week(&tallies, 0, weeks, |row| row.total(ChannelCount::Orders));
        stage.ratio(
            format!("orders per customer in {weeks} weeks"),
            model(CDNOW).expected_orders(t),
            &orders,
            &customers,
        );
        let alive = before_week(&tallies, 0, weeks, |row| {
            row.customers(CustomerCount::JoinedAlive) - row.customers(CustomerCount::Lost)
        });
        stage.ratio(format!("living after {weeks} weeks"), model(CDNOW).alive(t), &alive, &customers);
    }
    let ending = counts(&tallies, 0, |row| row.customers(CustomerCount::Alive));
    stage.ratio("living at the horizon", model(CDNOW).alive(78.0), &ending, &customers);
}

/// a = 1 and a + b ≤ 1, where the closed formula breaks.
pub(super) fn odd_shapes(stage: &mut Stage<'_>) {
    let shapes = [[0.5, 3.0, 1.0, 2.0], [0.7, 5.0, 0.6, 0.4]];
    let segments: Vec<String> = shapes
        .iter()
        .enumerate()
        .map(|(i, &shape)| segment(&format!("s{i}"), 0.5, shape, "joined = \"cohort\""))
        .collect();
    let tallies = stage.play(&text("364d", &format!("{JOURNEYS}{}", segments.concat())), 400_000);
    for (i, (shape, name)) in shapes.into_iter().zip(["a = 1", "a + b = 1"]).enumerate() {
        let of = |count: fn(&crate::tally::Row) -> i128| in_segment(&tallies, 0, i, count);
        let customers = of(|row| row.customers(CustomerCount::Joined));
        let orders = of(|row| row.total(ChannelCount::Orders));
        stage.ratio(format!("orders per customer, {name}"), model(shape).expected_orders(52.0), &orders, &customers);
        let alive = of(|row| row.customers(CustomerCount::Alive));
        stage.ratio(format!("living, {name}"), model(shape).alive(52.0), &alive, &customers);
    }
}

/// A base whose customers joined evenly over three years: silent losses stay in the list, known ones have left it.
pub(super) fn base(stage: &mut Stage<'_>) {
    let age = 1092.0 / 7.0;
    let joined = |lapse: &str| format!("joined = {{ base = {{ age = \"1092d\" }} }}\nlapse = \"{lapse}\"");
    let segments = segment("silent", 0.5, CDNOW, &joined("silent")) + &segment("known", 0.5, CDNOW, &joined("known"));
    let tallies = stage.play(&text("364d", &format!("{JOURNEYS}{segments}")), 400_000);
    let mean = |f: &dyn Fn(f64) -> f64| quadrature::integrate(f, 0.0, age, 1e-10) / age;
    let cdnow = model(CDNOW);
    let living = mean(&|t| cdnow.alive(t));
    let later = mean(&|t| cdnow.alive(t + 52.0));
    let orders = mean(&|t| cdnow.expected_orders(t + 52.0) - cdnow.expected_orders(t));
    let customers = [0, 1].map(|segment| in_segment(&tallies, 0, segment, |row| row.customers(CustomerCount::Joined)));
    let alive = in_segment(&tallies, 0, 0, |row| row.customers(CustomerCount::JoinedAlive));
    stage.ratio("living at the start, silent", living, &alive, &customers[0]);
    let known = |count| tallies.strategies[0].segments.iter().map(|rows| rows[1].customers(count)).sum();
    stage.same("living at the start, known", known(CustomerCount::Joined), known(CustomerCount::JoinedAlive));
    // Who is redrawn until alive is a customer of the silent base, given that he lives.
    for (segment, name, share) in [(0, "silent", 1.0), (1, "known", living)] {
        let ordered = in_segment(&tallies, 0, segment, |row| row.total(ChannelCount::Orders));
        stage.ratio(format!("orders per customer, {name}"), orders / share, &ordered, &customers[segment]);
        let alive = in_segment(&tallies, 0, segment, |row| row.customers(CustomerCount::Alive));
        stage.ratio(format!("living at the horizon, {name}"), later / share, &alive, &customers[segment]);
    }
    let count = |count| total(&tallies, 0, |row| row.customers(count));
    let lost = count(CustomerCount::JoinedAlive) - count(CustomerCount::Lost);
    stage.same("living at the start − lost = living at the horizon", count(CustomerCount::Alive), lost);
}
