//! What holds of every customer of every scenario: random small scenarios, all customers followed event by event.

use super::{DAY, Seen, Stage, head};
use channelmix::engine::{Event, Message, Reason};
use proptest::prelude::*;

const CONTACTS: [&str; 3] = ["email", "push", "sms"];

fn share() -> impl Strategy<Value = f64> {
    prop_oneof![1 => Just(0.0), 1 => Just(1.0), 4 => (1..1000).prop_map(|n| f64::from(n) / 1000.0)]
}

fn delay() -> impl Strategy<Value = String> {
    prop_oneof![
        (0..200_000).prop_map(|seconds| format!("\"{seconds}s\"")),
        (1..72).prop_map(|hours| format!("{{ mean = \"{hours}h\" }}")),
        (1..24, 1..5)
            .prop_map(|(median, factor)| format!("{{ median = \"{median}h\", p90 = \"{}h\" }}", median * factor)),
    ]
}

fn channel() -> impl Strategy<Value = String> {
    (share(), share(), share(), share(), delay(), delay(), 0..3).prop_map(|(delivery, open, click, opt_out, open_delay, click_delay, spread)| {
        format!(
            "cost_per_message = 0.01\ndelivery_rate = {delivery:?}\nopen_rate = {open:?}\nclick_to_open_rate = {click:?}\nopt_out_rate = {:?}\n\
             open_delay = {open_delay}\nclick_delay = {click_delay}\naffinity_spread = {spread}\nopt_in = 0.7\nlanding = \"web\"\n",
            opt_out * 0.2
        )
    })
}

fn segment() -> impl Strategy<Value = String> {
    let joined = prop_oneof![
        Just("\"cohort\"".to_owned()),
        (0..300).prop_map(|days| format!("{{ base = {{ age = \"{days}d\" }} }}")),
        Just("{ arrivals = { every = \"14d\", counts = [1, 2, 3, 4, 5] } }".to_owned()),
    ];
    let dropout = prop_oneof![
        Just(String::new()),
        Just("dropout = { after-order = 0.2 }".to_owned()),
        Just("dropout = { after-journey = { a = 1.0, b = 15.0 } }".to_owned()),
    ];
    let demand = prop_oneof![
        3 => (1..60, dropout).prop_map(|(days, dropout)| format!("needs = {{ every = \"{days}d\", shape = 1.2 }}\n{dropout}\n")),
        1 => Just("purchases = { r = 0.9, alpha = 4.0, a = 0.8, b = 2.4, unit = \"7d\" }\n".to_owned()),
    ];
    let lapse = prop_oneof![Just("silent"), Just("known")];
    (joined, demand, lapse).prop_map(|(joined, demand, lapse)| {
        let lapse = if joined.contains("age") { "silent" } else { lapse };
        format!("joined = {joined}\nlapse = \"{lapse}\"\n{demand}basket = {{ lognormal = {{ mean = 60, cv = 0.8 }} }}\ngross_margin = 0.4\nentry = {{ web = 0.5, store = 0.5 }}\nhops = {{ web = {{ store = 0.2 }} }}\n")
    })
}

fn plan() -> impl Strategy<Value = String> {
    let condition = prop_oneof![
        2 => Just(String::new()),
        3 => (prop_oneof![Just("opened"), Just("clicked"), Just("ordered")], prop_oneof![Just("end"), Just("next")])
            .prop_map(|(unless, otherwise)| format!(", unless = \"{unless}\", otherwise = \"{otherwise}\"")),
    ];
    let step = (0..3_usize, 0..60, condition);
    prop_oneof![
        4 => prop::collection::vec(step, 1..5).prop_map(|steps| {
            let steps = steps.iter().enumerate().map(|(i, (channel, hours, condition))| {
                format!("{{ send = \"{}\", after = \"{hours}h\"{} }}", CONTACTS[*channel], if i == 0 { "" } else { condition })
            });
            format!("cascade = [ {} ]", steps.collect::<Vec<_>>().join(", "))
        }),
        1 => Just("blast = [ \"push\", \"email\" ]".to_owned()),
        1 => Just("mix = { email = 0.5, sms = 0.5 }".to_owned()),
    ]
}

fn campaign() -> impl Strategy<Value = String> {
    (1..15, 0..24, any::<bool>(), share(), 0..60).prop_map(|(days, hour, goal, displacement, window)| {
        let goal = if goal { "goal = \"order\"\n" } else { "" };
        format!("trigger = {{ every = \"{days}d\", at = \"{hour:02}:00\" }}\n{goal}displacement = {displacement:?}\ndisplacement_window = \"{window}d\"\n")
    })
}

