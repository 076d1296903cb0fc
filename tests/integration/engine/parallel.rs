//! Bit-identical: threads, batches, waves and larger runs do not show (R4, R24); and the tallies count what happened.

use super::{Seen, everything, record, world};
use channelmix::engine::{Cause, Ending, Event, Message, Reason, Refusal, Scratch, Start, Watch, play};
use channelmix::simulation::{Plan, Simulation, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Flows, Row, StepCount, Tallies};
use channelmix::world::{Draw, World};

fn uncertain() -> World {
    let text = everything().replacen("open_rate = 0.4\n", "open_rate = { low = 0.2, typical = 0.4, high = 0.5 }\n", 1);
    world(&text)
}

fn plan(draws: u64, per_draw: u64, batch: u64) -> Plan {
    Plan { seed: 7, draws, per_draw, batch, strategies: vec![0, 2, 4] }
}

fn played(world: &World, plan: &Plan) -> Tallies {
    simulate(world, plan, &()).expect("it can be played")
}

fn sum(rows: &[Row]) -> Row {
    let mut sum = rows[0].clone();
    rows[1..].iter().for_each(|row| sum.add(row));
    sum
}

#[test]
fn r6_threads_do_not_show() {
    let world = uncertain();
    let plan = plan(3, 300, 32);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| played(&world, &plan))
    };
    let one = on(1);
    for threads in [2, 3, 8] {
        assert_eq!(one, on(threads), "{threads} threads");
    }
}

#[test]
fn r4_waves_do_not_show() {
    let world = uncertain();
    let plan = plan(3, 320, 32);
    let whole = played(&world, &plan);
    for waves in [&[320][..], &[64, 320], &[32, 96, 288, 320]] {
        let mut simulation = Simulation::new(&world, plan.clone()).expect("it can be played");
        for &per_draw in waves {
            simulation.play_up_to(per_draw, &());
        }
        assert_eq!(simulation.tallies(), &whole, "{waves:?}");
    }
}

#[test]
fn r4_batch_sizes_do_not_show_in_any_sum() {
    let world = uncertain();
    let fine = played(&world, &plan(3, 300, 16));
    for batch in [1, 50, 300, 1024] {
        let coarse = played(&world, &plan(3, 300, batch));
        for (fine, coarse) in fine.strategies.iter().zip(&coarse.strategies) {
            assert_eq!(sum(&fine.totals), sum(&coarse.totals), "batches of {batch}");
            assert_eq!(fine.flows, coarse.flows, "batches of {batch}");
            assert_eq!(
                (&fine.weeks, &fine.segment_weeks, &fine.draw_weeks),
                (&coarse.weeks, &coarse.segment_weeks, &coarse.draw_weeks)
            );
        }
    }
}

#[test]
fn r4_more_customers_draws_and_strategies_change_no_batch() {
    let world = uncertain();
    let small = played(&world, &plan(2, 128, 32));
    let large = played(&world, &Plan { strategies: vec![0, 2, 4, 3, 1], ..plan(4, 256, 32) });
    for (i, batch) in small.batches.iter().enumerate() {
        let j = large.batches.iter().position(|other| other == batch).expect("the batch is played again");
        for (small, large) in small.strategies.iter().zip(&large.strategies) {
            assert_eq!((&small.totals[i], &small.segments[i]), (&large.totals[j], &large.segments[j]));
        }
    }
}

#[test]
fn r24_coarser_batches_hold_the_same_counts() {
    let world = uncertain();
    let fine = played(&world, &plan(3, 300, 16));
    let coarse = fine.clone().coarsened();
    assert_eq!(coarse.batches.len(), 3 * 10);
    assert_eq!(coarse.customers(), fine.customers());
    for (fine, coarse) in fine.strategies.iter().zip(&coarse.strategies) {
        assert_eq!((sum(&fine.totals), &fine.flows), (sum(&coarse.totals), &coarse.flows));
    }
}

