//! The vocabulary of strategies: each key is read into the value that it stands for.

use channelmix::scenario::{
    Arbitration, Audience, Calendar, Campaign, CapWindow, Capped, Concurrency, DAY, Days, Exit, GivesWay, Goal,
    GoalEvent, Hours, Law, Loaded, Otherwise, Plan, Preference, Purpose, Reentry, Response, Scenario, SendTime, Stage,
    Step, Trigger, TriggerEvent, Way, load,
};

/// All that a scenario needs beside what is tried.
const AROUND: &str = r#"
name = "vocabulary"
currency = "USD"
start = 2026-01-05
[channels.email]
preset = "email"
[channels.sms]
preset = "sms"
reply_rate = 0.1
[channels.web]
preset = "web"
cart_rate = 0.1
[segments.old]
share = 0.5
[segments.new]
share = 0.5
joined = "cohort"
[campaigns.offer]
trigger = { every = "7d", at = "10:00" }
[strategies.plain.campaigns.offer]
blast = ["email"]
"#;

/// The scenario with more laid over it.
fn with(more: &str) -> Scenario {
    let over: Vec<String> = more.lines().any(|line| line.contains('=')).then(|| more.to_owned()).into_iter().collect();
    let Loaded { scenario, sources, problems } = load("vocabulary.toml", AROUND, &over);
    scenario.unwrap_or_else(|| panic!("{more}\n{}", problems.render(&sources, false)))
}

fn campaign(more: &str) -> Campaign {
    with(&format!("[campaigns.offer]\n{more}\n")).campaigns.remove(0)
}

fn trigger(written: &str) -> Trigger {
    campaign(&format!("trigger = {written}")).trigger.value
}

fn calendar(written: &str) -> Calendar {
    match trigger(written) {
        Trigger::Calendar(calendar) => calendar,
        Trigger::Event(event) => panic!("{event:?}"),
    }
}

fn event(written: &str) -> TriggerEvent {
    match trigger(written) {
        Trigger::Event(event) => event,
        Trigger::Calendar(calendar) => panic!("{calendar:?}"),
    }
}

fn plan(written: &str) -> Plan {
    with(&format!("[strategies.tried.campaigns.offer]\n{written}\n")).strategies[1].plans[0].1.clone()
}

/// The second step of a cascade.
fn step(written: &str) -> Step {
    match plan(&format!("cascade = [{{ send = \"email\" }}, {{ send = \"sms\", {written} }}]")).way {
        Way::Cascade(mut steps) => steps.remove(1),
        other => panic!("{other:?}"),
    }
}

fn time(hours: i8, minutes: i8) -> jiff::civil::Time {
    jiff::civil::time(hours, minutes, 0, 0)
}

