//! The numbers of fatigue and of goodwill in one draw.

use super::draws::Draw;
use crate::scenario::{Fatigue, Goodwill, Input, Nps, Positive};

/// What messages do to the next ones (R43). Odds are kept as their binary logarithm, so that n units of pressure are
/// one product: odds ⁿ = 2^(n · log₂ odds).
#[derive(Clone, Copy, Debug)]
pub struct FatigueTable {
    /// How many times in a second the weight of a message halves: 1 ÷ half-life.
    pub halvings: f64,
    /// Whether transactional messages build pressure up too.
    pub counts_all: bool,
    /// log₂ of the factor on the odds of responding for each unit of pressure.
    pub response: f64,
    /// The same for opting out.
    pub opt_out: f64,
    /// The same for complaining.
    pub complaint: f64,
    /// The same for being lost.
    pub loss: f64,
}

/// What moves goodwill, in points, and what it does (R45).
#[derive(Clone, Copy, Debug)]
pub struct GoodwillTable {
    /// By an order.
    pub order: f64,
    /// By a marketing message that is delivered.
    pub message: f64,
    /// By a message that came before.
    pub duplicate: f64,
    /// By a complaint.
    pub complaint: f64,
    /// By a hop that lost the context.
    pub lost_context: f64,
    /// How many times in a second a point's worth halves: 1 ÷ half-life; 0 if it never fades.
    pub halvings: f64,
    /// log₂ of the factor on the odds of being lost for each point.
    pub loss: f64,
    /// What is asked at the horizon.
    pub nps: Option<Nps>,
}

fn log2(odds: &Input<Positive>, draw: Draw) -> f64 {
    libm::log2(draw.value(odds))
}

impl FatigueTable {
    pub(super) fn new(fatigue: &Fatigue, draw: Draw) -> Self {
        Self {
            halvings: draw.value(&fatigue.half_life).recip(),
            counts_all: fatigue.counts_all,
            response: log2(&fatigue.response_odds, draw),
            opt_out: log2(&fatigue.opt_out_odds, draw),
            complaint: log2(&fatigue.complaint_odds, draw),
            loss: fatigue.loss_odds.as_ref().map_or(0.0, |odds| log2(odds, draw)),
        }
    }
}

impl GoodwillTable {
    pub(super) fn new(goodwill: &Goodwill, draw: Draw) -> Self {
        Self {
            order: goodwill.order,
            message: goodwill.message,
            duplicate: goodwill.duplicate,
            complaint: goodwill.complaint,
            lost_context: goodwill.lost_context,
            halvings: goodwill.half_life.as_ref().map_or(0.0, |span| draw.value(span).recip()),
            loss: log2(&goodwill.loss_odds, draw),
            nps: goodwill.nps,
        }
    }
}
