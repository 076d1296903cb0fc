//! What the firm sees (R50), and messages that come late or twice (R51).

use crate::engine::{DAY, EVERYTHING, HOUR, STRATEGIES, Seen, Stage, head, on};
use channelmix::engine::{Event, Message, Reason};

const EMAIL: Message = on(1);
const PUSH: Message = on(2);
/// The first trigger: Monday, ten o'clock.
const TRIGGER: i64 = 10 * HOUR;
const PLAN: &str = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"opened\" } ]";

/// Everything is certain: what is sent is delivered, opened and clicked at once, unless the e-mail says otherwise.
fn text(email: &str, segment: &str, campaigns: &str) -> String {
    let mut text = head("56d", "tail = \"7d\"") + "[channels.web]\norder_rate = 0.0\n";
    for (name, own) in [("email", email), ("push", "")] {
        let defaults =
            ["delivery_rate = 1", "open_rate = 1", "click_to_open_rate = 1", "opt_in = 1", "cost_per_message = 0.01"];
        let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
        let unset = defaults.into_iter().filter(|line| own.lines().all(|own| key(own) != key(line)));
        text += &format!("[channels.{name}]\nlanding = \"web\"\n{}\n{own}\n", unset.collect::<Vec<_>>().join("\n"));
    }
    text += &format!(
        "[segments.all]\nshare = 1\njoined = \"cohort\"\nbasket = {{ fixed = 10 }}\ngross_margin = 0.5\nentry = {{ web = 1 }}\n{segment}\n"
    );
    text + campaigns
}

/// A file in which it were certain that the run ends would be refused.
const MAY_OPT_OUT: &str = "opt_out_rate = { low = 0, typical = 0, high = 0.1 }\n";
const IDLE: &str = "needs = { every = \"36500d\" }";
/// Needs next to nothing, and gives up a contract after a day.
const LOST_AFTER_A_DAY: &str =
    "needs = { every = \"36500d\" }\ndropout = { per-period = { every = \"1d\", chance = 1 } }";

fn monday(plan: &str) -> String {
    format!(
        "[campaigns.c]\ntrigger = {{ every = \"7d\", at = \"10:00\", times = 1 }}\n[strategies.s.campaigns.c]\n{plan}\n"
    )
}

fn seen(email: &str, plan: &str) -> Seen {
    Stage::new(&text(email, IDLE, &monday(plan))).play("s", 0)
}

fn withheld(seen: &Seen) -> Vec<(i64, Event)> {
    seen.only(|event| matches!(event, Event::Withheld(..)))
}

#[test]
fn r50_what_a_machine_opens_counts_as_opened() {
    let opened_by_machine =
        |delay: &str| seen(&format!("open_rate = 0\nmachine_open_rate = 1\nmachine_open_delay = \"{delay}\""), PLAN);
    for (delay, sent) in [("0s", false), ("1h", false), ("86400s", false), ("86401s", true)] {
        let seen = opened_by_machine(delay);
        assert_eq!(!seen.times(Event::Sent(PUSH)).is_empty(), sent, "{delay}");
        assert!(seen.times(Event::Opened(EMAIL)).is_empty());
        assert_eq!(seen.times(Event::SeenOpened(EMAIL)).len(), 1);
        assert_eq!(withheld(&seen).len(), usize::from(!sent));
    }
    assert_eq!(opened_by_machine("1h").times(Event::SeenOpened(EMAIL)), [TRIGGER + HOUR]);
    // Without a machine the reminder is sent.
    assert_eq!(seen("open_rate = 0", PLAN).times(Event::Sent(PUSH)), [TRIGGER + DAY]);
}

#[test]
fn r50_who_is_not_told_of_openings_does_not_see_them() {
    for receipts in ["delivered", "none"] {
        let email = format!("click_to_open_rate = 0\nreceipts = \"{receipts}\"");
        let unseen = seen(&email, PLAN);
        assert_eq!(unseen.times(Event::Opened(EMAIL)), [TRIGGER]);
        assert!(unseen.times(Event::SeenOpened(EMAIL)).is_empty());
        assert_eq!(unseen.times(Event::Sent(PUSH)), [TRIGGER + DAY], "{receipts}");
        // Clicks are always seen.
        let clicked = seen(&format!("receipts = \"{receipts}\""), &PLAN.replace("opened", "clicked"));
        assert!(clicked.times(Event::Sent(PUSH)).is_empty());
        assert_eq!(clicked.times(Event::SeenClicked(EMAIL)), clicked.times(Event::Clicked(EMAIL)));
    }
    assert!(seen("click_to_open_rate = 0", PLAN).times(Event::Sent(PUSH)).is_empty());
}

