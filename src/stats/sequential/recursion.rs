//! The recursive integration behind every statement on planned looks: where the path of z may be at each look, if no
//! boundary stopped it before.
//!
//! Armitage, `McPherson` & Rowe (JRSS A 132, 1969, 235–244); Jennison & Turnbull, *Group Sequential Methods*, ch. 19.
//! Here by composite Gauss–Legendre rules whose panels are as narrow as the narrower of the two steps beside a look, so
//! that looks may lie anywhere. It is done once, without drift; a drift θ multiplies each path that is at x at time t
//! by exp(θx − θ²t/2) (Girsanov), so that power, expected times and intervals cost next to nothing.

use crate::stats::{Error, normal, require};

/// Looks that one walk may have.
pub const MOST_LOOKS: usize = 400;
/// The least step between two looks, as a share of the later time.
pub const LEAST_STEP: f64 = 1e-6;

/// Where a path without a boundary is taken to end, in standard deviations: chances beyond are below 1e-299.
const REACH: f64 = 37.0;
/// The width of a panel, in units of the scale on which the integrand changes.
const PANEL: f64 = 4.0;
/// Panels at most: more than [`LEAST_STEP`] can ask for.
const MOST_PANELS: f64 = 1e5;
/// Steps of Newton's rule at most; six are usual.
const STEPS: usize = 200;

/// A Brownian motion with drift, seen at given times, that stops at boundaries.
///
/// Boundaries are added look by look ([`Walk::push`]), for each may depend on what the earlier ones let through. All z
/// are on the scale of standard normal scores. Chances are right to 1e-13 absolutely and, towards the upper boundaries,
/// some 1e-11 relatively (held to an independent recursion down to 1e-16).
#[derive(Clone, Debug)]
pub struct Walk {
    times: Vec<f64>,
    looks: Vec<Look>,
    /// Where a path without a lower boundary is taken to end, in standard deviations.
    lower_reach: f64,
}

/// A look: where paths stop, and where those are that go on.
#[derive(Clone, Debug)]
struct Look {
    lower: f64,
    upper: f64,
    grid: Grid,
}

/// Panels of equal width over the paths that go on.
#[derive(Clone, Debug, Default)]
struct Grid {
    start: f64,
    panel: f64,
    /// Chance × weight at the nodes of each panel, without drift.
    masses: Vec<[f64; 16]>,
}

/// The chances of stopping at one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crossing {
    /// At or below the lower boundary, for the first time.
    pub lower: f64,
    /// At or above the upper boundary, for the first time.
    pub upper: f64,
}

/// Which way.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Down,
    Up,
}

impl Walk {
    /// A walk that will be looked at at the given information `times`.
    ///
    /// # Errors
    /// [`Error::Range`] without looks or with more than [`MOST_LOOKS`], and for times that are not positive, finite and
    /// increasing by at least [`LEAST_STEP`] of the later one.
    pub fn new(times: &[f64]) -> Result<Self, Error> {
        let count = times.len() as f64;
        require(!times.is_empty() && times.len() <= MOST_LOOKS, "the number of looks", "lie between 1 and 400", count)?;
        let mut before = 0.0;
        for &time in times {
            let holds = time > 0.0 && time.is_finite() && time - before >= LEAST_STEP * time;
            let must = "be positive and above the one before, by a millionth or more";
            require(holds, "the information time of each look", must, time)?;
            before = time;
        }
        Ok(Self { times: times.to_vec(), looks: Vec::with_capacity(times.len()), lower_reach: REACH })
    }

    /// The same, where the upward chances alone matter: paths further below than `reach` standard deviations are let
    /// go, which saves time where there are no lower boundaries.
    pub(super) fn upward(times: &[f64], reach: f64) -> Result<Self, Error> {
        Ok(Self { lower_reach: reach.min(REACH), ..Self::new(times)? })
    }

    /// The looks that have boundaries so far.
    pub fn len(&self) -> usize {
        self.looks.len()
    }

