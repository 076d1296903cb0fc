//! Conversion rates.

use super::{Direction, Sizes, Test, check_effect, check_ratio};
use crate::stats::{Error, normal, require, require_probability, root, sides::Sides};

/// Which test of two proportions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The score test: the variance under the null hypothesis is that of the pooled rate (as R's `power.prop.test` and
    /// gsDesign's `nBinomial`), or, against a margin, of the likeliest rates with this margin (Farrington & Manning,
    /// Statistics in Medicine 9, 1990, 1447–1454).
    Pooled,
    /// The variance is that of the rates as assumed.
    Unpooled,
    /// By Cohen's h = 2 arcsin √`p_t` − 2 arcsin √`p_c`. Not against a margin.
    Arcsine,
    /// The pooled one with a correction for continuity: for Fisher's exact test (Fleiss, Tytun & Ury, Biometrics 36,
    /// 1980, 343–346).
    Corrected,
}

/// The rates that are assumed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rates {
    /// In the control.
    pub control: f64,
    /// In the treatment.
    pub treatment: f64,
}

/// A test of two proportions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proportions {
    /// Its level.
    pub test: Test,
    /// How.
    pub method: Method,
    /// Treatment − control under the null hypothesis: 0, or −m for "not worse by m".
    pub null_difference: f64,
}

impl Proportions {
    /// A test of equal rates.
    pub fn equal(test: Test, method: Method) -> Self {
        Self { test, method, null_difference: 0.0 }
    }

    /// The sizes with which rates are found to differ (from the null hypothesis) with a chance of `power`.
    ///
    /// By the closed forms `(z_alpha s₀ + z_power s₁)² / d²`, which do not count the chance to reject on the wrong side
    /// (at a power of 80 % it is 3e-6); by arcsine it is counted, as by [`Proportions::power`].
    ///
    /// ```
    /// use channelmix::stats::power::{Test, proportions::{Method, Proportions, Rates}};
    /// use channelmix::stats::sides::Sides;
    /// let test = Proportions::equal(Test { alpha: 0.05, sides: Sides::Two }, Method::Pooled);
    /// let sizes = test.sample_size(Rates { control: 0.10, treatment: 0.12 }, 1.0, 0.8)?;
    /// assert_eq!(sizes.rounded_up().total(1), 7682.0);
    /// # Ok::<(), channelmix::stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Range`] for rates outside [0, 1] or at the null hypothesis, or a ratio, level, power or margin out of
    /// range.
    pub fn sample_size(&self, rates: Rates, ratio: f64, power: f64) -> Result<Sizes, Error> {
        self.check(rates)?;
        self.test.check(power)?;
        check_ratio(ratio)?;
        let difference = rates.treatment - rates.control - self.null_difference;
        check_effect(difference)?;
        let one = Sizes::of(1.0, ratio);
        if self.method == Method::Arcsine {
            let n = self.test.shift_for(power)? / cohens_h(rates);
            return Ok(Sizes::of(n * n * (1.0 + 1.0 / ratio), ratio));
        }
        let (null, assumed) = (self.null_error(rates, one), error(rates, one));
        let root = (self.test.critical() * null + normal::quantile(power) * assumed).max(0.0) / difference.abs();
        let n = root * root;
        if self.method == Method::Corrected {
            let step = (1.0 + 1.0 / ratio) / difference.abs();
            let root = 0.5 * (n.sqrt() + (n + 2.0 * step).sqrt());
            return Ok(Sizes::of(root * root, ratio));
        }
        Ok(Sizes::of(n, ratio))
    }

    /// The chance to reject, where these rates are true: on the side of the effect, and for a test of two sides also on
    /// the other.
    ///
    /// # Errors
    /// [`Error::Range`] for rates outside [0, 1], or sizes, level or margin out of range.
    pub fn power(&self, rates: Rates, sizes: Sizes) -> Result<f64, Error> {
        self.check(rates)?;
        self.test.check_level()?;
        sizes.check()?;
        Ok(self.power_at(rates, rates.treatment - rates.control - self.null_difference, sizes))
    }

