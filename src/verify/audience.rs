//! Who the customers are: segments, opt-ins, arrivals.

use super::stage::{BATCHES, Stage, before_week, counts, text, total, world};
use crate::engine::Event;
use crate::stats::copula;
use crate::tally::CustomerCount;

const SEGMENT: &str =
    "needs = { every = \"30d\" }\nbasket = { fixed = 10 }\ngross_margin = 0.5\nentry = { web = 1.0 }\n";
const WEB: &str = "[channels.web]\norder_rate = 0.5\n";

fn carrier(name: &str) -> String {
    format!(
        "[channels.{name}]\ncost_per_message = 0.01\nopen_rate = 0.5\nclick_to_open_rate = 0.5\nlanding = \"web\"\n"
    )
}

/// Opt-ins that go together by a Gaussian copula: margins as stated, pairs by its formula.
pub(super) fn opt_ins(stage: &mut Stage<'_>) {
    for rho in [0.0, 0.6] {
        let segment = format!(
            "[segments.all]\nshare = 1.0\njoined = \"cohort\"\n\
             opt_in = {{ email = 0.6, sms = 0.3 }}\nopt_in_correlation = {rho:?}\n{SEGMENT}"
        );
        let scenario = text("10d", &[WEB, &carrier("email"), &carrier("sms"), &segment].concat());
        let sums = stage.watch(&scenario, 400_000, |events| {
            let bits = events[0]
                .iter()
                .find_map(|(_, event)| if let Event::Joined { opted_in, .. } = event { Some(*opted_in) } else { None });
            let bits = bits.unwrap_or(0) >> 1;
            [1, 2, 3].map(|wanted| f64::from(u8::from(bits & wanted == wanted)))
        });
        stage.mean(format!("opted in to e-mail, correlation {rho}"), 0.6, &sums, 0);
        stage.mean(format!("opted in to SMS, correlation {rho}"), 0.3, &sums, 1);
        let both = copula::both(0.6, 0.3, rho).expect("shares and a correlation");
        stage.mean(format!("opted in to both, correlation {rho}"), both, &sums, 2);
    }
}

/// Arrivals in proportion to the counts of each period.
pub(super) fn arrivals(stage: &mut Stage<'_>) {
    let joined = "joined = { arrivals = { every = \"7d\", counts = [3, 1, 0, 4, 2] } }\n";
    let scenario = text("28d", &format!("{WEB}[segments.all]\nshare = 1.0\n{joined}{SEGMENT}"));
    let tallies = stage.play(&scenario, 100_000);
    let customers = vec![stage.customers() as f64 / BATCHES as f64; BATCHES as usize];
    // The last period lies beyond the horizon: a fifth never joins.
    for (weeks, share) in [(1, 0.3), (2, 0.4), (3, 0.4), (4, 0.8)] {
        let joined = before_week(&tallies, 0, weeks, |row| row.customers(CustomerCount::Joined));
        stage.ratio(format!("joined within {weeks} weeks"), share, &joined, &customers);
    }
    // Who joins in the middle of a week has half of it left: needs count from joining.
    let journeys = counts(&tallies, 0, |row| row.total(crate::tally::ChannelCount::Journeys));
    let days = 0.3 * (28.0 - 3.5) + 0.1 * (28.0 - 10.5) + 0.4 * (28.0 - 24.5);
    stage.ratio("needs per customer", days / 30.0, &journeys, &customers);
}

/// Every run of customers holds each segment in nearly its share (R5).
pub(super) fn segments(stage: &mut Stage<'_>) {
    let shares = [("a", 0.07), ("b", 0.43), ("c", 0.5)];
    let segments: Vec<String> = shares
        .iter()
        .map(|(name, share)| format!("[segments.{name}]\nshare = {share:?}\njoined = \"cohort\"\n{SEGMENT}"))
        .collect();
    let scenario = text("10d", &format!("{WEB}{}", segments.concat()));
    let tallies = stage.play(&scenario, 100_000);
    let world = world(&scenario);
    let mut found = [0.0; 3];
    let mut furthest = 0.0_f64;
    for customer in 0..100_000 {
        found[world.segment_of(customer)] += 1.0;
        for (found, (_, share)) in found.iter().zip(shares) {
            furthest = furthest.max((found - share * (customer + 1) as f64).abs());
        }
    }
    // The golden ratio's sequence stays within a few customers; chance would stray by hundreds.
    stage.same("segments stay within 5 customers of their share", 1, i128::from(furthest < 5.0));
    let played: Vec<i128> = (0..3)
        .map(|segment| {
            tallies.strategies[0].segments.iter().map(|rows| rows[segment].customers(CustomerCount::Joined)).sum()
        })
        .collect();
    let per_batch = stage.customers() / BATCHES;
    for (segment, (name, _)) in shares.into_iter().enumerate() {
        let stated = (0..per_batch).filter(|&customer| world.segment_of(customer) == segment).count() as u64 * BATCHES;
        stage.same(format!("customers played in segment {name}"), i128::from(stated), played[segment]);
    }
    stage.same(
        "customers played",
        i128::from(stage.customers()),
        total(&tallies, 0, |row| row.customers(CustomerCount::Joined)),
    );
}
