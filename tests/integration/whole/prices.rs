//! Prices: texts by their characters, windows and conversations, fixed costs, and what later money is worth (R17, R54–R56).

use channelmix::abtest::bank::{Bank, Column, MOST_BYTES};
use channelmix::engine::{Ending, Event, Message, Reason, Scratch, Start, Watch, play};
use channelmix::measures::{EqualSpend, measure, measures_of, series, series_at_share, unseen_orders};
use channelmix::scenario::{self, MONTH, YEAR};
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Row, StepCount, Tallies};
use channelmix::trace::{Customers, Trace};
use channelmix::world::{Draw, Tables, World};

use crate::engine::{DAY, HOUR, everything};

const WEEK: i64 = 7 * DAY;
const SMS: usize = 5;

fn world(base: &str, set: &[&str]) -> World {
    let set: Vec<String> = set.iter().map(|&set| set.to_owned()).collect();
    let loaded = scenario::load("test", base, &set);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}"))).expect("it can be played")
}

/// Every strategy, 2000 customers in batches of this size.
fn played(world: &World, batch: u64) -> Tallies {
    let plan = Plan { seed: 7, draws: 1, per_draw: 2000, batch, strategies: (0..world.strategies.len()).collect() };
    simulate(world, &plan, &()).expect("it can be played")
}

fn tables(world: &World) -> Tables {
    world.tables(Draw::Typical).expect("typical values can be played")
}

/// What was counted over all batches.
fn total(tallies: &Tallies, strategy: &str) -> Row {
    let own = &tallies.strategies[tallies.strategy(strategy).expect("it was played")];
    let mut sum = Row::zero(tallies.layout);
    own.totals.iter().for_each(|row| sum.add(row));
    sum
}

fn customers(row: &Row) -> i128 {
    row.customers(CustomerCount::Joined)
}

/// In the scenario of all mechanisms only the strategy `blast` has no step on push, and `none` has none at all.
const FIXED: [&str; 5] = [
    "population=1000",
    "channels.push.cost_per_month=100",
    "channels.push.setup_cost=7",
    "strategies.late.cost_per_month=30",
    "strategies.late.setup_cost=1234.567",
];

#[test]
fn r56_a_customer_bears_its_part_of_what_the_channels_of_a_strategy_and_the_strategy_cost() {
    let world = world(&everything(), &FIXED);
    let without = self::world(&everything(), &["population=1000"]);
    let (tallies, free) = (played(&world, 128), played(&without, 128));
    // 91 days are 2.9897… months; what one of 1000 customers bears of 100 a month is a tenth.
    let months = (91 * DAY) as f64 / MONTH as f64;
    let part = |amount: f64| (amount * 1e9 / 1000.0).round() as i128;
    let push = part(100.0 * months) + part(7.0);
    let own = part(30.0 * months) + part(1234.567);
    assert_eq!((push, own), (305_973_306, 1_324_258_992));
    for (strategy, channel, own) in
        [("cascade", push, 0), ("same", push, 0), ("late", push, own), ("blast", 0, 0), ("none", 0, 0)]
    {
        let (row, free) = (total(&tallies, strategy), total(&free, strategy));
        let spend = |row: &Row| row.total(ChannelCount::Spend);
        assert_eq!(spend(&row) - spend(&free), customers(&row) * channel, "{strategy}");
        assert_eq!(row.customers(CustomerCount::FixedSpend), customers(&row) * channel, "{strategy}");
        assert_eq!(row.customers(CustomerCount::FixedCosts), customers(&row) * own, "{strategy}");
        // Nothing else changes, and all of a channel's stands with the channel.
        assert_eq!(row.at(ChannelCount::Spend, SMS), free.at(ChannelCount::Spend, SMS), "{strategy}");
        for (count, name) in ChannelCount::ALL.into_iter().filter(|(count, _)| *count != ChannelCount::Spend) {
            assert_eq!(row.total(count), free.total(count), "{name}");
        }
    }
}

