//! Attributed against incremental (R57, R58): what last click says, and what is missing of the same customers.

use std::sync::LazyLock;

use channelmix::attribution::{Answer, Line, Part, Sum, Together, Variants, answer};
use channelmix::engine::{Cause, Ending, Event, Message, Scratch, Start, Watch, play};
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, StepCount, StrategyTallies, Tallies};
use channelmix::world::{Draw, World};
use serde_json::Value;

use crate::engine::{DAY, everything, head, world};
use crate::program::{Place, SCENARIO, UNCERTAIN};

const SEED: u64 = 42;

/// Everything that the tally counts, seen by somebody else.
#[derive(Default)]
struct Seen(Vec<(i64, Event)>);

impl Watch for Seen {
    fn see(&mut self, at: i64, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: Ending) {}
}

/// What customers see under a strategy of a world, one after the other.
fn seen(world: &World, strategy: usize, customers: u64) -> Vec<Vec<(i64, Event)>> {
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let mut scratch = Scratch::default();
    let one = |customer| {
        let start = Start::new(world, &tables, SEED, 0, customer);
        let mut seen = Seen::default();
        play(world, &tables, &world.strategies[strategy], &start, &mut scratch, &mut seen);
        seen.0
    };
    (0..customers).map(one).collect()
}

/// Orders that count: those with which a customer joins are no part of any difference.
fn orders(events: &[(i64, Event)]) -> i64 {
    events.iter().filter(|(_, event)| matches!(event, Event::Ordered { .. })).count() as i64
}

fn attributed(text: &str, strategy: &str, customers: u64) -> (Variants, Tallies, Answer) {
    let world = world(text);
    let strategy = world.strategy(strategy).expect("it is there");
    let variants = Variants::new(world, strategy).expect("it sends something");
    let plan = Plan::new(&variants.world, SEED, customers, None, variants.strategies.clone());
    let tallies = simulate(&variants.world, &plan, &()).expect("it can be played");
    let answer = answer(&variants, &plan, &tallies);
    (variants, tallies, answer)
}

fn line<'a>(answer: &'a Answer, part: Part, name: &str) -> &'a Line {
    answer.lines.iter().find(|line| line.part == part && line.name == name).unwrap_or_else(|| panic!("{name}"))
}

fn all(answer: &Answer) -> &Line {
    answer.of(Part::All).next().expect("it is there")
}

fn sum<'a>(answer: &'a Answer, measure: &str) -> &'a Sum {
    answer.sums.iter().find(|sum| sum.measure == measure).expect("it is there")
}

