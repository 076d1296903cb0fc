//! Which campaigns expose customers to a test: those that its arms do not carry out alike.

use crate::world::{Plan, World};

/// By campaign: whether its first run is the exposure.
pub(in crate::abtest) fn exposing(world: &World, arms: &[usize]) -> Vec<bool> {
    let plans = |campaign: usize| arms.iter().map(move |&arm| world.strategies[arm].plans[campaign].as_ref());
    let policies = |arm: usize| &world.strategies[arm].policies;
    let same_policies = arms.iter().all(|&arm| policies(arm) == policies(arms[0]));
    let unlike = |campaign: usize| {
        let mut plans = plans(campaign);
        let first = plans.next().flatten();
        plans.any(|plan| !alike(first, plan))
    };
    let is_marketing = |campaign: usize| plans(campaign).flatten().any(|plan| plan.marketing);
    let all = 0..world.campaigns.len();
    // Policies meet all marketing, whatever its plans say. Where campaigns give way to each other, they do so before the one
    // that differs comes up.
    let all_marketing = !same_policies
        || (policies(arms[0]).arbitration.is_some()
            && all.clone().any(|campaign| is_marketing(campaign) && unlike(campaign)));
    let differs = |campaign| unlike(campaign) || (all_marketing && is_marketing(campaign));
    let differing: Vec<bool> = all.clone().map(differs).collect();
    if differing.contains(&true) {
        return differing;
    }
    all.map(|campaign| plans(campaign).any(|plan| plan.is_some())).collect()
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
