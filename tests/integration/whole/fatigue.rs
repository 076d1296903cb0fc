//! Pressure, consent, goodwill and the score that customers give (R43 to R46).

use channelmix::engine::{Ending, Event, Reason, Scratch, Start, Watch, play};
use channelmix::measures::{MEASURES, measures_of};
use channelmix::scenario;
use channelmix::simulation::{Plan, simulate};
use channelmix::tally::{ChannelCount, CustomerCount, Row, Tallies};
use channelmix::world::{Draw, World};

const DAY: i64 = 86_400;

/// What stands behind it is laid over the scenario, so that it may change what that says.
const MORE: &str = "\n# And over it:\n";

/// What one customer did.
#[derive(Clone, Debug, Default, PartialEq)]
struct Seen {
    events: Vec<(i64, Event)>,
    ending: Option<Ending>,
}

impl Watch for Seen {
    fn see(&mut self, at: i64, event: Event) {
        self.events.push((at, event));
    }
    fn end(&mut self, ending: Ending) {
        self.ending = Some(ending);
    }
}

impl Seen {
    fn times(&self, keep: impl Fn(&Event) -> bool) -> usize {
        self.events.iter().filter(|(_, event)| keep(event)).count()
    }

    /// Pressure of each delivery in thousandths, in order of time.
    fn pressures(&self) -> Vec<u64> {
        let of = |event: &(i64, Event)| match event.1 {
            Event::UnderPressure(_, thousandths) => Some(thousandths),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }

    /// All that is told without fatigue too.
    fn without_pressure(mut self) -> Self {
        self.events.retain(|(_, event)| !matches!(event, Event::UnderPressure(..)));
        self
    }
}

fn world(text: &str) -> World {
    let (base, more) = text.split_once(MORE).unwrap_or((text, ""));
    let over: Vec<String> = more.contains('=').then(|| more.to_owned()).into_iter().collect();
    let loaded = scenario::load("test", base, &over);
    let problems = loaded.problems.render(&loaded.sources, false);
    World::new(loaded.scenario.unwrap_or_else(|| panic!("{problems}\n{text}")))
        .unwrap_or_else(|problem| panic!("{problem:?}"))
}

fn lives(text: &str, customers: u64) -> Vec<Seen> {
    let world = world(text);
    let tables = world.tables(Draw::Typical).expect("typical values can be played");
    let mut scratch = Scratch::default();
    let life = |customer: u64| {
        let start = Start::new(&world, &tables, 7, 0, customer);
        let mut seen = Seen::default();
        play(&world, &tables, &world.strategies[0], &start, &mut scratch, &mut seen);
        seen
    };
    (0..customers).map(life).collect()
}

fn life(text: &str) -> Seen {
    lives(text, 1).remove(0)
}

fn tallies(text: &str, customers: u64) -> (World, Tallies) {
    let world = world(text);
    let strategies = (0..world.strategies.len()).collect();
    let plan = Plan { seed: 7, draws: 1, per_draw: customers, batch: 256, strategies };
    let tallies = simulate(&world, &plan, &()).expect("it can be played");
    (world, tallies)
}

fn sum(tallies: &Tallies, strategy: usize) -> Row {
    let mut sum = Row::zero(tallies.layout);
    tallies.strategies[strategy].totals.iter().for_each(|row| sum.add(row));
    sum
}

/// Two channels whose messages are all delivered and opened, to customers who need nothing; a message every so many days
/// on each, offset by half a day.
fn certain(days: u32, more: &str) -> String {
    format!(
        r#"
name = "t"
currency = "EUR"
start = 2026-01-05
horizon = "56d"
tail = "0d"
retention_window = "14d"
[channels.web]
order_rate = 0.0
[channels.email]
cost_per_message = 0.01
open_rate = 1.0
click_to_open_rate = 0.0
opt_in = 1.0
landing = "web"
[channels.sms]
cost_per_message = 0.1
open_rate = 1.0
click_to_open_rate = 0.0
opt_in = 1.0
landing = "web"
[segments.all]
share = 1.0
needs = {{ every = "36500d" }}
joined = "cohort"
basket = {{ fixed = 10 }}
gross_margin = 0.5
entry = {{ web = 1.0 }}
[campaigns.offer]
trigger = {{ every = "{days}d", at = "10:00" }}
[campaigns.note]
trigger = {{ every = "{days}d", at = "22:00" }}
[strategies.s.campaigns.offer]
blast = ["email"]
[strategies.s.campaigns.note]
blast = ["sms"]
{MORE}{more}"#
    )
}

/// Customers as they are, under messages to which they respond in all ways.
fn rich(more: &str) -> String {
    format!(
        r#"
name = "t"
currency = "EUR"
start = 2026-01-05
horizon = "112d"
tail = "14d"
retention_window = "28d"
[channels.web]
order_rate = 0.2
cart_rate = 0.3
[channels.store]
order_rate = 0.4
[channels.email]
cost_per_message = 0.01
delivery_rate = 0.9
open_rate = 0.4
click_rate = 0.1
reply_rate = 0.05
opt_out_rate = 0.02
affinity_spread = 1.0
open_delay = {{ median = "5h", p90 = "2d" }}
opt_in = 0.7
landing = "web"
[channels.sms]
cost_per_message = 0.1
open_rate = 0.8
click_rate = 0.05
opt_out_rate = 0.03
opt_in = 0.5
landing = "web"
[segments.all]
share = 1.0
needs = {{ every = "20d", shape = 2 }}
dropout = {{ after-journey = 0.03 }}
basket = {{ lognormal = {{ mean = 40, cv = 0.5 }} }}
gross_margin = 0.5
entry = {{ web = 0.7, store = 0.3 }}
hops = {{ web = {{ store = 0.1 }} }}
[campaigns.offer]
trigger = {{ every = "3d", at = "10:00" }}
displacement = 0.5
[campaigns.cart]
trigger = {{ event = "cart-abandoned" }}
[strategies.s.campaigns.offer]
cascade = [{{ send = "email" }}, {{ send = "sms", after = "1d", unless = "clicked" }}]
[strategies.s.campaigns.cart]
blast = ["email"]
{MORE}{more}"#
    )
}

fn thousandths(pressure: f64) -> u64 {
    (1000.0 * pressure).round() as u64
}

#[test]
fn r43_pressure_comes_to_r_by_1_minus_r_and_counts_what_was_delivered_before() {
    // A message a day on each of two channels, half a day apart: 112 deliveries, of which each channel counts its own.
    let both = life(&certain(1, "[fatigue]\nhalf_life = \"4d\"\n"));
    let half_day = libm::exp2(-0.5 / 4.0);
    let expected = |n: usize, r: f64| thousandths((1..=n).map(|k| r.powi(k as i32)).sum());
    assert_eq!(both.pressures(), (0..112).map(|n| expected(n, half_day)).collect::<Vec<_>>());
    assert!((both.pressures()[111] as f64 / 1000.0 - half_day / (1.0 - half_day)).abs() < 1e-3);
    let own = life(&certain(1, "[channels.sms.fatigue]\nhalf_life = \"4d\"\n"));
    let day = libm::exp2(-1.0 / 4.0);
    assert_eq!(own.pressures(), (0..56).map(|n| expected(n, day)).collect::<Vec<_>>());
    // Where both are written, the overall one is told.
    let overall = "[fatigue]\nhalf_life = \"4d\"\n[channels.sms.fatigue]\nhalf_life = \"1d\"\n";
    assert_eq!(life(&certain(1, overall)).pressures(), both.pressures());
}

#[test]
fn r43_what_was_not_delivered_does_not_press() {
    let seen = life(&certain(1, "[fatigue]\nhalf_life = \"4d\"\n[channels.sms]\ndelivery_rate = 0.0\n"));
    let day = libm::exp2(-1.0 / 4.0);
    let expected: Vec<u64> = (0..56).map(|n| thousandths((1..=n).map(|k| day.powi(k)).sum())).collect();
    assert_eq!(seen.pressures(), expected);
}

#[test]
fn r43_transactional_messages_press_only_where_they_count_and_are_pressed_in_any_case() {
    let messages = |counts: &str| {
        let fatigue = format!("[fatigue]\nhalf_life = \"4d\"\n{counts}");
        life(&certain(1, &format!("{fatigue}[campaigns.note]\npurpose = \"transactional\"\n"))).pressures()
    };
    let (marketing, all) = (messages(""), messages("counts = \"all\"\n"));
    let day = libm::exp2(-1.0 / 4.0);
    let half = libm::exp2(-0.5 / 4.0);
    let offers = |n: i32| (1..=n).map(|k| day.powi(k)).sum::<f64>();
    // The note half a day after offer n meets it and all before it, and adds nothing.
    let expected: Vec<u64> =
        (0..56).flat_map(|n| [thousandths(offers(n)), thousandths((offers(n) + 1.0) * half)]).collect();
    assert_eq!(marketing, expected);
    assert_eq!(all, life(&certain(1, "[fatigue]\nhalf_life = \"4d\"\n")).pressures());
}

#[test]
fn r43_odds_of_1_and_shares_of_0_are_none_to_the_byte() {
    let plain = lives(&rich(""), 400);
    assert!(plain.iter().any(|seen| seen.times(|event| matches!(event, Event::OptedOut(_))) > 0));
    let pressed = "[fatigue]\nhalf_life = \"7d\"\n[channels.email.fatigue]\nhalf_life = \"30d\"\ncounts = \"all\"\n";
    let pressed: Vec<Seen> = lives(&rich(pressed), 400).into_iter().map(Seen::without_pressure).collect();
    assert!(plain == pressed, "odds of 1");
    let zero = "[goodwill]\nhalf_life = \"7d\"\norder = 3\nmessage = -1\ncomplaint = -5\n\
                [channels.email]\ncomplaint_rate = 0\nopt_in_at_order = 0\nreturn_at_order = 0\n";
    assert!(plain == lives(&rich(zero), 400), "goodwill that does nothing, shares of 0");
}

#[test]
fn r43_fatigue_moves_the_thresholds_and_never_the_words() {
    // Nothing comes of opening, so that the two worlds send the same.
    let more = "[channels.email]\nopen_rate = 0.5\n";
    let open = |seen: &Seen| -> Vec<i64> {
        let email = |event: &Event| matches!(event, Event::Opened(message) if message.channel == 1);
        seen.events.iter().filter(|(_, event)| email(event)).map(|(at, _)| *at).collect()
    };
    let all: Vec<_> = lives(&certain(1, more), 300).iter().map(open).collect();
    let fatigue = format!("{more}[fatigue]\nhalf_life = \"2d\"\nresponse_odds = 0.7\n");
    let left: Vec<_> = lives(&certain(1, &fatigue), 300).iter().map(open).collect();
    for (all, left) in all.iter().zip(&left) {
        assert!(left.iter().all(|at| all.contains(at)), "who opens though pressed opens without");
    }
    let count = |times: &[Vec<i64>]| times.iter().map(Vec::len).sum::<usize>();
    assert!(count(&left) * 5 < count(&all) * 4, "{} of {}", count(&left), count(&all));
}

#[test]
fn r43_what_is_certain_or_impossible_stays_so() {
    let more =
        "[channels.sms]\nopen_rate = 0.0\n[fatigue]\nhalf_life = \"30d\"\nresponse_odds = 0.01\nopt_out_odds = 100\n";
    let seen = life(&certain(1, more));
    assert_eq!(seen.times(|event| matches!(event, Event::Opened(message) if message.channel == 1)), 56);
    assert_eq!(seen.times(|event| matches!(event, Event::Opened(message) if message.channel == 2)), 0);
    assert_eq!(seen.times(|event| matches!(event, Event::OptedOut(_))), 0);
}

#[test]
fn r43_more_often_means_fewer_opens_a_message_and_more_opt_outs() {
    let fatigue = "[channels.email]\nopen_rate = 0.4\nopt_out_rate = 0.002\n\
                   [channels.email.fatigue]\nhalf_life = \"7d\"\nresponse_odds = 0.8\nopt_out_odds = 1.3\n\
                   [fatigue]\nhalf_life = \"7d\"\nresponse_odds = 0.95\n";
    let by_frequency = [14, 7, 3, 1].map(|days| {
        let (_, tallies) = tallies(&certain(days, fatigue), 4096);
        let row = sum(&tallies, 0);
        let of = |count| row.at(count, 1) as f64;
        let delivered = of(ChannelCount::Delivered);
        let pressure = of(ChannelCount::Pressure) / 1000.0 / delivered;
        [pressure, -of(ChannelCount::Opened) / delivered, of(ChannelCount::OptedOut) / delivered]
    });
    for (seldom, often) in by_frequency.iter().zip(&by_frequency[1..]) {
        for (what, (seldom, often)) in seldom.iter().zip(often).enumerate() {
            assert!(often > seldom, "{what}: {by_frequency:?}");
        }
    }
}

#[test]
fn r43_the_more_odds_the_more_losses_and_only_of_the_overall_pressure() {
    let lost = |odds: &str| {
        let fatigue = format!("[fatigue]\nhalf_life = \"14d\"\nloss_odds = {odds}\n");
        let (_, tallies) = tallies(&rich(&fatigue), 4096);
        sum(&tallies, 0).customers(CustomerCount::Lost)
    };
    let lost = ["0.8", "1", "1.3"].map(lost);
    assert!(lost[0] < lost[1] && lost[1] < lost[2], "{lost:?}");
}

#[test]
fn r44_a_complaint_is_told_opts_out_and_is_counted() {
    let more = "[channels.email]\ncomplaint_rate = 1.0\nopt_out_rate = 1.0\n";
    let seen = life(&certain(7, more));
    let told: Vec<&str> = seen
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Sent(message) if message.channel == 1 => Some("sent"),
            Event::Delivered(message) if message.channel == 1 => Some("delivered"),
            Event::Complained(_) => Some("complained"),
            Event::OptedOut(_) => Some("opted out"),
            Event::Opened(message) if message.channel == 1 => Some("opened"),
            Event::Withheld(_, Reason::OptedOut) => Some("not"),
            _ => None,
        })
        .collect();
    assert_eq!(told[..5], ["sent", "delivered", "complained", "opted out", "opened"]);
    assert_eq!(told[5..], ["not"; 7]);
    let (_, tallies) = tallies(&certain(7, more), 512);
    let row = sum(&tallies, 0);
    assert_eq!([ChannelCount::Complaints, ChannelCount::OptedOut].map(|count| row.total(count)), [512, 512]);
    assert_eq!(row.at(ChannelCount::Complaints, 1), 512);
}

