//! Which campaigns expose customers to a test: those that its arms do not carry out alike.

use crate::world::{Plan, Step, World};

/// By campaign: whether its first run is the exposure.
pub(in crate::abtest) fn exposing(world: &World, arms: &[usize]) -> Vec<bool> {
    let plans = |campaign: usize| arms.iter().map(move |&arm| world.strategies[arm].plans[campaign].as_ref());
    let differs = |campaign| {
        let mut plans = plans(campaign);
        let first = plans.next().flatten();
        plans.any(|plan| !alike(first, plan))
    };
    let differing: Vec<bool> = (0..world.campaigns.len()).map(differs).collect();
    if differing.contains(&true) {
        return differing;
    }
    (0..world.campaigns.len()).map(|campaign| plans(campaign).any(|plan| plan.is_some())).collect()
}

/// Whether two plans do the same to every customer. A step's number in its strategy is not what it does.
fn alike(a: Option<&Plan>, b: Option<&Plan>) -> bool {
    let same = |a: &Step, b: &Step| (a.channel, a.after, a.unless, a.ends) == (b.channel, b.after, b.unless, b.ends);
    match (a, b) {
        (Some(a), Some(b)) => {
            a.mix == b.mix
                && a.ends_on_order == b.ends_on_order
                && a.steps.len() == b.steps.len()
                && a.steps.iter().zip(&b.steps).all(|(a, b)| same(a, b))
        }
        (None, None) => true,
        _ => false,
    }
}
