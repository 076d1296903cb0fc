//! Lives over time: contracts by the shifted-beta-geometric model (R53), and needs that come and go with the season (R52).

use super::stage::{Seen, Stage, before_week, in_segment, text, total};
use crate::engine::Event;
use crate::scenario::DAY;
use crate::stats::sbg;
use crate::tally::{CustomerCount, Row};

const STORE: &str = "[channels.store]\norder_rate = 0.2\n";
/// Fader & Hardie's fit to a hotel chain's "regular" customers.
const REGULAR: (f64, f64) = (0.704, 1.182);

fn segment(name: &str, share: f64, rest: &str) -> String {
    format!(
        "[segments.{name}]\nshare = {share:?}\ngross_margin = 0.4\nentry = {{ store = 1.0 }}\nbasket = {{ fixed = 10 }}\n{rest}\n"
    )
}

/// A contract renewed every four weeks.
fn contract(chance: &str, joined: &str) -> String {
    format!(
        "{joined}\nneeds = {{ every = \"60d\" }}\n\
         dropout = {{ per-period = {{ every = \"28d\", chance = {chance}, fee = 9.5 }} }}"
    )
}

/// Contracts of a cohort: how many are left after each renewal, and what they pay.
pub(super) fn contracts(stage: &mut Stage<'_>) {
    let (a, b) = REGULAR;
    let shares = format!("{{ a = {a:?}, b = {b:?} }}");
    let cohort = "joined = \"cohort\"";
    let scenario = text(
        "364d",
        &format!(
            "{STORE}{}{}",
            segment("unlike", 0.5, &contract(&shares, cohort)),
            segment("alike", 0.5, &contract("0.1", cohort))
        ),
    );
    let tallies = stage.play(&scenario, 400_000);
    let survivals: [(&str, &dyn Fn(u32) -> f64); 2] =
        [("sBG", &|k| sbg::survival(a, b, f64::from(k))), ("alike", &|k| 0.9_f64.powi(k.cast_signed()))];
    for (index, (name, survival)) in survivals.into_iter().enumerate() {
        let of = |count: fn(&Row) -> i128| in_segment(&tallies, 0, index, count);
        let customers = of(|row| row.customers(CustomerCount::Joined));
        // Twelve renewals fall before the horizon, the last four weeks before it.
        let kept: f64 = (1..=12).map(survival).sum();
        let renewals = of(|row| row.customers(CustomerCount::Renewals));
        stage.ratio(format!("renewals per customer, {name}"), kept, &renewals, &customers);
        let alive = of(|row| row.customers(CustomerCount::Alive));
        stage.ratio(format!("contracts kept twelve times, {name}"), survival(12), &alive, &customers);
        // Needs come at 1 in 60 days for as long as there is a contract.
        let days: f64 = (0..=12).map(|k| 28.0 * survival(k)).sum();
        let journeys = of(|row| row.total(crate::tally::ChannelCount::Journeys));
        stage.ratio(format!("needs per customer, {name}"), days / 60.0, &journeys, &customers);
    }
    let count = |count| total(&tallies, 0, |row| row.customers(count));
    stage.same("fees of 9.50 in cents", 950 * count(CustomerCount::Renewals), count(CustomerCount::Fees));
    let customers = before_week(&tallies, 0, 1, |row| row.customers(CustomerCount::Joined));
    for renewals in [1, 2, 6] {
        // The renewal happens in the first second of the week.
        let weeks = 4 * renewals as usize + 1;
        let left = before_week(&tallies, 0, weeks, |row| {
            row.customers(CustomerCount::JoinedAlive) - row.customers(CustomerCount::Lost)
        });
        let both = 0.5 * (sbg::survival(a, b, f64::from(renewals)) + 0.9_f64.powi(renewals));
        stage.ratio(format!("contracts kept after {renewals} renewals"), both, &left, &customers);
    }
}

