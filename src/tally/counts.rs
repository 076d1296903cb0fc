//! What is counted, and where each count stands in a row.

/// A count that belongs to a channel. Money is counted in integers too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelCount {
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
    /// Orders in journeys that a contact on this channel opened.
    ContactOrders,
    /// Of these, orders that only moved a natural order forward (R16).
    DisplacedOrders,
    /// Customers who had opted in when they joined.
    OptedIn,
    /// Journeys that began here.
    Journeys,
    /// Hops away from here.
    Hops,
    /// Journeys that ended here at their first touch without an order.
    Bounced,
    /// Journeys that ended here without an order and left a cart behind.
    CartsLeft,
    /// Orders placed here.
    Orders,
    /// Their value in minor units of the currency.
    Revenue,
    /// What messages cost (R17) and the channel's fixed costs (R56), in nano-units of the currency.
    Spend,
    /// Messages that the firm saw opened (R50).
    SeenOpened,
    /// Messages that the firm saw clicked.
    SeenClicked,
    /// Messages sent a second time (R51).
    Duplicated,
    /// Of these, copies delivered.
    DeliveredTwice,
    /// Orders that the last click, on a message of this channel, is credited with (R57).
    AttributedOrders,
    /// Their value in minor units of the currency.
    AttributedRevenue,
    /// Complaints about messages.
    Complaints,
    /// Opt-ins at orders.
    OptIns,
    /// Pressure under which messages were delivered, in thousandths, summed.
    Pressure,
    /// Of the hops away from here, those that lost the context (R47).
    ContextsLost,
    /// Journeys that first came here to a channel that knew of a cart left earlier (R49).
    CartsFound,
}

impl ChannelCount {
    /// All of them with their names in result files, in the order of a row.
    pub const ALL: [(Self, &'static str); 27] = [
        (Self::Sent, "sent"),
        (Self::Delivered, "delivered"),
        (Self::Opened, "opened"),
        (Self::Clicked, "clicked"),
        (Self::Replied, "replied"),
        (Self::OptedOut, "opted_out"),
        (Self::ContactOrders, "contact_orders"),
        (Self::DisplacedOrders, "displaced_orders"),
        (Self::OptedIn, "opted_in"),
        (Self::Journeys, "journeys"),
        (Self::Hops, "hops"),
        (Self::Bounced, "bounced"),
        (Self::CartsLeft, "carts_left"),
        (Self::Orders, "orders"),
        (Self::Revenue, "revenue_minor"),
        (Self::Spend, "spend_nano"),
        (Self::SeenOpened, "seen_opened"),
        (Self::SeenClicked, "seen_clicked"),
        (Self::Duplicated, "duplicated"),
        (Self::DeliveredTwice, "delivered_twice"),
        (Self::AttributedOrders, "attributed_orders"),
        (Self::AttributedRevenue, "attributed_revenue_minor"),
        (Self::Complaints, "complaints"),
        (Self::OptIns, "opt_ins"),
        (Self::Pressure, "pressure_milli"),
        (Self::ContextsLost, "contexts_lost"),
        (Self::CartsFound, "carts_found"),
    ];
}

/// A count of customers or of what has no channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CustomerCount {
    /// Customers who joined (a base: at the start).
    Joined,
    /// Of these, those alive then.
    JoinedAlive,
    /// Customers lost.
    Lost,
    /// Customers who joined early enough to count in retention (R22), in the first week at whose end they do.
    Eligible,
    /// Of these, those who ordered in the retention window. By week the change, so that the sum up to a week is how many
    /// had ordered in the window before that week's end.
    Retained,
    /// Customers who ordered.
    Ordered,
    /// Customers to whom a message was delivered.
    Contacted,
    /// Customers who clicked or replied.
    Responded,
    /// Customers alive at the horizon.
    Alive,
    /// Gross margin of all orders and fees in minor units × 10⁻⁹.
    Margin,
    /// Of the [spend](ChannelCount::Spend), what channels cost whether or not anything is sent (R56), in nano-units of the
    /// currency.
    FixedSpend,
    /// What the strategy itself costs (R56), in nano-units of the currency.
    FixedCosts,
    /// Gross margin − spend − fixed costs, that of each week discounted to the start (R56), in minor units × 10⁻¹⁸.
    Value,
    /// By how much that would be more if nothing were paid but messages, in minor units × 10⁻¹⁸.
    FixedValue,
    /// Renewals of contracts that were kept (R53).
    Renewals,
    /// What they paid, in minor units of the currency.
    Fees,
    /// What the customers who joined within the horizon cost, in nano-units of the currency.
    Acquisition,
    /// Customers who said at the horizon how likely they are to recommend the firm.
    Answers,
    /// Of these, those who said 9 or 10.
    Promoters,
    /// Of these, those who said 6 or less.
    Detractors,
}

