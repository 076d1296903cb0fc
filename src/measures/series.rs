//! A measure of one strategy, draw by draw, with what each batch contributes to its error.

use super::catalogue::{Counts, Form, Measure};
use crate::stats::ratio::Influences;
use crate::tally::{ChannelCount, CustomerCount, Row, Tallies};

/// The values of a measure (or of a difference of measures) in each draw; none where it is undefined ("–").
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// One per draw.
    pub draws: Vec<Influences>,
    /// Customers of each draw who joined.
    pub customers: u64,
    /// Where the estimate is not the mean of the draws but made of means (a quotient, R23; a relative difference): the draws to
    /// first order. Their mean is the estimate, and their spread tells its error and what of it is noise.
    linear: Option<Vec<Influences>>,
}

impl Series {
    /// The paired difference from another strategy: the same customers, batch by batch.
    pub fn minus(&self, other: &Self) -> Option<Self> {
        let mut difference =
            self.with(other, |own, theirs| Some(without_rounding(own.minus(theirs).ok()?, own.value())))?;
        if self.linear.is_some() || other.linear.is_some() {
            let pairs = self.linear().iter().zip(other.linear());
            difference.linear = pairs.map(|(own, theirs)| own.minus(theirs).ok()).collect();
        }
        Some(difference)
    }

    /// The difference relative to the other strategy's value: this ÷ other − 1; none unless that is above 0 in every draw.
    /// Its estimate is that of the two estimates, so that it agrees with the numbers that stand beside it.
    pub fn relative_to(&self, other: &Self) -> Option<Self> {
        let mut relative = self.with(other, |own, theirs| {
            let ratio = own.value() / theirs.value();
            let influences = scaled(own, theirs, ratio, theirs.value());
            (theirs.value() > 0.0).then(|| without_rounding(Influences::new(ratio - 1.0, influences), 1.0))
        })?;
        let (own, theirs) = (self.estimate(), other.estimate());
        if relative.draws.len() > 1 && relative.draws.iter().any(|draw| draw.value() != 0.0) {
            let ratio = own / theirs;
            let linear = |(own, other): (&Influences, &Influences)| {
                let value = ratio - 1.0 + (own.value() - ratio * other.value()) / theirs;
                Influences::new(value, scaled(own, other, ratio, theirs))
            };
            relative.linear = Some(self.linear().iter().zip(other.linear()).map(linear).collect());
        }
        Some(relative)
    }

    /// The draws as the estimate sees them.
    fn linear(&self) -> &[Influences] {
        self.linear.as_deref().unwrap_or(&self.draws)
    }

    /// The estimate: the mean of the draws (R25), or what is made of means.
    fn estimate(&self) -> f64 {
        mean(self.linear())
    }

    /// The values whose mean is the estimate, one per draw.
    pub(super) fn linear_values(&self) -> Vec<f64> {
        self.linear().iter().map(Influences::value).collect()
    }

    fn with(&self, other: &Self, join: impl Fn(&Influences, &Influences) -> Option<Influences>) -> Option<Self> {
        let draws: Option<Vec<_>> =
            self.draws.iter().zip(&other.draws).map(|(own, theirs)| join(own, theirs)).collect();
        Some(Self { draws: draws?, customers: self.customers, linear: None })
    }

    /// The values of the draws.
    pub fn values(&self) -> Vec<f64> {
        self.draws.iter().map(Influences::value).collect()
    }

    /// Mean over draws of the Monte Carlo variance of a draw's value.
    pub fn noise(&self) -> f64 {
        self.linear().iter().map(Influences::variance).sum::<f64>() / self.draws.len() as f64
    }

    /// Batches of one draw; 2 or more.
    pub fn batches(&self) -> usize {
        self.draws.first().map_or(0, |draw| draw.influences().len())
    }

    /// Variance of one customer's part in the measure (batches tell it), for the spread of a firm's single year.
    pub fn variance_per_customer(&self) -> f64 {
        self.noise() * self.customers as f64
    }
}

fn mean(draws: &[Influences]) -> f64 {
    draws.iter().map(Influences::value).sum::<f64>() / draws.len() as f64
}

/// Influences of a batch on one ratio, from those on its parts: (Iᵦ − ratio · Jᵦ) ÷ denominator.
fn scaled(own: &Influences, theirs: &Influences, ratio: f64, denominator: f64) -> Vec<f64> {
    let pairs = own.influences().iter().zip(theirs.influences());
    pairs.map(|(i, j)| (i - ratio * j) / denominator).collect()
}

