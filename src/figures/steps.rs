//! How plans were carried out: the funnel of every step, and why messages were not sent.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::Column;
use super::Kind::{Money, Number, Text, Truth};
use super::customers;
use crate::engine::Reason;
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
    pub step: u8,
    /// Whether it is a fallback of that step.
    pub fallback: bool,
    /// The channel.
    pub channel: String,
    /// Runs of the campaign's plan.
    pub runs: f64,
    /// Messages that came to an outcome: sent, or not sent for one reason.
    pub due: f64,
    /// Why those that were not sent were not.
    #[serde(flatten)]
    pub withheld: Withheld,
    /// Those of `due` that the plan wanted sent and the channel could address.
    pub addressable: f64,
    /// How often one of them was made to wait.
    pub held: f64,
    /// Messages sent.
    pub sent: f64,
    /// Messages delivered.
    pub delivered: f64,
    /// Messages opened.
    pub opened: f64,
    /// Messages clicked.
    pub clicked: f64,
    /// Messages replied to.
    pub replied: f64,
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
    /// Messages billed within a window that a reply opened.
    pub billed_in_window: f64,
    /// Conversations that began.
    pub conversations: f64,
}

/// Messages that were not sent, by reason, per customer over the horizon.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Withheld([f64; Reason::ALL.len()]);

/// On what ground messages were not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// The plan: the run was over, or the step not wanted, or its time had passed.
    Plan,
    /// The customer cannot be addressed on the channel.
    Consent,
    /// A policy of the strategy.
    Policy,
}

impl Withheld {
    /// What stands before a reason in the name of its column.
    const PREFIX: &str = "withheld_";

    /// Every reason with the name of its column, its ground, and the messages that it stopped.
    pub fn reasons(&self) -> impl Iterator<Item = (&'static str, Ground, f64)> {
        let columns = COLUMNS.iter().map(|column| column.name).filter(|name| name.starts_with(Self::PREFIX));
        columns.zip(Reason::ALL).zip(self.0).map(|((name, reason), messages)| (name, ground(reason), messages))
    }

    /// A reason in words, by the name of its column.
    pub fn words(column: &str) -> String {
        column.strip_prefix(Self::PREFIX).unwrap_or(column).replace('_', " ")
    }

    fn of(&self, wanted: Ground) -> f64 {
        self.reasons().filter(|(_, ground, _)| *ground == wanted).map(|(.., messages)| messages).sum()
    }
}

const fn ground(reason: Reason) -> Ground {
    match reason {
        Reason::OptedOut | Reason::NotOptedIn | Reason::Unreachable | Reason::OutsideWindow => Ground::Consent,
        Reason::QuietHours | Reason::LowerPriority | Reason::Capped => Ground::Policy,
        Reason::Expired
        | Reason::Exit
        | Reason::GoalMet
        | Reason::Holdout
        | Reason::ConditionMet
        | Reason::ConditionNotMet
        | Reason::Replaced
        | Reason::LossKnown
        | Reason::TooLate => Ground::Plan,
    }
}

impl Serialize for Withheld {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(Reason::ALL.len()))?;
        for (name, _, messages) in self.reasons() {
            map.serialize_entry(name, &messages)?;
        }
        map.end()
    }
}