#[test]
fn r56_fixed_costs_spread_over_the_weeks_and_set_up_is_paid_in_the_first() {
    // 11 weeks and 3 days.
    let set = ["population=1000", "channels.push.cost_per_month=100", "channels.push.setup_cost=7", "horizon=\"80d\""];
    let world = world(&everything(), &set);
    let tallies = played(&world, 128);
    let strategy = &tallies.strategies[tallies.strategy("cascade").expect("it was played")];
    let all = customers(&total(&tallies, "cascade"));
    let per_second = 100e9 / 1000.0 / MONTH as f64;
    let by_week: Vec<i128> = strategy.weeks.iter().map(|row| row.customers(CustomerCount::FixedSpend)).collect();
    assert_eq!(by_week.len(), 12);
    for (week, spend) in by_week.iter().enumerate() {
        assert_eq!(spend % all, 0, "each customer bears the same");
        let days = if week == 11 { 3 } else { 7 };
        let setup = if week == 0 { 7e6 } else { 0.0 };
        let expected = per_second * (days * DAY) as f64 + setup;
        assert!(((spend / all) as f64 - expected).abs() <= 1.0, "week {week}: {} {expected}", spend / all);
    }
    assert_eq!(by_week.iter().sum::<i128>(), total(&tallies, "cascade").customers(CustomerCount::FixedSpend));
}

#[test]
fn r56_what_is_fixed_adds_up_alike_however_batches_are_cut() {
    let set = [&FIXED[..], &["discount_rate=0.12"]].concat();
    let world = world(&everything(), &set);
    let fine = played(&world, 64);
    let coarse = fine.clone().coarsened();
    let other = played(&world, 500);
    for strategy in ["cascade", "late", "blast", "none"] {
        let sums = [&fine, &coarse, &other].map(|tallies| total(tallies, strategy));
        assert!(sums.iter().all(|row| *row == sums[0]), "{strategy}");
    }
    for ((fine, other), coarse) in fine.strategies.iter().zip(&other.strategies).zip(&coarse.strategies) {
        assert!(fine.weeks == other.weeks && fine.weeks == coarse.weeks && fine.flows == other.flows);
    }
}

#[test]
fn r54_r55_r56_what_is_neutral_is_as_if_it_were_not_written() {
    let neutral = [
        "discount_rate=0",
        "channels.push.cost_per_month=0",
        "channels.push.setup_cost=0",
        "strategies.late.cost_per_month=0",
        "strategies.late.setup_cost=0",
        "channels.sms.billed_by=\"segment\"",
        "channels.email.billed_by=\"message\"",
        "channels.email.cost_per_conversation=0",
        "campaigns.weekly.free_form=false",
        "channels.sms.cost_per_transactional=0.05",
    ];
    let (absent, written) = (world(&everything(), &[]), world(&everything(), &neutral));
    assert_eq!(played(&absent, 128), played(&written, 128));
    let plain = |world: &World| world.strategies.iter().map(|strategy| strategy.plain).collect::<Vec<_>>();
    assert_eq!(plain(&absent), plain(&written));
    // Texts, fixed costs and discounts are nothing to the engine.
    let set =
        [&FIXED[..], &["discount_rate=0.1", "channels.sms.billed_by=\"segment\"", "campaigns.weekly.texts.sms=\"a\""]];
    assert_eq!(plain(&absent), plain(&world(&everything(), &set.concat())));
    assert!(!plain(&world(&everything(), &["channels.email.cost_per_conversation=1"])).contains(&true));
    let window = ["channels.email.window=\"1d\"", "channels.email.reply_rate=0.1"];
    assert!(!plain(&world(&everything(), &window)).contains(&true));
}

#[test]
fn r56_later_money_is_worth_less() {
    let set = [&FIXED[..], &["discount_rate=0.25"]].concat();
    let (world, today) = (world(&everything(), &set), world(&everything(), &FIXED));
    let (tallies, today) = (played(&world, 128), played(&today, 128));
    let profit = |row: &Row| {
        let costs = row.total(ChannelCount::Spend) + row.customers(CustomerCount::FixedCosts);
        row.customers(CustomerCount::Margin) - 100 * costs
    };
    for strategy in &tallies.strategies {
        let mut sum = 0.0;
        for (week, row) in strategy.weeks.iter().enumerate() {
            // The middle of week 0 is half a week away.
            let years = (week as f64 + 0.5) * WEEK as f64 / YEAR as f64;
            let worth = (1e9 * 1.25_f64.powf(-years)).round() as i128;
            assert_eq!(row.customers(CustomerCount::Value), worth * profit(row), "{} week {week}", strategy.name);
            let fixed = row.customers(CustomerCount::FixedSpend) + row.customers(CustomerCount::FixedCosts);
            assert_eq!(row.customers(CustomerCount::FixedValue), worth * 100 * fixed);
            sum += worth as f64 * profit(row) as f64;
        }
        let row = total(&tallies, &strategy.name);
        let found = series_value(&tallies, "value", &strategy.name);
        let expected = sum / 1e20 / customers(&row) as f64;
        assert!((found / expected - 1.0).abs() < 1e-9, "{}: {found} {expected}", strategy.name);
        assert!(profit(&row) < 0 || found < series_value(&tallies, "profit", &strategy.name));
    }
    for strategy in &today.strategies {
        let row = total(&today, &strategy.name);
        assert_eq!(row.customers(CustomerCount::Value), 1_000_000_000 * profit(&row), "without a rate it is profit");
    }
}

