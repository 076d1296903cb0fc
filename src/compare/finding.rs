//! The answer in sentences, made from the estimates (never from wishes).

use super::numbers::{chance, count, money, number, percent, show};
use super::{Answer, Cell, Difference, HangsOn, InputEffect, MeasureRow, Setup, Switching};
use crate::measures::{Estimate, Interval};
use crate::scenario::{Demand, Dropout, Grade, NONE, RateBasis, preset_keys};
use crate::world::World;

/// Sentences, the most important one first.
pub(super) fn sentences(answer: &Answer) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(baseline) = &answer.setup.baseline {
        let mut others: Vec<(&Cell, &Difference)> = cells(answer, "profit")
            .filter(|cell| cell.strategy != NONE)
            .filter_map(|cell| Some((cell, cell.difference.as_ref()?)))
            .collect();
        others.sort_by(|a, b| b.1.estimate.value.total_cmp(&a.1.estimate.value));
        if others.len() > 1 {
            found.push(ranking(answer));
        }
        found.extend(others.into_iter().map(|(cell, profit)| against(answer, baseline, &cell.strategy, profit)));
    }
    found.extend(incremental(answer));
    if found.is_empty() {
        found.extend(single(answer));
    }
    found
}

/// Which of several strategies earns most, doing nothing among them.
fn ranking(answer: &Answer) -> String {
    let estimates = cells(answer, "profit").filter_map(|cell| Some((cell, cell.estimate.as_ref()?)));
    let mut all: Vec<(&Cell, f64)> = estimates.map(|(cell, estimate)| (cell, estimate.value)).collect();
    all.sort_by(|a, b| b.1.total_cmp(&a.1));
    let called =
        |cell: &Cell| if cell.strategy == NONE { "doing nothing (none)".to_owned() } else { cell.strategy.clone() };
    let names: Vec<String> = all.iter().map(|(cell, _)| called(cell)).collect();
    let (first, rest) = names.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let more = match rest.len().saturating_sub(RANKED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let rest = rest[..rest.len().min(RANKED)].join(", then ");
    let hedge = all.first().and_then(|(cell, _)| answer.not_clearly_above(&cell.strategy));
    let hedge = hedge.map_or_else(String::new, |others| format!(", though not clearly above {others}"));
    format!("Expected profit is highest under {first}{hedge}; then {rest}{more}.")
}

impl Answer {
    /// From which strategies the one with the highest expected profit does not clearly differ, of those that it was compared
    /// with: the baseline, or if it is that, any.
    pub fn not_clearly_above(&self, best: &str) -> Option<String> {
        let open = |cell: &&Cell| {
            cell.difference.as_ref().is_some_and(|difference| difference.estimate.interval.contains(0.0))
        };
        let baseline = self.setup.baseline.as_deref()?;
        let mut compared = cells(self, "profit");
        if best == baseline {
            let others: Vec<&str> = compared.filter(open).map(|cell| cell.strategy.as_str()).collect();
            return (!others.is_empty()).then(|| others.join(", "));
        }
        compared.find(|cell| cell.strategy == best).filter(open).map(|_| baseline.to_owned())
    }
}

/// As many strategies are named behind the best one.
const RANKED: usize = 4;

/// One strategy against the baseline: what it costs, whom it keeps, what it earns, and what that hangs on.
fn against(answer: &Answer, baseline: &str, strategy: &str, profit: &Difference) -> String {
    let estimate = &profit.estimate;
    let exact = |estimate: &Estimate| estimate.interval.low == 0.0 && estimate.interval.high == 0.0;
    let same = |row: &MeasureRow| {
        let own = row.strategies.iter().find(|cell| cell.strategy == strategy);
        own.and_then(|cell| cell.difference.as_ref()).is_none_or(|difference| exact(&difference.estimate))
    };
    if answer.measures.iter().all(same) {
        return format!("{strategy} makes no difference at all: for every customer it does the same as {baseline}.");
    }
    let hinge = answer.hangs_on.iter().find(|hangs_on| hangs_on.strategy == strategy);
    let open = estimate.interval.contains(0.0);
    let hinge = hinge
        .and_then(|hangs_on| decides(hangs_on, baseline, open))
        .map_or(String::new(), |hinge| format!("; {hinge}"));
    let parts: Vec<String> =
        [cost(answer, baseline, strategy), retention(answer, strategy), Some(earnings(answer, profit))]
            .into_iter()
            .flatten()
            .collect();
    let (last, first) = parts.split_last().map_or((String::new(), &[][..]), |(last, first)| (last.clone(), first));
    let first = if first.is_empty() { String::new() } else { format!("{} and ", first.join(", ")) };
    format!("{strategy} {first}{last}{hinge}.")
}

/// Cost per contact against the baseline's.
fn cost(answer: &Answer, baseline: &str, strategy: &str) -> Option<String> {
    let relative = cell(answer, "cost_per_contact", strategy)?.difference.as_ref()?.relative.as_ref()?;
    if !relative.value.is_finite() {
        return None;
    }
    let interval = &relative.interval;
    let times = |relative: f64| number(1.0 + relative);
    Some(if interval.low == 0.0 && interval.high == 0.0 {
        format!("costs the same per contact as {baseline}")
    } else if interval.contains(0.0) {
        let ends = if interval.high < TIMES {
            range(interval, percent)
        } else {
            format!("{} times that of {baseline}", range(interval, times))
        };
        format!("shows no clear difference in cost per contact ({ends})")
    } else if relative.value >= TIMES {
        format!("costs {} times as much per contact as {baseline} ({})", times(relative.value), range(interval, times))
    } else {
        let word = if relative.value < 0.0 { "less" } else { "more" };
        let size = percent(relative.value.abs());
        format!("costs {size} {word} per contact than {baseline} ({})", sizes(interval, percent))
    })
}

/// From three times as much on nobody reads percent.
const TIMES: f64 = 2.0;

/// Retention against the baseline's, where it clearly differs.
fn retention(answer: &Answer, strategy: &str) -> Option<String> {
    let estimate = &cell(answer, "retention", strategy)?.difference.as_ref()?.estimate;
    let points = |share: f64| format!("{} pp", number(share * 100.0));
    let word = if estimate.value > 0.0 { "more" } else { "fewer" };
    (!estimate.interval.contains(0.0)).then(|| {
        format!("retains {} {word} customers ({})", points(estimate.value.abs()), sizes(&estimate.interval, points))
    })
}

/// Profit against the baseline's.
fn earnings(answer: &Answer, profit: &Difference) -> String {
    let population = answer.setup.population as f64;
    let scaled = |value: f64| money(value * population);
    let (estimate, currency) = (&profit.estimate, &answer.setup.currency);
    let horizon = format!("over {}", days(answer.setup.days));
    if estimate.interval.contains(0.0) {
        let ends = range(&estimate.interval, scaled);
        return format!(
            "shows no clear difference in profit {horizon} ({ends} {currency}): {}",
            what_would_tell(answer, profit)
        );
    }
    let word = if estimate.value > 0.0 { "more" } else { "less" };
    let size = scaled(estimate.value.abs());
    format!("earns {size} {currency} {word} profit {horizon} ({})", sizes(&estimate.interval, scaled))
}

/// What would make an open answer clear: more customers, or better known rates.
fn what_would_tell(answer: &Answer, profit: &Difference) -> String {
    if profit.too_rare {
        return "too few customers order differently to tell, play more (--simulate)".to_owned();
    }
    let estimate = &profit.estimate;
    // Monte Carlo error that a clear answer could bear at 95 %; with uncertain inputs, as many as bring the noise down to
    // what the inputs do. More than were played in any case: those did not tell.
    let played = answer.setup.customers as f64;
    let for_error = played * (1.96 * estimate.monte_carlo_error / estimate.value).powi(2);
    let for_noise = estimate.noise_share.map_or(0.0, |noise| played * noise / (1.0 - noise).max(0.05));
    let needed = for_error.max(for_noise).max(2.0 * played);
    let of_rates = estimate.noise_share.is_some_and(|noise| noise < 0.5);
    if of_rates || !for_error.is_finite() {
        return "more simulated customers would not tell, better known rates would".to_owned();
    }
    let needed = count(round_up(needed) as u64);
    if estimate.noise_share.is_some() {
        return format!(
            "about {needed} simulated customers would show whether better known rates are needed (--simulate)"
        );
    }
    format!("about {needed} simulated customers would tell (--simulate)")
}

/// The next number with one significant digit.
fn round_up(value: f64) -> f64 {
    let power = 10_f64.powf(value.max(1.0).log10().floor());
    (value / power).ceil() * power
}

/// Where the answer turns, if one input turns it.
fn decides(hangs_on: &HangsOn, baseline: &str, open: bool) -> Option<String> {
    let turning = |input: &&InputEffect| matches!(input.switching, Switching::At { .. });
    let Some(input) = hangs_on.inputs.iter().find(turning) else {
        let first = hangs_on.inputs.first()?;
        if open {
            return Some(format!("{} matters most", named(first)));
        }
        return Some(format!("no single input turns this within its range: {} matters most", named(first)));
    };
    let Switching::At { value, .. } = input.switching else { return None };
    let side = if input.higher_favours? { "below" } else { "above" };
    Some(format!("{} decides: {baseline} wins {side} {}", named(input), number(value)))
}

/// An input's path, and how well it is known if a preset supplies it: an answer that hangs on a claim is no better than it.
fn named(input: &InputEffect) -> String {
    let preset = input.preset_in_words().map_or(String::new(), |preset| format!(" ({preset})"));
    format!("{}{preset}", input.input)
}

/// Every strategy against doing nothing.
fn incremental(answer: &Answer) -> Option<String> {
    let population = answer.setup.population as f64;
    let scaled = |value: f64| money(value * population);
    let parts: Vec<String> = cells(answer, "incremental_profit")
        .filter(|cell| cell.strategy != NONE)
        .filter_map(|cell| {
            let estimate = cell.estimate.as_ref()?;
            let sure = if estimate.interval.contains(0.0) { ", not clearly different from nothing" } else { "" };
            Some(format!("{} {} ({}{sure})", cell.strategy, scaled(estimate.value), range(&estimate.interval, scaled)))
        })
        .collect();
    let currency = &answer.setup.currency;
    (!parts.is_empty()).then(|| {
        format!("Against doing nothing, profit in {currency} over {}: {}.", days(answer.setup.days), parts.join(", "))
    })
}

/// With nothing to compare: what each strategy brings.
fn single(answer: &Answer) -> Vec<String> {
    let sentence = |cell: &Cell| {
        let profit = cell.estimate.as_ref()?;
        let of = |key: &'static str| {
            answer.measures.iter().find(|row| row.measure == key).zip(self::cell(answer, key, &cell.strategy))
        };
        let shown = |key: &'static str| {
            of(key).and_then(|(row, cell)| Some(show(row.what.unit, cell.estimate.as_ref()?.value)))
        };
        let interval = range(&profit.interval, number);
        Some(format!(
            "{}: profit {} {} per customer ({interval}), revenue {}, retention {}.",
            cell.strategy,
            number(profit.value),
            answer.setup.currency,
            shown("revenue")?,
            shown("retention")?
        ))
    };
    cells(answer, "profit").filter_map(sentence).collect()
}