#[test]
fn r50_without_receipts_nothing_is_known_of_delivery() {
    let fallback = "cascade = [ { send = \"email\", fallback = \"push\" } ]";
    let unless = PLAN.replace("opened", "delivered");
    for (receipts, told) in [("opened", true), ("delivered", true), ("none", false)] {
        let failed = seen(&format!("delivery_rate = 0\nreceipts = \"{receipts}\""), fallback);
        assert_eq!(failed.times(Event::Sent(PUSH)), if told { vec![TRIGGER] } else { vec![] }, "{receipts}");
        let delivered = seen(&format!("{MAY_OPT_OUT}receipts = \"{receipts}\""), &unless);
        assert_eq!(delivered.times(Event::Sent(PUSH)), if told { vec![] } else { vec![TRIGGER + DAY] }, "{receipts}");
        assert_eq!(delivered.times(Event::Delivered(EMAIL)), [TRIGGER]);
    }
}

#[test]
fn r50_a_scanners_click_counts_as_clicked_and_brings_nobody() {
    let email = "open_rate = 0\nscanner_click_rate = 1";
    let seen = seen(email, &PLAN.replace("opened", "clicked"));
    assert_eq!(seen.times(Event::SeenClicked(EMAIL)), [TRIGGER]);
    assert!(seen.times(Event::Clicked(EMAIL)).is_empty() && seen.times(Event::Sent(PUSH)).is_empty());
    assert!(seen.only(|event| matches!(event, Event::JourneyBegan(_))).is_empty());
    // Metrics of people stay true.
    assert!(!seen.ending.expect("it has one").responded);
    // It meets a goal, and ends the run at once.
    let goal = |own: &str| {
        let campaign =
            "[campaigns.c]\ntrigger = { every = \"7d\", at = \"10:00\", times = 1 }\ngoal = { event = \"click\" }\n";
        let plan = format!("[strategies.s.campaigns.c]\n{}\n", PLAN.replace(", unless = \"opened\"", ""));
        withheld(&Stage::new(&text(email, IDLE, &format!("{campaign}{own}\n{plan}"))).play("s", 0))
    };
    assert_eq!(goal(""), [(TRIGGER + DAY, Event::Withheld(PUSH, Reason::GoalMet))]);
    assert_eq!(goal("exits = \"at-once\""), [(TRIGGER, Event::Withheld(PUSH, Reason::GoalMet))]);
}

#[test]
fn r50_all_that_a_run_sends_in_a_second_is_sent_before_a_scanner_clicks() {
    let email = "open_rate = 0\nscanner_click_rate = 1";
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", unless = \"clicked\" } ]";
    assert_eq!(seen(email, plan).times(Event::Sent(PUSH)), [TRIGGER]);
}

#[test]
fn r50_a_message_is_seen_opened_once_whoever_comes_first() {
    for (machine, person) in [("1h", "2h"), ("2h", "1h"), ("1h", "1h")] {
        let rates = format!("open_delay = \"{person}\"\nmachine_open_rate = 1\nmachine_open_delay = \"{machine}\"");
        let seen = seen(&format!("click_to_open_rate = 0\n{rates}"), PLAN);
        assert_eq!(seen.times(Event::SeenOpened(EMAIL)), [TRIGGER + HOUR], "{machine} {person}");
        assert_eq!(seen.times(Event::Opened(EMAIL)).len(), 1);
    }
    let clicks = seen("open_delay = \"1h\"\nscanner_click_rate = 1", PLAN);
    assert_eq!(
        (clicks.times(Event::SeenClicked(EMAIL)), clicks.times(Event::Clicked(EMAIL))),
        (vec![TRIGGER], vec![TRIGGER + HOUR])
    );
}

#[test]
fn r50_a_message_triggers_when_it_is_first_seen_clicked() {
    let campaigns = monday("blast = [\"email\"]")
        + "[campaigns.more]\ntrigger = { event = \"clicked\", channel = \"email\" }\n[strategies.s.campaigns.more]\nblast = [\"push\"]\n";
    let sent = |email: &str| Stage::new(&text(email, IDLE, &campaigns)).play("s", 0).times(Event::Sent(PUSH));
    assert_eq!(sent("open_delay = \"1h\""), [TRIGGER + HOUR]);
    assert_eq!(sent("open_delay = \"1h\"\nscanner_click_rate = 1"), [TRIGGER]);
    assert_eq!(sent("open_rate = 0\nscanner_click_rate = 1"), [TRIGGER]);
}