    /// Whether no look has boundaries so far.
    pub fn is_empty(&self) -> bool {
        self.looks.is_empty()
    }

    /// The chance under a drift of reaching the next look and being at or above `z` there; NaN where no look is left.
    pub fn above(&self, z: f64, drift: f64) -> f64 {
        self.tail(self.len(), z, drift, Way::Up)
    }

    /// The chance under a drift of reaching the next look and being at or below `z` there; NaN where no look is left.
    pub fn below(&self, z: f64, drift: f64) -> f64 {
        self.tail(self.len(), z, drift, Way::Down)
    }

    /// The boundary of the next look at or above which the given chance lies under no drift: ∞ for a chance of 0, −37
    /// for more than all that is left.
    pub fn upper_for(&self, chance: f64) -> f64 {
        self.boundary(chance, 0.0, Way::Up)
    }

    /// The boundary of the next look at or below which the given chance lies under a drift: −∞ for a chance of 0.
    pub fn lower_for(&self, chance: f64, drift: f64) -> f64 {
        self.boundary(chance, drift, Way::Down)
    }

    /// Sets the boundaries of the next look: paths with z ≤ `lower` or z ≥ `upper` stop there. Infinite ones are none.
    /// A `lower` above `upper` counts as `upper`. Beyond the last time nothing happens.
    pub fn push(&mut self, lower: f64, upper: f64) {
        let k = self.len();
        if k < self.times.len() {
            let lower = lower.min(upper);
            let grid = if k + 1 < self.times.len() { self.grid(k, lower, upper) } else { Grid::default() };
            self.looks.push(Look { lower, upper, grid });
        }
    }

    /// The chances under a drift of stopping at each look that has boundaries.
    pub fn crossings(&self, drift: f64) -> Vec<Crossing> {
        let crossing = |(k, look): (usize, &Look)| Crossing {
            lower: self.tail(k, look.lower, drift, Way::Down),
            upper: self.tail(k, look.upper, drift, Way::Up),
        };
        self.looks.iter().enumerate().map(crossing).collect()
    }

    /// The chance under a drift of having crossed an upper boundary before look `k`, or of being at or above `z` at it.
    pub(super) fn at_or_beyond(&self, k: usize, z: f64, drift: f64) -> f64 {
        let before: f64 = (0..k).map(|j| self.tail(j, self.looks[j].upper, drift, Way::Up)).sum();
        before + self.tail(k, z, drift, Way::Up)
    }

    /// √ of the time between a look and the one before.
    fn step(&self, k: usize) -> f64 {
        libm::sqrt(self.times[k] - if k == 0 { 0.0 } else { self.times[k - 1] })
    }

    /// The chance of reaching look `k` and lying on one side of `z` there.
    fn tail(&self, k: usize, z: f64, drift: f64, way: Way) -> f64 {
        self.tail_and_density(k, z, drift, way, false).0
    }

    /// The same with the density at `z`, if wanted.
    fn tail_and_density(&self, k: usize, z: f64, drift: f64, way: Way, wanted: bool) -> (f64, f64) {
        let Some(&time) = self.times.get(k) else { return (f64::NAN, f64::NAN) };
        let sign = if way == Way::Up { 1.0 } else { -1.0 };
        if sign * z == f64::INFINITY {
            return (0.0, 0.0);
        }
        let root = libm::sqrt(time);
        if k == 0 {
            let score = z - drift * root;
            return (normal::sf(sign * score), normal::density(score));
        }
        let (step, before) = (self.step(k), self.times[k - 1]);
        let edge = z * root - drift * (time - before);
        let (mut tail, mut density) = (0.0, 0.0);
        self.looks[k - 1].grid.each(|x, mass| {
            let mass = mass * libm::exp(drift * (x - 0.5 * drift * before));
            let score = (edge - x) / step;
            tail += mass * normal::sf(sign * score);
            if wanted {
                density += mass * normal::density(score);
            }
        });
        (tail, density * root / step)
    }