/// What a reader must know to read the numbers.
pub(super) fn notes(world: &World, setup: &Setup, measures: &[MeasureRow]) -> Vec<String> {
    let mut notes = Vec::new();
    let profit = measures.iter().find(|row| row.measure == "profit");
    let differences = || {
        profit
            .into_iter()
            .flat_map(|row| &row.strategies)
            .filter(|cell| cell.strategy != NONE)
            .filter_map(|cell| Some((cell, cell.difference.as_ref()?)))
    };
    if setup.draws == 1 {
        let how = if setup.uncertain_inputs == 0 {
            "every rate is taken as exact"
        } else {
            "one draw: every uncertain input is at its typical value, rates taken as exact"
        };
        notes.push(format!("95 % Monte Carlo intervals of {} simulated customers; {how}.", count(setup.customers)));
    } else {
        notes.push(format!(
            "90 % intervals over {} draws of {} uncertain input{}, {} simulated customers in all.",
            setup.draws,
            setup.uncertain_inputs,
            if setup.uncertain_inputs == 1 { "" } else { "s" },
            count(setup.customers)
        ));
    }
    for (cell, difference) in differences() {
        let noise = difference.estimate.noise_share;
        let noise = noise.map(|noise| format!("simulation noise is {} of what varies between draws", percent(noise)));
        let gain = difference.pairing_gain;
        let gain =
            gain.map(|gain| format!("pairing the same customers made the variance {} times smaller", number(gain)));
        let spread = difference.outcome_spread.map(|spread| {
            let (spread, currency) = (money(spread), &setup.currency);
            format!(
                "a single year scatters by ± {spread} {currency} around the expected difference (customer luck only)"
            )
        });
        let years = difference.share_of_years_better;
        let years = years.map(|share| format!("{} is ahead in {} of single years", cell.strategy, chance(share)));
        let parts: Vec<String> = [noise, gain, spread, years].into_iter().flatten().collect();
        if !parts.is_empty() {
            notes.push(format!("{}, difference in profit: {}.", cell.strategy, parts.join(", ")));
        }
        if difference.too_rare {
            notes.push(format!(
                "{}: so few customers order differently that the batches cannot tell the error; the intervals allow for what was not seen.",
                cell.strategy
            ));
        }
        if difference.estimate.noise_share.is_some_and(|noise| noise > 0.5) {
            notes.push("More than half of that is simulation noise, so the interval is normal-shaped: play more customers (--simulate).".to_owned());
        }
    }
    notes.extend(mostly_noise(measures));
    if world.scenario.rates == RateBasis::List {
        let living = world.living_share();
        notes.push(format!("Rates are means over whole lists, of which {} are alive at the start: the living respond {} times as often (R13).", percent(living), number(1.0 / living)));
        for channel in &world.scenario.channels {
            let Some(contact) = channel.contact.as_ref().filter(|contact| contact.open_rate.typical() > living) else {
                continue;
            };
            notes.push(format!(
                "{}: an open rate of {} of the whole list cannot be, since only {} are alive; all the living open.",
                channel.name,
                percent(contact.open_rate.typical()),
                percent(living)
            ));
        }
    }
    if let Some(claims) = claims(world) {
        notes.push(claims);
    }
    notes.extend(without_incremental_orders(setup, measures));
    if setup.equal_spend {
        let mut note = "At equal spend: each strategy is applied to a random share of the customers so that all cost what the cheapest costs; the rest get nothing.".to_owned();
        if world.scenario.has_fixed_costs() {
            note.push_str(" Spend is what contacts cost; what a strategy itself costs by the month and for its set-up comes on top, in full.");
        }
        notes.push(note);
    }
    let journeys_lose = |demand: &Demand| matches!(demand, Demand::Needs { dropout: Dropout::AfterJourney(_), .. });
    for segment in world.scenario.segments.iter().filter(|segment| journeys_lose(&segment.demand)) {
        notes.push(format!("{}: customers are lost after journeys, those that a contact opened included, so contacts also lose customers (R11).", segment.name));
    }
    notes
}

