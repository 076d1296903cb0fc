//! What is counted over the whole simulation only: how plans were carried out, and how journeys went.

use super::counts::ChannelCount;

/// A count that belongs to a step of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepCount {
    /// Messages sent.
    Sent,
    /// Messages delivered.
    Delivered,
    /// Messages opened.
    Opened,
    /// Messages clicked.
    Clicked,
    /// Opt-outs.
    OptedOut,
    /// Due messages not sent because the campaign's goal was met.
    GoalMet,
    /// Due messages not sent because their `unless` was met.
    ConditionMet,
    /// Due messages not sent because the customer never opted in.
    NotOptedIn,
    /// Due messages not sent because the customer had opted out.
    AfterOptOut,
    /// Orders in journeys that a message of this step opened.
    Orders,
    /// Of these, orders that only moved a natural order forward (R16).
    DisplacedOrders,
    /// The value of these orders in minor units of the currency.
    Revenue,
    /// Their gross margin in minor units × 10⁻⁹.
    Margin,
    /// What the messages cost, in nano-units of the currency: billed messages × price (R17).
    Spend,
}

impl StepCount {
    /// All of them with their names in result files, in the order of a row.
    pub const ALL: [(Self, &'static str); 14] = [
        (Self::Sent, "sent"),
        (Self::Delivered, "delivered"),
        (Self::Opened, "opened"),
        (Self::Clicked, "clicked"),
        (Self::OptedOut, "opted_out"),
        (Self::GoalMet, "withheld_goal_met"),
        (Self::ConditionMet, "withheld_condition_met"),
        (Self::NotOptedIn, "withheld_not_opted_in"),
        (Self::AfterOptOut, "withheld_opted_out"),
        (Self::Orders, "contact_orders"),
        (Self::DisplacedOrders, "displaced_orders"),
        (Self::Revenue, "contact_revenue_minor"),
        (Self::Margin, "contact_margin_minor_e9"),
        (Self::Spend, "spend_nano"),
    ];

    /// The count of the step's channel to which this one adds; money is worked out for each apart.
    pub(super) const fn of_channel(self) -> Option<ChannelCount> {
        match self {
            Self::Sent => Some(ChannelCount::Sent),
            Self::Delivered => Some(ChannelCount::Delivered),
            Self::Opened => Some(ChannelCount::Opened),
            Self::Clicked => Some(ChannelCount::Clicked),
            Self::OptedOut => Some(ChannelCount::OptedOut),
            Self::GoalMet => Some(ChannelCount::GoalMet),
            Self::ConditionMet => Some(ChannelCount::ConditionMet),
            Self::NotOptedIn => Some(ChannelCount::NotOptedIn),
            Self::AfterOptOut => Some(ChannelCount::AfterOptOut),
            Self::Orders => Some(ChannelCount::ContactOrders),
            Self::DisplacedOrders => Some(ChannelCount::DisplacedOrders),
            Self::Revenue | Self::Margin | Self::Spend => None,
        }
    }
}

/// The counts of one step of a plan.
pub type StepRow = [i128; StepCount::ALL.len()];

/// Runs, messages and hops under one strategy, over all batches and weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// Runs that began, by campaign.
    pub runs: Vec<i128>,
    /// By [step](crate::world::Strategy::steps).
    pub steps: Vec<StepRow>,
    /// What touches came to, by [`Flows::touch`]: hops, and orders. Touches that came to neither were left.
    pub touches: Vec<i128>,
}

impl Flows {
    /// Nothing yet.
    pub fn zero(campaigns: usize, steps: usize, channels: usize) -> Self {
        Self {
            runs: vec![0; campaigns],
            steps: vec![StepRow::default(); steps],
            touches: vec![0; channels * (channels + 1)],
        }
    }

    /// Adds what was counted elsewhere under the same strategy.
    pub fn add(&mut self, other: &Self) {
        let add = |own: &mut [i128], more: &[i128]| own.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        add(&mut self.runs, &other.runs);
        self.steps.iter_mut().zip(&other.steps).for_each(|(own, more)| add(own, more));
        add(&mut self.touches, &other.touches);
    }

    /// Place of the touches on channel `on` of so many that were followed by a hop to channel `to`, or by an order if there
    /// is none.
    #[inline(always)]
    pub const fn touch(on: usize, to: Option<usize>, channels: usize) -> usize {
        on * (channels + 1)
            + match to {
                Some(to) => to,
                None => channels,
            }
    }
}