#[test]
fn r44_only_marketing_is_complained_of_and_only_by_the_living() {
    let transactional = "[channels.sms]\ncomplaint_rate = 1.0\n[campaigns.note]\npurpose = \"transactional\"\n";
    assert_eq!(life(&certain(7, transactional)).times(|event| matches!(event, Event::Complained(_))), 0);
    let lost = "[channels.sms]\ncomplaint_rate = 1.0\n[segments.all]\njoined = { base = { age = \"0d\" } }\n\
                needs = { every = \"1d\" }\ndropout = { after-journey = 1.0 }\n";
    let seen = lives(&certain(7, lost), 100);
    for seen in seen {
        let at = |keep: fn(&Event) -> bool| seen.events.iter().find(|(_, event)| keep(event)).map(|(at, _)| *at);
        let lost = at(|event| matches!(event, Event::Lost));
        let complained = at(|event| matches!(event, Event::Complained(_)));
        assert!(complained.is_none_or(|at| lost.is_none_or(|lost| at <= lost)));
    }
}

#[test]
fn r44_orders_bring_opt_ins_for_the_first_time_and_again() {
    // An order a day or so; a message a day as long as there is consent.
    let shop = "[segments.all]\nneeds = { every = \"1d\" }\n[channels.web]\norder_rate = 1.0\n[channels.email]\nopt_in = 1e-12\n";
    let of = |more: &str| life(&certain(1, &format!("{shop}{more}")));
    let count = |seen: &Seen, channel: u8| {
        let opt_ins = seen.times(|event| *event == Event::OptedIn(channel));
        let sent = seen.times(|event| matches!(event, Event::Sent(message) if message.channel == channel));
        (opt_ins, sent)
    };
    let never = of("");
    assert_eq!(count(&never, 1), (0, 0));
    let won = of("opt_in_at_order = 1.0\nreturn_at_order = 0.0\n");
    let (opt_ins, sent) = count(&won, 1);
    assert!(opt_ins == 1 && sent > 40, "{opt_ins} {sent}");
    let first_order = won.events.iter().find(|(_, event)| matches!(event, Event::Ordered { .. })).map(|(at, _)| *at);
    let opted_in = won.events.iter().find(|(_, event)| *event == Event::OptedIn(1)).map(|(at, _)| *at);
    assert_eq!(first_order, opted_in);
    // Every message makes SMS customers opt out, and the next order brings them back, or does not.
    let back = of("[channels.sms]\nopt_out_rate = 1.0\nreturn_at_order = 1.0\n");
    let (opt_ins, sent) = count(&back, 2);
    assert!(opt_ins > 10 && sent.abs_diff(opt_ins) <= 1, "{opt_ins} {sent}");
    assert_eq!(count(&of("[channels.sms]\nopt_out_rate = 1.0\nopt_in_at_order = 1.0\n"), 2), (0, 1));
}