/// Which differences are simulation noise for the most part; of that in profit more is said.
fn mostly_noise(measures: &[MeasureRow]) -> Option<String> {
    let noisy = |cell: &Cell| {
        let noise = cell.difference.as_ref().and_then(|difference| difference.estimate.noise_share);
        cell.strategy != NONE && noise.is_some_and(|noise| noise > 0.5)
    };
    let rows = measures.iter().filter(|row| row.measure != "profit" && row.measure != "incremental_profit");
    let names: Vec<&str> = rows.filter(|row| row.strategies.iter().any(noisy)).map(|row| row.name).collect();
    (!names.is_empty()).then(|| {
        format!(
            "More than half of what varies is simulation noise, for some strategy, in the differences of: {}; their intervals are normal-shaped.",
            names.join(", ")
        )
    })
}

/// Why a strategy that spends has no cost per incremental order (R23).
fn without_incremental_orders(setup: &Setup, measures: &[MeasureRow]) -> Option<String> {
    let row = |key: &str| measures.iter().find(|row| row.measure == key);
    let spends = |strategy: &str| {
        let own = row("spend").and_then(|row| row.strategies.iter().find(|cell| cell.strategy == strategy));
        own.and_then(|cell| cell.estimate.as_ref()).is_some_and(|spend| spend.value > 0.0)
    };
    let was_played = row("incremental_orders")?.strategies.iter().any(|cell| cell.estimate.is_some());
    let without = row("cost_per_incremental_order")?.strategies.iter().filter(|cell| cell.estimate.is_none());
    let names: Vec<&str> = without.map(|cell| cell.strategy.as_str()).filter(|name| spends(name)).collect();
    (was_played && !names.is_empty()).then(|| {
        let or = if setup.equal_spend { ", or it is applied to nobody" } else { "" };
        format!(
            "{}: no cost per incremental order, for in some draw there are no more orders than under none{or}.",
            names.join(", ")
        )
    })
}