/// A base of contracts: those given up before the start are on the list if nobody notices, and are not if the firm knows.
pub(super) fn old_contracts(stage: &mut Stage<'_>) {
    let (a, b) = REGULAR;
    let shares = format!("{{ a = {a:?}, b = {b:?} }}");
    let base = |lapse: &str| format!("joined = {{ base = {{ age = \"280d\" }} }}\nlapse = \"{lapse}\"");
    let scenario = text(
        "112d",
        &format!(
            "{STORE}{}{}",
            segment("silent", 0.5, &contract(&shares, &base("silent"))),
            segment("known", 0.5, &contract(&shares, &base("known")))
        ),
    );
    let tallies = stage.play(&scenario, 400_000);
    // Ages are spread over ten periods: as many renewals lie behind as whole periods have passed.
    let mean = |later: u32| (0..10).map(|k| sbg::survival(a, b, f64::from(k + later))).sum::<f64>() / 10.0;
    let living = mean(0);
    for (index, (name, share)) in [("silent", 1.0), ("known", living)].into_iter().enumerate() {
        let of = |count: fn(&Row) -> i128| in_segment(&tallies, 0, index, count);
        let customers = of(|row| row.customers(CustomerCount::Joined));
        let then = of(|row| row.customers(CustomerCount::JoinedAlive));
        if name == "silent" {
            stage.ratio("contracts kept at the start, silent", living, &then, &customers);
        }
        let alive = of(|row| row.customers(CustomerCount::Alive));
        stage.ratio(format!("contracts kept at the horizon, {name}"), mean(4) / share, &alive, &customers);
        let renewals = of(|row| row.customers(CustomerCount::Renewals));
        let kept = (1..=4).map(mean).sum::<f64>() / share;
        stage.ratio(format!("renewals per customer, {name}"), kept, &renewals, &customers);
    }
    let known = |count| tallies.strategies[0].segments.iter().map(|rows| rows[1].customers(count)).sum();
    stage.same("contracts kept at the start, known", known(CustomerCount::Joined), known(CustomerCount::JoinedAlive));
}

const SEASON: &str = "season = { weekdays = { sat = 2.0, sun = 0.5 }, months = { jul = 0.5, dec = 3.0 } }";

/// Needs by weekday and by month, of a cohort and of a base with a past; and as many as without a season over the years.
pub(super) fn seasons(stage: &mut Stage<'_>) {
    let weekdays = |day: usize| [1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 0.5][day] * 7.0 / 7.5;
    let in_four_years = [124.0, 113.0, 124.0, 120.0, 124.0, 120.0, 124.0, 124.0, 120.0, 124.0, 120.0, 124.0];
    let plain = |month: usize| [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5, 1.0, 1.0, 1.0, 1.0, 3.0][month];
    let mean = (0..12).map(|month| plain(month) * in_four_years[month]).sum::<f64>() / 1461.0;
    // Days since Monday 5 January 2026; no leap year among these.
    let ends = [27, 55, 86, 116, 147, 177, 208, 239, 269, 300, 330, 361];
    let month_of = |day: i64| ends.iter().filter(|&&end| day >= end).count() % 12;
    let factor = |day: i64| weekdays((day % 7) as usize) * plain(month_of(day)) / mean;
    let is_it: [(&str, &dyn Fn(i64) -> bool); 5] = [
        ("on Saturdays", &|day| day % 7 == 5),
        ("on Sundays", &|day| day % 7 == 6),
        ("in July", &|day| month_of(day) == 6),
        ("in December", &|day| month_of(day) == 11),
        ("in 364 days", &|_| true),
    ];
    for (name, joined) in [("cohort", "joined = \"cohort\""), ("base", "joined = { base = { age = \"500d\" } }")] {
        let rest = format!("{joined}\nneeds = {{ every = \"10d\" }}\n{SEASON}");
        let scenario = text("364d", &format!("{STORE}{}", segment("all", 1.0, &rest)));
        let sums = stage.watch(&scenario, 20_000, |events| {
            let needs = |of: &dyn Fn(i64) -> bool| {
                let need = |(at, event): &&Seen| matches!(event, Event::JourneyBegan(_)) && of(at / DAY);
                events[0].iter().filter(need).count() as f64
            };
            let month_of = |day: i64| ends.iter().filter(|&&end| day >= end).count() % 12;
            [
                needs(&|day| day % 7 == 5),
                needs(&|day| day % 7 == 6),
                needs(&|day| month_of(day) == 6),
                needs(&|day| month_of(day) == 11),
                needs(&|_| true),
            ]
        });
        for (index, (when, of)) in is_it.iter().enumerate() {
            let expected = (0..364).filter(|&day| of(day)).map(factor).sum::<f64>() / 10.0;
            stage.mean(format!("needs {when}, {name}"), expected, &sums, index);
        }
    }
}
