//! The rules of the model, one by one, where rates of 0 and 1 leave nothing to chance.

use super::{DAY, HOUR, Seen, Stage, head, on};
use channelmix::engine::{Cause, Event, Message, Reason};

const EMAIL: Message = on(1);
const PUSH: Message = on(2);
const SMS: Message = on(3);
/// The first trigger: Monday, ten o'clock.
const TRIGGER: i64 = 10 * HOUR;

/// A small scenario in which everything is certain; the fields are what a test changes.
struct Small {
    email: &'static str,
    push: &'static str,
    sms: &'static str,
    order_rate: f64,
    segment: &'static str,
    campaign: &'static str,
    plan: &'static str,
    tail: &'static str,
}

const SMALL: Small = Small {
    email: "",
    push: "",
    sms: "",
    order_rate: 0.0,
    segment: "needs = { every = \"36500d\" }",
    campaign: "",
    plan: "blast = [\"email\"]",
    tail: "tail = \"7d\"",
};

impl Small {
    fn stage(&self) -> Stage {
        Stage::new(&self.text())
    }

    /// What the first customer does.
    fn seen(&self) -> Seen {
        self.stage().play("s", 0)
    }

    fn text(&self) -> String {
        let mut text = head("56d", self.tail) + &format!("[channels.web]\norder_rate = {:?}\n", self.order_rate);
        for (name, own) in [("email", self.email), ("push", self.push), ("sms", self.sms)] {
            let defaults = [
                "delivery_rate = 1.0",
                "open_rate = 1.0",
                "click_to_open_rate = 1.0",
                "opt_in = 1.0",
                "cost_per_message = 0.01",
            ];
            let key = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
            let unset = defaults.into_iter().filter(|line| own.lines().all(|own| key(own) != key(line)));
            text += &format!("[channels.{name}]\nlanding = \"web\"\n{}\n{own}\n", unset.collect::<Vec<_>>().join("\n"));
        }
        let joined = if self.segment.contains("joined") { "" } else { "joined = \"cohort\"\n" };
        text += &format!(
            "[segments.all]\nshare = 1.0\nbasket = {{ fixed = 10 }}\ngross_margin = 0.5\nentry = {{ web = 1.0 }}\n{joined}{}\n",
            self.segment
        );
        let trigger = if self.campaign.contains("trigger") {
            ""
        } else {
            "trigger = { every = \"7d\", at = \"10:00\", times = 1 }\n"
        };
        text + &format!("[campaigns.c]\n{trigger}{}\n[strategies.s.campaigns.c]\n{}\n", self.campaign, self.plan)
    }
}

fn withheld(seen: &Seen) -> Vec<(i64, Event)> {
    seen.only(|event| matches!(event, Event::Withheld(..)))
}

#[test]
fn r6_a_response_at_the_very_second_counts_for_unless() {
    for (delay, sent) in [("86399s", false), ("86400s", false), ("86401s", true)] {
        let email = format!("open_delay = \"{delay}\"\n");
        let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"opened\" } ]";
        let seen = Small { email: email.leak(), plan, ..SMALL }.seen();
        assert_eq!(seen.times(Event::Sent(PUSH)), if sent { vec![TRIGGER + DAY] } else { vec![] }, "{delay}");
        assert_eq!(withheld(&seen).len(), usize::from(!sent));
    }
    // A click at once after an opening at that second counts too.
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"clicked\" } ]";
    for (delay, sent) in [("1h", false), ("3601s", true)] {
        let email = format!("open_delay = \"23h\"\nclick_delay = \"{delay}\"\n");
        let seen = Small { email: email.leak(), plan, ..SMALL }.seen();
        assert_eq!(!seen.times(Event::Sent(PUSH)).is_empty(), sent, "{delay}");
    }
}