#[test]
fn calendars() {
    let every = calendar(r#"{ every = "14d", at = "10:30", first = "3d", times = 5, zone = "Asia/Tokyo" }"#);
    assert!(matches!(every.days, Days::Every { every: 14, first: 3 }));
    assert_eq!((every.at.0, every.times, every.offset), (time(10, 30), Some(5), 0));
    assert_eq!(every.zone.map(|zone| zone.value).as_deref(), Some("Asia/Tokyo"));
    let week = calendar(r#"{ weekdays = ["sun", "tue"], at = "8:00", first = "7d", months = ["dec", "jan"] }"#);
    assert!(matches!(&week.days, Days::Week { weekdays, first: 7 } if weekdays == &[1, 6]), "{week:?}");
    assert_eq!((week.months, week.times, week.zone.is_none()), (vec![1, 12], None, true));
    let month = calendar(r#"{ days = [31, 1], at = "8:00", before = "2h" }"#);
    assert!(matches!(&month.days, Days::Month { days, first: 0 } if days == &[1, 31]), "{month:?}");
    assert_eq!(month.offset, -7200);
    let once = calendar(r#"{ on = 2026-03-12, at = "18:00", later = "1d" }"#);
    assert!(matches!(once.days, Days::On(day) if day.0 == jiff::civil::date(2026, 3, 12)));
    assert_eq!(once.offset, DAY);
}

#[test]
fn events() {
    assert!(matches!(event(r#"{ event = "joined" }"#), TriggerEvent::Joined));
    assert!(matches!(event(r#"{ event = "ordered" }"#), TriggerEvent::Ordered));
    assert!(matches!(event(r#"{ event = "cart-abandoned" }"#), TriggerEvent::CartAbandoned));
    assert!(
        matches!(event(r#"{ event = "inactive", for = "60d" }"#), TriggerEvent::Inactive(span) if span == 60 * DAY)
    );
    let TriggerEvent::Clicked(any) = event(r#"{ event = "clicked" }"#) else { panic!("a click") };
    assert!(any.campaign.is_none() && any.channel.is_none());
    let TriggerEvent::Replied(of) = event(r#"{ event = "replied", campaign = "offer", channel = "sms" }"#) else {
        panic!("a reply")
    };
    assert_eq!(of.campaign.map(|name| name.value).as_deref(), Some("offer"));
    assert_eq!(of.channel.map(|name| name.value).as_deref(), Some("sms"));
}

#[test]
fn campaigns() {
    let silent = campaign("");
    assert_eq!((silent.reentry, silent.concurrency), (Reentry::Always, Concurrency::Allow));
    assert_eq!((silent.goal, silent.exit_after, silent.exits_at_once), (None, None, false));
    assert_eq!((silent.purpose, silent.priority, silent.exit.len()), (Purpose::Marketing, 0, 0));
    assert!(silent.holdout == 0.0);
    let said = campaign(
        r#"
        holdout = 0.2
        reentry = "30d"
        concurrency = "replace"
        goal = { event = "response", within = "7d" }
        exit = ["opened", "clicked", "replied", "ordered", "opted-out", "audience"]
        exit_after = "14d"
        exits = "at-once"
        purpose = "transactional"
        "#,
    );
    assert!(said.holdout == 0.2);
    assert_eq!((said.reentry, said.concurrency), (Reentry::After(30 * DAY), Concurrency::Replace));
    assert_eq!(said.goal, Some(Goal { event: GoalEvent::Response, within: Some(7 * DAY) }));
    let all = [Exit::Opened, Exit::Clicked, Exit::Replied, Exit::Ordered, Exit::OptedOut, Exit::Audience];
    assert_eq!((said.exit, said.exit_after, said.exits_at_once), (all.to_vec(), Some(14 * DAY), true));
    assert_eq!(said.purpose, Purpose::Transactional);
    assert_eq!(campaign("reentry = \"never\"").reentry, Reentry::Never);
    assert_eq!(campaign("concurrency = \"skip\"").concurrency, Concurrency::Skip);
    assert_eq!(campaign("goal = \"order\"").goal, Some(Goal { event: GoalEvent::Order, within: None }));
    assert_eq!(campaign("goal = { event = \"click\" }").goal.map(|goal| goal.event), Some(GoalEvent::Click));
    assert_eq!(campaign("goal = { event = \"reply\" }").goal.map(|goal| goal.event), Some(GoalEvent::Reply));
    assert_eq!(campaign("priority = 1000").priority, 1000);
}

fn is_full(audience: &Audience) -> bool {
    let names =
        |all: &[channelmix::scenario::At<String>]| all.iter().map(|name| name.value.clone()).collect::<Vec<_>>();
    names(&audience.segments) == ["new"]
        && audience.stages == [Stage::Prospect, Stage::New, Stage::Repeat, Stage::Lapsing, Stage::Lapsed]
        && audience.ordered_within == Some(90 * DAY)
        && audience.not_ordered_for == Some(60 * DAY)
        && audience.responded_within == Some(40 * DAY)
        && audience.not_responded_for == Some(30 * DAY)
        && names(&audience.opted_in) == ["email", "sms"]
        && audience.share == Some(0.5)
}

#[test]
fn audiences_of_campaigns_and_plans() {
    let written = r#"audience = { segments = ["new"], stages = ["prospect", "new", "repeat", "lapsing", "lapsed"],
        ordered_within = "90d", not_ordered_for = "60d", responded_within = "40d", not_responded_for = "30d",
        opted_in = ["email", "sms"], share = 0.5 }"#;
    assert!(is_full(&campaign(written).audience));
    let silent = campaign("").audience;
    assert!(silent.segments.is_empty() && silent.stages.is_empty() && silent.share.is_none(), "{silent:?}");
    let plan = plan(&format!("blast = [\"email\"]\n{written}"));
    assert!(is_full(&plan.audience.expect("it is written")));
    let stages = with("[stages]\nlapsing_after = \"60d\"").stages;
    assert_eq!((stages.lapsing_after, stages.lapsed_after), (60 * DAY, 180 * DAY));
    let stages = with("").stages;
    assert_eq!((stages.lapsing_after, stages.lapsed_after), (90 * DAY, 180 * DAY));
}

#[test]
fn plans() {
    let silent = plan("blast = [\"email\"]");
    assert!(silent.audience.is_none() && silent.holdout.is_none());
    assert_eq!(silent.send_time, SendTime::WhenDue);
    let said = plan(
        "preferred = { channels = [\"sms\", \"email\"], by = \"affinity\" }\nholdout = 0\nsend_time = { spread = \"4h\" }",
    );
    let Way::Preferred(channels, by) = said.way else { panic!("{:?}", said.way) };
    assert_eq!(channels.iter().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["sms", "email"]);
    assert_eq!((by, said.holdout, said.send_time), (Preference::Affinity, Some(0.0), SendTime::Spread(4 * 3600)));
    let said = plan("preferred = { channels = [\"sms\"], by = \"response\" }");
    assert!(matches!(said.way, Way::Preferred(_, Preference::Response)));
    let best = with(
        "[segments.old]\nbest_hours = { 8 = 0.25, 0 = 0.75 }\n[strategies.plain.campaigns.offer]\nsend_time = \"best-hour\"",
    );
    assert_eq!(best.strategies[0].plans[0].1.send_time, SendTime::BestHour);
    assert_eq!(best.segments[0].best_hours, [(8, 0.25), (0, 0.75)]);
}

#[test]
fn steps() {
    let silent = step("after = \"1h\"");
    assert!(silent.unless.is_empty() && silent.only_if.is_empty() && silent.fallback.is_empty());
    assert!(silent.at.is_none() && silent.otherwise.is_none() && silent.ttl.is_none() && silent.segments.is_empty());
    let said = step(
        r#"after = "1d", at = "18:15", unless = ["replied", "ordered"], only_if = "delivered", otherwise = "next",
        fallback = ["email", "sms"], ttl = "90m", segments = ["old", "new"]"#,
    );
    let words = |all: &[channelmix::scenario::At<Response>]| all.iter().map(|one| one.value).collect::<Vec<_>>();
    assert_eq!((said.after, said.at.map(|at| at.0)), (DAY, Some(time(18, 15))));
    assert_eq!(words(&said.unless), [Response::Replied, Response::Ordered]);
    assert_eq!((words(&said.only_if), said.otherwise), (vec![Response::Delivered], Some(Otherwise::Next)));
    let names =
        |all: &[channelmix::scenario::At<String>]| all.iter().map(|name| name.value.clone()).collect::<Vec<_>>();
    assert_eq!(
        (names(&said.fallback), names(&said.segments)),
        (vec!["email".into(), "sms".into()], vec!["old".into(), "new".into()])
    );
    assert_eq!(said.ttl, Some(5400));
    // One may stand without a list.
    let said =
        step("only_if = [\"opened\", \"responded\"], unless = \"clicked\", fallback = \"email\", otherwise = \"end\"");
    assert_eq!(
        (words(&said.only_if), words(&said.unless)),
        (vec![Response::Opened, Response::Responded], vec![Response::Clicked])
    );
    assert_eq!((names(&said.fallback), said.otherwise), (vec!["email".to_owned()], Some(Otherwise::End)));
}

const POLICIES: &str = r#"
[strategies.careful]
extends = "plain"
[strategies.careful.policies]
holdout = 0.1
quiet_hours = [
  { from = "21:00", until = "08:00", weekdays = ["fri", "mon"], channels = ["sms"], then = "skip" },
  { from = "12:00", until = "13:00" },
]
caps = [
  { messages = 2, per = "7d" },
  { messages = 1, per = "2d", window = "calendar", channels = ["sms"], counts = "all", then = "end" },
  { messages = 3, per = "36h", then = "hold" },
]
arbitration = { window = "24h", then = "end" }
[strategies.more]
extends = "careful"
[strategies.more.policies]
caps = []
arbitration = { window = "2h" }
[campaigns.thank-you]
trigger = { event = "ordered" }
priority = 7
[strategies.plain.campaigns.thank-you]
blast = ["sms"]
"#;

#[test]
fn policies_and_what_is_inherited_of_them() {
    let strategies = with(POLICIES).strategies;
    let plain = &strategies[0].policies;
    assert!(
        plain.holdout == 0.0 && plain.quiet_hours.is_empty() && plain.caps.is_empty() && plain.arbitration.is_none()
    );
    let careful = &strategies[1].policies;
    assert!(careful.holdout == 0.1);
    let [night, noon] = &careful.quiet_hours[..] else { panic!("two rules") };
    assert_eq!((night.channels[0].value.as_str(), night.hold, noon.channels.len(), noon.hold), ("sms", false, 0, true));
    let Hours { between, weekdays } = &night.hours;
    let (from, until) = between.expect("both are written");
    assert_eq!((from.0, until.0, &weekdays[..]), (time(21, 0), time(8, 0), &[0, 4][..]));
    let [weekly, calendar, hold] = &careful.caps[..] else { panic!("three caps") };
    assert_eq!(
        (weekly.messages, weekly.per, weekly.window, weekly.then),
        (2, 7 * DAY, CapWindow::Rolling, Capped::Skip)
    );
    assert!(weekly.channels.is_empty() && !weekly.counts_transactional && calendar.counts_transactional);
    assert_eq!((calendar.per, calendar.window, calendar.then), (2 * DAY, CapWindow::Calendar, Capped::End));
    assert_eq!((calendar.channels[0].value.as_str(), hold.per, hold.then), ("sms", 36 * 3600, Capped::Hold));
    assert_eq!(careful.arbitration, Some(Arbitration { window: DAY, then: GivesWay::End }));
    // Key by key: what is not written comes from the strategy that is extended.
    let more = &strategies[2].policies;
    assert!(more.holdout == 0.1 && more.quiet_hours.len() == 2 && more.caps.is_empty());
    assert_eq!(more.arbitration, Some(Arbitration { window: 7200, then: GivesWay::Skip }));
    assert_eq!(strategies[2].plans.len(), 2);
}

#[test]
fn channels_and_segments() {
    let scenario = with(
        r#"
        [channels.sms]
        best_hour_odds = 1.5
        reach = { low = 0.7, typical = 0.8, high = 0.9 }
        reply_delay = "1h"
        legal_hours = "france-texts"
        [channels.email]
        legal_hours = { weekdays = ["sat"] }
        [segments.old]
        reach = { sms = 0.6 }
        "#,
    );
    let contact = |name: &str| {
        scenario.channels.iter().find(|channel| channel.name == name).and_then(|channel| channel.contact.as_ref())
    };
    let sms = contact("sms").expect("it carries messages");
    assert_eq!(sms.reply_rate.as_ref().map(|rate| rate.law), Some(Law::Fixed(0.1)));
    assert_eq!(sms.best_hour_odds.as_ref().map(|odds| odds.law), Some(Law::Fixed(1.5)));
    let reach = sms.reach.as_ref().expect("it is written");
    assert_eq!(
        (reach.law, reach.path.as_str()),
        (Law::Percentiles { low: 0.7, typical: 0.8, high: 0.9 }, "channels.sms.reach")
    );
    let hours = sms.legal_hours.as_ref().expect("they are written");
    assert_eq!(hours.between.map(|(from, until)| (from.0, until.0)), Some((time(8, 0), time(20, 0))));
    assert_eq!(hours.weekdays, [0, 1, 2, 3, 4, 5]);
    let hours = contact("email").and_then(|email| email.legal_hours.as_ref()).expect("they are written");
    assert!(hours.between.is_none() && hours.weekdays == [5]);
    let web = scenario.channels.iter().find(|channel| channel.name == "web").expect("it is there");
    assert_eq!(web.cart_rate.as_ref().map(|rate| rate.law), Some(Law::Fixed(0.1)));
    let (channel, reach) = &scenario.segments[0].reach[0];
    assert_eq!(
        (channel.value.as_str(), reach.law, reach.path.as_str()),
        ("sms", Law::Fixed(0.6), "segments.old.reach.sms")
    );
    assert!(scenario.segments[1].reach.is_empty() && scenario.segments[1].best_hours.is_empty());
}

/// What is read is also what `explain` writes: it reads as the same again.
#[test]
fn what_repeats_a_default_means_the_same() {
    let silent = with("[strategies.plain.policies]\nquiet_hours = [{ from = \"21:00\", until = \"08:00\" }]");
    let said = with(
        "[campaigns.offer]\nreentry = \"always\"\nconcurrency = \"allow\"\nexits = \"when-due\"\npurpose = \"marketing\"\n\
         priority = 0\nholdout = 0\n[strategies.plain.policies]\nholdout = 0\n\
         quiet_hours = [{ from = \"21:00\", until = \"08:00\", then = \"hold\" }]\n\
         [strategies.plain.campaigns.offer]\nsend_time = \"when-due\"",
    );
    assert_ne!(silent.resolved, said.resolved);
    assert_eq!(silent.essence(), said.essence());
}
