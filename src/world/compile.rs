//! From a scenario and a draw to the [tables](super::tables) of numbers that the engine plays by.

use rand_distr::Gamma;

use super::draws::Draw;
use super::tables::{Basket, CampaignTable, ContactTable, Delay, Joined, OptIn, SegmentTable, Tables, upper_ends};
use super::{ChannelId, World, affinity, demand, journeys};
use crate::luck::{Label, Threshold};
use crate::scenario::{
    self, Billing, Channel, Click, Input, Lapse, Problem, RateBasis, Receipts, Seconds, Segment, Share,
};
use crate::stats::normal;

/// Compiles the numbers of one draw.
pub(super) fn tables(world: &World, draw: Draw) -> Result<Tables, Problem> {
    let scenario = &world.scenario;
    let segments = scenario.segments.iter().zip(&world.seasons);
    let segments = segments
        .map(|(segment, season)| Ok(SegmentTable { season: season.clone(), ..self::segment(world, segment, draw)? }));
    let segments = segments.collect::<Result<Vec<_>, _>>()?;
    let scale = match scenario.rates {
        RateBasis::Living => 1.0,
        RateBasis::List => 1.0 / demand::living_share_of_all(scenario, draw),
    };
    let contacts = scenario.channels.iter().map(|channel| contact(scenario, channel, scale, draw)).collect();
    let campaigns = scenario.campaigns.iter().map(|campaign| CampaignTable {
        displacement: Threshold::new(draw.value(&campaign.displacement)),
        window: campaign.displacement_window,
    });
    let cart = |channel: &Channel| channel.cart_rate.as_ref().map_or(0.0, |rate| draw.value(rate));
    Ok(Tables {
        contacts,
        carts: scenario.channels.iter().map(|channel| Threshold::new(cart(channel))).collect(),
        segments,
        campaigns: campaigns.collect(),
        minor: world.currency.minor(),
        count_first: scenario.count_first,
    })
}

fn contact(scenario: &scenario::Scenario, channel: &Channel, scale: f64, draw: Draw) -> Option<ContactTable> {
    let contact = channel.contact.as_ref()?;
    let open = (draw.value(&contact.open_rate) * scale).min(1.0);
    let click_to_open = match &contact.click {
        Click::PerOpened(rate) => draw.value(rate),
        Click::PerDelivered(rate) if open > 0.0 => (draw.value(rate) * scale / open).min(1.0),
        Click::PerDelivered(_) => 0.0,
    };
    let (opened, clicked) = affinity::thresholds(open, click_to_open, contact.affinity_spread);
    let odds = contact.best_hour_odds.as_ref().map_or(1.0, |odds| draw.value(odds));
    let at_best = |chance: &Threshold| {
        let chance = chance.probability();
        Threshold::new(odds * chance / (1.0 - chance + odds * chance))
    };
    let landing = contact.landing.value.iter().find_map(|name| {
        scenario.channels.iter().position(|other| other.name == name.value && other.order_rate.is_some())
    });
    let share = |rate: Option<&Input<Share>>| Threshold::new(rate.map_or(0.0, |rate| draw.value(rate)));
    let machine_opened = share(contact.machine_open_rate.as_ref());
    let scanner_clicked = share(contact.scanner_click_rate.as_ref());
    let tells_opening = contact.receipts == Receipts::Opened;
    Some(ContactTable {
        label: Label::of(&channel.name),
        price: (draw.value(&contact.cost_per_message) * 1e9).round() as i64,
        billed_on_sent: contact.billed_on == Billing::Sent,
        delivered: Threshold::new(draw.value(&contact.delivery_rate)),
        opened_at_best: (odds != 1.0).then(|| opened.iter().map(at_best).collect()),
        opened,
        clicked,
        replied: Threshold::new(contact.reply_rate.as_ref().map_or(0.0, |rate| draw.value(rate))),
        opt_out: Threshold::new((draw.value(&contact.opt_out_rate) * scale).min(1.0)),
        open_delay: delay(&contact.open_delay, draw),
        click_delay: delay(&contact.click_delay, draw),
        reply_delay: delay(&contact.reply_delay, draw),
        landing: landing.unwrap_or(0) as ChannelId,
        delivery_delay: delay(&contact.delivery_delay, draw),
        duplicated: share(contact.duplicate_rate.as_ref()),
        machine_opened,
        machine_open_delay: delay(&contact.machine_open_delay, draw),
        scanner_clicked,
        tells_delivery: contact.receipts != Receipts::None,
        tells_opening,
        seen_as_it_is: tells_opening
            && [machine_opened, scanner_clicked].iter().all(|chance| *chance == Threshold::NEVER),
    })
}

