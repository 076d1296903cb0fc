//! Hop matrices: what a touch leads to (R14), and how many natural journeys end in an order (R10).

use super::draws::Draw;
use super::tables::{Row, Shifted};
use super::{ChannelId, tables};
use crate::luck::Threshold;
use crate::scenario::{Problem, Scenario, Segment};
use crate::stats::absorption::HopChain;

/// Chances of one touch before they become thresholds.
struct Chances {
    order: f64,
    hops: Vec<(usize, f64)>,
}

/// Rows of a segment's hop matrix by channel, with the odds of ordering raised by a factor.
pub(super) fn rows(scenario: &Scenario, segment: &Segment, intent: f64, draw: Draw) -> Vec<Row> {
    thresholds(chances(scenario, segment, intent, draw))
}

fn thresholds(chances: Vec<Chances>) -> Vec<Row> {
    let row = |chances: Chances| {
        let order = Threshold::new(chances.order);
        let mut sum = chances.order;
        let hops = chances.hops.into_iter().map(|(to, chance)| {
            sum += chance;
            (Threshold::new(sum.min(1.0)), to as ChannelId)
        });
        tables::Row { order, hops: hops.collect() }
    };
    chances.into_iter().map(row).collect()
}

/// The same where the context was lost or a cart is known (R47, R49); none where neither makes a difference.
pub(super) fn shifted(scenario: &Scenario, segment: &Segment, draw: Draw) -> Option<Shifted> {
    let context = &scenario.context;
    if !context.moves_leaving() && !context.finds_carts() {
        return None;
    }
    let (leave, cart) = (draw.value(&context.leave_odds), draw.value(&context.cart_odds));
    let intents = std::iter::once(1.0).chain(scenario.campaigns.iter().map(|campaign| draw.value(&campaign.intent)));
    Some(Shifted::new(intents.map(|intent| {
        [(1.0, leave), (cart, 1.0), (cart, leave)].map(|(cart, leave)| {
            let chances = chances(scenario, segment, intent * cart, draw);
            thresholds(chances.into_iter().map(|chances| chances.with_leaving(leave)).collect())
        })
    })))
}

impl Chances {
    /// With the odds of leaving multiplied; orders and hops keep their proportions.
    fn with_leaving(self, odds: f64) -> Self {
        let stay = self.order + self.hops.iter().map(|(_, chance)| chance).sum::<f64>();
        // Whoever cannot but leave, or cannot leave, is not moved by any odds.
        if odds == 1.0 || stay <= 0.0 {
            return self;
        }
        let leave = (1.0 - stay).max(0.0);
        let kept = 1.0 / (1.0 - leave + odds * leave);
        Self { order: self.order * kept, hops: self.hops.into_iter().map(|(to, chance)| (to, chance * kept)).collect() }
    }
}

fn chances(scenario: &Scenario, segment: &Segment, intent: f64, draw: Draw) -> Vec<Chances> {
    let chances = scenario.channels.iter().map(|channel| {
        let stated = channel.order_rate.as_ref().map_or(0.0, |rate| draw.value(rate));
        let row = segment.hops.iter().find(|(from, _)| from.value == channel.name).map(|(_, row)| row);
        let hops = row.into_iter().flatten().filter_map(|(to, chance)| {
            let to = scenario.channels.iter().position(|other| other.name == to.value)?;
            Some((to, draw.value(chance)))
        });
        let hops: Vec<(usize, f64)> = hops.collect();
        // A draw at the high ends may exceed 1.
        let over = (stated + hops.iter().map(|(_, chance)| chance).sum::<f64>()).max(1.0);
        let order = stated / over;
        let raised = intent * order / (1.0 - order + intent * order);
        // Who orders more readily hops as often among those who do not.
        let rest = if order < 1.0 { (1.0 - raised) / (1.0 - order) / over } else { 0.0 };
        Chances { order: raised, hops: hops.into_iter().map(|(to, chance)| (to, chance * rest)).collect() }
    });
    chances.collect()
}

/// The most touches that a journey may have on average.
const MOST_TOUCHES: f64 = 1000.0;

/// Refuses hops that lead a journey round for ever, wherever it begins.
pub(super) fn refuse_endless(scenario: &Scenario, segment: &Segment, intent: f64, draw: Draw) -> Result<(), Problem> {
    let touches = (0..scenario.channels.len()).filter(|&channel| scenario.channels[channel].order_rate.is_some());
    // No touch leads on more surely than one at which a lost context keeps customers and a cart holds them from ordering.
    let context = &scenario.context;
    let [leave, cart] = [&context.leave_odds, &context.cart_odds].map(|odds| draw.value(odds).min(1.0));
    let chances = chances(scenario, segment, intent * cart, draw);
    let chances: Vec<Chances> = chances.into_iter().map(|chances| chances.with_leaving(leave)).collect();
    let chain = chain(&chances);
    for start in touches {
        let mut from = vec![0.0; scenario.channels.len()];
        from[start] = 1.0;
        let length = chain.as_ref().and_then(|chain| chain.visits(&from).ok()).map(|visits| visits.iter().sum::<f64>());
        if length.is_none_or(|length| !(0.0..=MOST_TOUCHES).contains(&length)) {
            let name = &scenario.channels[start].name;
            let message =
                format!("segment `{}`: a journey that comes to `{name}` hops on for ever, or nearly", segment.name);
            let help = "leave customers a chance to leave: order and hop chances of a channel must sum to less than 1, in every draw";
            return Err(Problem::error(message, segment.at).help(help));
        }
    }
    Ok(())
}

/// Where natural journeys begin.
pub(super) fn entry(scenario: &Scenario, segment: &Segment) -> Vec<(Threshold, ChannelId)> {
    let mut sum = 0.0;
    let mut entry: Vec<(Threshold, ChannelId)> = segment
        .entry
        .iter()
        .filter_map(|(channel, share)| {
            sum += share;
            let id = scenario.channels.iter().position(|other| other.name == channel.value)?;
            Some((Threshold::new(sum.min(1.0)), id as ChannelId))
        })
        .collect();
    if let Some(last) = entry.last_mut() {
        last.0 = Threshold::CERTAIN;
    }
    entry
}

/// π: the chance that a neutral journey ends in an order, by absorption (R10).
pub(super) fn order_chance(scenario: &Scenario, segment: &Segment, draw: Draw) -> Option<f64> {
    let chain = chain(&chances(scenario, segment, 1.0, draw))?;
    let mut start = vec![0.0; scenario.channels.len()];
    for (channel, share) in &segment.entry {
        start[scenario.channels.iter().position(|other| other.name == channel.value)?] += share;
    }
    chain.order_probability(&start).ok()
}

fn chain(chances: &[Chances]) -> Option<HopChain> {
    let order: Vec<f64> = chances.iter().map(|chances| chances.order).collect();
    let mut hops = vec![vec![0.0; chances.len()]; chances.len()];
    for (from, chances) in chances.iter().enumerate() {
        for &(to, chance) in &chances.hops {
            hops[from][to] += chance;
        }
    }
    HopChain::new(&order, &hops).ok()
}