/// The draws as parts of the quotient of means N/D: N/D + (n − (N/D)·d) ÷ D.
fn to_first_order(totals: &[[Influences; 2]]) -> Vec<Influences> {
    let means = [0, 1].map(|part| totals.iter().map(|draw| draw[part].value()).sum::<f64>() / totals.len() as f64);
    let quotient = means[0] / means[1];
    let linear = |[n, d]: &[Influences; 2]| {
        let value = quotient + (n.value() - quotient * d.value()) / means[1];
        Influences::new(value, scaled(n, d, quotient, means[1]))
    };
    totals.iter().map(linear).collect()
}

/// Numbers that are equal by construction (spends by R29, prices of one channel) differ in their last bits; rounding is no
/// difference.
fn without_rounding(difference: Influences, scale: f64) -> Influences {
    let rounding = 1e-12 * scale.abs();
    let batches = difference.influences();
    // The same in every batch: what fixed costs differ by has no error.
    if !batches.iter().all(|i| i.abs() <= rounding) {
        return difference;
    }
    let value = if difference.value().abs() <= rounding { 0.0 } else { difference.value() };
    Influences::new(value, vec![0.0; batches.len()])
}

/// The series of a measure under a strategy, by indices in the tallies; none if it is undefined in any draw.
pub fn series(
    tallies: &Tallies,
    measure: &Measure,
    strategy: usize,
    none: Option<usize>,
    minor: f64,
) -> Option<Series> {
    by_draw(tallies, |batches| {
        let parts = batches.clone().map(|b| parts(tallies, measure, strategy, none, minor, b));
        let (numerators, denominators): (Vec<f64>, Vec<f64>) = parts.unzip();
        let ratio = Influences::ratio(&numerators, &denominators).ok().filter(|ratio| ratio.value().is_finite())?;
        Some((ratio, totals(measure, &numerators, &denominators)?))
    })
}

/// Numerator and denominator of a draw, where the estimate is the quotient of their means.
type Totals = Option<[Influences; 2]>;

/// None if the estimate is a quotient of means and the denominator is not above 0, for nothing has then been bought.
fn totals(measure: &Measure, numerators: &[f64], denominators: &[f64]) -> Option<Totals> {
    if measure.form != Form::QuotientOfMeans {
        return Some(None);
    }
    let batch = vec![1.0 / numerators.len() as f64; numerators.len()];
    let total = |parts: &[f64]| Influences::ratio(parts, &batch).ok();
    let totals = [total(numerators)?, total(denominators)?];
    (totals[1].value() > 0.0).then_some(Some(totals))
}

fn parts(
    tallies: &Tallies,
    measure: &Measure,
    strategy: usize,
    none: Option<usize>,
    minor: f64,
    batch: usize,
) -> (f64, f64) {
    let none = none.map(|none| &tallies.strategies[none].totals[batch]);
    measure.parts(&Counts { own: &tallies.strategies[strategy].totals[batch], none, minor })
}

/// The series of a count of one channel per customer; `units` of the count make one.
pub fn channel_series(
    tallies: &Tallies,
    count: ChannelCount,
    channel: usize,
    strategy: usize,
    units: f64,
) -> Option<Series> {
    let rows = &tallies.strategies[strategy].totals;
    by_draw(tallies, |batches| {
        let counts = batches.clone().map(|batch| rows[batch].at(count, channel) as f64 / units).collect::<Vec<_>>();
        let customers = batches.map(|batch| rows[batch].customers(CustomerCount::Joined) as f64).collect::<Vec<_>>();
        Some((Influences::ratio(&counts, &customers).ok()?, None))
    })
}

/// The series of a sum over strategies, each with its weight (+1 and −1 make a difference), of a measure whose denominator is
/// the same under all of them: what cancels batch by batch is 0 to the last bit.
pub fn combined(
    tallies: &Tallies,
    measure: &Measure,
    terms: &[(f64, usize)],
    none: Option<usize>,
    minor: f64,
) -> Option<Series> {
    let of = |&(weight, strategy): &(f64, usize), batch| {
        let (numerator, denominator) = parts(tallies, measure, strategy, none, minor, batch);
        (weight * numerator, numerator.abs(), denominator)
    };
    by_draw(tallies, |batches| {
        let (mut numerators, mut denominators) = (Vec::new(), Vec::new());
        let mut size: f64 = 0.0;
        for batch in batches {
            let all: Vec<_> = terms.iter().map(|term| of(term, batch)).collect();
            let sum: f64 = all.iter().map(|part| part.0).sum();
            let largest = all.iter().map(|part| part.1).fold(0.0, f64::max);
            // Amounts of money are no whole numbers: what is left of equal ones is rounding.
            numerators.push(if sum.abs() <= 1e-12 * largest { 0.0 } else { sum });
            denominators.push(all.first()?.2);
            size += largest;
        }
        let ratio = Influences::ratio(&numerators, &denominators).ok()?;
        (ratio.value().is_finite() && size.is_finite()).then_some((ratio, None))
    })
}

