//! A metric's number for every unit under every arm, as it would come out of a file of events.

use rayon::prelude::*;

use super::column::Column;
use super::{Bank, Error};
use crate::abtest::metric::{Cap, Kind, Metric};
use crate::scenario::{DAY, Seconds, Span};
use crate::stats::winsorised::{Capped, Caps};

/// The column that a time to an event is in.
const DAYS: &str = "days";

/// A metric of a bank's units: the potential outcomes that an experiment samples from.
#[derive(Clone, Debug)]
pub struct Evaluated<'b> {
    pub(super) bank: &'b Bank,
    /// Places in [`Bank::units`] of those that can be judged, ascending.
    pub units: Vec<u32>,
    /// Units exposed too near the horizon to be judged; they are left out.
    pub immature: u64,
    /// Seconds after exposure that are looked at; 0 = until the horizon.
    pub window: Seconds,
    /// How many values were capped, by arm.
    pub capped: Vec<Capped>,
    /// By arm, in the order of `units`.
    values: Vec<Vec<f64>>,
    /// By arm, for a ratio.
    denominators: Option<Vec<Vec<f64>>>,
}

/// A metric as it is computed of single units of a bank.
#[derive(Clone, Debug)]
pub(in crate::abtest) struct Measure {
    what: What,
    /// Seconds after exposure that are looked at; 0 = until the horizon.
    pub window: Seconds,
}

#[derive(Clone, Debug)]
enum What {
    Number(Column),
    Ratio(Column, Column),
    /// Days to the first event, at most so many seconds.
    Time(Column, Seconds),
}

impl Bank {
    /// A metric of every unit that can be judged. A unit counts from its exposure (at 0, included) until the metric
    /// [matures](Metric::matures) (excluded), or until the horizon if it needs no time; so one whose exposure plus that time
    /// lies beyond the horizon is left out and counted.
    ///
    /// # Errors
    /// [`Error::Refused`] for names that the bank does not have, for kinds and caps that it cannot evaluate, and if fewer
    /// than two units can be judged.
    pub fn evaluate(&self, metric: &Metric) -> Result<Evaluated<'_>, Error> {
        self.evaluate_of(metric, &|_| true)
    }

    /// [`evaluate`](Self::evaluate) over some of the units (places in [`Bank::units`]), as if the bank had no others: caps are
    /// drawn from these, too.
    ///
    /// # Errors
    /// As `evaluate`, and if fewer than two of the bank's units are among them.
    pub fn evaluate_of(&self, metric: &Metric, of: &dyn Fn(usize) -> bool) -> Result<Evaluated<'_>, Error> {
        let measure = self.measure(metric)?;
        let window = measure.window;
        let chosen: Vec<usize> = (0..self.units.len()).filter(|&unit| of(unit)).collect();
        if chosen.len() < 2 && self.units.len() >= 2 {
            return Err(Error::refused(
                format!(
                    "`{}` cannot be judged: the test would have {} of {} simulated customers",
                    metric.name,
                    chosen.len(),
                    self.units.len()
                ),
                "simulate more customers, --simulate, or look for a smaller effect",
            ));
        }
        let mature = |unit: &&usize| window <= self.followed(**unit);
        let units: Vec<u32> = chosen.iter().filter(mature).map(|&unit| unit as u32).collect();
        if units.len() < 2 {
            let immature = chosen.len() - units.len();
            return Err(Error::refused(
                format!(
                    "`{}` cannot be judged: it needs {} after exposure, and {immature} of {} customers are exposed less than \
                     that before the horizon",
                    metric.name,
                    Span(window),
                    chosen.len()
                ),
                "let it mature in less time, or make the horizon longer",
            ));
        }
        let before = |unit: usize| if window > 0 { window } else { self.followed(unit) };
        let column = |of: fn([f64; 2]) -> f64| -> Vec<Vec<f64>> {
            let one = |arm: usize, unit: usize| of(measure.of(self, arm, unit, before(unit)));
            (0..self.arms.len()).map(|arm| units.par_iter().map(|&unit| one(arm, unit as usize)).collect()).collect()
        };
        let values = column(|[value, _]| value);
        let denominators = measure.is_ratio().then(|| column(|[_, denominator]| denominator));
        if let (Some(denominators), Kind::Ratio { denominator, .. }) = (&denominators, &metric.kind)
            && let Some(arm) = denominators.iter().position(|arm| arm.iter().all(|&value| value == 0.0))
        {
            return Err(Error::refused(
                format!("`{}` is undefined: there are no `{denominator}` under {}", metric.name, self.arms[arm]),
                "divide by what every arm has",
            ));
        }
        let immature = (chosen.len() - units.len()) as u64;
        let capped = vec![Capped::default(); self.arms.len()];
        let mut evaluated = Evaluated { bank: self, units, immature, window, capped, values, denominators };
        if let Some(cap) = metric.cap {
            evaluated.cap(cap, metric)?;
        }
        Ok(evaluated)
    }

    /// How a metric is computed of single units.
    pub(in crate::abtest) fn measure(&self, metric: &Metric) -> Result<Measure, Error> {
        let name = &metric.name;
        let named = |column: &str| {
            let found = Column::parse(column)?;
            found.check(self, column)?;
            Ok(found)
        };
        let event = |column: &str| {
            let found = Column::event(column)?;
            found.check(self, column)?;
            Ok(found)
        };
        let matures = metric.matures.max(0);
        let what = match &metric.kind {
            Kind::Proportion { column } => What::Number(event(column)?),
            Kind::Mean { column } => What::Number(named(column)?),
            Kind::Ratio { numerator, denominator } => What::Ratio(named(numerator)?, named(denominator)?),
            Kind::Survival { time, event: what, until } => {
                if time != DAYS {
                    return Err(Error::refused(
                        format!("`{name}`: simulated customers have no time `{time}`"),
                        format!("their time is `{DAYS}`, from exposure to the event"),
                    ));
                }
                let until = until.map(|days| (days * DAY as f64).round() as Seconds);
                let most = until.unwrap_or(matures);
                if most <= 0 || (matures > 0 && most > matures) {
                    return Err(Error::refused(
                        format!("`{name}`: it is not said up to when customers are looked at"),
                        "say `until` in days, above 0 and not beyond the time in which the metric matures",
                    ));
                }
                What::Time(event(what)?, most)
            }
            Kind::Quantile { .. } => {
                return Err(Error::refused(
                    format!("`{name}`: a quantile is not planned by simulation"),
                    "plan it as a mean with a cap, or as a proportion above a value",
                ));
            }
        };
        let needs = match &what {
            What::Number(column) => column.needs(),
            What::Ratio(above, below) => above.needs().max(below.needs()),
            What::Time(_, most) => *most,
        };
        if matures > 0 && needs > matures {
            return Err(Error::refused(
                format!("`{name}` counts for {} but matures in {}", Span(needs), Span(matures)),
                "let it mature in at least that time",
            ));
        }
        let from = match &what {
            What::Number(column) | What::Time(column, _) => column.from(),
            What::Ratio(above, below) => above.from().max(below.from()),
        };
        let window = matures.max(needs);
        if from > 0 && from >= window {
            return Err(Error::refused(
                format!("`{name}` counts from {} on, and it is not said until when", Span(from)),
                format!("let it mature in more than {}", Span(from)),
            ));
        }
        Ok(Measure { what, window })
    }
}

