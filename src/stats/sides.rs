//! One-sided or two-sided.

/// Which departures from the null hypothesis a test looks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// Only upward: z large. Where lower is better, change the sign of z.
    One,
    /// Both ways, symmetrically.
    Two,
}

impl Sides {
    /// The chance of a false alarm on one side, of a test whose whole chance is `alpha`.
    pub fn per_side(self, alpha: f64) -> f64 {
        match self {
            Self::One => alpha,
            Self::Two => 0.5 * alpha,
        }
    }
}