pub(super) const COLUMNS: &[Column] = &[
    Column::new("strategy", Text, "name of the strategy"),
    Column::new("campaign", Text, "name of the campaign"),
    Column::new("step", Number, "place of the step in the campaign's plan, from 1"),
    Column::new(
        "fallback",
        Truth,
        "whether this is a fallback of that step, sent when the message before could not be delivered",
    ),
    Column::new("channel", Text, "channel of the step"),
    Column::new("runs", Number, "runs of the campaign's plan (customers × times it came up) ÷ customers"),
    Column::new(
        "due",
        Number,
        "messages that came to an outcome: sent, or not sent for one of the reasons ÷ customers; a run that ended earlier has \
         no later step due",
    ),
    Column::new("withheld_expired", Number, "due, not sent because it had waited for its time to live ÷ customers"),
    Column::new("withheld_exit", Number, "due, not sent because the customer had left the run (an exit) ÷ customers"),
    Column::new("withheld_goal_met", Number, "due, not sent because the campaign's goal was met ÷ customers"),
    Column::new("withheld_holdout", Number, "due, not sent because the customer is in a holdout ÷ customers"),
    Column::new("withheld_condition_met", Number, "due, not sent because the step's `unless` was met ÷ customers"),
    Column::new(
        "withheld_condition_not_met",
        Number,
        "due, not sent because the step's `only_if` was not met ÷ customers",
    ),
    Column::new(
        "withheld_opted_out",
        Number,
        "due, not sent because the customer had opted out of the channel ÷ customers",
    ),
    Column::new(
        "withheld_not_opted_in",
        Number,
        "due, not sent because the customer never opted in to the channel ÷ customers",
    ),
    Column::new(
        "withheld_unreachable",
        Number,
        "due, not sent because the channel cannot reach the customer ÷ customers",
    ),
    Column::new(
        "withheld_outside_window",
        Number,
        "due, not sent because it follows no template and the customer did not reply on the channel lately ÷ customers",
    ),
    Column::new(
        "withheld_quiet_hours",
        Number,
        "due, not sent because it was quiet, and the rule says to skip ÷ customers",
    ),
    Column::new("withheld_lower_priority", Number, "due, not sent because another campaign came first ÷ customers"),
    Column::new("withheld_capped", Number, "due, not sent because a cap was full ÷ customers"),
    Column::new(
        "withheld_replaced",
        Number,
        "due, not sent because a newer run of the campaign took the place of this one ÷ customers",
    ),
    Column::new("withheld_loss_known", Number, "due, not sent because the customer's loss became known ÷ customers"),
    Column::new("withheld_too_late", Number, "due, not sent because it still waited at the horizon ÷ customers"),
    Column::new(
        "addressable",
        Number,
        "due, and neither ended, skipped or made pointless by the plan nor without consent or reach ÷ customers: sent, or \
         withheld for quiet hours, lower priority or a cap",
    ),
    Column::new(
        "held",
        Number,
        "how often a message that was due was made to wait ÷ customers; one may wait more than once",
    ),
    Column::new("sent", Number, "messages sent ÷ customers"),
    Column::new("delivered", Number, "messages delivered ÷ customers"),
    Column::new("opened", Number, "messages opened ÷ customers"),
    Column::new("clicked", Number, "messages clicked ÷ customers"),
    Column::new("replied", Number, "messages replied to ÷ customers"),
    Column::new("contact_orders", Number, "orders in journeys that a message of this step opened ÷ customers"),
    Column::new(
        "displaced_orders",
        Number,
        "those of `contact_orders` that only moved a natural order forward ÷ customers",
    ),
    Column::new("opt_outs", Number, "opt-outs ÷ customers"),
    Column::new("contact_margin", Money, "gross margin of `contact_orders` ÷ customers"),
    Column::new("spend", Money, "what its messages and conversations cost ÷ customers"),
    Column::new("billed_in_window", Number, "messages billed within a window that a reply opened ÷ customers"),
    Column::new("conversations", Number, "conversations that a billed message of this step began ÷ customers"),
];

pub(super) fn lines(world: &World, tallies: &Tallies) -> Vec<StepLine> {
    let mut lines = Vec::new();
    for strategy in &tallies.strategies {
        let customers = customers(strategy);
        let Some(played) = world.strategy(&strategy.name).map(|index| &world.strategies[index]) else { continue };
        for ((campaign, _, step), counts) in played.steps().zip(&strategy.flows.steps) {
            let count = |count: StepCount| counts.of(count) as f64 / customers;
            let withheld = Withheld(counts.withheld.map(|messages| messages as f64 / customers));
            lines.push(StepLine {
                strategy: strategy.name.clone(),
                campaign: world.campaigns[usize::from(campaign)].clone(),
                step: step.number,
                fallback: step.fallback,
                channel: world.channels[usize::from(step.channel)].name.clone(),
                runs: strategy.flows.campaigns[usize::from(campaign)].runs as f64 / customers,
                due: counts.outcomes() as f64 / customers,
                addressable: count(StepCount::Sent) + withheld.of(Ground::Policy),
                withheld,
                held: count(StepCount::Held),
                sent: count(StepCount::Sent),
                delivered: count(StepCount::Delivered),
                opened: count(StepCount::Opened),
                clicked: count(StepCount::Clicked),
                replied: count(StepCount::Replied),
                contact_orders: count(StepCount::Orders),
                displaced_orders: count(StepCount::DisplacedOrders),
                opt_outs: count(StepCount::OptedOut),
                contact_margin: count(StepCount::Margin) / 1e9 / world.currency.minor(),
                spend: count(StepCount::Spend) / 1e9,
                billed_in_window: count(StepCount::BilledInWindow),
                conversations: count(StepCount::Conversations),
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tally::reason_word;

    #[test]
    fn every_reason_has_its_column_in_its_order() {
        let names: Vec<String> =
            Withheld([0.0; Reason::ALL.len()]).reasons().map(|(name, ..)| name.to_owned()).collect();
        assert_eq!(names, Reason::ALL.map(|reason| format!("{}{}", Withheld::PREFIX, reason_word(reason))));
    }
}
