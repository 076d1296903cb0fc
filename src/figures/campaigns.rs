//! Who entered the campaigns: how often each came up, and why no run began.

use serde::Serialize;

use super::Column;
use super::Kind::{Number, Text};
use super::customers;
use crate::engine::Refusal;
use crate::tally::{CampaignRow, Tallies};
use crate::world::World;

/// A campaign under a strategy, per customer over the horizon.
#[derive(Clone, Debug, Serialize)]
pub struct CampaignLine {
    /// The strategy.
    pub strategy: String,
    /// The campaign.
    pub campaign: String,
    /// Times that it came up.
    pub came_up: f64,
    /// No run: outside the audience.
    pub outside_audience: f64,
    /// No run: entered before.
    pub entered_before: f64,
    /// No run: an earlier one was still under way.
    pub still_running: f64,
    /// Runs that began.
    pub runs: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("campaign", Text, "name of the campaign"),
    Column::new("came_up", Number, "customers × times that the campaign came up for them ÷ customers"),
    Column::new("outside_audience", Number, "came up, but the customer was not in the audience ÷ customers"),
    Column::new("entered_before", Number, "came up, but `reentry` allows no other run (yet) ÷ customers"),
    Column::new("still_running", Number, "came up, but an earlier run was still under way ÷ customers"),
    Column::new("runs", Number, "came up, and a run of the campaign's plan began ÷ customers"),
];

/// A line for each campaign that a strategy has a plan for.
pub(super) fn lines(world: &World, tallies: &Tallies) -> Vec<CampaignLine> {
    let mut lines = Vec::new();
    for strategy in &tallies.strategies {
        let customers = customers(strategy);
        let Some(played) = world.strategy(&strategy.name).map(|index| &world.strategies[index]) else { continue };
        let planned = played.plans.iter().zip(&world.campaigns).zip(&strategy.flows.campaigns);
        for ((_, campaign), row) in planned.filter(|((plan, _), _)| plan.is_some()) {
            let refused = |row: &CampaignRow, why: Refusal| row.refused[why as usize] as f64 / customers;
            lines.push(CampaignLine {
                strategy: strategy.name.clone(),
                campaign: campaign.clone(),
                came_up: row.came_up() as f64 / customers,
                outside_audience: refused(row, Refusal::OutsideAudience),
                entered_before: refused(row, Refusal::EnteredBefore),
                still_running: refused(row, Refusal::StillRunning),
                runs: row.runs as f64 / customers,
            });
        }
    }
    lines
}