#[test]
fn r44_the_reason_follows_the_present_state_of_consent() {
    let shop = "[segments.all]\nneeds = { every = \"2d\" }\n[channels.web]\norder_rate = 1.0\n";
    let more = format!("{shop}[channels.sms]\nopt_in = 0.0\nopt_in_at_order = 1.0\nopt_out_rate = 1.0\n");
    let seen = life(&certain(1, &more));
    let reasons: Vec<Reason> = seen
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::Withheld(message, reason) if message.channel == 2 => Some(*reason),
            _ => None,
        })
        .collect();
    let never = reasons.iter().take_while(|reason| **reason == Reason::NotOptedIn).count();
    assert!(reasons[never..].iter().all(|reason| *reason == Reason::OptedOut) && reasons.len() - never > 40);
    assert_eq!(seen.times(|event| matches!(event, Event::Sent(message) if message.channel == 2)), 1);
}

#[test]
fn r44_reach_left_counts_who_opts_in_and_can_lie_above_all() {
    let more = "[segments.all]\nneeds = { every = \"2d\" }\n[channels.web]\norder_rate = 1.0\n\
                [channels.sms]\nopt_in = 0.2\nopt_in_at_order = 1.0\n[channels.email]\nopt_in = 1e-12\n";
    let (_, tallies) = tallies(&certain(7, more), 1024);
    let row = sum(&tallies, 0);
    let [at_first, since] = [ChannelCount::OptedIn, ChannelCount::OptIns].map(|count| row.total(count));
    assert_eq!(at_first + since, 1024);
    let reach = MEASURES.iter().find(|measure| measure.key == "reach_left").expect("it is a measure");
    let left = channelmix::measures::series(&tallies, reach, 0, None, 100.0).expect("somebody had opted in");
    assert!((left.values()[0] - 1024.0 / at_first as f64).abs() < 1e-9);
}