#[test]
fn r7_the_horizon_is_exclusive() {
    let plan = |delay: &str| Small { email: format!("open_delay = \"{delay}\"").leak(), ..SMALL }.seen();
    let end = 56 * DAY;
    let last = end - TRIGGER;
    assert_eq!(plan(&format!("{}s", last - 1)).times(Event::Opened(EMAIL)), [end - 1]);
    assert!(plan(&format!("{last}s")).times(Event::Opened(EMAIL)).is_empty());
    let after = |wait: i64| {
        let plan = format!("cascade = [ {{ send = \"email\" }}, {{ send = \"push\", after = \"{wait}s\" }} ]");
        Small { plan: plan.leak(), ..SMALL }.seen().times(Event::Sent(PUSH))
    };
    assert_eq!(after(last - 1), [end - 1]);
    assert!(after(last).is_empty());
}

#[test]
fn r8_nothing_is_started_in_the_tail() {
    let weekly = "trigger = { every = \"7d\", at = \"00:00\" }";
    let triggers = |tail, plan| Small { campaign: weekly, tail, plan, ..SMALL }.seen().times(Event::Sent(EMAIL)).len();
    let (blast, cascade) =
        ("blast = [\"email\"]", "cascade = [ { send = \"email\" }, { send = \"sms\", after = \"7d\" } ]");
    // 56 days: eight Mondays.
    assert_eq!(triggers("tail = \"0d\"", blast), 8);
    // By default the longest plan and a week; a trigger at the tail's first second is not started.
    assert_eq!(triggers("", blast), 7);
    assert_eq!(triggers("", cascade), 6);
    assert_eq!(triggers("tail = \"604801s\"", blast), 7);
    assert_eq!(triggers("tail = \"604800s\"", blast), 7);
    assert_eq!(triggers("tail = \"604799s\"", blast), 8);
}

#[test]
fn r9_how_customers_join() {
    let joined = |segment: &'static str| {
        let small = Small {
            segment,
            order_rate: 1.0,
            campaign: "trigger = { every = \"7d\", at = \"10:00\" }\ngoal = \"order\"",
            ..SMALL
        };
        let mut text = small.text();
        let quiet = Stage::new(&text);
        text.insert_str(0, "count_first = true\n");
        (quiet, Stage::new(&text))
    };
    let first = |seen: &Seen| seen.only(|event| matches!(event, Event::Ordered { cause: Cause::First, .. }));
    let (quiet, counted) =
        joined("joined = \"cohort\"\nneeds = { every = \"36500d\" }\ndropout = { after-order = 1.0 }");
    for customer in 0..50 {
        assert_eq!(quiet.play("none", customer).events[0].0, 0);
        assert!(first(&quiet.play("s", customer)).is_empty());
        // The first order tosses no coin, and comes before any trigger: it meets no goal.
        let seen = counted.play("s", customer);
        assert_eq!(first(&seen).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [0]);
        assert_eq!(seen.events[0].0, 0);
        assert!(!seen.times(Event::Sent(EMAIL)).is_empty());
        assert!(seen.times(Event::Lost).iter().all(|at| *at > 0));
    }
    let (quiet, counted) =
        joined("joined = { arrivals = { every = \"28d\", counts = [0, 1] } }\nneeds = { every = \"5d\" }");
    let mut mean = 0;
    for customer in 0..200 {
        let (quiet, counted) = (quiet.play("none", customer), counted.play("none", customer));
        let at = quiet.events[0].0;
        assert!(matches!(quiet.events[0].1, Event::Joined { alive: true, .. }) && (28 * DAY..56 * DAY).contains(&at));
        assert_eq!(first(&counted).iter().map(|(at, _)| *at).collect::<Vec<_>>(), [at]);
        assert_eq!(quiet.ending.map(|end| end.eligible), Some(at <= 42 * DAY));
        mean += at / 200;
    }
    assert!((40 * DAY..44 * DAY).contains(&mean));
    let (_, counted) = joined(
        "joined = { base = { age = \"364d\" } }\nneeds = { every = \"90d\" }\ndropout = { after-journey = 0.5 }",
    );
    let lost = (0..300).filter(|&customer| {
        let seen = counted.play("s", customer);
        assert!(first(&seen).is_empty());
        seen.events[0] == (0, Event::Joined { alive: false, opted_in: 14 })
    });
    // Lost at rate 1/180 d: 1 − (1 − exp(−364/180)) · 180/364 of them.
    let lost = lost.count();
    assert!((140..200).contains(&lost), "{lost}");
}

