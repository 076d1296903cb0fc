//! The regression of a metric on what was known before exposure: fitted from moments, its error from the units.

use super::cells::{Gathered, Shape};
use crate::abtest::collected::Adjusted;
use crate::abtest::metric::Metric;
use crate::stats::moments::Moments;
use crate::stats::two_arms::Difference;
use crate::stats::two_arms::adjusted::{Arm, Design, Fit, Residuals, Robust, usable};
use crate::stats::{self};

/// The regression of one treatment and the control: fully interacted (Lin, Annals of Applied Statistics 7, 2013,
/// 295–318), with HC2 errors, for which the units are gone through once more.
#[derive(Clone, Debug)]
pub(super) struct Regression {
    control: usize,
    treatment: usize,
    /// Places in the row of variables of the covariates that are used.
    used: Vec<usize>,
    covariates: usize,
    state: Result<Residuals<'static>, stats::Error>,
    x: Vec<f64>,
}

impl Regression {
    /// One for each treatment of `order`, whose first is the control.
    pub(super) fn of_arms(shape: Shape, overall: &[Gathered], order: &[usize]) -> Vec<Self> {
        let Some((&control, treatments)) = order.split_first().filter(|_| shape.is_explained()) else {
            return Vec::new();
        };
        let kept = shape.kept(overall);
        let of = |arm: usize| {
            let moments = overall.get(arm).and_then(Gathered::moments);
            moments.map_or_else(|| Moments::new(kept.len()), |moments| moments.only(&kept))
        };
        let first = of(control);
        let one = |&treatment: &usize| {
            let second = of(treatment);
            // Covariates that vary and are not made of others, counted from the first one.
            let usable = usable(&first, &second, Design::Interacted);
            let variables: Vec<usize> = std::iter::once(0).chain(usable.iter().map(|&i| i + 1)).collect();
            let fit = Fit::new(&first.only(&variables), &second.only(&variables), Design::Interacted);
            Self {
                control,
                treatment,
                used: usable.iter().map(|&i| kept[i + 1]).collect(),
                covariates: shape.covariates,
                x: vec![0.0; usable.len()],
                state: fit.map(Fit::into_residuals),
            }
        };
        treatments.iter().map(one).collect()
    }

    /// Whether the units are needed once more.
    pub(super) fn wants_pass(&self) -> bool {
        self.state.is_ok()
    }

    /// One more unit of any arm: the value, the covariates and the indicators of missing ones.
    pub(super) fn add(&mut self, arm: usize, row: &[f64]) {
        let Ok(residuals) = &mut self.state else { return };
        let arm = match arm {
            arm if arm == self.control => Arm::Control,
            arm if arm == self.treatment => Arm::Treatment,
            _ => return,
        };
        self.x.iter_mut().zip(&self.used).for_each(|(x, &place)| *x = row[place]);
        residuals.add(arm, row[0], &self.x);
    }

    /// The adjusted difference.
    pub(super) fn adjusted(self, metric: &Metric) -> Adjusted {
        let name = |&place: &usize| match place - 1 {
            i if i < self.covariates => metric.covariates[i].clone(),
            i => format!("{} is missing", metric.covariates[i - self.covariates]),
        };
        let covariates = self.used.iter().map(name).collect();
        let difference: Result<Difference, stats::Error> =
            self.state.and_then(|residuals| residuals.difference(Robust::Hc2));
        Adjusted { difference, covariates }
    }
}