fn series_value(tallies: &Tallies, key: &str, strategy: &str) -> f64 {
    let index = tallies.strategy(strategy).expect("it was played");
    let measure = measure(key).expect("it is one");
    series(tallies, measure, index, tallies.strategy("none"), 100.0).expect("it is defined").values()[0]
}

#[test]
fn r56_profit_is_margin_less_spend_less_fixed_costs() {
    let tallies = played(&world(&everything(), &FIXED), 128);
    for strategy in ["cascade", "late", "blast", "none"] {
        let [profit, margin, spend, fixed] =
            ["profit", "margin", "spend", "fixed_costs"].map(|key| series_value(&tallies, key, strategy));
        assert!((profit - (margin - spend - fixed)).abs() < 1e-12, "{strategy}");
        let none = series_value(&tallies, "profit", "none");
        let more = series_value(&tallies, "incremental_profit", strategy);
        assert!((more - (profit - none)).abs() < 1e-12, "{strategy}");
    }
    assert!((series_value(&tallies, "fixed_costs", "late") - 1.324_258_992).abs() < 1e-12);
    let keys = |set: &[&str]| -> Vec<&str> {
        measures_of(&world(&everything(), set).scenario).map(|measure| measure.key).collect()
    };
    let new = |set: &[&str]| ["fixed_costs", "value"].map(|key| keys(set).contains(&key));
    assert_eq!(new(&[]), [false, false]);
    assert_eq!(new(&["strategies.late.setup_cost=1"]), [true, false]);
    assert_eq!(new(&["discount_rate=0.01"]), [false, true]);
    assert_eq!(new(&["strategies.late.setup_cost=0", "discount_rate=0"]), [false, false]);
}

#[test]
fn r56_what_fixed_costs_alone_differ_by_is_known_exactly() {
    let tallies = played(&world(&everything(), &["population=1000", "strategies.same.setup_cost=2000"]), 128);
    let [cascade, same] = ["cascade", "same"].map(|name| tallies.strategy(name).expect("it was played"));
    let profit = |index: usize| {
        let profit = measure("profit").expect("it is one");
        series(&tallies, profit, index, tallies.strategy("none"), 100.0).expect("it is defined")
    };
    let difference = profit(same).minus(&profit(cascade)).expect("it is defined");
    assert!((difference.values()[0] + 2.0).abs() < 1e-12);
    assert_eq!(difference.noise(), 0.0);
    assert_eq!(unseen_orders(&tallies, same, cascade), None, "nothing can have gone unseen");
}