/// The values of presets for which there is nothing but a vendor's word.
fn claims(world: &World) -> Option<String> {
    let claims = preset_keys(&world.scenario.written, Grade::C);
    let words: Vec<String> = claims.iter().map(|(preset, keys)| format!("{preset} ({})", keys.join(", "))).collect();
    (!words.is_empty())
        .then(|| format!("Vendors' claims (grade C), not measurements, in presets: {}.", words.join(", ")))
}

fn cells<'a>(answer: &'a Answer, measure: &'a str) -> impl Iterator<Item = &'a Cell> {
    answer.measures.iter().filter(move |row| row.measure == measure).flat_map(|row| &row.strategies)
}

fn cell<'a>(answer: &'a Answer, measure: &'a str, strategy: &str) -> Option<&'a Cell> {
    cells(answer, measure).find(|cell| cell.strategy == strategy)
}

fn days(days: f64) -> String {
    // A horizon is mostly whole days.
    if days == 1.0 {
        "1 day".to_owned()
    } else if days.fract() == 0.0 {
        format!("{days} days")
    } else {
        format!("{} days", number(days))
    }
}

/// `a to b`, signs kept.
fn range(interval: &Interval, show: impl Fn(f64) -> String) -> String {
    format!("{} to {}", show(interval.low), show(interval.high))
}

/// `a to b` of an interval on one side of 0, without signs, the smaller size first.
fn sizes(interval: &Interval, show: impl Fn(f64) -> String) -> String {
    let (a, b) = (interval.low.abs(), interval.high.abs());
    format!("{} to {}", show(a.min(b)), show(a.max(b)))
}
