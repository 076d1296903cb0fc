//! The same customer twice: what a strategy leaves out changes nothing of what remains (R1–R5).

use super::{DAY, EVERYTHING, STRATEGIES, Seen, Stage, everything, head, on, record, world};
use channelmix::engine::{Cause, Event, Message};
use channelmix::world::Draw;

const CUSTOMERS: u64 = 600;

#[test]
fn r1_two_identical_strategies_have_identical_events() {
    let stage = Stage::new(&everything());
    for customer in 0..CUSTOMERS {
        assert_eq!(stage.play("cascade", customer), stage.play("same", customer));
    }
}

#[test]
fn r1_strategies_that_part_late_agree_until_then() {
    let stage = Stage::new(&everything());
    let mut differ = 0;
    for customer in 0..CUSTOMERS {
        let (early, late) = (stage.play("cascade", customer), stage.play("late", customer));
        // New York's morning is later, so nine o'clock in UTC is before all of them.
        let before =
            |seen: &Seen| seen.events.iter().copied().filter(|(at, _)| *at < 70 * DAY + 9 * 3600).collect::<Vec<_>>();
        assert_eq!(before(&early), before(&late));
        differ += u64::from(early != late);
    }
    assert!(differ > CUSTOMERS / 2, "the last week must differ: {differ}");
}

/// The scenario without SMS: no channel, no opt-in, no step.
fn without_sms(text: &str) -> String {
    let from = text.find("[channels.sms]").expect("SMS is there");
    let to = text[from..].find("[segments").expect("segments follow") + from;
    let text = format!("{}{}", &text[..from], &text[to..]);
    text.replace(", { send = \"sms\", after = \"12h\", unless = \"clicked\" }", "").replace(", sms = 0.6", "")
}

const ALONE: &str = r#"
[segments.all]
share = 1.0
joined = "cohort"
opt_in = { email = 0.8, push = 0.5, sms = 0.6 }
opt_in_correlation = 0.5
needs = { every = "12d", shape = 1.5 }
basket = { lognormal = { mean = 60, cv = 0.8 } }
gross_margin = 0.4
entry = { web = 0.6, app = 0.3, store = 0.1 }
hops = { web = { app = 0.2, store = 0.1 }, app = { web = 0.2 }, store = { web = 0.05 } }
[campaigns.weekly]
trigger = { every = "7d", at = "10:00" }
[strategies.s.campaigns.weekly]
cascade = [ { send = "email" }, { send = "push", after = "24h", unless = "clicked" }, { send = "sms", after = "12h", unless = "clicked" } ]
"#;

#[test]
fn r1_r2_removing_sms_leaves_needs_baskets_and_the_luck_of_email_alone() {
    let channels = &EVERYTHING[..EVERYTHING.find("[segments").expect("segments")];
    let text = format!("{}{channels}{ALONE}", head("91d", ""));
    let (with, without) = (Stage::new(&text), Stage::new(&without_sms(&text)));
    let mut sms = 0;
    for customer in 0..CUSTOMERS {
        let (with, without) = (with.play("s", customer), without.play("s", customer));
        let natural = |event: &Event| matches!(event, Event::Ordered { cause: Cause::Need, .. });
        assert_eq!(with.only(natural), without.only(natural));
        let on_others = |event: &Event| match *event {
            Event::Sent(message)
            | Event::Delivered(message)
            | Event::Opened(message)
            | Event::Clicked(message)
            | Event::OptedOut(message)
            | Event::Withheld(message, _)
            | Event::Ordered { cause: Cause::Contact { message, .. }, .. } => message.channel < 5,
            _ => false,
        };
        assert_eq!(with.only(on_others), without.only(on_others));
        sms += with.times(Event::Clicked(on(5))).len();
    }
    assert!(sms > 100, "{sms}");
}