#[test]
fn r29_at_equal_spend_fixed_costs_are_paid_in_full() {
    let world = world(&everything(), &[&FIXED[..], &["discount_rate=0.1"]].concat());
    let tallies = played(&world, 128);
    let equal = EqualSpend::new(&tallies);
    let index = |name: &str| tallies.strategy(name).expect("it was played");
    let at_share = |key: &str, strategy: &str| {
        let measure = measure(key).expect("it is one");
        let series = series_at_share(&tallies, measure, index(strategy), index("none"), 100.0, &equal);
        series.expect("it is defined").values()[0]
    };
    let cheapest = &tallies.strategies[equal.cheapest[0]].name;
    assert_eq!(cheapest, "blast", "else push costs nothing here");
    let least = series_value(&tallies, "spend", cheapest);
    for strategy in ["cascade", "late"] {
        let share = equal.shares[index(strategy)][0];
        assert!(share > 0.0 && share < 1.0, "{share}");
        assert!((at_share("spend", strategy) - least).abs() < 1e-12, "{strategy}");
        let fixed = series_value(&tallies, "fixed_costs", strategy);
        assert!((at_share("fixed_costs", strategy) - fixed).abs() < 1e-12, "{strategy}");
        let mix = |key: &str| {
            share * series_value(&tallies, key, strategy) + (1.0 - share) * series_value(&tallies, key, "none")
        };
        assert!((at_share("margin", strategy) - mix("margin")).abs() < 1e-12);
        let profit = mix("margin") - least - fixed;
        assert!((at_share("profit", strategy) - profit).abs() < 1e-12, "{strategy}");
        assert!(
            (at_share("incremental_profit", strategy) - (profit - series_value(&tallies, "profit", "none"))).abs()
                < 1e-12
        );
        let row = total(&tallies, strategy);
        let fixed_value = row.customers(CustomerCount::FixedValue) as f64 / 1e20 / customers(&row) as f64;
        let value = mix("value") - (1.0 - share) * fixed_value;
        assert!((at_share("value", strategy) - value).abs() < 1e-12, "{strategy}");
    }
    // A channel that alone costs more than the cheapest spends is used for nobody, and paid for.
    let dear = self::world(&everything(), &["population=1000", "channels.push.setup_cost=1e6"]);
    let tallies = played(&dear, 128);
    let equal = EqualSpend::new(&tallies);
    assert_eq!(equal.shares[index("cascade")], [0.0]);
    let spend = measure("spend").expect("it is one");
    let at_share = series_at_share(&tallies, spend, index("cascade"), index("none"), 100.0, &equal);
    assert!((at_share.expect("it is defined").values()[0] - 1000.0).abs() < 1e-9);
}

/// Texts of 1, 2 and 3 segments.
fn texts() -> [String; 3] {
    ["a".repeat(160), "a".repeat(161), "ж".repeat(135)].map(|text| text.replace('"', ""))
}

#[test]
fn r54_a_message_costs_as_many_prices_as_its_text_has_segments() {
    let free = played(&world(&everything(), &[]), 128);
    for (text, segments) in texts().iter().zip([1, 2, 3]) {
        let written = format!("campaigns.weekly.texts.sms=\"{text}\"");
        for (billed_by, expected) in [("segment", segments), ("message", 1)] {
            let by = format!("channels.sms.billed_by=\"{billed_by}\"");
            let tallies = played(&world(&everything(), &[&by, &written]), 128);
            // Only the weekly campaign has a text.
            let spend = |tallies: &Tallies| total(tallies, "blast").at(ChannelCount::Spend, SMS);
            assert_eq!(spend(&tallies), expected * spend(&free), "{billed_by} {segments}");
            assert!(spend(&free) > 0);
            let others = |tallies: &Tallies| {
                let flows = &tallies.strategies[tallies.strategy("cascade").expect("it was played")].flows;
                // Four steps of the weekly cascade, then the monthly mix.
                flows.steps[4..].iter().map(|step| step.of(StepCount::Spend)).collect::<Vec<_>>()
            };
            assert_eq!(others(&tallies), others(&free));
        }
    }
}

#[test]
fn r55_transactional_messages_have_a_price_of_their_own() {
    let set = ["campaigns.weekly.purpose=\"transactional\"", "campaigns.monthly.free_form=true"];
    let price = ["channels.sms.cost_per_transactional=0.02"];
    let (normal, own) = (world(&everything(), &set), world(&everything(), &[&set[..], &price].concat()));
    let (normal, own) = (played(&normal, 128), played(&own, 128));
    for (step, (normal, own)) in normal.strategies[0].flows.steps.iter().zip(&own.strategies[0].flows.steps).enumerate()
    {
        // Of the weekly cascade the fourth step is an SMS; of the monthly mix the last one.
        let factor = if step == 3 { 20 } else { 50 };
        assert_eq!(50 * own.of(StepCount::Spend), factor * normal.of(StepCount::Spend), "step {step}");
        assert!(own.of(StepCount::Spend) > 0);
    }
}