#[test]
fn r45_goodwill_moves_by_its_points_and_fades() {
    // The score is the goodwill itself: no spread, every point counts, and nobody is silent.
    let score = |goodwill: &str, more: &str| {
        let nps = "[goodwill.nps]\nmean = 5\nsd = 0\n";
        life(&certain(7, &format!("{more}[goodwill]\n{goodwill}{nps}"))).ending.and_then(|ending| ending.score)
    };
    assert_eq!(score("", ""), Some(5));
    // Eight messages on each channel.
    assert_eq!(score("message = 0.25\n", ""), Some(9));
    assert_eq!(score("message = -1\n", ""), Some(0));
    assert_eq!(score("message = 0.25\n", "[campaigns.note]\npurpose = \"transactional\"\n"), Some(7));
    // The last message of each channel lies seven days less ten, or twenty-two, hours before the end.
    let worth = |hours: f64| libm::exp2(-(7.0 - hours / 24.0) / 1.0);
    assert_eq!(
        score("message = 100\nhalf_life = \"1d\"\n", ""),
        Some(5 + (100.0 * (worth(10.0) + worth(22.0))).round() as u8)
    );
    assert_eq!(score("complaint = 3\n", "[channels.sms]\ncomplaint_rate = 1.0\n"), Some(8));
    let shop = "[segments.all]\nneeds = { every = \"1000d\" }\n[channels.web]\norder_rate = 1.0\n";
    let text = certain(7, &format!("{shop}[goodwill]\norder = 2\n[goodwill.nps]\nmean = 5\nsd = 0\n"));
    let scores = lives(&text, 200).into_iter().map(|seen| {
        let orders = seen.times(|event| matches!(event, Event::Ordered { .. }));
        (orders, seen.ending.and_then(|ending| ending.score))
    });
    let scores: Vec<_> = scores.collect();
    assert!(scores.iter().any(|(orders, _)| *orders > 0));
    assert!(scores.iter().all(|&(orders, score)| score == Some((5 + 2 * orders as u8).min(10))), "{scores:?}");
}

