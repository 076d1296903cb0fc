//! How plans were carried out: the funnel of every step, and why messages were not sent.

use serde::Serialize;

use super::Column;
use super::Kind::{Money, Number, Text};
use super::customers;
use crate::tally::{StepCount, Tallies};
use crate::world::World;

/// A step of a plan, per customer over the horizon.
#[derive(Clone, Debug, Serialize)]
pub struct StepLine {
    /// The strategy.
    pub strategy: String,
    /// The campaign.
    pub campaign: String,
    /// Place in the plan, from 1.
    pub step: usize,
    /// The channel.
    pub channel: String,
    /// Runs of the campaign's plan.
    pub runs: f64,
    /// Messages that came due: sent or withheld.
    pub due: f64,
    /// Not sent: the campaign's goal was met.
    pub withheld_goal_met: f64,
    /// Not sent: the step's condition was met.
    pub withheld_condition_met: f64,
    /// Not sent: never opted in.
    pub withheld_not_opted_in: f64,
    /// Not sent: opted out.
    pub withheld_opted_out: f64,
    /// Messages sent.
    pub sent: f64,
    /// Messages delivered.
    pub delivered: f64,
    /// Messages opened.
    pub opened: f64,
    /// Messages clicked.
    pub clicked: f64,
    /// Orders in journeys that these messages opened.
    pub contact_orders: f64,
    /// Of these, orders that would have come anyway.
    pub displaced_orders: f64,
    /// Opt-outs.
    pub opt_outs: f64,
    /// Gross margin of `contact_orders`.
    pub contact_margin: f64,
    /// Contact spend.
    pub spend: f64,
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("campaign", Text, "name of the campaign"),
    Column::new("step", Number, "place of the step in the campaign's plan, from 1"),
    Column::new("channel", Text, "channel of the step"),
    Column::new("runs", Number, "runs of the campaign's plan (customers × times it came up) ÷ customers"),
    Column::new(
        "due",
        Number,
        "messages that came due, sent or not ÷ customers; a run that ended earlier has no later step due",
    ),
    Column::new("withheld_goal_met", Number, "due, not sent because the campaign's goal was met ÷ customers"),
    Column::new("withheld_condition_met", Number, "due, not sent because the step's `unless` was met ÷ customers"),
    Column::new(
        "withheld_not_opted_in",
        Number,
        "due, not sent because the customer never opted in to the channel ÷ customers",
    ),
    Column::new(
        "withheld_opted_out",
        Number,
        "due, not sent because the customer had opted out of the channel ÷ customers",
    ),
    Column::new("sent", Number, "messages sent ÷ customers"),
    Column::new("delivered", Number, "messages delivered ÷ customers"),
    Column::new("opened", Number, "messages opened ÷ customers"),
    Column::new("clicked", Number, "messages clicked ÷ customers"),
    Column::new("contact_orders", Number, "orders in journeys that a message of this step opened ÷ customers"),
    Column::new(
        "displaced_orders",
        Number,
        "those of `contact_orders` that only moved a natural order forward ÷ customers",
    ),
    Column::new("opt_outs", Number, "opt-outs ÷ customers"),
    Column::new("contact_margin", Money, "gross margin of `contact_orders` ÷ customers"),
    Column::new("spend", Money, "contact spend ÷ customers"),
];

pub(super) fn lines(world: &World, tallies: &Tallies) -> Vec<StepLine> {
    let mut lines = Vec::new();
    for strategy in &tallies.strategies {
        let customers = customers(strategy);
        let Some(played) = world.strategy(&strategy.name).map(|index| &world.strategies[index]) else { continue };
        for ((campaign, place, step), counts) in played.steps().zip(&strategy.flows.steps) {
            let count = |count: StepCount| counts[count as usize] as f64 / customers;
            let withheld = [StepCount::GoalMet, StepCount::ConditionMet, StepCount::NotOptedIn, StepCount::AfterOptOut];
            let [goal_met, condition_met, not_opted_in, opted_out] = withheld.map(count);
            lines.push(StepLine {
                strategy: strategy.name.clone(),
                campaign: world.campaigns[usize::from(campaign)].clone(),
                step: place + 1,
                channel: world.channels[usize::from(step.channel)].name.clone(),
                runs: strategy.flows.runs[usize::from(campaign)] as f64 / customers,
                due: count(StepCount::Sent) + goal_met + condition_met + not_opted_in + opted_out,
                withheld_goal_met: goal_met,
                withheld_condition_met: condition_met,
                withheld_not_opted_in: not_opted_in,
                withheld_opted_out: opted_out,
                sent: count(StepCount::Sent),
                delivered: count(StepCount::Delivered),
                opened: count(StepCount::Opened),
                clicked: count(StepCount::Clicked),
                contact_orders: count(StepCount::Orders),
                displaced_orders: count(StepCount::DisplacedOrders),
                opt_outs: count(StepCount::OptedOut),
                contact_margin: count(StepCount::Margin) / 1e9 / world.currency.minor(),
                spend: count(StepCount::Spend) / 1e9,
            });
        }
    }
    lines
}