/// Everybody replies after ten hours to what is sent every day at ten o'clock, by `chat` or else by e-mail, and to nothing
/// else; prices are whole cents.
const TALK: &str = r#"
name = "t"
currency = "EUR"
start = 2026-01-05
horizon = "56d"
retention_window = "14d"
tail = "7d"
[channels.web]
order_rate = 0.0
[channels.chat]
cost_per_message = 0.07
delivery_rate = 1.0
open_rate = 1.0
click_rate = 0.0
reply_rate = 1.0
reply_delay = "10h"
opt_in = 1.0
landing = "web"
[channels.email]
preset = "email"
cost_per_message = 0.01
opt_in = 1.0
[segments.all]
share = 1.0
joined = "cohort"
needs = { every = "36500d" }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 1.0 }
[campaigns.first]
trigger = { every = "7d", at = "10:00", times = 1 }
[campaigns.second]
trigger = { every = "7d", at = "10:00", times = 1 }
[strategies.s.campaigns.first]
cascade = [ { send = "chat" } ]
[strategies.s.campaigns.second]
cascade = [ { send = "chat", after = "34h" } ]
"#;

#[derive(Default)]
struct Seen(Vec<(i64, Event)>);

impl Watch for Seen {
    fn see(&mut self, at: i64, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: Ending) {}
}

/// What the first customer lives through, as words.
fn lived(world: &World) -> Vec<(i64, &'static str)> {
    let mut seen = Seen::default();
    let tables = tables(world);
    let start = Start::new(world, &tables, 7, 0, 0);
    play(world, &tables, &world.strategies[0], &start, &mut Scratch::default(), &mut seen);
    let word = |event: Event| match event {
        Event::Sent(Message { channel: 1, .. }) => Some("sent"),
        Event::Delivered(Message { channel: 1, .. }) => Some("delivered"),
        Event::Replied(_) => Some("replied"),
        Event::BilledInWindow(_) => Some("in window"),
        Event::ConversationBegan(_) => Some("conversation"),
        Event::Withheld(_, Reason::OutsideWindow) => Some("outside"),
        Event::Withheld(..) => Some("withheld"),
        _ => None,
    };
    let relevant = |&(at, event): &(i64, Event)| word(event).map(|word| (at, word));
    seen.0.iter().filter_map(relevant).filter(|(_, word)| *word != "delivered").collect()
}

const TEN: i64 = 10 * HOUR;

#[test]
fn r55_a_reply_opens_the_window_for_its_length() {
    let second = |after: &str, set: &[&str]| {
        let after = format!("strategies.s.campaigns.second.cascade=[{{ send = \"chat\", after = \"{after}\" }}]");
        let base =
            ["channels.chat.window=\"24h\"", "channels.chat.cost_in_window=0.02", "campaigns.second.free_form=true"];
        lived(&world(TALK, &[&base[..], &[&after], set].concat()))
    };
    // The first message goes out at ten, the reply comes at twenty hours; the window is open until 24 hours later, the end
    // outside.
    let until = TEN + TEN + DAY;
    let inside = second("122399s", &[]);
    assert_eq!(inside[..4], [(TEN, "sent"), (2 * TEN, "replied"), (until - 1, "sent"), (until - 1, "in window")]);
    assert_eq!(second("122400s", &[])[2..], [(until, "outside")]);
    // In the second of the reply itself it is open: replies come before steps.
    assert_eq!(second("10h", &[])[2..4], [(2 * TEN, "sent"), (2 * TEN, "in window")]);
    assert_eq!(second("35999s", &[])[1], (TEN + 35_999, "outside"));
    // What follows a template may be sent at any time, and is billed in the window all the same.
    let template = ["campaigns.second.free_form=false"];
    assert_eq!(second("122400s", &template)[2], (until, "sent"));
    assert_eq!(second("122399s", &template)[2..4], [(until - 1, "sent"), (until - 1, "in window")]);
    // Another channel has its own, or none.
    let email = ["strategies.s.campaigns.second.cascade=[{ send = \"email\", after = \"1h\" }]"];
    assert_eq!(second("1h", &email)[1..].iter().map(|(_, word)| *word).collect::<Vec<_>>(), ["replied"]);
}