#[test]
fn r2_the_same_email_meets_the_same_luck_under_every_strategy() {
    const EMAIL: Message = on(3);
    let stage = Stage::new(&everything());
    let (mut shared, mut alike) = (0, 0);
    for customer in 0..4 * CUSTOMERS {
        let (cascade, blast) = (stage.play("cascade", customer), stage.play("blast", customer));
        let mondays = |seen: &Seen, event| -> Vec<i64> {
            seen.times(event).into_iter().filter(|at| at % (7 * DAY) < DAY).collect()
        };
        let both: Vec<i64> = mondays(&cascade, Event::Sent(EMAIL))
            .into_iter()
            .filter(|at| blast.times(Event::Sent(EMAIL)).contains(at))
            .collect();
        let delivered = |seen: &Seen| {
            mondays(seen, Event::Delivered(EMAIL)).into_iter().filter(|at| both.contains(at)).collect::<Vec<_>>()
        };
        assert_eq!(delivered(&cascade), delivered(&blast));
        shared += both.len();
        // Where nobody is lost and the first e-mail goes out in both, it is opened in both at the same second.
        let lost = |seen: &Seen| {
            seen.events.iter().any(|(_, event)| matches!(event, Event::Lost | Event::Joined { alive: false, .. }))
        };
        if let (Some(&first), false) = (both.first(), lost(&cascade) || lost(&blast)) {
            let opened =
                |seen: &Seen| seen.times(Event::Opened(EMAIL)).into_iter().find(|at| *at >= first && *at < first + DAY);
            assert_eq!(opened(&cascade), opened(&blast));
            alike += usize::from(opened(&cascade).is_some());
        }
    }
    assert!(shared > 5000 && alike > 300, "{shared} {alike}");
}

#[test]
fn r2_each_message_of_a_channel_has_its_own_luck() {
    let text = head("91d", "tail = \"7d\"")
        + &PLAIN.replace("delivery_rate = 1.0", "delivery_rate = 0.5")
        + "cascade = [ { send = \"email\" }, { send = \"email\", after = \"1d\" } ]\n";
    let between = text.replace(
        "{ send = \"email\", after = \"1d\" }",
        "{ send = \"push\", after = \"12h\" }, { send = \"email\", after = \"12h\" }",
    );
    let (two, three) = (Stage::new(&text), Stage::new(&between));
    let mut apart = [0; 4];
    for customer in 0..200 {
        let seen = two.play("s", customer);
        let delivered = seen.times(Event::Delivered(on(1)));
        // A step on another channel in between takes nothing from the second e-mail's luck.
        assert_eq!(delivered, three.play("s", customer).times(Event::Delivered(on(1))));
        for week in 0..12 {
            let at = week * 7 * DAY + 36_000;
            apart[usize::from(delivered.contains(&at)) * 2 + usize::from(delivered.contains(&(at + DAY)))] += 1;
        }
    }
    // 2,400 runs, a quarter each: within six standard deviations.
    assert!(apart.iter().all(|n: &i32| (n - 600).abs() < 130), "{apart:?}");
}

/// Two contact channels on which everything is certain.
const PLAIN: &str = r#"
[channels.web]
order_rate = 0.0
[channels.email]
cost_per_message = 0.001
delivery_rate = 1.0
open_rate = 1.0
click_to_open_rate = 1.0
opt_in = 1.0
landing = "web"
[channels.push]
cost_per_message = 0.001
open_rate = 1.0
click_to_open_rate = 1.0
opt_in = 1.0
landing = "web"
[segments.all]
share = 1.0
joined = "cohort"
needs = { every = "30d" }
basket = { fixed = 10 }
gross_margin = 0.4
entry = { web = 1.0 }
[campaigns.weekly]
trigger = { every = "7d", at = "10:00" }
[strategies.s.campaigns.weekly]
"#;

#[test]
fn r2_each_occurrence_and_each_campaign_has_its_own_luck() {
    let text = head("91d", "tail = \"7d\"")
        + &PLAIN.replace("delivery_rate = 1.0", "delivery_rate = 0.5")
        + "blast = [ \"email\" ]\n";
    let renamed = Stage::new(&text.replace("weekly", "other"));
    let stage = Stage::new(&text);
    let (mut weeks, mut alike) = ([0; 2], 0);
    for customer in 0..1000 {
        let delivered = stage.play("s", customer).times(Event::Delivered(on(1)));
        for (week, count) in weeks.iter_mut().enumerate() {
            let at = |week: i64| delivered.contains(&(week * 7 * DAY + 36_000));
            *count += i32::from(at(2 * week as i64) == at(2 * week as i64 + 1));
        }
        alike += i32::from(delivered == renamed.play("s", customer).times(Event::Delivered(on(1))));
    }
    assert!(weeks.iter().all(|same| (same - 500).abs() < 100) && alike < 20, "{weeks:?} {alike}");
}

