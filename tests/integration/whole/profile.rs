//! One profile or silos: hops that lose the context (R47), what channels know of each other (R48), carts found again (R49).

use channelmix::abtest::bank::{Bank, Error, MOST_BYTES};
use channelmix::engine::{Ending, Event, Scratch, Start, Watch, play};
use channelmix::scenario;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, StrategyTallies, Tallies};
use channelmix::world::{Draw, World};

use crate::stories::{MONDAY, told, told_of, world};

/// A cascade of strategy `s` for campaign `c`, with more keys of the campaign and of the strategy, and a `[context]`.
fn story(campaign: &str, steps: &str, profile: &str, context: &str) -> String {
    format!(
        "{MONDAY}{campaign}\n[context]\n{context}\n[strategies.s]\nprofile = \"{profile}\"\n\
         [strategies.s.campaigns.c]\ncascade = [{steps}]\n"
    )
}

/// Clicks on e-mails and orders on the web, always.
const BUYS: [&str; 2] = ["channels.email.click_to_open_rate=1.0", "channels.web.order_rate=1.0"];

#[test]
fn r48_in_silos_the_same_offer_arrives_twice() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "1d", unless = "opened" }"#;
    let twice = ["0d 10:00 email", "1d 10:00 sms"];
    let once = ["0d 10:00 email", "1d 10:00 sms not: ConditionMet"];
    assert_eq!(told(&[], &story("", steps, "unified", "")), once);
    assert_eq!(told(&[], &story("", steps, "siloed", "")), twice);
    // Whoever shares, knows.
    assert_eq!(told(&[], &story("", steps, "siloed", r#"shared = [["email", "sms"]]"#)), once);
    assert_eq!(told(&[], &story("", steps, "siloed", r#"shared = [["email", "web"]]"#)), twice);
    // Two groups are not joined by the channel that is in both.
    assert_eq!(told(&[], &story("", steps, "siloed", r#"shared = [["email", "web"], ["web", "sms"]]"#)), twice);
    // A sync that always fails is a silo; what happens on the channel itself it always knows.
    assert_eq!(told(&[], &story("", steps, "unified", "sync_failure = 1")), twice);
    let own = r#"{ send = "email" }, { send = "email", after = "1d", unless = "opened" }"#;
    for (profile, context) in [("siloed", ""), ("unified", "sync_failure = 1"), ("unified", "sync_lag = \"30d\"")] {
        let told = told(&[], &story("", own, profile, context));
        assert_eq!(told, ["0d 10:00 email", "1d 10:00 email not: ConditionMet"], "{profile} {context}");
    }
}

#[test]
fn r48_what_is_not_known_is_missing_too() {
    let steps = |otherwise: &str| {
        format!(
            r#"{{ send = "email" }}, {{ send = "sms", after = "1d", only_if = "opened", otherwise = "{otherwise}" }}, {{ send = "email", after = "2d" }}"#
        )
    };
    let goes_on = ["0d 10:00 email", "1d 10:00 sms not: ConditionNotMet", "2d 10:00 email"];
    assert_eq!(told(&[], &story("", &steps("next"), "siloed", "")), goes_on);
    // The e-mail channel knows that it was opened: for it the run does not end.
    assert_eq!(told(&[], &story("", &steps("end"), "siloed", "")), goes_on);
    assert_eq!(
        told(&[], &story("", &steps("end"), "unified", "")),
        ["0d 10:00 email", "1d 10:00 sms", "3d 10:00 email"]
    );
    let never = &["channels.email.open_rate=0.0"];
    assert_eq!(told(never, &story("", &steps("end"), "siloed", "")), goes_on[..2]);
}

#[test]
fn r48_an_order_on_one_channel_does_not_stop_the_messages_of_another() {
    let steps = r#"{ send = "email" }, { send = "email", after = "1d" }, { send = "sms", after = "2d" }"#;
    let play = |profile: &str, context: &str| told(&BUYS, &story("goal = \"order\"", steps, profile, context));
    let then = |more: &[&str]| -> Vec<String> {
        let first = ["0d 10:00 email", "0d 10:00 email clicked", "0d 10:00 ordered"];
        first.iter().chain(more).map(|&line| line.to_owned()).collect()
    };
    assert_eq!(play("unified", ""), then(&["1d 10:00 email not: GoalMet"]));
    // Nobody knows what was ordered in the shop.
    let again = ["1d 10:00 email", "1d 10:00 email clicked", "1d 10:00 ordered", "3d 10:00 sms"];
    assert_eq!(play("siloed", ""), then(&again));
    // E-mail knows, and sends nothing more; text messages go on, two days after the last one.
    let shared = r#"shared = [["email", "web"]]"#;
    assert_eq!(play("siloed", shared), then(&["1d 10:00 email not: GoalMet", "2d 10:00 sms"]));
    let all = r#"shared = [["email", "sms", "push", "web"]]"#;
    assert_eq!(play("siloed", all), then(&["1d 10:00 email not: GoalMet"]));
}

#[test]
fn r48_ordered_in_a_condition_is_known_where_the_order_is_known() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "1d", unless = "ordered" }"#;
    let play = |context: &str| told(&BUYS, &story("", steps, "siloed", context)).pop();
    assert_eq!(play("").as_deref(), Some("1d 10:00 sms"));
    assert_eq!(play(r#"shared = [["email", "sms"]]"#).as_deref(), Some("1d 10:00 sms"));
    assert_eq!(play(r#"shared = [["web", "sms"]]"#).as_deref(), Some("1d 10:00 sms not: ConditionMet"));
}

#[test]
fn r48_other_channels_know_when_the_lag_is_over() {
    let play = |wait: &str, channel: &str| {
        let steps = format!(r#"{{ send = "email" }}, {{ send = "{channel}", after = "{wait}", unless = "opened" }}"#);
        told(&[], &story("", &steps, "unified", "sync_lag = \"1d\"")).pop().expect("the second step has an outcome")
    };
    assert_eq!(play("23h59m59s", "sms"), "1d 09:59:59 sms");
    assert_eq!(play("24h", "sms"), "1d 10:00 sms not: ConditionMet");
    assert_eq!(play("1h", "email"), "0d 11:00 email not: ConditionMet");
}

#[test]
fn r48_a_sync_fails_once_for_each_event() {
    // Two text messages read the same opening: both hear of it, or neither.
    let steps = r#"{ send = "email" }, { send = "sms", after = "1d", unless = "opened", otherwise = "next" }, { send = "push", after = "2d", unless = "opened", otherwise = "next" }"#;
    let world = world(&["channels.sms.open_rate=0.0"], &story("", steps, "unified", "sync_failure = 0.5"));
    let outcomes: Vec<usize> = (0..400)
        .map(|customer| told_of(&world, "s", customer).join(";"))
        .map(|told| told.matches("ConditionMet").count())
        .collect();
    let of = |wanted: usize| outcomes.iter().filter(|&&count| count == wanted).count();
    assert_eq!(of(1), 0);
    // 400 coins: five standard deviations are 50.
    assert!(of(0).abs_diff(200) < 50, "{}", of(0));
}

#[test]
fn r48_caps_count_the_messages_of_channels_that_share() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "1h" }, { send = "email", after = "1h" }"#;
    let play = |profile: &str, context: &str| {
        let policies = "[strategies.s.policies]\ncaps = [{ messages = 1, per = \"24h\" }]\n";
        told(&[], &(story("", steps, profile, context) + policies))
    };
    let capped = ["0d 10:00 email", "0d 11:00 sms not: Capped", "0d 11:00 email not: Capped"];
    assert_eq!(play("unified", ""), capped);
    // What is sent is known to the senders whatever becomes of syncs.
    assert_eq!(play("unified", "sync_failure = 1\nsync_lag = \"2d\""), capped);
    assert_eq!(play("siloed", r#"shared = [["email", "sms"]]"#), capped);
    assert_eq!(play("siloed", ""), ["0d 10:00 email", "0d 11:00 sms", "0d 12:00 email not: Capped"]);
}

#[test]
fn r48_exits_are_left_by_whoever_knows() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "1d" }"#;
    let play = |when: &str, profile: &str, context: &str| {
        told(&[], &story(&format!("exit = [\"opened\"]\nexits = \"{when}\""), steps, profile, context)).pop()
    };
    assert_eq!(play("at-once", "unified", "").as_deref(), Some("0d 10:00 sms not: Exit"));
    assert_eq!(play("when-due", "unified", "").as_deref(), Some("1d 10:00 sms not: Exit"));
    // What is not known everywhere at once is read when a step is due.
    assert_eq!(play("at-once", "unified", "sync_lag = \"1h\"").as_deref(), Some("1d 10:00 sms not: Exit"));
    assert_eq!(play("at-once", "siloed", "").as_deref(), Some("1d 10:00 sms"));
    // An opt-out is known to the whole firm.
    let out = told(
        &["channels.email.opt_out_rate=1.0"],
        &story("exit = [\"opted-out\"]", steps, "siloed", "sync_failure = 1"),
    );
    assert_eq!(out, ["0d 10:00 email", "0d 10:00 email opted out", "1d 10:00 sms not: Exit"]);
}

#[test]
fn r48_a_step_for_which_the_run_is_over_does_not_come_back_behind_one_that_goes_on() {
    let steps = r#"{ send = "email" }, { send = "email", after = "1d", unless = "opened" }, { send = "sms", after = "1d" }, { send = "email", after = "1d" }"#;
    let told = told(&[], &story("", steps, "siloed", ""));
    assert_eq!(told, ["0d 10:00 email", "1d 10:00 email not: ConditionMet", "1d 10:00 sms"]);
}

#[test]
fn r48_a_run_ends_at_once_in_the_second_of_what_ends_it_or_when_due() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "1d" }"#;
    let play = |delay: &str| {
        let late = format!("channels.email.click_delay={delay}");
        let campaign = "exit = [\"opened\", \"clicked\"]\nexits = \"at-once\"";
        told(&[BUYS[0], &late], &story(campaign, steps, "unified", "sync_lag = \"1h\"")).pop()
    };
    // When it is clicked, text messages know of the opening; but that was hours ago, and of the click they do not know.
    for delay in ["0s", "3h"] {
        assert_eq!(play(delay).as_deref(), Some("1d 10:00 sms not: Exit"));
    }
}

#[test]
fn r48_who_can_send_nothing_more_need_not_know_for_a_run_to_end_at_once() {
    let campaign = "exit = [\"opened\"]\nexits = \"at-once\"";
    let play = |steps: &str| told(&[], &story(campaign, steps, "siloed", "")).pop();
    // Nothing called for the text message.
    let past = play(r#"{ send = "email", fallback = ["sms"] }, { send = "email", after = "1d" }"#);
    assert_eq!(past.as_deref(), Some("0d 10:00 email not: Exit"));
    let ahead = play(r#"{ send = "email" }, { send = "email", after = "1d", fallback = ["sms"] }"#);
    assert_eq!(ahead.as_deref(), Some("1d 10:00 email not: Exit"));
}

/// Journeys over three channels, carts, a cascade with a goal: everything that a profile can change.
const FIRM: &str = r#"
name = "t"
currency = "EUR"
start = 2026-01-05
horizon = "182d"
tail = "14d"
retention_window = "28d"
simulate = 4096
[channels.web]
order_rate = 0.08
cart_rate = 0.5
[channels.app]
order_rate = 0.1
cart_rate = 0.3
[channels.store]
order_rate = 0.3
[channels.email]
opt_in = 0.9
cost_per_message = 0.01
open_rate = 0.5
click_to_open_rate = 0.4
open_delay = { mean = "6h" }
landing = "web"
[channels.push]
opt_in = 0.7
cost_per_message = 0.02
open_rate = 0.6
click_to_open_rate = 0.3
landing = "app"
[segments.all]
share = 1.0
joined = "cohort"
needs = { every = "20d", shape = 2 }
dropout = { after-journey = 0.02 }
basket = { fixed = 10 }
gross_margin = 0.5
entry = { web = 0.5, app = 0.3, store = 0.2 }
hops = { web = { app = 0.2, store = 0.2 }, app = { web = 0.3 }, store = { web = 0.1, app = 0.1 } }
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
goal = "order"
intent = 2
displacement = 0.3
[campaigns.cart]
trigger = { event = "cart-abandoned" }
[strategies.s.campaigns]
offer = { cascade = [{ send = "email" }, { send = "push", after = "1d", unless = "clicked" }, { send = "email", after = "2d" }] }
cart = { cascade = [{ send = "push", after = "1h" }] }
"#;

/// What cannot be told apart by what a profile changes.
const EFFECTS: &str = "\n[context]\nleave_odds = 3\ncart_odds = 4\n";

fn load(text: &str) -> World {
    let loaded = scenario::load("test", text, &[]);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}\n{text}"))).expect("it can be played")
}

fn siloed(text: &str) -> String {
    text.replacen("[strategies.s.campaigns]", "[strategies.s]\nprofile = \"siloed\"\n[strategies.s.campaigns]", 1)
}

fn played(text: &str) -> Tallies {
    let plan = Plan { seed: 5, draws: 2, per_draw: 1500, batch: 500, strategies: vec![0, 1] };
    simulate(&load(text), &plan, &()).expect("it can be played")
}

fn of(strategy: &StrategyTallies, count: ChannelCount) -> i128 {
    strategy.totals.iter().map(|row| row.total(count)).sum()
}

#[test]
fn r47_a_perfect_sync_is_no_context_at_all() {
    let plain = played(FIRM);
    let written = "\n[context]\nsync_failure = 0\nsync_lag = \"0s\"\nshared = []\nleave_odds = 1\ncart_odds = 1\n";
    assert_eq!(plain, played(&(FIRM.to_owned() + written)));
    // Odds without anything lost, and lost contexts without odds, change no life either.
    assert_eq!(plain, played(&(FIRM.to_owned() + "\n[context]\nleave_odds = 5\n")));
    let world = |text: &str| load(text).scenario.essence();
    assert_eq!(world(FIRM), world(&(FIRM.to_owned() + written)));
    let all = "\n[context]\nshared = [[\"web\", \"app\", \"store\", \"email\", \"push\"]]\n";
    assert_eq!(plain, played(&siloed(&(FIRM.to_owned() + all))));
    let told = of(&plain.strategies[0], ChannelCount::Orders);
    assert!(told > 5000 && of(&plain.strategies[0], ChannelCount::ContextsLost) == 0, "{told}");
}

#[test]
fn r47_all_shared_is_unified_whatever_syncs_do() {
    let context = format!("{EFFECTS}sync_failure = 0.3\nsync_lag = \"36h\"\n");
    let unified = played(&(FIRM.to_owned() + &context));
    let all = "shared = [[\"web\", \"app\", \"store\", \"email\", \"push\"]]\n";
    assert_eq!(unified, played(&siloed(&(FIRM.to_owned() + &context + all))));
    assert!(of(&unified.strategies[0], ChannelCount::ContextsLost) > 1000);
    assert_ne!(unified, played(&siloed(&(FIRM.to_owned() + &context))));
}

#[test]
fn r47_total_failure_is_a_silo() {
    let failing = played(&(FIRM.to_owned() + EFFECTS + "sync_failure = 1\n"));
    let siloed = played(&siloed(&(FIRM.to_owned() + EFFECTS)));
    assert_eq!(failing.strategies[0], siloed.strategies[0]);
    let strategy = &siloed.strategies[0];
    // Every hop loses the context, and tallies by pair of channels say the same.
    assert_eq!(of(strategy, ChannelCount::ContextsLost), of(strategy, ChannelCount::Hops));
    let (flows, channels) = (&strategy.flows, 5);
    for (place, &times) in flows.touches.iter().enumerate() {
        let hops = if place % (channels + 1) == channels { 0 } else { times };
        assert_eq!(flows.contexts_lost[place], hops);
    }
}

/// What one customer did.
struct Heard(Vec<(i64, Event)>);

impl Watch for Heard {
    fn see(&mut self, at: i64, event: Event) {
        self.0.push((at, event));
    }
    fn end(&mut self, _: Ending) {}
}

/// The lives of customers under strategy `s`.
fn lives(text: &str, customers: u64) -> Vec<Vec<(i64, Event)>> {
    let world = load(text);
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let life = |customer: u64| {
        let start = Start::new(&world, &tables, 5, 0, customer);
        let mut heard = Heard(Vec::new());
        play(&world, &tables, &world.strategies[0], &start, &mut Scratch::default(), &mut heard);
        heard.0
    };
    (0..customers).map(life).collect()
}

#[test]
fn r47_lost_contexts_without_odds_move_nobody() {
    let hops = |life: &[(i64, Event)]| -> Vec<(i64, Event)> {
        let of_journeys = |event: &Event| !matches!(event, Event::ContextLost { .. });
        life.iter().copied().filter(|(_, event)| of_journeys(event)).collect()
    };
    // Without a plan that could read what channels know.
    let alone = |text: &str| text.replacen("offer = {", "#", 1).replacen("cart = {", "#", 1);
    let plain = lives(&alone(FIRM), 300);
    let mut lost = 0;
    for (one, other) in plain.iter().zip(lives(&alone(&siloed(FIRM)), 300)) {
        lost += other.len() - one.len();
        assert_eq!(one, &hops(&other));
    }
    assert!(lost > 500, "{lost}");
}

#[test]
fn r47_the_same_hops_fail_whatever_the_profile() {
    // Nothing follows from it here, so that journeys are the same; the store is a silo of its own.
    let text = FIRM.replacen("offer = {", "#", 1).replacen("cart = {", "#", 1)
        + "\n[context]\nsync_failure = 0.4\nshared = [[\"web\", \"app\"]]\n";
    let failed = |text: &str| -> Vec<Vec<(i64, Event)>> {
        let of_two = |event: &Event| matches!(event, Event::ContextLost { from: 0 | 1, to: 0 | 1 });
        let only = |life: Vec<(i64, Event)>| life.into_iter().filter(|(_, event)| of_two(event)).collect();
        lives(text, 300).into_iter().map(only).collect()
    };
    let unified = failed(&text);
    assert_eq!(unified, failed(&siloed(&text)));
    let lost = unified.iter().flatten().count();
    assert!(lost > 200, "{lost}");
}

#[test]
fn r47_signs() {
    let silo = |odds: &str| {
        let tallies = played(&siloed(&format!("{FIRM}\n[context]\nleave_odds = {odds}\n")));
        let strategy = &tallies.strategies[0];
        let journeys = of(strategy, ChannelCount::Journeys) as f64;
        (of(strategy, ChannelCount::Orders) as f64 / journeys, of(strategy, ChannelCount::Hops) as f64 / journeys)
    };
    let (usual, high, sure) = (silo("1"), silo("3"), silo("1e12"));
    assert!(usual.0 > high.0 * 1.05 && high.0 > sure.0 * 1.05, "{usual:?} {high:?} {sure:?}");
    assert!(usual.1 > high.1 * 1.05 && high.1 > sure.1 * 1.02, "{usual:?} {high:?} {sure:?}");
    // None is unified here.
    let tallies = played(&siloed(&format!("{FIRM}{EFFECTS}")));
    assert_eq!(of(&tallies.strategies[1], ChannelCount::ContextsLost), 0);
    let joined: i128 = tallies.strategies[1].totals.iter().map(|row| row.customers(CustomerCount::Joined)).sum();
    assert_eq!(joined, 3000);
}

/// Replays the carts of a life by the rule, apart from the engine: how many journeys found one, and how many must have.
fn carts_by_the_rule(life: &[(i64, Event)], finds: impl Fn(u8, u8) -> bool, lifetime: i64) -> (usize, usize) {
    let (mut cart, mut found, mut expected, mut known) = (None::<(i64, u8)>, 0, 0, false);
    for &(at, event) in life {
        let finds_at = |channel: u8, cart: Option<(i64, u8)>| {
            cart.is_some_and(|(left, on)| at - left < lifetime && finds(on, channel))
        };
        match event {
            Event::JourneyBegan(channel) => {
                known = finds_at(channel, cart);
                expected += usize::from(known);
            }
            Event::Hopped { to, .. } if !known => {
                known = finds_at(to, cart);
                expected += usize::from(known);
            }
            Event::CartFound(_) => found += 1,
            Event::CartLeft(channel) => cart = Some((at, channel)),
            Event::Ordered { .. } => cart = None,
            _ => {}
        }
    }
    (found, expected)
}

#[test]
fn r49_a_cart_is_found_by_journeys_within_its_life_where_it_is_known() {
    let context = "\n[context]\ncart_odds = 3\ncart_life = \"20d\"\n";
    let (mut everywhere, mut at_home) = (0, 0);
    for life in lives(&(FIRM.to_owned() + context), 300) {
        let (found, expected) = carts_by_the_rule(&life, |_, _| true, 20 * 86_400);
        assert_eq!(found, expected);
        everywhere += found;
    }
    for life in lives(&siloed(&(FIRM.to_owned() + context)), 300) {
        let (found, expected) = carts_by_the_rule(&life, |left, here| left == here, 20 * 86_400);
        assert_eq!(found, expected);
        at_home += found;
    }
    // Web and app share, the store does not.
    for life in lives(&siloed(&(FIRM.to_owned() + context + "shared = [[\"web\", \"app\"]]\n")), 300) {
        let (found, expected) =
            carts_by_the_rule(&life, |left, here| left == here || (left < 2 && here < 2), 20 * 86_400);
        assert_eq!(found, expected);
    }
    assert!(everywhere > at_home + 100 && at_home > 200, "{everywhere} {at_home}");
}

#[test]
fn r49_signs() {
    let orders = |odds: &str| {
        let tallies = played(&format!("{FIRM}\n[context]\ncart_odds = {odds}\n"));
        let strategy = &tallies.strategies[0];
        (of(strategy, ChannelCount::Orders), of(strategy, ChannelCount::CartsFound))
    };
    let (none, some, many) = (orders("1"), orders("2"), orders("8"));
    assert!(none.0 < some.0 && some.0 < many.0, "{none:?} {some:?} {many:?}");
    // Without effect none is looked for.
    assert!(none.1 == 0 && some.1 > 500);
}

#[test]
fn a_test_whose_arms_part_before_anybody_is_exposed_is_refused() {
    let text = FIRM.to_owned() + "[strategies.silos]\nextends = \"s\"\nprofile = \"siloed\"\n";
    let world = load(&text);
    let bank = |arms: [&str; 2]| {
        let strategies = arms.map(|name| world.strategy(name).expect("it exists")).to_vec();
        let plan = Plan { seed: 5, draws: 1, per_draw: 200, batch: 100, strategies };
        Bank::simulate(&world, &plan, MOST_BYTES, &())
    };
    assert!(bank(["none", "s"]).is_ok());
    for arms in [["s", "silos"], ["none", "silos"]] {
        match bank(arms) {
            Err(Error::Refused { what, help }) => {
                assert!(
                    what.contains("part before anybody is exposed") && help.contains("one `profile`"),
                    "{what} {help}"
                );
            }
            _ => panic!("{arms:?}"),
        }
    }
}

/// What is counted is what happened, and where.
#[test]
fn r24_lost_contexts_and_found_carts_are_counted_where_they_happen() {
    let text = siloed(&format!("{FIRM}{EFFECTS}shared = [[\"web\", \"store\"]]\nsync_failure = 0.2\n"));
    let world = load(&text);
    let plan = Plan { seed: 5, draws: 1, per_draw: 300, batch: 100, strategies: vec![0] };
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    let strategy = &tallies.strategies[0];
    let (mut lost, mut found) = ([0; 5], [0; 5]);
    let mut pairs = vec![0; 5 * 6];
    for (_, event) in lives(&text, 300).into_iter().flatten() {
        match event {
            Event::ContextLost { from, to } => {
                lost[usize::from(from)] += 1;
                pairs[usize::from(from) * 6 + usize::from(to)] += 1;
            }
            Event::CartFound(channel) => found[usize::from(channel)] += 1,
            _ => {}
        }
    }
    let counted = |count: ChannelCount| -> [i128; 5] {
        std::array::from_fn(|channel| strategy.totals.iter().map(|row| row.at(count, channel)).sum())
    };
    assert_eq!((counted(ChannelCount::ContextsLost), counted(ChannelCount::CartsFound)), (lost, found));
    assert_eq!(strategy.flows.contexts_lost, pairs);
    assert!(lost.iter().sum::<i128>() > 100 && found.iter().sum::<i128>() > 100, "{lost:?} {found:?}");
}
