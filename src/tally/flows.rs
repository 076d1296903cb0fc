//! What is counted over the whole simulation only: how plans were carried out, and how journeys went.

use super::counts::ChannelCount;
use crate::engine::{Reason, Refusal};

/// A count that belongs to a step of a plan, apart from the [reasons](StepRow::withheld) of not being sent.
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
    /// Messages replied to.
    Replied,
    /// Opt-outs.
    OptedOut,
    /// Orders in journeys that a message of this step opened.
    Orders,
    /// Of these, orders that only moved a natural order forward (R16).
    DisplacedOrders,
    /// The value of these orders in minor units of the currency.
    Revenue,
    /// Billed messages within the window that a reply opened (R55).
    BilledInWindow,
    /// Conversations that began (R55).
    Conversations,
    /// Second copies that were billed (R51).
    BilledCopies,
    /// Complaints.
    Complaints,
    /// Pressure under which messages were delivered, in thousandths, summed.
    Pressure,
    /// Their gross margin in minor units × 10⁻⁹.
    Margin,
    /// What the messages and conversations cost, in nano-units of the currency (R17).
    Spend,
    /// How often a due message was made to wait; one message may be held more than once.
    Held,
    /// Messages that the firm saw opened (R50).
    SeenOpened,
    /// Messages that the firm saw clicked.
    SeenClicked,
    /// Messages sent a second time (R51).
    Duplicated,
    /// Of these, copies delivered.
    DeliveredTwice,
    /// Orders that the last click, on a message of this step, is credited with (R57).
    AttributedOrders,
    /// Their value in minor units of the currency.
    AttributedRevenue,
}

impl StepCount {
    /// All of them with their names in result files, in the order of a row.
    pub const ALL: [(Self, &'static str); 23] = [
        (Self::Sent, "sent"),
        (Self::Delivered, "delivered"),
        (Self::Opened, "opened"),
        (Self::Clicked, "clicked"),
        (Self::Replied, "replied"),
        (Self::OptedOut, "opted_out"),
        (Self::Orders, "contact_orders"),
        (Self::DisplacedOrders, "displaced_orders"),
        (Self::Revenue, "contact_revenue_minor"),
        (Self::BilledInWindow, "billed_in_window"),
        (Self::Conversations, "conversations"),
        (Self::BilledCopies, "billed_copies"),
        (Self::Complaints, "complaints"),
        (Self::Pressure, "pressure_milli"),
        (Self::Margin, "contact_margin_minor_e9"),
        (Self::Spend, "spend_nano"),
        (Self::Held, "held"),
        (Self::SeenOpened, "seen_opened"),
        (Self::SeenClicked, "seen_clicked"),
        (Self::Duplicated, "duplicated"),
        (Self::DeliveredTwice, "delivered_twice"),
        (Self::AttributedOrders, "attributed_orders"),
        (Self::AttributedRevenue, "attributed_revenue_minor"),
    ];

    /// How many of them, from the first, are counted event by event and week by week.
    pub(super) const WEEKLY: usize = Self::Margin as usize;

    /// The count of the step's channel to which this one adds; money is worked out for each apart.
    pub(super) const fn of_channel(self) -> Option<ChannelCount> {
        match self {
            Self::Sent => Some(ChannelCount::Sent),
            Self::Delivered => Some(ChannelCount::Delivered),
            Self::Opened => Some(ChannelCount::Opened),
            Self::Clicked => Some(ChannelCount::Clicked),
            Self::Replied => Some(ChannelCount::Replied),
            Self::OptedOut => Some(ChannelCount::OptedOut),
            Self::Orders => Some(ChannelCount::ContactOrders),
            Self::DisplacedOrders => Some(ChannelCount::DisplacedOrders),
            Self::Complaints => Some(ChannelCount::Complaints),
            Self::Pressure => Some(ChannelCount::Pressure),
            // Money, and what is counted by channel beside the step.
            Self::Revenue
            | Self::BilledInWindow
            | Self::Conversations
            | Self::BilledCopies
            | Self::Margin
            | Self::Spend
            | Self::Held
            | Self::SeenOpened
            | Self::SeenClicked
            | Self::Duplicated
            | Self::DeliveredTwice
            | Self::AttributedOrders
            | Self::AttributedRevenue => None,
        }
    }

    /// How many of them, from [`Self::SeenOpened`] on, are seldom counted.
    pub(super) const SELDOM: usize = Self::ALL.len() - Self::SeenOpened as usize;
}

/// The counts of one step of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StepRow {
    /// In the order of [`StepCount::ALL`].
    pub counts: [i128; StepCount::ALL.len()],
    /// Messages not sent by reason, in the order of [`Reason::ALL`].
    pub withheld: [i128; Reason::ALL.len()],
}

impl StepRow {
    /// A count.
    pub const fn of(&self, count: StepCount) -> i128 {
        self.counts[count as usize]
    }

    /// Messages not sent for a reason.
    pub const fn because(&self, reason: Reason) -> i128 {
        self.withheld[reason as usize]
    }

    /// Messages that came to an outcome (R21): sent, or not sent for one reason each.
    pub fn outcomes(&self) -> i128 {
        self.of(StepCount::Sent) + self.withheld.iter().sum::<i128>()
    }

    fn add(&mut self, other: &Self) {
        add(&mut self.counts, &other.counts);
        add(&mut self.withheld, &other.withheld);
    }
}

/// What became of the times that one campaign came up for a customer (R37).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CampaignRow {
    /// Runs that began.
    pub runs: i128,
    /// Times that none began, in the order of [`Refusal::ALL`].
    pub refused: [i128; Refusal::ALL.len()],
}

impl CampaignRow {
    /// How often the campaign came up: each time a run began or was refused.
    pub fn came_up(&self) -> i128 {
        self.runs + self.refused.iter().sum::<i128>()
    }

    fn add(&mut self, other: &Self) {
        self.runs += other.runs;
        add(&mut self.refused, &other.refused);
    }
}

fn add(own: &mut [i128], more: &[i128]) {
    own.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
}

/// Runs, messages and hops under one strategy, over all batches and weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows {
    /// By campaign.
    pub campaigns: Vec<CampaignRow>,
    /// By [step](crate::world::Strategy::steps).
    pub steps: Vec<StepRow>,
    /// What touches came to, by [`Flows::touch`]: hops, and orders. Touches that came to neither were left.
    pub touches: Vec<i128>,
    /// Of these, hops that lost the context (R47); at the same places.
    pub contexts_lost: Vec<i128>,
}

impl Flows {
    /// Nothing yet.
    pub fn zero(campaigns: usize, steps: usize, channels: usize) -> Self {
        Self {
            campaigns: vec![CampaignRow::default(); campaigns],
            steps: vec![StepRow::default(); steps],
            touches: vec![0; channels * (channels + 1)],
            contexts_lost: vec![0; channels * (channels + 1)],
        }
    }

    /// Adds what was counted elsewhere under the same strategy.
    pub fn add(&mut self, other: &Self) {
        self.campaigns.iter_mut().zip(&other.campaigns).for_each(|(own, more)| own.add(more));
        self.steps.iter_mut().zip(&other.steps).for_each(|(own, more)| own.add(more));
        add(&mut self.touches, &other.touches);
        add(&mut self.contexts_lost, &other.contexts_lost);
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
