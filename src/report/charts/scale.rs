//! From values to places.

/// A straight scale from values to places on the canvas.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    /// The least value.
    pub low: f64,
    /// The largest value.
    pub high: f64,
    /// Where the least value lies.
    pub from: f64,
    /// Where the largest value lies.
    pub to: f64,
}

/// Values beyond this are drawn here: their differences would not be numbers any more.
const FAR: f64 = 1e300;

impl Scale {
    /// A scale that holds all finite `values`, from place `from` to place `to`. Some values, or none, or all the same,
    /// give a scale that has a width.
    pub(super) fn over(values: impl IntoIterator<Item = f64>, from: f64, to: f64) -> Self {
        let finite = values.into_iter().filter(|value| value.is_finite()).map(|value| value.clamp(-FAR, FAR));
        let (low, high) =
            finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        if low > high {
            return Self { low: 0.0, high: 1.0, from, to };
        }
        // Closer values than this have no ticks between them.
        let least = low.abs().max(high.abs()) * 1e-9;
        if high - low > least {
            return Self { low, high, from, to };
        }
        let room = if low == 0.0 { 1.0 } else { low.abs() * 0.1 };
        Self { low: low - room, high: high + room, from, to }
    }

    /// The same with a part `share` of its width added on both sides, but none beyond 0.
    pub(super) fn widened(self, share: f64) -> Self {
        let room = (self.high - self.low) * share;
        let low = if self.low == 0.0 { 0.0 } else { self.low - room };
        let high = if self.high == 0.0 { 0.0 } else { self.high + room };
        Self { low, high, ..self }
    }

    /// The place of a value; values outside lie on the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        let share = (value.clamp(-FAR, FAR) - self.low) / (self.high - self.low);
        self.from + share.clamp(0.0, 1.0) * (self.to - self.from)
    }

    /// Whether it holds a value.
    pub(super) fn holds(self, value: f64) -> bool {
        value >= self.low && value <= self.high
    }

    /// Round values on the scale, at most about `most`.
    pub(super) fn ticks(self, most: usize) -> Vec<f64> {
        let step = self.step(most);
        let first = (self.low / step - 1e-6).ceil();
        let count = ((self.high / step + 1e-6).floor() - first).max(0.0) as usize;
        (0..=count.min(2 * most))
            .map(|number| (first + number as f64) * step)
            .map(|tick| if tick.abs() < step / 2.0 { 0.0 } else { tick })
            .collect()
    }

    fn step(self, most: usize) -> f64 {
        let rough = (self.high - self.low) / most.max(1) as f64;
        let power = 10f64.powf(rough.log10().floor());
        let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= rough * 0.999);
        factor.unwrap_or(10.0) * power
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let scale = Scale::over([0.0, 97.0], 0.0, 100.0);
        assert_eq!(scale.ticks(5), [0.0, 20.0, 40.0, 60.0, 80.0]);
    }

    #[test]
    fn odd_values_still_give_a_scale() {
        let odd: [&[f64]; 8] = [
            &[],
            &[f64::NAN, f64::INFINITY],
            &[0.0],
            &[5.0, 5.0],
            &[-1e308, 1e308],
            &[1e-300, 2e-300],
            &[1e15, 1e15 + 0.125],
            &[-3.0],
        ];
        for values in odd {
            let scale = Scale::over(values.iter().copied(), 10.0, 20.0).widened(0.05);
            assert!(scale.high > scale.low, "{values:?}");
            let ticks = scale.ticks(5);
            assert!(
                (1..=12).contains(&ticks.len()) && ticks.iter().all(|tick| tick.is_finite()),
                "{values:?}: {ticks:?}"
            );
            assert!(values.iter().filter(|v| v.is_finite()).all(|&value| (10.0..=20.0).contains(&scale.at(value))));
        }
    }
}