impl Measure {
    /// Whether it has a denominator.
    pub fn is_ratio(&self) -> bool {
        matches!(self.what, What::Ratio(..))
    }

    /// What one unit has of it before so many seconds after its exposure, in the metric's unit; and of a ratio its denominator.
    pub fn of(&self, bank: &Bank, arm: usize, unit: usize, before: Seconds) -> [f64; 2] {
        let minor = bank.currency.minor();
        let number = |what: &Column| what.number(what.of(bank, arm, unit, before), minor);
        match &self.what {
            What::Number(what) => [number(what), 1.0],
            What::Ratio(above, below) => [number(above), number(below)],
            What::Time(event, most) => {
                let most = before.min(*most);
                let first = event.first(bank, arm, unit, most).map_or(most, Seconds::from);
                [first as f64 / DAY as f64, 1.0]
            }
        }
    }
}

impl Evaluated<'_> {
    /// The number (of a ratio: the numerator) of each unit under an arm.
    pub fn values(&self, arm: usize) -> &[f64] {
        &self.values[arm]
    }

    /// The denominator of each unit under an arm, if the metric is a ratio.
    pub fn denominators(&self, arm: usize) -> Option<&[f64]> {
        self.denominators.as_ref().map(|arms| arms[arm].as_slice())
    }

    /// The bank that it is of.
    pub fn bank(&self) -> &Bank {
        self.bank
    }

    fn cap(&mut self, cap: Cap, metric: &Metric) -> Result<(), Error> {
        let name = &metric.name;
        if !matches!(metric.kind, Kind::Mean { .. }) {
            return Err(Error::refused(
                format!("`{name}` is a {}: only the values of a mean are capped", metric.kind.name()),
                "leave the cap out",
            ));
        }
        let caps = match cap {
            Cap::At { low, high } => Caps::new(low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY)),
            Cap::Quantile { low, high } => {
                Caps::from_quantiles(&self.values.concat(), low.unwrap_or(0.0), high.unwrap_or(1.0))
            }
        };
        let caps =
            caps.map_err(|error| Error::refused(format!("`{name}` cannot be capped: {error}"), "choose other caps"))?;
        for (values, capped) in self.values.iter_mut().zip(&mut self.capped) {
            values.iter_mut().for_each(|value| *value = caps.cap(*value, capped));
        }
        Ok(())
    }
}