/// The place of an event in the tallies: count and channel.
fn counted(event: Event) -> Option<(ChannelCount, u8)> {
    Some(match event {
        Event::Sent(message) => (ChannelCount::Sent, message.channel),
        Event::Delivered(message) => (ChannelCount::Delivered, message.channel),
        Event::Opened(message) => (ChannelCount::Opened, message.channel),
        Event::Clicked(message) => (ChannelCount::Clicked, message.channel),
        Event::Replied(message) => (ChannelCount::Replied, message.channel),
        Event::OptedOut(message) => (ChannelCount::OptedOut, message.channel),
        Event::JourneyBegan(channel) => (ChannelCount::Journeys, channel),
        Event::Hopped { from, .. } => (ChannelCount::Hops, from),
        Event::Bounced(channel) => (ChannelCount::Bounced, channel),
        Event::CartLeft(channel) => (ChannelCount::CartsLeft, channel),
        Event::ContextLost { from, .. } => (ChannelCount::ContextsLost, from),
        Event::CartFound(channel) => (ChannelCount::CartsFound, channel),
        Event::Ordered { channel, .. } => (ChannelCount::Orders, channel),
        Event::Complained(message) => (ChannelCount::Complaints, message.channel),
        Event::OptedIn(channel) => (ChannelCount::OptIns, channel),
        Event::Duplicated(message) => (ChannelCount::Duplicated, message.channel),
        Event::DeliveredTwice(message) => (ChannelCount::DeliveredTwice, message.channel),
        Event::Joined { .. }
        | Event::RunBegan(_)
        | Event::Refused(..)
        | Event::Withheld(..)
        | Event::Held(..)
        | Event::BilledInWindow(_)
        | Event::ConversationBegan(_)
        | Event::UnderPressure(..)
        | Event::Lost
        | Event::Renewed { .. }
        | Event::SeenOpened(_)
        | Event::SeenClicked(_) => return None,
    })
}

#[test]
fn r4_r24_the_tallies_count_what_each_replication_did_week_by_week() {
    let world = uncertain();
    let plan = plan(2, 200, 64);
    let tallies = played(&world, &plan);
    for (i, &strategy) in plan.strategies.iter().enumerate() {
        let mut weeks = vec![Row::zero(tallies.layout); world.weeks];
        let (mut lost, mut revenue) = (vec![0; world.weeks], 0);
        let (mut ordered, mut retained, mut eligible) = (0, 0, 0);
        for draw in 0..2 {
            let tables = world.tables(Draw::Number { seed: 7, number: draw }).expect("a draw");
            for customer in 0..200 {
                let Seen { events, ending } = record(&world, &tables, strategy, draw, customer);
                for (at, event) in events {
                    let week = (at / (7 * super::DAY)) as usize;
                    if let Some((count, channel)) = counted(event) {
                        weeks[week].counts[tallies.layout.channel(count, usize::from(channel))] += 1;
                    }
                    if let Event::Ordered { value, .. } = event {
                        revenue += i128::from(value);
                    }
                    lost[week] += i128::from(event == Event::Lost);
                }
                let Some(ending) = ending else { continue };
                ordered += i128::from(ending.ordered);
                eligible += i128::from(ending.eligible);
                retained += i128::from(ending.eligible && ending.retained);
            }
        }
        let tallied = &tallies.strategies[i];
        for (week, (own, theirs)) in weeks.iter().zip(&tallied.weeks).enumerate() {
            for (count, name) in ChannelCount::ALL.into_iter().filter(|(count, _)| counted_kinds().contains(count)) {
                for channel in 0..tallies.layout.channels {
                    assert_eq!(
                        own.at(count, channel),
                        theirs.at(count, channel),
                        "{name} of channel {channel} in week {week}"
                    );
                }
            }
            assert_eq!(lost[week], theirs.customers(CustomerCount::Lost), "lost in week {week}");
        }
        let total = sum(&tallied.totals);
        assert_eq!(revenue, total.total(ChannelCount::Revenue));
        let endings = [CustomerCount::Ordered, CustomerCount::Eligible, CustomerCount::Retained]
            .map(|count| total.customers(count));
        assert_eq!(endings, [ordered, eligible, retained]);
    }
}

fn counted_kinds() -> [ChannelCount; 13] {
    use ChannelCount as C;
    [
        C::Sent,
        C::Delivered,
        C::Opened,
        C::Clicked,
        C::Replied,
        C::OptedOut,
        C::Journeys,
        C::Hops,
        C::Bounced,
        C::CartsLeft,
        C::Orders,
        C::ContextsLost,
        C::CartsFound,
    ]
}

/// Counts runs, steps and hops one event at a time.
struct Recount<'w> {
    world: &'w World,
    flows: Flows,
    /// The customer's last click.
    clicked: Option<(i64, Message)>,
}

impl Recount<'_> {
    /// An order goes to the last click of the week before it (R57).
    fn credited(&mut self, at: i64, value: i64) {
        let Some((_, message)) = self.clicked.filter(|click| at < click.0 + 7 * 86_400) else { return };
        let counts = &mut self.flows.steps[usize::from(message.step)].counts;
        counts[StepCount::AttributedOrders as usize] += 1;
        counts[StepCount::AttributedRevenue as usize] += i128::from(value);
    }

    fn touched(&mut self, on: u8, to: Option<u8>) {
        let channels = self.world.channels.len();
        self.flows.touches[usize::from(on) * (channels + 1) + to.map_or(channels, usize::from)] += 1;
    }
}