    /// The chance beyond z is log-concave in z, and never above the one without earlier boundaries: so Newton's rule on
    /// its logarithm goes from that one's quantile to the root without ever passing it.
    fn boundary(&self, chance: f64, drift: f64, way: Way) -> f64 {
        let sign = if way == Way::Up { 1.0 } else { -1.0 };
        let Some(&time) = self.times.get(self.len()) else { return f64::NAN };
        if chance <= 0.0 {
            return sign * f64::INFINITY;
        }
        let mut z = -sign * normal::quantile(chance.min(1.0)) + drift * libm::sqrt(time);
        let end = -sign * REACH;
        if z.is_infinite() {
            return end;
        }
        if self.is_empty() {
            return z;
        }
        for _ in 0..STEPS {
            let (tail, density) = self.tail_and_density(self.len(), z, drift, way, true);
            // So far out that nothing is left to take the logarithm of.
            let step = if tail > 0.0 && density > 0.0 { libm::log(tail / chance) * tail / density } else { -1.0 };
            z += sign * step;
            if step.abs() <= 1e-15 * (1.0 + z.abs()) || step.is_nan() {
                break;
            }
            if sign * (z - end) <= 0.0 {
                return end;
            }
        }
        z
    }

    /// The paths that go on from look `k`.
    fn grid(&self, k: usize, lower: f64, upper: f64) -> Grid {
        let root = libm::sqrt(self.times[k]);
        let start = lower.clamp(-self.lower_reach, REACH) * root;
        let width = upper.clamp(-self.lower_reach, REACH) * root - start;
        if width.is_nan() || width <= 0.0 {
            return Grid::default();
        }
        let (before, after) = (self.step(k), self.step(k + 1));
        let scale = before * (after / libm::hypot(before, after));
        let panels = (width / (PANEL * scale)).ceil().clamp(1.0, MOST_PANELS);
        let mut grid = Grid { start, panel: width / panels, masses: vec![[0.0; 16]; panels as usize] };
        if k == 0 {
            grid.fill_first(root);
        } else {
            grid.fill_from(&self.looks[k - 1].grid, before);
        }
        grid
    }
}

impl Grid {
    /// The middle of a panel.
    fn centre(&self, panel: usize) -> f64 {
        self.start + self.panel * (panel as f64 + 0.5)
    }

    /// Where the nodes of a panel lie from its middle.
    fn offsets(&self) -> [f64; 16] {
        std::array::from_fn(|i| {
            let node = 0.5 * self.panel * RULE[i % 8].0;
            if i < 8 { -node } else { node }
        })
    }

    /// The weights of the nodes, times a factor.
    fn weights(&self, factor: f64) -> [f64; 16] {
        std::array::from_fn(|i| 0.5 * self.panel * factor * RULE[i % 8].1)
    }

    /// Every node with its mass.
    fn each(&self, mut act: impl FnMut(f64, f64)) {
        let offsets = self.offsets();
        for (panel, masses) in self.masses.iter().enumerate() {
            let centre = self.centre(panel);
            for (offset, mass) in offsets.iter().zip(masses) {
                act(centre + offset, *mass);
            }
        }
    }

    /// The first look: a normal variable of standard deviation `root`.
    fn fill_first(&mut self, root: f64) {
        let (offsets, weights) = (self.offsets(), self.weights(1.0 / root));
        for panel in 0..self.masses.len() {
            let centre = self.centre(panel);
            self.masses[panel] = std::array::from_fn(|i| weights[i] * normal::density((centre + offsets[i]) / root));
        }
    }