prop_compose! {
    fn scenario()(
        channels in [channel(), channel(), channel()],
        rates in (0..500, 0..500),
        segment in segment(),
        campaigns in [campaign(), campaign()],
        plans in [plan(), plan()],
    ) -> String {
        let mut text = head("70d", "tail = \"7d\"");
        for (name, channel) in CONTACTS.iter().zip(channels) {
            text += &format!("[channels.{name}]\n{channel}");
        }
        text += &format!("[channels.web]\norder_rate = {:?}\n[channels.store]\norder_rate = {:?}\n", f64::from(rates.0 + 1) / 1000.0, f64::from(rates.1) / 1000.0);
        text += &format!("[segments.all]\nshare = 1.0\n{segment}");
        for (i, campaign) in campaigns.iter().enumerate() {
            text += &format!("[campaigns.c{i}]\n{campaign}");
        }
        text += &format!("[strategies.one.campaigns.c0]\n{}\n", plans[0]);
        text + &format!("[strategies.two]\nextends = \"one\"\n[strategies.two.campaigns.c1]\n{}\n", plans[1])
    }
}

fn holds(stage: &Stage, strategy: &str, seen: &Seen) {
    let world = &stage.world;
    let Some(ending) = seen.ending else {
        assert!(seen.events.is_empty(), "who never joins does nothing");
        return;
    };
    let (start, Event::Joined { alive, opted_in }) = seen.events[0] else { panic!("joining comes first") };
    assert!(seen.events.is_sorted_by_key(|(at, _)| *at), "events come in order of time");
    assert!(start >= 0 && seen.events.iter().all(|(at, _)| *at < world.horizon), "nothing happens after the horizon");
    let known = stage.tables.segments[0].known_loss;
    let (mut alive, mut out) = (alive, 0_u64);
    let mut counts = [[0_i32; 4]; 8];
    let (mut journeys, mut ends, mut orders, mut last) = (0, 0, 0, i64::MIN);
    for &(at, event) in &seen.events {
        let is_over = matches!(event, Event::Withheld(_, Reason::LossKnown));
        assert!(alive || !known || is_over, "nothing follows a known loss but the end of what waited: {event:?}");
        match event {
            Event::Sent(Message { channel, .. }) => {
                assert!(opted_in & !out & 1 << channel != 0, "no message without consent");
                counts[usize::from(channel)][0] += 1;
            }
            Event::Delivered(Message { channel, .. }) => counts[usize::from(channel)][1] += 1,
            Event::Withheld(..)
            | Event::Held(..)
            | Event::RunBegan(_)
            | Event::Refused(..)
            | Event::Joined { .. }
            | Event::Hopped { .. }
            | Event::CartLeft(_)
            | Event::ContextLost { .. }
            | Event::CartFound(_)
            | Event::Replied(_)
            | Event::BilledInWindow(_)
            | Event::ConversationBegan(_)
            | Event::UnderPressure(..)
            | Event::Complained(_)
            | Event::OptedIn(_)
            | Event::Renewed { .. }
            | Event::Duplicated(_)
            | Event::DeliveredTwice(_)
            | Event::SeenOpened(_)
            | Event::SeenClicked(_)
            | Event::Lost => {}
            Event::Opened(Message { channel, .. }) => counts[usize::from(channel)][2] += 1,
            Event::Clicked(Message { channel, .. }) => counts[usize::from(channel)][3] += 1,
            Event::OptedOut(Message { channel, .. }) => {
                assert!(out & 1 << channel == 0, "nobody opts out twice");
                out |= 1 << channel;
            }
            Event::JourneyBegan(_) => journeys += 1,
            Event::Bounced(_) => ends += 1,
            Event::Ordered { value, .. } => {
                assert!(value >= 0);
                orders += 1;
                last = at;
            }
        }
        if matches!(
            event,
            Event::Opened(_)
                | Event::Clicked(_)
                | Event::Replied(_)
                | Event::OptedOut(_)
                | Event::JourneyBegan(_)
                | Event::Ordered { .. }
                | Event::Lost
        ) {
            assert!(alive, "the lost never respond: {event:?}");
        }
        alive &= event != Event::Lost;
        for [sent, delivered, opened, clicked] in counts {
            assert!(sent >= delivered && delivered >= opened && opened >= clicked);
        }
    }
    assert!(orders + ends <= journeys);
    assert_eq!(ending.alive, alive);
    assert_eq!(ending.ordered, orders > 0);
    assert_eq!(ending.retained, last >= world.horizon - 14 * DAY);
    assert_eq!(ending.contacted, counts.iter().any(|counts| counts[1] > 0));
    assert_eq!(ending.responded, counts.iter().any(|counts| counts[3] > 0));
    if strategy == "none" {
        assert!(counts.iter().flatten().all(|&count| count == 0));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_customer_of_every_scenario_keeps_the_rules(text in scenario()) {
        let stage = Stage::new(&text);
        for customer in 0..20 {
            for strategy in ["one", "two", "none"] {
                let seen = stage.play(strategy, customer);
                holds(&stage, strategy, &seen);
                prop_assert_eq!(seen, stage.play(strategy, customer));
            }
        }
    }
}