impl Watch for Recount<'_> {
    fn see(&mut self, at: i64, event: Event) {
        match event {
            Event::Joined { .. } => self.clicked = None,
            Event::Clicked(message) => self.clicked = Some((at, message)),
            Event::Ordered { value, cause: Cause::Need | Cause::Contact { .. }, .. } => self.credited(at, value),
            _ => {}
        }
        let (message, count) = match event {
            Event::RunBegan(campaign) => return self.flows.campaigns[usize::from(campaign)].runs += 1,
            Event::Refused(campaign, refusal) => {
                let why = Refusal::ALL.iter().position(|&other| other == refusal).expect("it is listed");
                return self.flows.campaigns[usize::from(campaign)].refused[why] += 1;
            }
            Event::Hopped { from, to } => return self.touched(from, Some(to)),
            Event::Sent(message) => (message, StepCount::Sent),
            Event::Delivered(message) => (message, StepCount::Delivered),
            Event::Opened(message) => (message, StepCount::Opened),
            Event::Clicked(message) => (message, StepCount::Clicked),
            Event::OptedOut(message) => (message, StepCount::OptedOut),
            Event::Replied(message) => (message, StepCount::Replied),
            Event::Held(message, ..) => (message, StepCount::Held),
            Event::BilledInWindow(message) => (message, StepCount::BilledInWindow),
            Event::ConversationBegan(message) => (message, StepCount::Conversations),
            Event::Withheld(message, reason) => {
                let why = Reason::ALL.iter().position(|&other| other == reason).expect("it is listed");
                return self.flows.steps[usize::from(message.step)].withheld[why] += 1;
            }
            Event::Ordered { channel, cause: Cause::Need, .. } => return self.touched(channel, None),
            Event::Ordered { channel, value, cause: Cause::Contact { message, displaced } } => {
                self.touched(channel, None);
                let step = &mut self.flows.steps[usize::from(message.step)];
                step.counts[StepCount::DisplacedOrders as usize] += i128::from(displaced.is_some());
                step.counts[StepCount::Revenue as usize] += i128::from(value);
                (message, StepCount::Orders)
            }
            _ => return,
        };
        self.flows.steps[usize::from(message.step)].counts[count as usize] += 1;
    }
    fn end(&mut self, _: Ending) {}
}

#[test]
fn r24_flows_count_every_run_step_and_hop() {
    let world = uncertain();
    let plan = plan(2, 200, 64);
    let tallies = played(&world, &plan);
    for (tallied, &index) in tallies.strategies.iter().zip(&plan.strategies) {
        let strategy = &world.strategies[index];
        let flows = Flows::zero(world.campaigns.len(), strategy.steps().count(), world.channels.len());
        let mut recount = Recount { world: &world, flows, clicked: None };
        for draw in 0..2 {
            let tables = world.tables(Draw::Number { seed: 7, number: draw }).expect("a draw");
            for customer in 0..200 {
                let start = Start::new(&world, &tables, 7, draw, customer);
                play(&world, &tables, strategy, &start, &mut Scratch::default(), &mut recount);
            }
        }
        let found = &tallied.flows;
        assert_eq!((&found.campaigns, &found.touches), (&recount.flows.campaigns, &recount.flows.touches));
        let total = sum(&tallied.totals);
        let (mut spend, mut sent) = (0, 0);
        for ((step, own), (_, _, planned)) in found.steps.iter().zip(&recount.flows.steps).zip(strategy.steps()) {
            assert_eq!(step.withheld, own.withheld);
            // Money is worked out at the prices and margins of each draw: it must add up to the channels' totals.
            for (count, name) in StepCount::ALL {
                // Where the firm sees what happens it is told once (R50).
                let told = match count {
                    StepCount::SeenOpened => StepCount::Opened,
                    StepCount::SeenClicked => StepCount::Clicked,
                    _ => count,
                };
                if !matches!(count, StepCount::Margin | StepCount::Spend) {
                    assert_eq!(step.of(count), own.of(told), "{name}");
                }
            }
            spend += step.of(StepCount::Spend);
            sent += i128::from(planned.id > 0) * step.of(StepCount::Sent);
            assert!((0..=step.of(StepCount::Revenue) * 1_000_000_000).contains(&step.of(StepCount::Margin)));
        }
        assert_eq!(spend, total.total(ChannelCount::Spend));
        let journeys_end = total.total(ChannelCount::Hops) + total.total(ChannelCount::Orders);
        assert_eq!(found.touches.iter().sum::<i128>(), journeys_end);
        assert!(sent > 0 || found.steps.is_empty());
    }
}