/// The series of a sum over strategies of what `part` says of each batch's row ÷ what `whole` says of a batch.
pub fn ratio(tallies: &Tallies, part: impl Fn(usize) -> f64, whole: impl Fn(usize) -> f64) -> Option<Series> {
    by_draw(tallies, |batches| {
        let (numerators, denominators): (Vec<f64>, Vec<f64>) = batches.map(|b| (part(b), whole(b))).unzip();
        let ratio = Influences::ratio(&numerators, &denominators).ok().filter(|ratio| ratio.value().is_finite())?;
        Some((ratio, None))
    })
}

/// The series of what `series` says of each draw's batches.
fn by_draw(
    tallies: &Tallies,
    series: impl Fn(std::ops::Range<usize>) -> Option<(Influences, Totals)>,
) -> Option<Series> {
    let (mut draws, mut all_totals) = (Vec::new(), Vec::new());
    let mut first = 0;
    for batches in tallies.batches.chunk_by(|a, b| a.draw == b.draw) {
        let (draw, totals) = series(first..first + batches.len())?;
        draws.push(draw);
        all_totals.extend(totals);
        first += batches.len();
    }
    let linear = (draws.len() > 1 && !all_totals.is_empty()).then(|| to_first_order(&all_totals));
    // Not all who are played need to join before the horizon; who has joined is the same under every strategy.
    let joined = |row: &Row| row.customers(CustomerCount::Joined);
    let joined: i128 = tallies.strategies.first().map_or(0, |strategy| strategy.totals.iter().map(joined).sum());
    let customers = joined as u64 / tallies.draws().max(1);
    Some(Series { draws, customers, linear })
}

/// In fewer batches than this that differ, the batches tell the error of a difference badly.
const RARE: usize = 30;

/// If two strategies are not the same and yet so few customers order (or keep contracts) differently that the batches cannot tell the error:
/// the share of the customers who may order once more or less, at 95 %. None if the batches can tell.
///
/// If k batches differ, up to k + 2√k + 3 customers may (for k = 0 the rule of three; Hanley & Lippman-Hand 1983).
pub fn unseen_orders(tallies: &Tallies, one: usize, other: usize) -> Option<f64> {
    let (one, other) = (&tallies.strategies[one].totals, &tallies.strategies[other].totals);
    let differ = |(a, b): &(&Row, &Row)| {
        let fees = CustomerCount::Renewals;
        [ChannelCount::Orders, ChannelCount::Revenue].iter().any(|&count| a.total(count) != b.total(count))
            || a.customers(fees) != b.customers(fees)
    };
    let seen = one.iter().zip(other).filter(differ).count();
    let alike = one.iter().zip(other).all(|(one, other)| without_fixed_part(one) == without_fixed_part(other));
    if alike { None } else { unseen_beside(seen, tallies.customers()) }
}

/// The same from the number of batches in which two strategies that are not the same differ in orders or revenue, of all
/// customers played.
pub fn unseen_beside(batches: usize, customers: u64) -> Option<f64> {
    let seen = batches as f64;
    (batches < RARE).then(|| (seen + 2.0 * seen.sqrt() + 3.0) / customers.max(1) as f64)
}

/// Who gets how much at equal spend (R29).
#[derive(Clone, Debug, PartialEq)]
pub struct EqualSpend {
    /// By strategy of the tallies and draw: the share φ of the customers to whom it is applied, 0 to 1.
    pub shares: Vec<Vec<f64>>,
    /// By draw: the strategy that spends least, to all customers.
    pub cheapest: Vec<usize>,
}