#[test]
fn r55_each_reply_keeps_the_window_open() {
    // Replies come ten hours after what is sent. That to the third message comes while the window of the one before is open,
    // and lets the fourth one out, which would be beyond it.
    let set = [
        "channels.chat.window=\"24h\"",
        "campaigns.second.free_form=true",
        "strategies.s.campaigns.second.cascade=[{ send = \"chat\", after = \"30h\" }, { send = \"chat\", after = \"20h\" }, { send = \"chat\", after = \"30h\" }, { send = \"chat\", after = \"40h\" }]",
    ];
    let events = lived(&world(TALK, &set));
    let sent: Vec<i64> = events.iter().filter(|(_, word)| *word == "sent").map(|(at, _)| *at).collect();
    assert_eq!(sent, [TEN, TEN + 30 * HOUR, TEN + 50 * HOUR, TEN + 80 * HOUR]);
    assert_eq!(events.last(), Some(&(TEN + 120 * HOUR, "outside")));
}

#[test]
fn r55_reachability_is_asked_before_the_window_and_quiet_hours_after_it() {
    let base = ["channels.chat.window=\"24h\"", "campaigns.first.free_form=true", "campaigns.second.free_form=true"];
    let reasons = |set: &[&str]| {
        let world = world(TALK, &[&base[..], set].concat());
        let tables = tables(&world);
        let start = Start::new(&world, &tables, 7, 0, 0);
        let mut seen = Seen::default();
        play(&world, &tables, &world.strategies[0], &start, &mut Scratch::default(), &mut seen);
        let reason = |&(_, event): &(i64, Event)| match event {
            Event::Withheld(_, reason) => Some(reason),
            _ => None,
        };
        seen.0.iter().filter_map(reason).collect::<Vec<_>>()
    };
    assert_eq!(reasons(&["channels.chat.reach=1e-9"]), [Reason::Unreachable; 2]);
    let quiet = ["strategies.s.policies.quiet_hours=[{ from = \"00:00\", until = \"23:59\", then = \"skip\" }]"];
    assert_eq!(reasons(&quiet), [Reason::OutsideWindow; 2]);
    // It holds for what a customer must be told, too.
    let transactional = ["campaigns.first.purpose=\"transactional\"", "campaigns.second.purpose=\"transactional\""];
    assert_eq!(reasons(&transactional), [Reason::OutsideWindow; 2]);
}

#[test]
fn r55_the_first_billed_message_outside_a_conversation_begins_one() {
    let base = [
        "channels.chat.cost_per_conversation=0.5",
        "channels.chat.reply_rate=0",
        "strategies.s.campaigns.first.cascade=[{ send = \"chat\" }, { send = \"chat\", after = \"86399s\" }, { send = \"chat\", after = \"1s\" }]",
        "strategies.s.campaigns.second.cascade=[{ send = \"email\" }]",
    ];
    let (one, next) = (TEN + DAY - 1, TEN + DAY);
    let all = |conversations: &[usize]| {
        let mut events = Vec::new();
        for (place, at) in [TEN, one, next].into_iter().enumerate() {
            events.push((at, "sent"));
            events.extend(conversations.contains(&place).then_some((at, "conversation")));
        }
        events
    };
    assert_eq!(lived(&world(TALK, &base)), all(&[0, 2]), "a conversation ends after 24 hours, the end outside");
    let set = |more: &[&'static str]| lived(&world(TALK, &[&base[..], more].concat()));
    assert_eq!(set(&["channels.chat.conversation=\"86401s\""]), all(&[0]));
    assert_eq!(set(&["channels.chat.conversation=\"1s\""]), all(&[0, 1, 2]));
    // What is not delivered is billed only where every message is.
    assert_eq!(set(&["channels.chat.delivery_rate=0"]), all(&[0, 2]));
    assert_eq!(set(&["channels.chat.delivery_rate=0", "channels.chat.billed_on=\"delivered\""]), all(&[]));
    let price = ["population=1", "channels.chat.cost_per_message=0"];
    let tallies = played(&world(TALK, &[&base[..], &price].concat()), 128);
    let row = total(&tallies, "s");
    assert_eq!(row.at(ChannelCount::Spend, 1), customers(&row) * 2 * 500_000_000);
}

/// Prices that all differ, on channels that are billed in all ways.
fn all_prices() -> Vec<String> {
    let [_, two, three] = texts();
    let texts = format!("campaigns.weekly.texts={{ sms = \"{two}\", email = \"{three}\", push = \"hello\" }}");
    let plain = [
        "population=5000",
        "discount_rate=0.1",
        "channels.sms.billed_by=\"segment\"",
        "channels.sms.reply_rate=0.2",
        "channels.sms.window=\"9d\"",
        "channels.sms.cost_in_window=0.011",
        "channels.email.reply_rate=0.5",
        "channels.email.reply_delay={ mean = \"2d\" }",
        "channels.email.window=\"20d\"",
        "channels.email.cost_in_window=0.0003",
        "channels.email.cost_per_conversation=0.0101",
        "channels.push.cost_per_conversation=0.003",
        "channels.push.conversation=\"10d\"",
        "channels.push.cost_per_transactional=0.0071",
        "channels.push.cost_per_month=41",
        "channels.sms.setup_cost=900",
        "strategies.late.cost_per_month=77",
        "campaigns.last.purpose=\"transactional\"",
        "campaigns.monthly.free_form=true",
    ];
    plain.into_iter().map(str::to_owned).chain([texts]).collect()
}

/// Cost of everything that happens, one event at a time, in nano-units: the prices of [`all_prices`] written out by hand.
struct Bill<'w> {
    world: &'w World,
    strategy: usize,
    nano: i128,
    in_window: i128,
    conversations: i128,
}