#[test]
fn r11_which_orders_toss_a_coin() {
    let campaign = "trigger = { every = \"7d\", at = \"10:00\" }";
    let lost = |segment| {
        let seen = Small { segment, campaign, order_rate: 1.0, ..SMALL }.seen();
        (seen.times(Event::Lost), seen.times(Event::Clicked(EMAIL)).len())
    };
    assert_eq!(lost("needs = { every = \"36500d\" }\ndropout = { after-order = 1.0 }"), (vec![], 7));
    assert_eq!(lost("needs = { every = \"36500d\" }\ndropout = { after-journey = 1.0 }"), (vec![TRIGGER], 1));
    // A natural need tosses: at the first order, or at the first journey, ordering or not.
    let natural = |segment, order_rate| Small { order_rate, segment, ..SMALL }.stage().play("none", 0);
    for (segment, order_rate, journeys) in [
        ("needs = { every = \"2d\" }\ndropout = { after-order = 1.0 }", 1.0, 1),
        ("needs = { every = \"2d\" }\ndropout = { after-journey = 1.0 }", 0.0, 1),
    ] {
        let seen = natural(segment, order_rate);
        assert_eq!(seen.times(Event::JourneyBegan(0)).len(), journeys);
        assert_eq!(seen.times(Event::Lost), seen.times(Event::JourneyBegan(0)));
    }
    let seen = natural("needs = { every = \"2d\" }\ndropout = { after-order = 1.0 }", 0.0);
    assert!(seen.times(Event::Lost).is_empty() && seen.times(Event::JourneyBegan(0)).len() > 10);
}

#[test]
fn r12_silent_losses_are_written_to_and_never_respond() {
    let campaign = "trigger = { every = \"7d\", at = \"10:00\" }";
    let (silent, known) = (
        "needs = { every = \"3d\" }\ndropout = { after-journey = 1.0 }",
        "needs = { every = \"3d\" }\nlapse = \"known\"\ndropout = { after-journey = 1.0 }",
    );
    let plan = "cascade = [ { send = \"email\" }, { send = \"sms\", after = \"1d\" } ]";
    let (email, sms) = ("open_delay = \"2d\"", "open_delay = \"2d\"\nopt_out_rate = 1.0");
    let stages = [silent, known].map(|segment| Small { email, sms, segment, campaign, plan, ..SMALL }.stage());
    let mut lost_early = 0;
    for customer in 0..50 {
        let [silent, known] = stages.each_ref().map(|stage| stage.play("s", customer));
        let Some(&lost) = silent.times(Event::Lost).first() else { continue };
        assert_eq!(known.times(Event::Lost), [lost]);
        assert_eq!(known.events.last().map(|(at, _)| *at), Some(lost), "nothing follows a known loss");
        let after = |seen: &Seen| seen.events.iter().copied().filter(|(at, _)| *at > lost).collect::<Vec<_>>();
        assert!(
            after(&silent)
                .iter()
                .all(|(_, event)| matches!(event, Event::Sent(_) | Event::Delivered(_) | Event::Withheld(..)))
        );
        assert_eq!(silent.times(Event::Sent(EMAIL)).len(), 7);
        assert_eq!(silent.times(Event::Delivered(EMAIL)).len(), 7);
        lost_early += usize::from(lost < 20 * DAY);
    }
    assert!(lost_early > 20);
}

