//! The recursive integration behind every statement on planned looks: where the path of z may be at each look, if no
//! boundary stopped it before.
//!
//! Armitage, McPherson & Rowe (JRSS A 132, 1969, 235–244); Jennison & Turnbull, *Group Sequential Methods*, ch. 19. Here
//! by composite Gauss–Legendre rules whose panels are as narrow as the narrower of the two steps beside a look, so that
//! looks may lie anywhere. It is done once, without drift; a drift θ multiplies each path that is at x at time t by
//! exp(θx − θ²t/2) (Girsanov), so that power, expected times and intervals cost next to nothing.

use crate::stats::{Error, normal, require};

/// Looks that one walk may have.
pub const MOST_LOOKS: usize = 1000;
/// The least step between two looks, as a share of the later time.
pub const LEAST_STEP: f64 = 1e-6;

/// Where a path without a boundary is taken to end, in standard deviations: chances beyond are below 1e-299.
const REACH: f64 = 37.0;
/// The width of a panel, in units of the scale on which the integrand changes.
const PANEL: f64 = 4.0;
/// Steps of Newton's rule at most; six are usual.
const STEPS: usize = 200;

/// A Brownian motion with drift, seen at given times, that stops at boundaries.
///
/// Boundaries are added look by look ([`Walk::push`]), for each may depend on what the earlier ones let through. All z are
/// on the scale of standard normal scores. Chances are right to 1e-13 absolutely and, towards the upper boundaries,
/// some 1e-11 relatively down to 1e-200.
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
        require(
            !times.is_empty() && times.len() <= MOST_LOOKS,
            "the number of looks",
            "lie between 1 and 1000",
            count,
        )?;
        let mut before = 0.0;
        for &time in times {
            let holds = time > 0.0 && time.is_finite() && time - before >= LEAST_STEP * time;
            let must = "be positive and above the one before, by a millionth or more";
            require(holds, "the information time of each look", must, time)?;
            before = time;
        }
        Ok(Self { times: times.to_vec(), looks: Vec::with_capacity(times.len()), lower_reach: REACH })
    }

    /// The same, where the upward chances alone matter: paths further below than `reach` standard deviations are let go,
    /// which saves time where there are no lower boundaries.
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

    /// The boundary of the next look at or above which the given chance lies under no drift: ∞ for a chance of 0, −37 for
    /// more than all that is left.
    pub fn upper_for(&self, chance: f64) -> f64 {
        self.boundary(chance, 0.0, Way::Up)
    }

    /// The boundary of the next look at or below which the given chance lies under a drift: −∞ for a chance of 0.
    pub fn lower_for(&self, chance: f64, drift: f64) -> f64 {
        self.boundary(chance, drift, Way::Down)
    }

    /// Sets the boundaries of the next look: paths with z ≤ `lower` or z ≥ `upper` stop there. Infinite ones are none. A
    /// `lower` above `upper` counts as `upper`. Beyond the last time nothing happens.
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

    /// The chance beyond z is log-concave in z, and never above the one without earlier boundaries: so Newton's rule on its
    /// logarithm goes from that one's quantile to the root without ever passing it.
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
        if !(width > 0.0) {
            return Grid::default();
        }
        let (before, after) = (self.step(k), self.step(k + 1));
        let scale = before * after / libm::sqrt(before * before + after * after);
        let panels = (width / (PANEL * scale)).ceil().max(1.0);
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
    /// product of one factor per pair of nodes, the same for all panels, one per a and one per b: 32 exponentials for 256
    /// terms. The factors are split such that none overflows, nor underflows before the product does.
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
/// let wins: f64 = recursion::stopping(&looks, f64::NEG_INFINITY, 1.6448536269514722, 0.0)?.iter().map(|c| c.upper).sum();
/// assert!((wins - 0.214).abs() < 5e-4);
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
    (0.617_876_244_402_643_75, 0.149_595_988_816_576_73),
    (0.755_404_408_355_003_03, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_74, 0.095_158_511_682_492_785),
    (0.944_575_023_073_232_58, 0.062_253_523_938_647_893),
    (0.989_400_934_991_649_93, 0.027_152_459_411_754_095),
];