    /// The rate in the treatment that is found with a chance of `power`, above or below that in the control (more
    /// exactly: the control's plus the null difference).
    ///
    /// # Errors
    /// [`Error::Range`] for a rate, sizes, level, power or margin out of range, and where no rate from 0 to 1 is found
    /// so often.
    pub fn detectable(&self, control: f64, sizes: Sizes, power: f64, direction: Direction) -> Result<f64, Error> {
        let null = control + self.null_difference;
        self.check(Rates { control, treatment: control })?;
        self.test.check(power)?;
        sizes.check()?;
        require((0.0..=1.0).contains(&null), "the control's rate with the margin", "lie between 0 and 1", null)?;
        let room = if direction == Direction::Up { 1.0 - null } else { null };
        let missing = |difference: f64| {
            let treatment = (null + direction.sign() * difference).clamp(0.0, 1.0);
            self.power_at(Rates { control, treatment }, direction.sign() * difference, sizes) - power
        };
        let must = "be within reach: no rate between 0 and 1 is found so often with so few units";
        let found = root::between(0.0, room, missing).ok_or(Error::Range { what: "the power", must, found: power })?;
        Ok((null + direction.sign() * found).clamp(0.0, 1.0))
    }

    /// The power at a difference from the null hypothesis, which is given too, for it may be lost in that of the rates.
    fn power_at(&self, rates: Rates, difference: f64, sizes: Sizes) -> f64 {
        let (effect, critical) = (difference.abs(), self.test.critical());
        let (shift, null, assumed) = match self.method {
            Method::Arcsine => (cohens_h(rates).abs(), 1.0, 1.0),
            _ => (effect, self.null_error(rates, sizes), error(rates, sizes)),
        };
        let (shift, null, assumed) = match self.method {
            Method::Arcsine => (shift / (1.0 / sizes.control + 1.0 / sizes.treatment).sqrt(), null, assumed),
            Method::Corrected => (shift - 0.5 * (1.0 / sizes.control + 1.0 / sizes.treatment), null, assumed),
            Method::Pooled | Method::Unpooled => (shift, null, assumed),
        };
        // Without any variance the test decides for sure.
        let beyond =
            |excess: f64| if assumed > 0.0 { normal::cdf(excess / assumed) } else { f64::from(u8::from(excess > 0.0)) };
        let wrong = match self.test.sides {
            Sides::One => 0.0,
            Sides::Two => beyond(-shift - critical * null),
        };
        beyond(shift - critical * null) + wrong
    }

    /// The standard error of the difference under the null hypothesis, that is nearest to the rates.
    fn null_error(&self, rates: Rates, sizes: Sizes) -> f64 {
        match self.method {
            Method::Unpooled => error(rates, sizes),
            _ => error(null_rates(rates, sizes, self.null_difference), sizes),
        }
    }

    fn check(&self, rates: Rates) -> Result<(), Error> {
        require_probability("the rate in the control", rates.control)?;
        require_probability("the rate in the treatment", rates.treatment)?;
        let null = self.null_difference;
        require(null.abs() < 1.0, "the null difference", "lie between -1 and 1, both excluded", null)?;
        let holds = null == 0.0 || matches!(self.method, Method::Pooled | Method::Unpooled);
        require(holds, "the null difference of this method", "be 0", null)
    }
}

fn error(rates: Rates, sizes: Sizes) -> f64 {
    let variance = |p: f64| p * (1.0 - p);
    (variance(rates.control) / sizes.control + variance(rates.treatment) / sizes.treatment).sqrt()
}

/// The likeliest rates that differ by `null`, where these have been seen.
fn null_rates(rates: Rates, sizes: Sizes, null: f64) -> Rates {
    let share = sizes.treatment / (sizes.control + sizes.treatment);
    if null == 0.0 {
        let pooled = rates.control + share * (rates.treatment - rates.control);
        return Rates { control: pooled, treatment: pooled };
    }
    let (low, high) = ((-null).max(0.0), (1.0 - null).min(1.0));
    // The slope of p ln x + (1 − p) ln(1 − x), which falls with x; a rate of 0 or 1 has no pole at its own end.
    let slope = |p: f64, x: f64| {
        let part = |p: f64, x: f64| if p == 0.0 { 0.0 } else { p / x.max(f64::MIN_POSITIVE) };
        part(p, x) - part(1.0 - p, 1.0 - x)
    };
    let total = |x: f64| (1.0 - share) * slope(rates.control, x) + share * slope(rates.treatment, x + null);
    let control = root::between(low, high, total).unwrap_or(if total(low) <= 0.0 { low } else { high });
    Rates { control, treatment: (control + null).clamp(0.0, 1.0) }
}