#[test]
fn r14_a_click_opens_a_second_journey_and_a_bounce_is_a_first_touch_without_order() {
    let seen = Small { plan: "blast = [\"email\", \"sms\"]", ..SMALL }.seen();
    assert_eq!(seen.times(Event::JourneyBegan(0)), [TRIGGER; 2]);
    assert_eq!(seen.times(Event::Bounced(0)), [TRIGGER; 2]);
    let seen = Small { plan: "blast = [\"email\", \"sms\"]", order_rate: 1.0, ..SMALL }.seen();
    assert!(seen.times(Event::Bounced(0)).is_empty());
    assert_eq!(seen.only(|event| matches!(event, Event::Ordered { .. })).len(), 2);
}

#[test]
fn r15_an_opt_out_stops_what_is_pending_but_not_what_was_sent() {
    let plan =
        "cascade = [ { send = \"email\" }, { send = \"email\", after = \"1d\" }, { send = \"sms\", after = \"1d\" } ]";
    let campaign = "trigger = { every = \"7d\", at = \"10:00\", times = 2 }";
    let seen = Small { email: "opt_out_rate = 1.0\nopen_delay = \"3h\"", plan, campaign, ..SMALL }.seen();
    assert_eq!(seen.times(Event::OptedOut(EMAIL)), [TRIGGER]);
    assert_eq!(seen.times(Event::Sent(EMAIL)), [TRIGGER]);
    assert_eq!(seen.times(Event::Opened(EMAIL)), [TRIGGER + 3 * HOUR]);
    assert_eq!(seen.times(Event::Clicked(EMAIL)), [TRIGGER + 3 * HOUR]);
    let next = TRIGGER + 7 * DAY;
    assert_eq!(seen.times(Event::Withheld(EMAIL, Reason::OptedOut)), [TRIGGER + DAY, next, next + DAY]);
    // Other channels stay; what is not delivered cannot lead to an opt-out.
    assert_eq!(seen.times(Event::Sent(SMS)), [TRIGGER + DAY, next + DAY]);
    let seen = Small { email: "opt_out_rate = 1.0\ndelivery_rate = 0.0", plan, campaign, ..SMALL }.seen();
    assert_eq!((seen.times(Event::Sent(EMAIL)).len(), seen.times(Event::OptedOut(EMAIL)).len()), (4, 0));
}

#[test]
fn r16_a_moved_order_takes_the_place_the_basket_and_the_coin_of_its_need() {
    let campaign =
        "trigger = { every = \"7d\", at = \"10:00\", times = 1 }\ndisplacement = 1.0\ndisplacement_window = \"10d\"";
    let segment = "needs = { every = \"9d\" }\ndropout = { after-order = 0.3 }";
    let small = Small { segment, campaign, order_rate: 1.0, ..SMALL };
    let stage = Stage::new(&small.text().replace("fixed = 10", "lognormal = { mean = 60, cv = 0.8 }"));
    let (mut moved, mut lost) = (0, 0);
    for customer in 0..400 {
        let (with, none) = (stage.play("s", customer), stage.play("none", customer));
        let orders = |seen: &Seen| seen.only(|event| matches!(event, Event::Ordered { .. }));
        let caused = orders(&with)
            .into_iter()
            .find(|(_, event)| matches!(event, Event::Ordered { cause: Cause::Contact { .. }, .. }));
        let Some((at, Event::Ordered { value, cause: Cause::Contact { displaced, .. }, .. })) = caused else {
            continue;
        };
        let next = orders(&none).into_iter().find(|(other, _)| *other >= at);
        match (displaced, next) {
            (Some(due), Some((next, Event::Ordered { value: old, .. }))) => {
                assert_eq!((due, value), (next, old));
                assert!(due <= at + 10 * DAY);
                assert!(!orders(&with).iter().any(|(time, _)| *time == due), "its journey does not open");
                // Its coin is tossed when the order is placed.
                assert_eq!(with.times(Event::Lost).contains(&at), none.times(Event::Lost).contains(&due));
                lost += usize::from(with.times(Event::Lost).contains(&at));
                moved += 1;
            }
            (None, next) => assert!(next.is_none_or(|(next, _)| next >= at + 10 * DAY)),
            (Some(_), _) => panic!("customer {customer}: an order that never was is moved"),
        }
    }
    assert!(moved > 100 && lost > 20, "{moved} {lost}");
}