#[test]
fn r50_audiences_and_preferences_act_on_what_is_seen() {
    let within = "[campaigns.c]\ntrigger = { every = \"7d\", at = \"10:00\", times = 1 }\n[campaigns.next]\n\
                  trigger = { every = \"7d\", at = \"10:00\", first = \"7d\", times = 1 }\n";
    let audience = "audience = { responded_within = \"169h\" }\n";
    let plans = "[strategies.s.campaigns.c]\nblast = [\"email\"]\n[strategies.s.campaigns.next]\n";
    let sent = |email: &str, campaign: &str, plan: &str| {
        let stage = Stage::new(&text(email, IDLE, &format!("{within}{campaign}{plans}{plan}\n")));
        stage.play("s", 0).times(Event::Sent(PUSH)).len()
    };
    for (scanner, in_audience) in [(0, 0), (1, 1)] {
        let email = format!("open_rate = 0\nscanner_click_rate = {scanner}");
        assert_eq!(sent(&email, audience, "blast = [\"push\"]"), in_audience);
        // Of two channels the one that was clicked is preferred: one e-mail, clicked or not, against none by push.
        let preferred = "preferred = { channels = [\"push\", \"email\"], by = \"response\" }";
        assert_eq!(sent(&email, "", preferred), 1 - in_audience, "{scanner}");
    }
}

#[test]
fn r50_machines_do_not_care_who_is_lost() {
    let campaign = monday(PLAN).replace("times = 1", "first = \"7d\", times = 1");
    let email = "machine_open_rate = 1\nscanner_click_rate = 1";
    let seen = Stage::new(&text(email, LOST_AFTER_A_DAY, &campaign)).play("s", 0);
    assert_eq!(seen.times(Event::Lost), [DAY]);
    let then = 7 * DAY + TRIGGER;
    assert_eq!((seen.times(Event::Delivered(EMAIL)), seen.times(Event::Opened(EMAIL))), (vec![then], vec![]));
    assert_eq!((seen.times(Event::SeenOpened(EMAIL)), seen.times(Event::SeenClicked(EMAIL))), (vec![then], vec![then]));
    assert!(seen.times(Event::Sent(PUSH)).is_empty());
}

#[test]
fn r51_what_hangs_on_delivery_happens_when_it_is_delivered() {
    let late = seen("delivery_delay = \"2h\"\nopen_delay = \"1h\"", &PLAN.replace(", unless = \"opened\"", ""));
    assert_eq!(late.times(Event::Sent(EMAIL)), [TRIGGER]);
    assert_eq!(late.times(Event::Delivered(EMAIL)), [TRIGGER + 2 * HOUR]);
    assert_eq!(late.times(Event::Opened(EMAIL)), [TRIGGER + 3 * HOUR]);
    // `after` counts from sending.
    assert_eq!(late.times(Event::Sent(PUSH)), [TRIGGER + DAY]);
    for (after, sent) in [(7199, true), (7200, false)] {
        let plan = format!(
            "cascade = [ {{ send = \"email\" }}, {{ send = \"push\", after = \"{after}s\", unless = \"delivered\" }} ]"
        );
        assert_eq!(!seen("delivery_delay = \"2h\"", &plan).times(Event::Sent(PUSH)).is_empty(), sent, "{after}");
    }
    // So does the opt-out; it covers what is sent from then on.
    let email = "delivery_delay = \"2h\"\nopt_out_rate = 1";
    for (after, again) in [(7199, 2), (7200, 1)] {
        let plan = format!("cascade = [ {{ send = \"email\" }}, {{ send = \"email\", after = \"{after}s\" }} ]");
        let opted_out = seen(email, &plan);
        assert_eq!(opted_out.times(Event::Sent(EMAIL)).len(), again, "{after}");
        // Nobody opts out twice, though both were under way.
        assert_eq!(opted_out.times(Event::OptedOut(EMAIL)), [TRIGGER + 2 * HOUR]);
    }
    let exit = format!("exit = [\"opted-out\"]\nexits = \"at-once\"\n[strategies.s.campaigns.c]\n{PLAN}\n");
    let campaigns = format!("[campaigns.c]\ntrigger = {{ every = \"7d\", at = \"10:00\", times = 1 }}\n{exit}");
    let ended = Stage::new(&text(&format!("open_rate = 0\n{email}"), IDLE, &campaigns)).play("s", 0);
    assert_eq!(withheld(&ended), [(TRIGGER + 2 * HOUR, Event::Withheld(PUSH, Reason::Exit))]);
}