impl CustomerCount {
    /// All of them with their names in result files, in the order of a row.
    pub const ALL: [(Self, &'static str); 20] = [
        (Self::Joined, "customers"),
        (Self::JoinedAlive, "alive_at_joining"),
        (Self::Lost, "lost"),
        (Self::Eligible, "retention_eligible"),
        (Self::Retained, "retained"),
        (Self::Ordered, "ordering_customers"),
        (Self::Contacted, "contacted_customers"),
        (Self::Responded, "responding_customers"),
        (Self::Alive, "alive"),
        (Self::Margin, "margin_minor_e9"),
        (Self::FixedSpend, "fixed_spend_nano"),
        (Self::FixedCosts, "fixed_costs_nano"),
        (Self::Value, "value_minor_e18"),
        (Self::FixedValue, "fixed_value_minor_e18"),
        (Self::Renewals, "renewals"),
        (Self::Fees, "fees_minor"),
        (Self::Acquisition, "acquisition_nano"),
        (Self::Answers, "answers"),
        (Self::Promoters, "promoters"),
        (Self::Detractors, "detractors"),
    ];
}

const PER_CHANNEL: usize = ChannelCount::ALL.len();
const PER_CUSTOMER: usize = CustomerCount::ALL.len();

/// Where counts stand in a row for a number of channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// How many channels are told apart; 1 where they are summed.
    pub channels: usize,
}

impl Layout {
    /// The layout of rows in which channels are summed.
    pub const SUMMED: Self = Self { channels: 1 };

    /// Numbers in a row.
    pub const fn width(self) -> usize {
        PER_CHANNEL * self.channels + PER_CUSTOMER
    }

    /// Place of a channel's count.
    #[inline(always)]
    pub const fn channel(self, count: ChannelCount, channel: usize) -> usize {
        count as usize * self.channels + channel
    }

    /// Place of a customer count.
    #[inline(always)]
    pub const fn customer(self, count: CustomerCount) -> usize {
        PER_CHANNEL * self.channels + count as usize
    }
}

/// One row of counts. 128 bits, because nano-units of money add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where each count stands.
    pub layout: Layout,
    /// The counts.
    pub counts: Vec<i128>,
}

impl Row {
    /// All zero.
    pub fn zero(layout: Layout) -> Self {
        Self { layout, counts: vec![0; layout.width()] }
    }

    /// A count of one channel.
    pub fn at(&self, count: ChannelCount, channel: usize) -> i128 {
        self.counts[self.layout.channel(count, channel)]
    }

    /// A count over all channels.
    pub fn total(&self, count: ChannelCount) -> i128 {
        (0..self.layout.channels).map(|channel| self.at(count, channel)).sum()
    }

    /// A customer count.
    pub fn customers(&self, count: CustomerCount) -> i128 {
        self.counts[self.layout.customer(count)]
    }

    /// Adds another row of the same layout.
    pub fn add(&mut self, other: &Self) {
        debug_assert_eq!(self.layout, other.layout);
        for (sum, more) in self.counts.iter_mut().zip(&other.counts) {
            *sum += more;
        }
    }

    /// The same with channels [summed](Layout::SUMMED).
    #[must_use]
    pub fn summed(&self) -> Self {
        let (by_channel, by_customer) = self.counts.split_at(PER_CHANNEL * self.layout.channels);
        let sums = by_channel.chunks_exact(self.layout.channels.max(1)).map(|channels| channels.iter().sum());
        Self { layout: Layout::SUMMED, counts: sums.chain(by_customer.iter().copied()).collect() }
    }
}