#[test]
fn r18_a_step_out_of_reach_costs_no_time() {
    let plan =
        "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\" }, { send = \"sms\", after = \"12h\" } ]";
    let times = |email, push| {
        let none = |is: bool| if is { "" } else { "opt_in = 0.5" };
        let stage = Small { email: none(email), push: none(push), plan, ..SMALL }.stage();
        // The first customer whom the wanted channels reach.
        let seen = (0..100).map(|customer| stage.play("s", customer)).find(|seen| {
            let Some((_, Event::Joined { opted_in, .. })) = seen.events.first() else { return false };
            (opted_in & 2 != 0, opted_in & 4 != 0) == (email, push)
        });
        let seen = seen.expect("such a customer");
        [EMAIL, PUSH, SMS].map(|channel| seen.times(Event::Sent(channel)).first().map(|at| (at - TRIGGER) / HOUR))
    };
    assert_eq!(times(true, true), [Some(0), Some(24), Some(36)]);
    // Nothing was sent before the push: its wait counts from the trigger.
    assert_eq!(times(false, true), [None, Some(24), Some(36)]);
    // The SMS would be due at 12 h, but no step is examined before the one ahead of it.
    assert_eq!(times(true, false), [Some(0), None, Some(24)]);
    assert_eq!(times(false, false), [None, None, Some(24)]);
    // A message that is sent and not delivered was sent all the same.
    let seen = Small { email: "delivery_rate = 0.0", plan, ..SMALL }.seen();
    assert_eq!(seen.times(Event::Sent(SMS)), [TRIGGER + 36 * HOUR]);
    // The wait of the first step counts from the trigger.
    let seen = Small {
        plan: "cascade = [ { send = \"email\", after = \"5h\" }, { send = \"sms\", after = \"1h\" } ]",
        ..SMALL
    }
    .seen();
    assert_eq!(
        (seen.times(Event::Sent(EMAIL)), seen.times(Event::Sent(SMS))),
        (vec![TRIGGER + 5 * HOUR], vec![TRIGGER + 6 * HOUR])
    );
}

#[test]
fn r19_a_met_condition_ends_the_run_or_skips_the_step() {
    let play = |otherwise: &str, unless: &str, email| {
        let plan = format!(
            "cascade = [ {{ send = \"email\" }}, {{ send = \"push\", after = \"24h\", unless = \"{unless}\"{otherwise} }}, {{ send = \"sms\", after = \"24h\" }} ]"
        );
        let seen = Small { email, plan: plan.leak(), ..SMALL }.seen();
        (seen.times(Event::Sent(PUSH)).len(), seen.times(Event::Sent(SMS)), withheld(&seen).len())
    };
    let next = ", otherwise = \"next\"";
    // Skipped, the step costs no time: the SMS follows the e-mail.
    assert_eq!(play(next, "clicked", ""), (0, vec![TRIGGER + DAY], 1));
    assert_eq!(play("", "clicked", ""), (0, vec![], 1));
    for (unless, email) in [
        ("clicked", "click_to_open_rate = 0.0"),
        ("opened", "open_rate = 0.0"),
        ("opened", "open_delay = \"25h\""),
        ("ordered", ""),
    ] {
        assert_eq!(play("", unless, email), (1, vec![TRIGGER + 2 * DAY], 0), "{unless} {email}");
    }
    assert_eq!(play("", "opened", "click_to_open_rate = 0.0").2, 1);
    let seen = Small {
        order_rate: 1.0,
        plan: "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"ordered\" } ]",
        ..SMALL
    }
    .seen();
    assert_eq!(withheld(&seen), [(TRIGGER + DAY, Event::Withheld(PUSH, Reason::ConditionMet))]);
    // `delivered` is known at once, and only of what was sent.
    let delivered = |email| {
        let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"1h\", unless = \"delivered\" } ]";
        let stage = Small { email, plan, ..SMALL }.stage();
        (0..40).map(|customer| stage.play("s", customer).times(Event::Sent(PUSH)).len()).sum::<usize>()
    };
    assert_eq!(delivered("delivery_rate = 0.0"), 40);
    assert!((5..35).contains(&delivered("delivery_rate = 0.5")));
}