impl EqualSpend {
    /// The shares for which every strategy spends what the cheapest does, draw by draw. A strategy that spends nothing on
    /// messages in some draw (as `none` does in all) is left as it is and is not the cheapest. Fixed costs are not shared:
    /// if they alone are more than the cheapest spends, the strategy is applied to nobody.
    pub fn new(tallies: &Tallies) -> Self {
        let draws = tallies.draws() as usize;
        let mut spends = vec![vec![Spend::default(); draws]; tallies.strategies.len()];
        for (strategy, spends) in tallies.strategies.iter().zip(&mut spends) {
            for (batch, row) in tallies.batches.iter().zip(&strategy.totals) {
                let spend = &mut spends[batch.draw as usize];
                let more = Spend::of(row);
                *spend = Spend { messages: spend.messages + more.messages, fixed: spend.fixed + more.fixed };
            }
        }
        let spending: Vec<usize> =
            (0..spends.len()).filter(|&s| spends[s].iter().all(|spend| spend.messages > 0.0)).collect();
        let total = |strategy: usize, draw: usize| spends[strategy][draw].total();
        let least = |draw: usize| spending.iter().copied().min_by(|&a, &b| total(a, draw).total_cmp(&total(b, draw)));
        let cheapest: Vec<usize> = (0..draws).map(|draw| least(draw).unwrap_or(0)).collect();
        let share = |strategy: usize, draw: usize| {
            let own = &spends[strategy][draw];
            if !spending.contains(&strategy) || strategy == cheapest[draw] {
                return 1.0;
            }
            ((total(cheapest[draw], draw) - own.fixed) / own.messages).max(0.0)
        };
        let shares = (0..spends.len()).map(|strategy| (0..draws).map(|draw| share(strategy, draw)).collect());
        Self { shares: shares.collect(), cheapest }
    }
}

/// What a strategy spends, in nano-units of the currency.
#[derive(Clone, Copy, Default)]
struct Spend {
    messages: f64,
    /// What its channels cost whether or not anything is sent.
    fixed: f64,
}

impl Spend {
    fn of(row: &Row) -> Self {
        let fixed = row.customers(CustomerCount::FixedSpend);
        Self { messages: (row.total(ChannelCount::Spend) - fixed) as f64, fixed: fixed as f64 }
    }

    fn total(&self) -> f64 {
        self.messages + self.fixed
    }
}

/// What is left of a row: two strategies that differ by nothing else do the same.
pub(crate) fn without_fixed_part(row: &Row) -> Row {
    let mut rest = row.clone();
    rest.counts.iter_mut().zip(&fixed_part(row).counts).for_each(|(own, fixed)| *own -= fixed);
    rest
}

/// Of a row, what does not depend on how many customers a strategy is applied to.
fn fixed_part(row: &Row) -> Row {
    let mut fixed = Row::zero(row.layout);
    let mut put = |place: usize, value: i128| fixed.counts[place] = value;
    put(row.layout.channel(ChannelCount::Spend, 0), row.customers(CustomerCount::FixedSpend));
    for count in [CustomerCount::FixedSpend, CustomerCount::FixedCosts, CustomerCount::FixedValue] {
        put(row.layout.customer(count), row.customers(count));
    }
    put(row.layout.customer(CustomerCount::Value), -row.customers(CustomerCount::FixedValue));
    fixed
}