#[test]
fn r46_only_the_living_are_asked_and_each_answers_alike_under_every_strategy() {
    let asked = "[goodwill.nps]\nmean = 7\nsd = 2\nanswers = 0.5\n";
    let (_, tallies) = tallies(&rich(asked), 4096);
    let (own, none) = (sum(&tallies, 0), sum(&tallies, 1));
    for row in [&own, &none] {
        let [answers, alive] = [CustomerCount::Answers, CustomerCount::Alive].map(|count| row.customers(count) as f64);
        assert!((answers / alive - 0.5).abs() < 0.05, "{answers} of {alive}");
    }
    let pairs = lives(&rich(asked), 500).into_iter().zip(lives(&rich(asked).replace("3d", "21d"), 500));
    let mut both = 0;
    for (often, seldom) in pairs {
        let [often, seldom] = [often, seldom].map(|seen| seen.ending.expect("all join"));
        assert!(often.alive || often.score.is_none());
        if often.alive && seldom.alive {
            assert_eq!(often.score, seldom.score);
            both += usize::from(often.score.is_some());
        }
    }
    assert!(both > 50);
}

#[test]
fn measures_are_shown_where_a_scenario_has_them() {
    let shown = |more: &str| {
        let world = world(&certain(7, more));
        let keys = measures_of(&world.scenario).map(|measure| measure.key);
        keys.filter(|key| ["complaints", "opt_ins", "pressure", "nps"].contains(key)).collect::<Vec<_>>()
    };
    assert_eq!(shown(""), [""; 0]);
    assert_eq!(shown("[channels.sms]\ncomplaint_rate = 0.1\n"), ["complaints"]);
    assert_eq!(shown("[channels.sms]\nreturn_at_order = 0.1\n"), ["opt_ins"]);
    assert_eq!(shown("[channels.sms.fatigue]\nhalf_life = \"7d\"\n"), ["pressure"]);
    assert_eq!(shown("[goodwill]\nmessage = -1\n"), [""; 0]);
    assert_eq!(shown("[goodwill]\nmessage = -1\n[goodwill.nps]\nmean = 7\nsd = 2\n"), ["nps"]);
}

#[test]
fn r43_customers_of_a_past_and_of_later_join_without_pressure() {
    let base = certain(1, "[segments.all]\njoined = { base = { age = \"365d\" } }\n[fatigue]\nhalf_life = \"90d\"\n");
    assert_eq!(life(&base).pressures()[0], 0);
    let later =
        "[segments.all]\njoined = { arrivals = { every = \"28d\", counts = [1] } }\n[fatigue]\nhalf_life = \"90d\"\n";
    for seen in lives(&certain(1, later), 50) {
        let joined = seen.events[0].0;
        assert!(joined < 28 * DAY && seen.pressures()[0] == 0, "the one before left nothing behind");
    }
}