#[test]
fn r19_a_condition_is_read_over_all_earlier_contacts_of_this_run_only() {
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\" }, { send = \"sms\", after = \"24h\", unless = \"clicked\" } ]";
    let campaign = "trigger = { every = \"7d\", at = \"10:00\", times = 2 }";
    // The e-mail is clicked, the push after it is not.
    let seen = Small { push: "open_rate = 0.0", plan, ..SMALL }.seen();
    assert_eq!(withheld(&seen), [(TRIGGER + 2 * DAY, Event::Withheld(SMS, Reason::ConditionMet))]);
    // A click that comes after its run says nothing to the next one.
    let late = Small { email: "open_delay = \"6d\"", push: "open_rate = 0.0", plan, campaign, ..SMALL }.seen();
    assert_eq!(late.times(Event::Clicked(EMAIL)).len(), 2);
    assert_eq!(late.times(Event::Sent(SMS)).len(), 2);
    // An order that nobody asked for is no response.
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"5d\", unless = \"ordered\" } ]";
    let segment = "needs = { every = \"6h\" }";
    let seen = Small { email: "open_rate = 0.0", segment, order_rate: 1.0, plan, ..SMALL }.seen();
    assert_eq!(seen.times(Event::Sent(PUSH)), [TRIGGER + 5 * DAY]);
}

#[test]
fn r20_any_order_after_the_trigger_meets_the_goal() {
    let campaign = "goal = \"order\"";
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"clicked\", otherwise = \"next\" }, { send = \"sms\", after = \"24h\" } ]";
    // A natural order between the trigger and the step.
    let segment = "needs = { every = \"1h\" }";
    let seen = Small { campaign, plan, segment, email: "open_rate = 0.0", order_rate: 1.0, ..SMALL }.seen();
    assert_eq!(withheld(&seen), [(TRIGGER + DAY, Event::Withheld(PUSH, Reason::GoalMet))]);
    assert!(seen.times(Event::Sent(SMS)).is_empty());
    // Orders before the trigger do not count: the first step is sent.
    assert!(seen.events.iter().any(|(at, event)| *at < TRIGGER && matches!(event, Event::Ordered { .. })));
    assert_eq!(seen.times(Event::Sent(EMAIL)), [TRIGGER]);
    // An order that the e-mail caused.
    let seen = Small { campaign, plan, order_rate: 1.0, ..SMALL }.seen();
    assert_eq!(withheld(&seen), [(TRIGGER + DAY, Event::Withheld(PUSH, Reason::GoalMet))]);
    // Without the goal the run goes on; without an order too.
    for (campaign, order_rate) in [("", 1.0), (campaign, 0.0)] {
        let seen = Small { order_rate, campaign, plan, ..SMALL }.seen();
        assert_eq!(seen.times(Event::Sent(SMS)), [TRIGGER + DAY]);
    }
}