#[test]
fn r5_a_segment_more_changes_nobody_who_stays() {
    let one = everything();
    let extra = r#"
[segments.extra]
share = 0.1
joined = "cohort"
needs = { every = "20d" }
basket = { fixed = 25 }
gross_margin = 0.4
entry = { app = 1.0 }
[campaigns.weekly]"#;
    let two = one.replacen("share = 0.2", "share = 0.1", 1).replacen("\n[campaigns.weekly]", extra, 1);
    let (one, two) = (Stage::new(&one), Stage::new(&two));
    let mut moved = 0;
    for customer in 0..CUSTOMERS {
        let segments = (one.world.segment_of(customer), two.world.segment_of(customer));
        if segments.0 == segments.1 {
            assert_eq!(one.play("cascade", customer), two.play("cascade", customer));
        } else {
            assert_eq!(segments, (2, 3));
            moved += 1;
        }
    }
    assert!((50..70).contains(&moved), "{moved}");
}

#[test]
fn r1_strategies_campaigns_and_channels_more_change_nobody() {
    let stage = Stage::new(&everything());
    let more = "\n[channels.letter]\ncost_per_message = 0.7\nopen_rate = 0.5\nclick_to_open_rate = 0.1\nopt_in = 0.5\nlanding = \"web\"\n\
                [campaigns.another]\ntrigger = { every = \"3d\", at = \"10:00\" }\n[strategies.more.campaigns.another]\nblast = [\"letter\"]\n";
    let larger = Stage::new(&(everything() + more));
    for customer in 0..CUSTOMERS {
        for strategy in ["cascade", "blast", "none"] {
            let (mut small, mut large) = (stage.play(strategy, customer), larger.play(strategy, customer));
            // The new channel shows in nothing but the opt-ins.
            for (_, event) in small.events.iter_mut().chain(&mut large.events) {
                if let Event::Joined { opted_in, .. } = event {
                    *opted_in &= (1 << 6) - 1;
                }
            }
            assert_eq!(small, large);
        }
    }
}

#[test]
fn r1_customers_replications_and_seeds_have_luck_of_their_own() {
    let stage = Stage::new(&everything());
    let play = |replication, customer| record(&stage.world, &stage.tables, 0, replication, customer);
    let same = (0..200).filter(|&customer| play(0, customer).events == play(1, customer).events).count();
    // Only who is lost at the start, or never joins, may look the same twice.
    assert!(same < 40, "{same}");
    let alike = (0..200).filter(|&customer| play(0, customer).events == play(0, customer + 1).events).count();
    assert!(alike < 40, "{alike}");
}

const UNCERTAIN: &str = "open_rate = { low = 0.2, typical = 0.3, high = 0.5 }\n";

#[test]
fn r3_a_path_has_one_value_whatever_else_is_in_the_file() {
    let uncertain = everything().replacen("open_rate = 0.4\n", UNCERTAIN, 1).replacen(
        "delivery_rate = 0.8\n",
        "delivery_rate = { min = 0.5, mode = 0.8, max = 0.9 }\n",
        1,
    );
    let strategies = uncertain.find("[strategies.same").expect("strategies");
    let (all, one) = (world(&uncertain), world(&uncertain[..strategies]));
    assert_eq!(all.uncertain.len(), 2);
    let mut seen = Vec::new();
    for number in 0..50 {
        let draw = Draw::Number { seed: 3, number };
        for (a, b) in all.uncertain.iter().zip(&one.uncertain) {
            assert_eq!((a.path.as_str(), a.values(draw)), (b.path.as_str(), b.values(draw)));
            seen.push(a.values(draw)[0].to_bits());
        }
        // Both strategies of a draw are played with the same numbers.
        let tables = all.tables(draw).expect("a draw");
        for customer in 0..20 {
            assert_eq!(record(&all, &tables, 0, number, customer), record(&all, &tables, 1, number, customer));
        }
    }
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 100, "each input has its own value in each draw");
    assert!(STRATEGIES.contains("strategies.same"));
}