impl Bill<'_> {
    /// Nano-units of the message outside and within a window.
    fn price(&self, message: Message) -> (i128, i128) {
        let steps: Vec<_> = self.world.strategies[self.strategy].steps().collect();
        let campaign = self.world.campaigns[usize::from(steps[usize::from(message.step)].0)].as_str();
        match (self.world.channels[usize::from(message.channel)].name.as_str(), campaign) {
            // Two segments of the text of the marketing template, which has no price of its own in a window.
            ("sms", "weekly") => (2 * 50_000_000, 2 * 50_000_000),
            ("sms", _) => (50_000_000, 11_000_000),
            ("email", "weekly") => (1_000_000, 1_000_000),
            ("email", _) => (1_000_000, 300_000),
            ("push", "last") => (7_100_000, 7_100_000),
            ("push", _) => (200_000, 200_000),
            other => panic!("{other:?}"),
        }
    }
}

impl Watch for Bill<'_> {
    fn see(&mut self, _: i64, event: Event) {
        match event {
            Event::Sent(message) if message.channel != 5 => self.nano += self.price(message).0,
            Event::Delivered(message) if message.channel == 5 => self.nano += self.price(message).0,
            Event::BilledInWindow(message) => {
                let (outside, inside) = self.price(message);
                self.in_window += 1;
                self.nano += inside - outside;
            }
            Event::ConversationBegan(message) => {
                self.conversations += 1;
                self.nano += if message.channel == 3 { 10_100_000 } else { 3_000_000 };
            }
            _ => {}
        }
    }
    fn end(&mut self, _: Ending) {}
}

#[test]
fn r17_r54_r55_r56_with_every_price_profit_is_margin_less_what_each_event_costs() {
    let set = all_prices();
    let world = world(&everything(), &set.iter().map(String::as_str).collect::<Vec<_>>());
    let tallies = played(&world, 128);
    let tables = tables(&world);
    for (index, strategy) in world.strategies.iter().enumerate() {
        let mut bill = Bill { world: &world, strategy: index, nano: 0, in_window: 0, conversations: 0 };
        let mut joined = 0;
        for customer in 0..2000 {
            let start = Start::new(&world, &tables, 7, 0, customer);
            joined += i128::from(start.joined < world.horizon);
            play(&world, &tables, strategy, &start, &mut Scratch::default(), &mut bill);
        }
        let row = total(&tallies, &strategy.name);
        let months = world.horizon as f64 / MONTH as f64;
        let part = |amount: f64| (amount * 1e9 / 5000.0).round() as i128;
        let uses =
            |name: &str| strategy.steps().any(|(_, _, step)| world.channels[usize::from(step.channel)].name == name);
        let fixed = i128::from(uses("push")) * part(41.0 * months) + i128::from(uses("sms")) * part(900.0);
        let own = if strategy.name == "late" { part(77.0 * months) } else { 0 };
        assert_eq!(row.total(ChannelCount::Spend), bill.nano + joined * fixed, "{}", strategy.name);
        assert_eq!(row.customers(CustomerCount::FixedCosts), joined * own);
        let profit = row.customers(CustomerCount::Margin) - 100 * (bill.nano + joined * (fixed + own));
        let minor = world.currency.minor();
        let expected = profit as f64 / 1e9 / minor / joined as f64;
        assert!((series_value(&tallies, "profit", &strategy.name) - expected).abs() < 1e-9);
        let steps = &tallies.strategies[index].flows.steps;
        let count = |count: StepCount| steps.iter().map(|step| step.of(count)).sum::<i128>();
        assert_eq!(
            (count(StepCount::BilledInWindow), count(StepCount::Conversations)),
            (bill.in_window, bill.conversations)
        );
        assert_eq!(count(StepCount::Spend), bill.nano);
        let uses_all = ["cascade", "late"].contains(&strategy.name.as_str());
        assert!(
            !uses_all || (bill.in_window > 500 && bill.conversations > 500),
            "{} {}",
            bill.in_window,
            bill.conversations
        );
    }
}

