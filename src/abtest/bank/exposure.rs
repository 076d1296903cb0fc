//! Which campaigns expose customers to a test: those that its arms do not carry out alike.

use crate::world::{Plan, World};

/// By campaign: whether its first run is the exposure.
pub(in crate::abtest) fn exposing(world: &World, arms: &[usize]) -> Vec<bool> {
    let plans = |campaign: usize| arms.iter().map(move |&arm| world.strategies[arm].plans[campaign].as_ref());
    let policies = |arm: usize| &world.strategies[arm].policies;
    let same_policies = arms.iter().all(|&arm| policies(arm) == policies(arms[0]));
    let differs = |campaign| {
        // Policies meet all marketing, whatever its plans say.
        if !same_policies && plans(campaign).flatten().any(|plan| plan.marketing) {
            return true;
        }
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
    let unnumbered = |plan: &Plan| {
        let mut plan = plan.clone();
        plan.steps.iter_mut().for_each(|step| step.id = 0);
        plan
    };
    a.map(unnumbered) == b.map(unnumbered)
}