fn delay(delay: &scenario::Delay, draw: Draw) -> Delay {
    match delay {
        scenario::Delay::Fixed(span) => Delay::Fixed(draw.value(span).round() as Seconds),
        scenario::Delay::Exponential(mean) => Delay::Exponential(draw.value(mean)),
        scenario::Delay::LogNormal { median, p90 } => {
            let mu = libm::log(draw.value(median));
            // Where the two ranges overlap a draw may cross them; nobody is then slower than the median.
            let sigma = (libm::log(draw.value(p90)) - mu).max(0.0) / normal::quantile(0.9);
            Delay::LogNormal { mu, sigma }
        }
    }
}

fn segment(world: &World, segment: &Segment, draw: Draw) -> Result<SegmentTable, Problem> {
    let scenario = &world.scenario;
    let intents = scenario.campaigns.iter().map(|campaign| draw.value(&campaign.intent));
    for intent in intents.chain([1.0]) {
        journeys::refuse_endless(scenario, segment, intent, draw)?;
    }
    let natural = journeys::rows(scenario, segment, 1.0, draw);
    let contacted = scenario.campaigns.iter().map(|c| journeys::rows(scenario, segment, draw.value(&c.intent), draw));
    let correlation = segment.opt_in_correlation;
    let demand = demand::compile(scenario, segment, draw)?;
    let opt_in = scenario.channels.iter().enumerate().map(|(i, channel)| {
        let own = segment.opt_in.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
        let share = own.or_else(|| channel.contact.as_ref()?.opt_in.as_ref());
        let share = share.filter(|_| channel.contact.is_some()).map_or(0.0, |share| draw.value(share));
        OptIn { label: world.channel_label(i), threshold: Threshold::new(share), quantile: normal::quantile(share) }
    });
    let reach = scenario.channels.iter().map(|channel| {
        let own = segment.reach.iter().find(|(name, _)| name.value == channel.name).map(|(_, share)| share);
        let share = own.or_else(|| channel.contact.as_ref()?.reach.as_ref());
        Threshold::new(share.map_or(1.0, |share| draw.value(share)))
    });
    let reach: Vec<Threshold> = reach.collect();
    Ok(SegmentTable {
        joined: joined(&segment.joined),
        rate: demand.rate,
        dropout: demand.dropout,
        known_loss: segment.lapse == Lapse::Known,
        basket: basket(&segment.basket, draw)?,
        margin: (draw.value(&segment.gross_margin) * 1e9).round() as i64,
        entry: journeys::entry(scenario, segment),
        natural,
        contacted: contacted.collect(),
        opt_in: opt_in.collect(),
        reach: reach.iter().any(|share| *share != Threshold::CERTAIN).then_some(reach),
        best_hours: best_hours(segment),
        opt_in_factors: (correlation > 0.0).then(|| (correlation.sqrt(), (1.0 - correlation).sqrt())),
        season: None,
        acquisition: segment.acquisition_cost.as_ref().map_or(0, |cost| (draw.value(cost) * 1e9).round() as i64),
    })
}

fn best_hours(segment: &Segment) -> Vec<(Threshold, Seconds)> {
    let upper = upper_ends(segment.best_hours.iter().map(|(_, share)| *share));
    upper.into_iter().zip(&segment.best_hours).map(|(end, (hour, _))| (end, Seconds::from(*hour))).collect()
}

fn joined(joined: &scenario::Joined) -> Joined {
    match joined {
        scenario::Joined::Base { age } => Joined::Base(*age),
        // On the list from the start, without a past and without an order, as a base of age 0.
        scenario::Joined::Prospects => Joined::Base(0),
        scenario::Joined::Cohort => Joined::Cohort,
        scenario::Joined::Arrivals { every, counts } => Joined::Arrivals(upper_ends(counts.iter().copied()), *every),
    }
}

fn basket(basket: &scenario::Basket, draw: Draw) -> Result<Basket, Problem> {
    Ok(match basket {
        scenario::Basket::Fixed(money) => Basket::Fixed(draw.value(money)),
        scenario::Basket::LogNormal { mean, cv } => {
            let variance = libm::log1p(draw.value(cv) * draw.value(cv));
            Basket::LogNormal { mu: libm::log(draw.value(mean)) - 0.5 * variance, sigma: variance.sqrt() }
        }
        scenario::Basket::GammaGamma { p, q, gamma } => {
            let (shape, spread, scale) = (draw.value(p), draw.value(q), draw.value(gamma));
            let bad = || {
                Problem::error(
                    format!("a basket with p = {shape}, q = {spread}, gamma = {scale} cannot be drawn"),
                    gamma.at.unwrap_or_default(),
                )
            };
            let order = Gamma::new(shape, 1.0).map_err(|_| bad())?;
            Basket::GammaGamma { order, spread: Gamma::new(spread, 1.0 / scale).map_err(|_| bad())? }
        }
    })
}