    /// A later look: the paths of the one before, spread by a normal step of standard deviation `step`.
    ///
    /// With x = X + a and y = Y + b about the middles of two panels at distance D, the kernel exp(−(D + a − b)²/2) is a
    /// product of one factor per pair of nodes, the same for all panels, one per a and one per b: 32 exponentials for
    /// 256 terms. The factors are split such that none overflows, nor underflows before the product does.
    fn fill_from(&mut self, before: &Self, step: f64) {
        let a = self.offsets().map(|offset| offset / step);
        let b = before.offsets().map(|offset| offset / step);
        let near: [[f64; 16]; 16] =
            std::array::from_fn(|i| std::array::from_fn(|j| libm::exp(-0.5 * (a[i] - b[j]) * (a[i] - b[j]))));
        let weights = self.weights(1.0 / (step * libm::sqrt(2.0 * std::f64::consts::PI)));
        let farthest = REACH + 0.5 * (self.panel + before.panel) / step;
        for panel in 0..self.masses.len() {
            let centre = self.centre(panel);
            let first = ((centre - farthest * step - before.start) / before.panel).floor().max(0.0) as usize;
            let end = (((centre + farthest * step - before.start) / before.panel).ceil().max(0.0) as usize)
                .min(before.masses.len());
            let mut sums = [0.0; 16];
            for from in first..end {
                let distance = (centre - before.centre(from)) / step;
                let half = -0.25 * distance * distance;
                let masses = &before.masses[from];
                let sent: [f64; 16] = std::array::from_fn(|j| masses[j] * libm::exp(half + distance * b[j]));
                for i in 0..16 {
                    let received: f64 = near[i].iter().zip(&sent).map(|(near, sent)| near * sent).sum();
                    sums[i] += received * libm::exp(half - distance * a[i]);
                }
            }
            self.masses[panel] = std::array::from_fn(|i| weights[i] * sums[i]);
        }
    }
}

/// The chances under a `drift` of stopping at each look, where one looks at `times` and stops at z ≤ `lower` or z ≥
/// `upper`: of watching a plain test (±1.96), a posterior chance to win (with a flat prior it exceeds x where
/// z > Φ⁻¹(x)), or any other rule on z.
///
/// ```
/// use channelmix::stats::sequential::recursion;
/// let looks: Vec<f64> = (1..=20).map(f64::from).collect();
/// let wins: f64 = recursion::stopping(&looks, f64::NEG_INFINITY, 1.6448536269514722, 0.0)?.iter().map(|c|
/// c.upper).sum(); assert!((wins - 0.214).abs() < 5e-4);
/// # Ok::<(), channelmix::stats::Error>(())
/// ```
///
/// # Errors
/// [`Error::Range`] for times as [`Walk::new`] refuses, and boundaries or a drift that are not numbers.
pub fn stopping(times: &[f64], lower: f64, upper: f64, drift: f64) -> Result<Vec<Crossing>, Error> {
    require(!lower.is_nan(), "the lower boundary", "be a number", lower)?;
    require(!upper.is_nan(), "the upper boundary", "be a number", upper)?;
    require(drift.is_finite(), "the drift", "be finite", drift)?;
    let mut walk = Walk::new(times)?;
    times.iter().for_each(|_| walk.push(lower, upper));
    Ok(walk.crossings(drift))
}