/// 2 arcsin √`p_t` − 2 arcsin √`p_c`, without loss for rates that are close.
fn cohens_h(rates: Rates) -> f64 {
    let (c, t) = (rates.control, rates.treatment);
    // sin of the half of it, by the difference of sines: (t(1 − c) − c(1 − t)) / (…) = (t − c) / (…).
    let (one, other) = ((t * (1.0 - c)).sqrt(), (c * (1.0 - t)).sqrt());
    let sum = one + other;
    if sum == 0.0 {
        return 0.0;
    }
    let sine = (t - c) / sum;
    if sine.abs() < 0.7 { 2.0 * libm::asin(sine) } else { 2.0 * (libm::asin(t.sqrt()) - libm::asin(c.sqrt())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;
    use proptest::prelude::*;

    const TWO: Test = Test { alpha: 0.05, sides: Sides::Two };

    /// mpmath, 30 digits.
    #[test]
    fn rare_frequent_and_unequal() -> Result<(), Error> {
        let strict = Test { alpha: 0.01, ..TWO };
        let known = [
            (TWO, Method::Pooled, 1e-4, 1.000_01e-4, 1.0, 0.8, 1_569_626_816_585_084.1),
            (strict, Method::Pooled, 1e-6, 3e-6, 9.0, 0.9, 9_069_543.776_522_56),
            (TWO, Method::Pooled, 0.5, 0.999, 0.25, 0.8, 26.553_927_567_285_297),
            (TWO, Method::Arcsine, 1e-4, 1.000_01e-4, 1.0, 0.8, 1_569_622_971_935_977.0),
            (TWO, Method::Arcsine, 0.01, 0.9, 3.0, 0.8, 1.982_153_411_360_846_6),
        ];
        for (test, method, control, treatment, ratio, power, expected) in known {
            let test = Proportions::equal(test, method);
            let found = test.sample_size(Rates { control, treatment }, ratio, power)?;
            // The difference of rates that are alike has itself lost digits.
            let lost = 4e-16 * control / (treatment - control).abs();
            assert!(off(found.control, expected) < 1e-13 + lost, "{found:?} {expected}");
        }
        Ok(())
    }

    /// Non-inferiority with the rates that are likeliest at the margin: mpmath, 30 digits.
    #[test]
    fn against_a_margin() -> Result<(), Error> {
        let test = Test { alpha: 0.025, sides: Sides::One };
        for (control, treatment, ratio, margin, expected) in [
            (0.2, 0.2, 2.0, 0.05, 1_047.488_292_722_825_2),
            (0.2, 0.2, 2.0, 0.02, 6_400.823_124_081_787),
            (0.1, 0.08, 0.5, 0.05, 2_648.030_558_616_793),
        ] {
            let test = Proportions { test, method: Method::Pooled, null_difference: -margin };
            let found = test.sample_size(Rates { control, treatment }, ratio, 0.9)?;
            assert!(off(found.control, expected) < 1e-12, "{found:?} {expected}");
            assert!(off(test.power(Rates { control, treatment }, found)?, 0.9) < 1e-12);
        }
        Ok(())
    }

    #[test]
    fn the_correction_for_continuity_asks_for_more() -> Result<(), Error> {
        let (plain, corrected) = (Proportions::equal(TWO, Method::Pooled), Proportions::equal(TWO, Method::Corrected));
        let rates = Rates { control: 0.1, treatment: 0.12 };
        let sizes = corrected.sample_size(rates, 1.5, 0.8)?;
        assert!(sizes.control > plain.sample_size(rates, 1.5, 0.8)?.control);
        assert!((corrected.power(rates, sizes)? - 0.8).abs() < 1e-5 && plain.power(rates, sizes)? > 0.8);
        Ok(())
    }

    #[test]
    fn what_is_out_of_reach_is_said() -> Result<(), Error> {
        let test = Proportions::equal(TWO, Method::Pooled);
        assert!(test.detectable(0.001, Sizes::of(500.0, 1.0), 0.8, Direction::Down).is_err());
        assert!(test.detectable(0.001, Sizes::of(500.0, 1.0), 0.8, Direction::Up)? > 0.01);
        assert!(test.detectable(0.5, Sizes::of(2.0, 1.0), 0.99, Direction::Up).is_err());
        assert!(test.detectable(0.0, Sizes::of(2.0, 1.0), 0.8, Direction::Down).is_err());
        let tiny = test.detectable(0.05, Sizes::of(1e14, 1.0), 0.8, Direction::Up)?;
        assert!(off(tiny - 0.05, 2.801_585_218 * libm::sqrt(2.0 * 0.05 * 0.95 / 1e14)) < 1e-5);
        Ok(())
    }

    #[test]
    fn certain_rates_and_bad_numbers() -> Result<(), Error> {
        let test = Proportions::equal(TWO, Method::Pooled);
        let rates = |control, treatment| Rates { control, treatment };
        assert_eq!(test.power(rates(0.0, 1.0), Sizes::of(100.0, 1.0))?, 1.0);
        assert_eq!(test.power(rates(0.0, 0.0), Sizes::of(100.0, 1.0))?, 0.0);
        assert!(test.sample_size(rates(0.0, 1.0), 1.0, 0.8)?.control > 0.0);
        assert!(
            test.sample_size(rates(0.3, 0.3), 1.0, 0.8).is_err()
                && test.sample_size(rates(0.3, 1.1), 1.0, 0.8).is_err()
        );
        assert!(
            test.sample_size(rates(0.3, 0.4), 0.0, 0.8).is_err()
                && test.sample_size(rates(0.3, 0.4), 1.0, 0.05).is_err()
        );
        assert!(test.power(rates(f64::NAN, 0.4), Sizes::of(9.0, 1.0)).is_err());
        assert!(test.power(rates(0.3, 0.4), Sizes { control: 9.0, treatment: f64::INFINITY }).is_err());
        let margin = Proportions { null_difference: -0.02, ..Proportions::equal(TWO, Method::Arcsine) };
        assert!(margin.sample_size(rates(0.3, 0.4), 1.0, 0.8).is_err());
        let beyond = Proportions { null_difference: -0.5, ..test };
        assert!(beyond.detectable(0.3, Sizes::of(100.0, 1.0), 0.8, Direction::Up).is_err());
        Ok(())
    }

    proptest! {
        #[test]
        fn size_power_and_rate_undo_each_other(
            control in 1e-6..0.999_f64,
            towards in 0.01..0.9_f64,
            up in any::<bool>(),
            ratio in 0.05..20.0_f64,
            power in 0.3..0.99_f64,
            method in prop::sample::select(vec![Method::Pooled, Method::Unpooled, Method::Arcsine, Method::Corrected]),
        ) {
            let test = Proportions::equal(Test { alpha: 0.05, sides: Sides::One }, method);
            let treatment = if up { control + towards * (1.0 - control) } else { control * (1.0 - towards) };
            let rates = Rates { control, treatment };
            let sizes = test.sample_size(rates, ratio, power)?;
            prop_assert!(off(test.power(rates, sizes)?, power) < 1e-9);
            let direction = if up { Direction::Up } else { Direction::Down };
            let found = test.detectable(control, sizes, power, direction)?;
            let found_power = test.power(Rates { treatment: found, ..rates }, sizes)?;
            prop_assert!(off(found_power, power) < 1e-9);
            // The power need not rise all the way to a rate of 0 or 1, so the first rate is found, which may be a
            // nearer one.
            prop_assert!((found - control).abs() <= (treatment - control).abs() * (1.0 + 1e-6));
        }
    }
}