/// Two channels, one campaign a week; `people` and `plan` are put in. Every rate is exact.
fn two_channels(people: &str, plan: &str) -> String {
    format!(
        "{}
[channels.email]
cost_per_message = 0.01
open_rate = 0.6
click_to_open_rate = 0.3
opt_out_rate = 0.01
opt_in = 1.0
open_delay = \"1h\"
landing = \"web\"
[channels.sms]
cost_per_message = 0.05
open_rate = 0.9
click_to_open_rate = 0.2
opt_out_rate = 0.02
opt_in = 1.0
open_delay = \"10m\"
landing = \"web\"
[channels.web]
order_rate = 0.3
{people}
[campaigns.weekly]
trigger = {{ every = \"7d\", at = \"10:00\" }}
[strategies.both.campaigns.weekly]
{plan}
",
        head("84d", "tail = \"7d\"")
    )
}

const PEOPLE: &str = "[segments.all]\nshare = 1.0\njoined = { base = { age = \"0d\" } }\nneeds = { every = \"15d\" }\n\
                      dropout = { after-order = 0.02 }\nbasket = { fixed = 30 }\ngross_margin = 0.4\nentry = { web = 1.0 }";

#[test]
fn r57_orders_go_to_the_last_click_within_the_window_step_by_step() {
    // Events, several campaigns, arrivals, losses that are known, first orders that count for the rest and not here.
    let text = everything().replacen(
        "retention_window",
        "count_first = true\nattribution = { window = \"2d\" }\nretention_window",
        1,
    );
    let world = world(&text);
    let window = 2 * DAY;
    let plan = Plan::new(&world, SEED, 2048, Some(1), (0..world.strategies.len()).collect());
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    let mut after_the_window = 0;
    for (strategy, counted) in tallies.strategies.iter().enumerate() {
        let steps = world.strategies[strategy].steps().count();
        let mut expected = vec![(0, 0); steps];
        let mut by_channel = vec![(0, 0); world.channels.len()];
        for events in seen(&world, strategy, plan.per_draw) {
            let clicks: Vec<(usize, i64, Message)> = events
                .iter()
                .enumerate()
                .filter_map(|(place, &(at, event))| match event {
                    Event::Clicked(message) => Some((place, at, message)),
                    _ => None,
                })
                .collect();
            for (place, &(at, event)) in events.iter().enumerate() {
                let Event::Ordered { value, cause: Cause::Need | Cause::Contact { .. }, .. } = event else { continue };
                let last = clicks.iter().rev().find(|click| click.0 < place);
                after_the_window += usize::from(last.is_some_and(|click| at - click.1 >= window));
                let Some(&(_, _, message)) = last.filter(|click| at - click.1 < window) else { continue };
                for sum in [&mut expected[usize::from(message.step)], &mut by_channel[usize::from(message.channel)]] {
                    sum.0 += 1;
                    sum.1 += i128::from(value);
                }
            }
        }
        let by_step = counted.flows.steps.iter();
        let found: Vec<(i128, i128)> =
            by_step.map(|row| (row.of(StepCount::AttributedOrders), row.of(StepCount::AttributedRevenue))).collect();
        assert_eq!(found, expected, "{}", counted.name);
        for (channel, expected) in by_channel.into_iter().enumerate() {
            let of = |count| counted.totals.iter().map(|row| row.at(count, channel)).sum::<i128>();
            assert_eq!((of(ChannelCount::AttributedOrders), of(ChannelCount::AttributedRevenue)), expected);
        }
        // A contact's own order comes in the second of its click, so that it is always credited to it; others may be too.
        for row in &counted.flows.steps {
            assert!(row.of(StepCount::AttributedOrders) >= row.of(StepCount::Orders));
        }
        let credited: i128 = counted.flows.steps.iter().map(|row| row.of(StepCount::AttributedOrders)).sum();
        let own: i128 = counted.flows.steps.iter().map(|row| row.of(StepCount::Orders)).sum();
        assert_eq!(counted.name != "none", credited > own, "{}", counted.name);
    }
    assert!(after_the_window > 100, "{after_the_window}: the window decides nothing");
}

#[test]
fn r57_a_longer_window_credits_more_and_changes_nothing_else() {
    let text = everything();
    let with = |window: &str| {
        let world = world(&text.replacen(
            "retention_window",
            &format!("attribution = {{ window = \"{window}\" }}\nretention_window"),
            1,
        ));
        let plan = Plan::new(&world, SEED, 1024, Some(1), (0..world.strategies.len()).collect());
        simulate(&world, &plan, &()).expect("it can be played")
    };
    let credited = |tallies: &Tallies| {
        let of = |own: &StrategyTallies| {
            own.totals.iter().map(|row| row.total(ChannelCount::AttributedOrders)).sum::<i128>()
        };
        tallies.strategies.iter().map(of).collect::<Vec<_>>()
    };
    let without_credit = |tallies: &Tallies| {
        let row = |row: &channelmix::tally::Row| {
            let mut row = row.clone();
            for count in [ChannelCount::AttributedOrders, ChannelCount::AttributedRevenue] {
                (0..row.layout.channels).for_each(|channel| row.counts[row.layout.channel(count, channel)] = 0);
            }
            row
        };
        tallies.strategies.iter().flat_map(|own| own.totals.iter().map(row)).collect::<Vec<_>>()
    };
    let [second, default, week, quarter] = ["1s", "", "7d", "91d"].map(|window| {
        if window.is_empty() {
            let world = world(&text);
            let plan = Plan::new(&world, SEED, 1024, Some(1), (0..world.strategies.len()).collect());
            simulate(&world, &plan, &()).expect("it can be played")
        } else {
            with(window)
        }
    });
    assert_eq!(default, week);
    assert_eq!(without_credit(&second), without_credit(&quarter));
    for (own, (week, quarter)) in credited(&second).into_iter().zip(credited(&week).into_iter().zip(credited(&quarter)))
    {
        assert!((own < week && week < quarter) || own == 0 && quarter == 0, "{own} {week} {quarter}");
    }
    // Within a second there is only the order of the click's own journey.
    for strategy in &second.strategies {
        for row in &strategy.flows.steps {
            assert_eq!(row.of(StepCount::AttributedOrders), row.of(StepCount::Orders));
            assert_eq!(row.of(StepCount::AttributedRevenue), row.of(StepCount::Revenue));
        }
    }
}

#[test]
fn r58_without_a_channel_is_a_channel_that_reaches_nobody() {
    for (text, strategies) in [(everything(), ["cascade", "late"]), (SCENARIO.to_owned(), ["cascade", "blast"])] {
        for strategy in strategies {
            let (variants, tallies, _) = attributed(&text, strategy, 2048);
            let plain = variants.whole().plain;
            for (place, &channel) in variants.channels.iter().enumerate() {
                let name = &variants.world.channels[usize::from(channel)].name;
                let silenced =
                    text.replacen(&format!("[channels.{name}]\n"), &format!("[channels.{name}]\nreach = 1e-30\n"), 1);
                let silenced = world(&silenced);
                let own = silenced.strategy(strategy).expect("it is there");
                let plan = Plan::new(&silenced, SEED, 2048, None, vec![own]);
                let expected = simulate(&silenced, &plan, &()).expect("it can be played").strategies.remove(0);
                let found = &tallies.strategies[variants.without_channel(place)];
                assert_eq!(found.name, format!("{strategy} without {name}"));
                assert_eq!((&found.totals, &found.flows), (&expected.totals, &expected.flows), "{name} {plain}");
                assert_ne!(found.totals, tallies.strategies[Variants::WHOLE].totals, "{name}");
            }
        }
    }
}

#[test]
fn r58_without_a_campaign_is_a_strategy_that_never_had_it() {
    let text = format!(
        "{}\n[strategies.weekly.campaigns.weekly]\n{cascade}\n[strategies.monthly.campaigns.monthly]\n{mix}\n",
        everything(),
        cascade = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"opened\", otherwise = \"next\" }, { send = \"email\", after = \"24h\", unless = \"clicked\" }, { send = \"sms\", after = \"12h\", unless = \"clicked\" } ]",
        mix = "mix = { email = 0.4, push = 0.3, sms = 0.3 }"
    );
    let (variants, tallies, _) = attributed(&text, "cascade", 2048);
    let plan = Plan {
        strategies: ["weekly", "monthly"].map(|name| variants.world.strategy(name).expect("it is there")).into(),
        ..Plan::new(&variants.world, SEED, 2048, None, Vec::new())
    };
    let written = simulate(&variants.world, &plan, &()).expect("it can be played");
    let names: Vec<&str> =
        variants.campaigns.iter().map(|&campaign| variants.world.campaigns[usize::from(campaign)].as_str()).collect();
    assert_eq!(names, ["weekly", "monthly"]);
    for (left, without) in [("weekly", 1), ("monthly", 0)] {
        let found = &tallies.strategies[variants.without_campaign(without)];
        let expected = &written.strategies[written.strategy(left).expect("it was played")];
        assert_eq!((&found.totals, &found.flows), (&expected.totals, &expected.flows), "{left}");
    }
}

#[test]
fn r58_of_one_channel_leave_one_out_is_all_there_is() {
    let (_, _, answer) = attributed(
        &two_channels(
            PEOPLE,
            "cascade = [{ send = \"sms\" }, { send = \"sms\", after = \"48h\", unless = \"clicked\" }]",
        ),
        "both",
        4096,
    );
    let (one, all) = (line(&answer, Part::Channel, "sms"), all(&answer));
    assert!(all.incremental_orders_low > Some(0.0), "{all:?}");
    let numbers = |line: &Line| {
        [
            line.incremental_orders,
            line.incremental_orders_low,
            line.incremental_orders_high,
            line.incremental_revenue,
            line.incremental_profit,
            line.incremental_profit_low,
            line.incremental_share,
            Some(line.attributed_orders),
            Some(line.sent),
            Some(line.spend),
        ]
    };
    assert_eq!(numbers(one), numbers(all));
    // And so it is of the only campaign.
    let campaign = line(&answer, Part::Campaign, "weekly");
    assert_eq!(campaign.incremental_orders, all.incremental_orders);
    assert!((campaign.attributed_orders - all.attributed_orders).abs() < 1e-12);
    for sum in &answer.sums {
        assert_eq!((sum.total, sum.shared, sum.shared_low, sum.shared_high), (sum.sum_of_parts, 0.0, 0.0, 0.0));
    }
    assert!(answer.pairs.is_empty());
}

#[test]
fn r58_channels_of_different_people_do_nothing_to_each_other() {
    let segment = |name: &str, own: &str| {
        format!(
            "[segments.{name}]\nshare = 0.5\njoined = {{ base = {{ age = \"0d\" }} }}\nopt_in = {{ {own} }}\nneeds = {{ every = \"15d\" }}\n\
             dropout = {{ after-order = 0.02 }}\nbasket = {{ lognormal = {{ mean = 30, cv = 0.7 }} }}\ngross_margin = 0.4\nentry = {{ web = 1.0 }}\n"
        )
    };
    let people = segment("readers", "email = 1.0, sms = 0.0") + &segment("talkers", "email = 0.0, sms = 1.0");
    let text = two_channels(
        &people,
        "cascade = [{ send = \"email\" }, { send = \"sms\", after = \"24h\", unless = \"clicked\" }]",
    );
    let (variants, _, answer) = attributed(&text, "both", 2048);
    for pair in &answer.pairs {
        assert_eq!(
            (pair.interaction, pair.low, pair.high, pair.together),
            (0.0, 0.0, 0.0, Together::Apart),
            "{pair:?}"
        );
    }
    assert_eq!(answer.pairs.len(), 3);
    assert_eq!((sum(&answer, "orders").shared, sum(&answer, "orders").shared_high), (0.0, 0.0));
    // For each customer alike, and not because there is nothing to be had.
    let played = |place: usize| seen(&variants.world, variants.strategies[place], 400);
    let [whole, one, other, both] = [
        played(Variants::WHOLE),
        played(variants.without_channel(0)),
        played(variants.without_channel(1)),
        played(variants.without_pair(0)),
    ];
    let mut differ = (0, 0);
    for customer in 0..whole.len() {
        let [whole, one, other, both] = [&whole, &one, &other, &both].map(|all| orders(&all[customer]));
        assert_eq!(whole - one - other + both, 0, "{customer}");
        differ.0 += i32::from(whole != one);
        differ.1 += i32::from(whole != other);
    }
    assert!(differ.0 > 50 && differ.1 > 50, "{differ:?}");
}

#[test]
fn r58_clicks_that_never_order_are_credited_and_bring_nothing() {
    let text = two_channels(PEOPLE, "blast = [\"email\"]")
        .replacen("landing = \"web\"", "landing = \"reading\"", 1)
        .replacen("[channels.web]", "[channels.reading]\norder_rate = 0.0\n[channels.web]", 1);
    let (_, _, answer) = attributed(&text, "both", 4096);
    let email = line(&answer, Part::Channel, "email");
    assert!(email.attributed_orders_low > Some(0.2), "{email:?}");
    assert_eq!((email.contact_orders, email.incremental_orders, email.incremental_share), (0.0, Some(0.0), Some(0.0)));
    // Nobody was seen to order otherwise; that nobody would is more than so many customers can tell.
    assert!(email.incremental_orders_low < Some(0.0) && email.incremental_orders_low > Some(-0.001), "{email:?}");
    assert!(email.incremental_profit < Some(0.0));
    assert!(answer.findings[0].contains("whether they truly bring any is not clear: 0 ("), "{}", answer.findings[0]);
}

#[test]
fn r58_orders_that_were_only_moved_are_what_r16_says() {
    let text = two_channels(
        PEOPLE,
        "cascade = [{ send = \"email\" }, { send = \"sms\", after = \"24h\", unless = \"clicked\" }]",
    )
    .replacen("[campaigns.weekly]", "[campaigns.weekly]\ndisplacement = 1.0\ndisplacement_window = \"36500d\"", 1);
    let customers = 2048;
    let (variants, tallies, answer) = attributed(&text, "both", customers);
    let horizon = variants.world.horizon;
    // Of the orders that contacts brought, those add to the year that found nothing to move, or moved what lay beyond it.
    let (mut adds, mut contact) = (0_i64, 0_i64);
    for events in seen(&variants.world, variants.strategies[Variants::WHOLE], customers) {
        for (_, event) in events {
            let Event::Ordered { cause: Cause::Contact { displaced, .. }, .. } = event else { continue };
            contact += 1;
            adds += i64::from(displaced.is_none_or(|due| due >= horizon));
        }
    }
    let orders =
        |place: usize| tallies.strategies[place].totals.iter().map(|row| row.total(ChannelCount::Orders)).sum::<i128>();
    assert_eq!(orders(Variants::WHOLE) - orders(variants.none()), i128::from(adds));
    let all = all(&answer);
    assert!((all.incremental_orders.expect("it is defined") - adds as f64 / customers as f64).abs() < 1e-12);
    assert!(contact > 1000 && adds > 50 && adds < contact * 3 / 4, "{contact} {adds}");
    assert!((all.contact_orders - contact as f64 / customers as f64).abs() < 1e-12);
    assert!(all.attributed_orders > all.contact_orders);
}

#[test]
fn r58_interaction_has_its_sign() {
    let interaction = |plan: &str| {
        let (_, _, answer) = attributed(&two_channels(PEOPLE, plan), "both", 8192);
        let pair = answer.pairs.iter().find(|pair| pair.measure == "orders").expect("there is a pair");
        let sum = sum(&answer, "orders");
        // Of two channels, what they share is minus what they do to each other.
        assert!(
            (sum.shared + pair.interaction).abs() < 1e-12 && (sum.total - sum.sum_of_parts - sum.shared).abs() < 1e-12
        );
        pair.together
    };
    // A reminder to those who have not clicked steps in; one to those who have opened needs the first.
    assert_eq!(
        interaction("cascade = [{ send = \"email\" }, { send = \"sms\", after = \"24h\", unless = \"clicked\" }]"),
        Together::StandIn
    );
    assert_eq!(
        interaction("cascade = [{ send = \"email\" }, { send = \"sms\", after = \"24h\", only_if = \"opened\" }]"),
        Together::Help
    );
}

/// A run of the program, once for all tests.
static PLAYED: LazyLock<Value> = LazyLock::new(|| {
    Place::new().run(&["attribute", "offers.toml", "--strategy", "cascade", "--format", "json"]).json()
});

#[test]
fn the_program_says_what_the_strategies_say() {
    // The total is what `compare` calls incremental, to the last digit.
    let place = Place::new();
    for given in [&[][..], &[&UNCERTAIN[..], &["--draws", "8"]].concat()] {
        let strategy = ["--strategy", "cascade", "--format", "json"];
        let compared = place.run(&[&["compare", "offers.toml"], &strategy[..], given].concat()).json();
        let found = place.run(&[&["attribute", "offers.toml"], &strategy[..], given].concat()).json();
        let all = &found["lines"][0];
        for (measure, key) in
            [("incremental_orders", "incremental_orders"), ("incremental_profit", "incremental_profit")]
        {
            let rows = compared["measures"].as_array().expect("a list");
            let row = rows.iter().find(|row| row["measure"] == measure).expect("it is told");
            let estimate = &row["strategies"][0]["estimate"];
            for (own, theirs) in [
                (&all[key], &estimate["value"]),
                (&all[format!("{key}_low")], &estimate["interval"]["low"]),
                (&all[format!("{key}_high")], &estimate["interval"]["high"]),
            ] {
                let (own, theirs) = (own.as_f64().expect("a number"), theirs.as_f64().expect("a number"));
                assert!((own - theirs).abs() < 1e-9 * theirs.abs(), "{measure}: {own} {theirs}");
            }
        }
    }
}

#[test]
fn every_format_tells_the_same() {
    let place = Place::new();
    let run =
        |more: &[&str]| place.run(&[&["attribute", "offers.toml", "--strategy", "cascade"][..], more].concat()).fine();
    let finding = PLAYED["findings"][0].as_str().expect("a sentence");
    let table = run(&[]);
    assert!(table.lines().take(5).any(|line| line.trim() == finding), "{table}");
    assert!(run(&["--all"]).len() > table.len() + 500);
    let markdown = run(&["--format", "markdown"]);
    assert!(markdown.contains("\n## Does it add up?\n") && markdown.contains("\n## Definitions\n"), "{markdown}");
    let csv = run(&["--format", "csv"]);
    let rows: Vec<&str> = csv.lines().collect();
    assert_eq!(rows.len(), 1 + PLAYED["lines"].as_array().expect("a list").len());
    assert!(rows[0].starts_with("part,name,sent,") && rows[1].starts_with("all,cascade,"), "{csv}");
    // Threads show nowhere.
    assert_eq!(run(&["--threads", "1"]), run(&["--threads", "3"]));
    assert_eq!(PLAYED["lines"][1]["name"], "email");
    assert_eq!(PLAYED["pairs"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_report_is_whole_and_the_same_again() {
    let place = Place::new();
    let make = |folder: &str| {
        place.run(&["attribute", "offers.toml", "--strategy", "cascade", "--report", folder, "--quiet"]).fine();
        let read = |name: &str| std::fs::read(place.at(folder).join(name)).expect("it is there");
        [
            "report.html",
            "summary.json",
            "tables/attribution.csv",
            "tables/pairs.csv",
            "tables/sums.csv",
            "charts/credit-channel.svg",
        ]
        .map(read)
    };
    let made = make("one");
    assert_eq!(made, make("other"));
    let page = String::from_utf8_lossy(&made[0]).into_owned();
    for words in [
        PLAYED["findings"][0].as_str().expect("a sentence"),
        "id=\"credit\"",
        "id=\"together\"",
        "channelmix attribute scenario.toml --strategy cascade --seed 11 --simulate 2048 --report report",
    ] {
        assert!(page.contains(words), "{words}");
    }
    // What the page says it takes to make it again does.
    let again = place.run(&[
        "attribute",
        "offers.toml",
        "--strategy",
        "cascade",
        "--seed",
        "11",
        "--simulate",
        "2048",
        "--report",
        "one",
        "--overwrite",
        "--format",
        "json",
    ]);
    assert_eq!(again.json(), *PLAYED);
    let refused = place.run_at_once(&["attribute", "offers.toml", "--report", "one"]).refused();
    assert!(refused.contains("--overwrite"), "{refused}");
}

#[test]
fn a_question_that_makes_no_sense_is_refused() {
    let place = Place::new();
    place.write("idle.toml", &format!("{SCENARIO}[strategies.idle]\n"));
    let none: String = SCENARIO.split("[strategies").next().expect("a part").to_owned();
    place.write("none.toml", &none);
    for (arguments, told) in [
        (&["offers.toml", "--strategy", "casade"][..], "the scenario has no strategy `casade`"),
        (&["offers.toml", "--strategy", "none"], "`none` sends nothing"),
        (&["idle.toml", "--strategy", "idle"], "`idle` sends nothing"),
        (&["none.toml"], "the scenario has no strategy whose messages could be credited"),
        (&["."], "is a folder"),
        (&["missing.toml"], "cannot be read"),
        (&["offers.toml", "--simulate", "5"], "128 or more"),
        (&["offers.toml", "--draws", "3"], "no input of this scenario is uncertain"),
        (&["offers.toml", "--overwrite"], "--report"),
        (&["offers.toml", "--set", "attribution.window=0d"], "must be longer than 0"),
        (&["offers.toml", "--set", "attribution.window=7"], "duration"),
        (&["offers.toml", "--set", "attribution.windows=7d"], "windows"),
    ] {
        let refused = place.run_at_once(&[&["attribute", "--quiet"], arguments].concat()).refused();
        assert!(refused.contains(told), "{arguments:?}: {refused}");
    }
}
