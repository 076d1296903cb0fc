//! Looking more than once: group-sequential designs for planned looks, and inference that is valid at any time.
//!
//! **Scale.** The information time t of a look is the information gathered so far over the planned maximum: n / `n_max`
//! where the arms keep their shares, and in general (se at the end / se now)². The drift θ is the z expected at t = 1,
//! so that the z of a look at time t has mean θ√t and variance 1, and √t·z moves as a Brownian motion (Jennison &
//! Turnbull, *Group Sequential Methods*, 2000, ch. 3). An effect is θ·√t·se, with the standard error se of that look.
//!
//! - Planned looks: [`spending`] says how much of the chance of a false alarm may be used by when, [`design`] makes
//!   boundaries of it, [`inference`] says what was found. All rest on one integration, [`recursion`].
//! - Unplanned or endless looks: [`always_valid`] for anything with a z or a t, [`bernoulli`] for rare conversions.

pub mod always_valid;
pub mod bernoulli;
pub mod design;
pub mod inference;
pub mod recursion;
pub mod spending;