/// The series of a measure if a strategy is applied to a random share φ of the customers in each draw and the rest get
/// `none` (R29): totals φ × strategy + (1 − φ) × none, fixed costs in full. φ is itself an estimate, (spend of the cheapest −
/// own fixed spend) ÷ own spend on messages, and its error is in the influences.
pub fn series_at_share(
    tallies: &Tallies,
    measure: &Measure,
    strategy: usize,
    none: usize,
    minor: f64,
    equal: &EqualSpend,
) -> Option<Series> {
    by_draw(tallies, |batches| {
        let draw = tallies.batches[batches.start].draw as usize;
        let (share, cheapest) = (equal.shares[strategy][draw], equal.cheapest[draw]);
        let spend = |index: usize, b: usize| Spend::of(&tallies.strategies[index].totals[b]);
        let own_spend: f64 = batches.clone().map(|b| spend(strategy, b).messages).sum();
        let own: Vec<_> = batches.clone().map(|b| parts(tallies, measure, strategy, Some(none), minor, b)).collect();
        let idle: Vec<_> = batches.clone().map(|b| parts(tallies, measure, none, Some(none), minor, b)).collect();
        // What is paid in full is no part of what the share decides: it goes over to those who get nothing.
        let idle: Vec<_> = batches
            .clone()
            .zip(idle)
            .map(|(b, idle)| {
                let fixed = fixed_part(&tallies.strategies[strategy].totals[b]);
                let nothing = Row::zero(fixed.layout);
                let paid = measure.parts(&Counts { own: &fixed, none: Some(&nothing), minor });
                (idle.0 + paid.0, idle.1 + paid.1)
            })
            .collect();
        let mixed = |own: f64, idle: f64| share * own + (1.0 - share) * idle;
        let numerators: Vec<f64> = own.iter().zip(&idle).map(|(own, idle)| mixed(own.0, idle.0)).collect();
        let denominators: Vec<f64> = own.iter().zip(&idle).map(|(own, idle)| mixed(own.1, idle.1)).collect();
        let ratio = Influences::ratio(&numerators, &denominators).ok().filter(|ratio| ratio.value().is_finite())?;
        // ∂(N/D)/∂φ = (ΔN − (N/D)·ΔD) / D with Δ = strategy − none.
        let denominator: f64 = denominators.iter().sum();
        let deltas = own.iter().zip(&idle).map(|(own, idle)| (own.0 - idle.0, own.1 - idle.1));
        let (of_numerator, of_denominator) = deltas.fold((0.0, 0.0), |sum, delta| (sum.0 + delta.0, sum.1 + delta.1));
        let slope = (of_numerator - ratio.value() * of_denominator) / denominator;
        let of_share = |b: usize| {
            let own = spend(strategy, b);
            if own_spend > 0.0 && share > 0.0 {
                (spend(cheapest, b).total() - own.fixed - share * own.messages) / own_spend
            } else {
                0.0
            }
        };
        let moved = |part: &Influences, slope: f64| {
            let influences = batches.clone().zip(part.influences()).map(|(b, own)| own + slope * of_share(b));
            Influences::new(part.value(), influences.collect())
        };
        let totals = totals(measure, &numerators, &denominators)?;
        let totals = totals.map(|[n, d]| [moved(&n, of_numerator), moved(&d, of_denominator)]);
        Some((moved(&ratio, slope), totals))
    })
}

#[cfg(test)]
mod tests {
    use super::super::Estimate;
    use super::*;

    /// Quotients over draws, 10 spent in each: of two batches each bought half of `bought`, give or take `luck`.
    fn quotients(draws: impl Iterator<Item = (f64, f64)>) -> Series {
        let of = |(bought, luck): (f64, f64)| {
            let (spent, halves) = ([5.0, 5.0], [bought / 2.0 + luck, bought / 2.0 - luck]);
            let total = |parts: &[f64]| Influences::ratio(parts, &[0.5, 0.5]).expect("there are batches");
            let quotient = Influences::ratio(&spent, &halves).expect("something was bought");
            (quotient, [total(&spent), total(&halves)])
        };
        let (draws, totals): (Vec<_>, Vec<_>) = draws.map(of).unzip();
        Series { draws, linear: Some(to_first_order(&totals)), customers: 1000 }
    }

    #[test]
    fn r23_a_draw_with_next_to_nothing_bought_hides_nothing() {
        let ordinary = (0..63).map(|draw| (1.0 + f64::from(draw) / 7.0, 0.1));
        let with_rare = Estimate::of(&quotients(ordinary.chain([(0.01, 0.4)])));
        assert!((with_rare.value - 640.0 / (63.0 + 31.0 * 63.0 / 7.0 + 0.01)).abs() < 1e-12, "{}", with_rare.value);
        assert!(with_rare.noise_share.is_some_and(|noise| noise < 0.05), "{:?}", with_rare.noise_share);
        // Of the draws 90 % lie between 10/9.5 and 10/1.5.
        let interval = with_rare.interval;
        assert!(interval.low < 1.2 && interval.low > 0.5 && interval.high > 6.0 && interval.high < 9.0, "{interval:?}");
    }

    #[test]
    fn what_is_to_first_order_has_the_estimate_as_its_mean() {
        let one = quotients((1..=9).map(|draw| (f64::from(draw), 0.2)));
        let other = quotients((1..=9).map(|draw| (10.0 - f64::from(draw) / 2.0, 0.1)));
        let (difference, relative) = (one.minus(&other).expect("they pair"), one.relative_to(&other).expect("above 0"));
        let [own, theirs] = [&one, &other].map(|series| Estimate::of(series).value);
        assert!((own - 2.0).abs() < 1e-12 && (theirs - 90.0 / 67.5).abs() < 1e-12);
        assert!((Estimate::of(&difference).value - (own - theirs)).abs() < 1e-12);
        assert!((Estimate::of(&relative).value - (own / theirs - 1.0)).abs() < 1e-12);
        let same = one.minus(&one).expect("they pair");
        assert_eq!((same.noise(), Estimate::of(&same).interval.high), (0.0, 0.0));
    }
}