#[test]
fn r17_r55_a_trace_bills_each_message_once() {
    let set = all_prices();
    let world = world(&everything(), &set.iter().map(String::as_str).collect::<Vec<_>>());
    let customers = Customers::of_draw(&world, 7, 1, 0).expect("it can be played");
    let late = world.strategy("late").expect("it is one");
    let mut bill = Bill { world: &world, strategy: late, nano: 0, in_window: 0, conversations: 0 };
    let (mut traced, mut of_events) = (0, 0.0);
    for customer in 0..300 {
        play(
            &world,
            &customers.tables,
            &world.strategies[late],
            &customers.start(customer),
            &mut Scratch::default(),
            &mut bill,
        );
        let trace = Trace::of(&customers, customer, &[late]);
        traced += trace.strategies[0].totals.cost_nano;
        of_events += trace.strategies[0].events.iter().filter_map(|entry| entry.cost).sum::<f64>();
    }
    assert_eq!(traced, bill.nano);
    assert!((of_events - traced as f64 / 1e9).abs() < 1e-9);
    assert!(bill.in_window > 50 && bill.conversations > 50);
}

#[test]
fn r3_what_two_strategies_cost_alike_is_alike_in_every_draw() {
    let cost = |strategy: &str| format!("strategies.{strategy}.setup_cost={{ low = 1e3, typical = 2e3, high = 9e3 }}");
    let set = [
        cost("cascade"),
        cost("same"),
        "strategies.blast.cost_per_month={ low = 1, typical = 2, high = 3 }".to_owned(),
    ];
    let world = world(&everything(), &set.iter().map(String::as_str).collect::<Vec<_>>());
    let drawn: Vec<_> = (0..8)
        .map(|number| {
            let tables = world.tables(Draw::Number { seed: 7, number }).expect("it can be played");
            let of = |name: &str| tables.strategies[world.strategy(name).expect("it is one")];
            // `late` extends `cascade`, and takes what it costs with it.
            assert_eq!([of("same"), of("late")], [of("cascade"); 2]);
            assert!(of("blast").running > 0 && of("none").running + of("none").setup == 0);
            of("cascade").setup
        })
        .collect();
    assert!(drawn.iter().all(|setup| *setup > 0) && drawn.iter().any(|setup| *setup != drawn[0]));
    let paths: Vec<&str> = world.uncertain.iter().map(|input| input.path.as_str()).collect();
    assert!(paths.contains(&"strategies.same.setup_cost") && paths.contains(&"strategies.blast.cost_per_month"));
}

#[test]
fn r55_a_bank_of_a_test_bills_messages_as_the_tallies_do() {
    let set = all_prices();
    let world = world(&everything(), &set.iter().map(String::as_str).collect::<Vec<_>>());
    let strategies = ["blast", "late"].map(|name| world.strategy(name).expect("it is one")).to_vec();
    let plan = Plan { seed: 7, draws: 1, per_draw: 2000, batch: 64, strategies };
    let bank = Bank::simulate(&world, &plan, MOST_BYTES, &()).expect("there is a bank");
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    // The bank has no fixed costs, and of each customer what follows its exposure.
    let of_messages = |row: Row| row.total(ChannelCount::Spend) - row.customers(CustomerCount::FixedSpend);
    let expected = of_messages(total(&tallies, "late")) - of_messages(total(&tallies, "blast"));
    let column = Column::parse("contact_cost").expect("it is one");
    assert_eq!(bank.sum(&column, 1) - bank.sum(&column, 0), 100 * expected);
    assert!(expected != 0);
}