#[test]
fn r51_a_failure_is_known_at_sending() {
    let plan = "cascade = [ { send = \"email\", fallback = \"push\" } ]";
    let failed = seen("delivery_rate = 0\ndelivery_delay = \"5h\"", plan);
    assert_eq!(failed.times(Event::Sent(PUSH)), [TRIGGER]);
    assert!(seen("delivery_delay = \"5h\"", plan).times(Event::Sent(PUSH)).is_empty());
}

#[test]
fn r51_who_is_lost_meanwhile_does_not_respond() {
    for lapse in ["silent", "known"] {
        let segment = format!("{LOST_AFTER_A_DAY}\nlapse = \"{lapse}\"");
        let seen = Stage::new(&text("delivery_delay = \"48h\"", &segment, &monday(PLAN))).play("s", 0);
        assert_eq!(seen.times(Event::Lost), [DAY], "{lapse}");
        assert_eq!(seen.times(Event::Delivered(EMAIL)), [TRIGGER + 2 * DAY]);
        assert!(seen.times(Event::Opened(EMAIL)).is_empty());
        assert!(seen.ending.expect("it has one").contacted);
    }
    // What would arrive at the horizon never does.
    let last = 56 * DAY - TRIGGER;
    let arrived =
        |delay: i64| seen(&format!("delivery_delay = \"{delay}s\""), PLAN).times(Event::Delivered(EMAIL)).len();
    assert_eq!((arrived(last - 1), arrived(last)), (1, 0));
}

#[test]
fn r51_a_duplicate_is_sent_and_delivered_twice_and_read_once() {
    let twice = seen("duplicate_rate = 1\ndelivery_delay = \"1h\"", PLAN);
    assert_eq!(
        (twice.times(Event::Sent(EMAIL)), twice.times(Event::Duplicated(EMAIL))),
        (vec![TRIGGER], vec![TRIGGER])
    );
    let then = vec![TRIGGER + HOUR];
    assert_eq!(twice.times(Event::Delivered(EMAIL)), then);
    assert_eq!(twice.times(Event::DeliveredTwice(EMAIL)), then);
    assert_eq!((twice.times(Event::Opened(EMAIL)), twice.times(Event::Clicked(EMAIL))), (then.clone(), then));
    let lost = seen("duplicate_rate = 1\ndelivery_rate = 0", PLAN);
    assert_eq!((lost.times(Event::Duplicated(EMAIL)).len(), lost.times(Event::DeliveredTwice(EMAIL)).len()), (1, 0));
}

#[test]
fn r50_r51_neutral_values_are_the_same_as_none() {
    let plain = head("91d", "tail = \"7d\"") + EVERYTHING + STRATEGIES;
    let neutral = "delivery_delay = \"0s\"\nduplicate_rate = 0\nmachine_open_rate = 0\nscanner_click_rate = 0\nreceipts = \"opened\"\n";
    let written = plain.replace("affinity_spread = 1.0\n", &format!("affinity_spread = 1.0\n{neutral}"));
    assert_ne!(plain, written);
    let (plain, written) = (Stage::new(&plain), Stage::new(&written));
    for customer in 0..400 {
        for strategy in ["cascade", "late", "blast", "none"] {
            assert_eq!(plain.play(strategy, customer), written.play(strategy, customer), "{customer} {strategy}");
        }
    }
}

#[test]
fn r50_r51_the_luck_of_a_contact_is_the_same_with_machines_and_duplicates() {
    // Machines and copies have words of their own: what people do is untouched, as long as no plan acts on it.
    let strategies = "[strategies.s.campaigns.weekly]\nblast = [\"email\", \"sms\"]\n";
    let plain = head("91d", "tail = \"7d\"") + EVERYTHING + strategies;
    let rates = "duplicate_rate = 0.3\nmachine_open_rate = 0.5\nmachine_open_delay = { mean = \"2h\" }\nscanner_click_rate = 0.2\n";
    let with = plain.replace("affinity_spread = 1.0\n", &format!("affinity_spread = 1.0\n{rates}"));
    let (plain, with) = (Stage::new(&plain), Stage::new(&with));
    let mut more = 0;
    for customer in 0..400 {
        let machines = |event: &Event| {
            matches!(
                event,
                Event::Duplicated(_) | Event::DeliveredTwice(_) | Event::SeenOpened(_) | Event::SeenClicked(_)
            )
        };
        let seen = with.play("s", customer);
        more += seen.only(machines).len();
        let kept = seen.only(|event| !machines(event) && !matches!(event, Event::Withheld(_, Reason::GoalMet)));
        assert_eq!(plain.play("s", customer).only(|event| !matches!(event, Event::Withheld(_, Reason::GoalMet))), kept);
    }
    assert!(more > 400);
}