/// Positive nodes of the Gauss–Legendre rule of 16 points on [−1, 1], with their weights.
const RULE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_59),
    (0.458_016_777_657_227_39, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_8, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_8, 0.095_158_511_682_492_79),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_893),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::off;

    const UNEVEN: [f64; 5] = [0.13, 0.2, 0.55, 0.93, 1.0];

    fn walk(times: &[f64], lower: &[f64], upper: &[f64]) -> Walk {
        let mut walk = Walk::new(times).expect("a walk");
        lower.iter().zip(upper).for_each(|(lower, upper)| walk.push(*lower, *upper));
        walk
    }

    /// Chances of both sides: the same recursion by one Gauss–Legendre rule of 600 points a look (numpy), under the
    /// drift itself.
    #[test]
    fn crossings_at_uneven_looks_under_any_drift() {
        let upper = [3.1, 2.9, 2.6, 2.4, 2.1];
        let lower = [-3.0, -2.5, -2.5, -2.2, -2.0];
        let known = [
            (0.001_349_898_031_630_093, 0.000_967_603_213_218_356_3),
            (0.005_414_575_487_728_388, 0.001_493_871_317_710_967),
            (0.005_153_955_758_984_272, 0.004_237_620_655_739_981),
            (0.010_445_241_954_226_93, 0.006_186_531_161_604_435),
            (0.009_427_308_905_272_588, 0.009_400_531_782_117_31),
        ];
        let downward = [
            (0.201_389_258_436_614_1, 7.073_436_451_919_501e-8),
            (0.376_487_260_406_816, 1.002_017_259_693_296e-8),
            (0.398_366_915_394_542_2, 8.353_649_715_219_654e-13),
            (0.023_604_512_181_457_57, 1.121_663_772_077_727e-16),
            (0.000_123_995_150_765_804_4, 2.087_852_356_075_465e-16),
        ];
        let futile = [
            (0.0, 0.0),
            (0.012_154_879_051_881_35, 0.049_696_661_168_959_38),
            (0.026_012_230_741_947_57, 0.260_099_096_902_318_6),
            (0.011_652_256_745_833_42, 0.324_067_912_307_002_9),
            (0.011_801_923_524_302_72, 0.127_386_926_916_727_6),
        ];
        let (none, all) = ([f64::NEG_INFINITY, -1.0, 0.2, 0.7, 1.0], [f64::INFINITY, 2.9, 2.6, 2.4, 2.1]);
        for (lower, upper, drift, known) in
            [(lower, upper, 0.0, known), (lower, upper, -6.0, downward), (none, all, 2.8, futile)]
        {
            for (found, (below, above)) in walk(&UNEVEN, &lower, &upper).crossings(drift).iter().zip(known) {
                assert!((found.lower - below).abs() <= 1e-13 + 1e-11 * below, "{drift}: {} {below}", found.lower);
                assert!((found.upper - above).abs() <= 2e-12 * above, "{drift}: {} {above}", found.upper);
            }
        }
    }

    #[test]
    fn a_drift_turned_round_turns_the_walk_round() {
        let upper = [2.5, 2.2, 2.9, 2.0, 1.7];
        let lower = [-2.0, -3.3, -1.0, -0.4, 1.1];
        let (up, down) = (upper.map(|z| -z), lower.map(|z| -z));
        for drift in [0.0, 0.4, 7.0, 25.0] {
            let one = walk(&UNEVEN, &lower, &upper).crossings(drift);
            let other = walk(&UNEVEN, &up, &down).crossings(-drift);
            for (one, other) in one.iter().zip(other) {
                assert!((one.upper - other.lower).abs() < 1e-14 && (one.lower - other.upper).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn all_paths_end_somewhere() {
        let looks: Vec<f64> = (1..=100).map(f64::from).collect();
        for (times, drift) in [(&UNEVEN[..], 3.0), (&looks[..], 0.1), (&[1.0, 1.000_002, 1.7, 1.700_002][..], 1.0)] {
            let mut walk = Walk::new(times).expect("a walk");
            times[1..].iter().for_each(|_| walk.push(-1.9, 2.3));
            let ended: f64 = walk.crossings(drift).iter().map(|ending| ending.lower + ending.upper).sum();
            let rest = walk.above(0.4, drift) + walk.below(0.4, drift);
            assert!((ended + rest - 1.0).abs() < 1e-13, "{times:?}: {:e}", ended + rest - 1.0);
        }
    }

    #[test]
    fn a_look_that_stops_nobody_changes_nothing() {
        let with =
            walk(&[0.2, 0.2001, 0.6, 1.0], &[-2.0, f64::NEG_INFINITY, -2.0, -2.0], &[2.5, f64::INFINITY, 2.5, 2.5]);
        let without = walk(&[0.2, 0.6, 1.0], &[-2.0; 3], &[2.5; 3]);
        let (with, without) = (with.crossings(1.3), without.crossings(1.3));
        for (one, other) in [(with[2], without[1]), (with[3], without[2])] {
            assert!((one.upper - other.upper).abs() < 1e-14 && (one.lower - other.lower).abs() < 1e-14);
        }
    }

    #[test]
    fn boundaries_have_the_chance_they_are_made_for() {
        for chance in [1e-180, 1e-40, 1e-9, 0.003, 0.3, 0.7] {
            let mut walk = walk(&UNEVEN, &[-2.5], &[3.0]);
            assert!(off(walk.above(walk.upper_for(chance), 0.0), chance) < 1e-11, "{chance}");
            for drift in [-2.0, 0.0, 3.0] {
                assert!(off(walk.below(walk.lower_for(chance, drift), drift), chance) < 1e-11, "{chance} {drift}");
            }
            walk.push(-1.0, 2.5);
            assert!(off(walk.above(walk.upper_for(0.5 * chance), 0.0), 0.5 * chance) < 1e-11, "{chance}");
        }
        let walk = walk(&UNEVEN, &[-2.5], &[3.0]);
        assert_eq!((walk.upper_for(0.0), walk.lower_for(0.0, 1.0)), (f64::INFINITY, f64::NEG_INFINITY));
        assert_eq!((walk.upper_for(1.0), walk.upper_for(0.999)), (-REACH, -REACH));
    }

    /// "Chance to win > 95 %" at any of 20 or 28 looks: false wins; and false wins or losses (the independent recursion
    /// as above).
    #[test]
    fn watching_a_posterior() -> Result<(), Error> {
        let z = normal::quantile(0.95);
        for (count, wins, both) in
            [(20, 0.214_490_632_803_066_82, 0.423_191_026_796_206_74), (28, 0.235_127_817_286, 0.461_309_418_721_387_1)]
        {
            let looks: Vec<f64> = (1..=count).map(f64::from).collect();
            let won: f64 = stopping(&looks, f64::NEG_INFINITY, z, 0.0)?.iter().map(|ending| ending.upper).sum();
            let ended: f64 = stopping(&looks, -z, z, 0.0)?.iter().map(|ending| ending.upper + ending.lower).sum();
            assert!((won - wins).abs() < 1e-11 && (ended - both).abs() < 1e-11, "{won} {ended}");
        }
        Ok(())
    }

    #[test]
    fn nothing_panics_or_hangs() {
        for times in
            [&[][..], &[0.0], &[-1.0, 1.0], &[0.5, 0.5], &[0.5, f64::NAN], &[f64::INFINITY], &[1.0, 1.000_000_1]]
        {
            assert!(Walk::new(times).is_err(), "{times:?}");
        }
        assert!(Walk::new(&vec![1.0; 401]).is_err());
        let wild = [f64::NEG_INFINITY, -1e300, 0.0, 3.0, 1e300, f64::INFINITY, f64::NAN];
        for lower in wild {
            for upper in wild {
                let mut walk = walk(&[5e-324, 1e-300, 1.0, 1.7e308], &[lower], &[upper]);
                walk.push(walk.lower_for(0.1, 1.0), walk.upper_for(0.1));
                for drift in wild {
                    let _ = (walk.crossings(drift), walk.above(upper, drift), walk.lower_for(0.2, drift));
                }
                walk.push(lower, upper);
                walk.push(lower, upper);
                walk.push(lower, upper);
                assert_eq!(walk.len(), 4);
                assert!(walk.above(0.0, 0.0).is_nan() && walk.upper_for(0.1).is_nan());
            }
        }
        assert!(stopping(&[1.0], f64::NAN, 1.0, 0.0).is_err() && stopping(&[1.0], 0.0, 1.0, f64::INFINITY).is_err());
    }
}