#[test]
fn r21_a_due_step_is_examined_in_a_fixed_order() {
    let plan = "cascade = [ { send = \"email\" }, { send = \"email\", after = \"1d\", unless = \"clicked\", otherwise = \"next\" } ]";
    let reason = |email, campaign, order_rate| withheld(&Small { email, order_rate, campaign, plan, ..SMALL }.seen());
    let at = TRIGGER + DAY;
    let because = |reason| vec![(at, Event::Withheld(EMAIL, reason))];
    // Everything at once: the goal comes before the condition, the condition before consent.
    assert_eq!(reason("opt_out_rate = 1.0", "goal = \"order\"", 1.0), because(Reason::GoalMet));
    assert_eq!(reason("opt_out_rate = 1.0", "goal = \"order\"", 0.0), because(Reason::ConditionMet));
    assert_eq!(reason("opt_out_rate = 1.0\nopen_rate = 0.0", "goal = \"order\"", 1.0), because(Reason::OptedOut));
    assert_eq!(reason("open_rate = 0.0", "goal = \"order\"", 1.0), vec![]);
    // The condition comes before consent that was never given, too.
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"1d\", unless = \"clicked\" }, { send = \"sms\" } ]";
    let stage = Small { push: "opt_in = 0.01", plan, ..SMALL }.stage();
    for customer in 0..20 {
        assert_eq!(withheld(&stage.play("s", customer)), [(at, Event::Withheld(PUSH, Reason::ConditionMet))]);
    }
}

#[test]
fn r21_each_examination_has_one_outcome() {
    let plan = "cascade = [ { send = \"email\" }, { send = \"push\", after = \"24h\", unless = \"opened\", otherwise = \"next\" }, { send = \"sms\", after = \"24h\" } ]";
    let campaign = "trigger = { every = \"7d\", at = \"10:00\" }";
    let (email, push, sms) =
        ("open_rate = 0.5\nopt_in = 0.7\nopt_out_rate = 0.1", "opt_in = 0.5", "opt_in = 0.6\nopt_out_rate = 0.3");
    let stage = Small { email, push, sms, campaign, plan, ..SMALL }.stage();
    for customer in 0..200 {
        let seen = stage.play("s", customer);
        for channel in [EMAIL, PUSH, SMS] {
            let outcomes =
                seen.only(|event| matches!(event, Event::Sent(on) | Event::Withheld(on, _) if *on == channel));
            assert_eq!(outcomes.len(), 7, "one outcome of every step in each of seven runs");
        }
    }
}

#[test]
fn a_mix_sends_on_one_channel_a_run() {
    let campaign = "trigger = { every = \"7d\", at = \"10:00\" }";
    let stage = Small { campaign, plan: "mix = { email = 0.5, push = 0.5, sms = 0.0 }", ..SMALL }.stage();
    let mut sent = [0; 3];
    for customer in 0..200 {
        let seen = stage.play("s", customer);
        let times: Vec<i64> = seen.only(|event| matches!(event, Event::Sent(_))).iter().map(|(at, _)| *at).collect();
        assert_eq!(times, (0..7).map(|week| TRIGGER + week * 7 * DAY).collect::<Vec<_>>());
        [EMAIL, PUSH, SMS]
            .iter()
            .zip(&mut sent)
            .for_each(|(channel, sent)| *sent += seen.times(Event::Sent(*channel)).len());
    }
    assert!(sent[2] == 0 && (600..800).contains(&sent[0]), "{sent:?}");
}

#[test]
fn r22_an_order_at_the_windows_first_second_is_retention() {
    // The window of 14 days begins with day 42.
    let retained = |trigger: &str| {
        let campaign = format!("trigger = {{ {trigger}, times = 1 }}");
        let seen = Small { campaign: campaign.leak(), order_rate: 1.0, ..SMALL }.seen();
        let order = seen.only(|event| matches!(event, Event::Ordered { .. }));
        (order[0].0, seen.ending.map(|ending| (ending.eligible, ending.ordered, ending.retained)))
    };
    let (first, before) =
        ("every = \"7d\", at = \"00:00\", first = \"42d\"", "every = \"7d\", at = \"23:59:59\", first = \"41d\"");
    assert_eq!(retained(first), (42 * DAY, Some((true, true, true))));
    assert_eq!(retained(before), (42 * DAY - 1, Some((true, true, false))));
}
