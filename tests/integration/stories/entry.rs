//! Whom a campaign is for, how often a customer may enter, and what happens while a run is under way.

use super::{MONDAY, told, told_of, world};

/// A campaign every Monday at ten, three times, that sends one e-mail.
fn mondays(campaign: &str, overrides: &[&str]) -> Vec<String> {
    let text = format!(
        "{}{campaign}\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n",
        MONDAY.replace("on = 2026-01-05", "every = \"7d\", times = 4")
    );
    told(overrides, &text)
}

const EMAILS: [&str; 4] = ["0d 10:00 email", "7d 10:00 email", "14d 10:00 email", "21d 10:00 email"];
const OUTSIDE: [&str; 4] = [
    "0d 10:00 c not: OutsideAudience",
    "7d 10:00 c not: OutsideAudience",
    "14d 10:00 c not: OutsideAudience",
    "21d 10:00 c not: OutsideAudience",
];

#[test]
fn r37_an_audience_is_asked_when_the_campaign_comes_up() {
    // The cohort ordered when it joined, at second 0: 7 d 10 h ago on the second Monday.
    let audience = |audience: &str| mondays(&format!("audience = {{ {audience} }}"), &[]);
    assert_eq!(audience("ordered_within = \"7d10h\""), [EMAILS[0], OUTSIDE[1], OUTSIDE[2], OUTSIDE[3]]);
    assert_eq!(audience("ordered_within = \"7d10h1s\"")[..2], [EMAILS[0], EMAILS[1]]);
    assert_eq!(audience("not_ordered_for = \"7d10h\"")[..2], [OUTSIDE[0], EMAILS[1]]);
    assert_eq!(audience("not_ordered_for = \"7d10h1s\"")[..2], [OUTSIDE[0], OUTSIDE[1]]);
    assert_eq!(audience("responded_within = \"7d10h\"")[..2], [EMAILS[0], OUTSIDE[1]]);
    assert_eq!(audience("not_responded_for = \"7d10h\"")[..2], [OUTSIDE[0], EMAILS[1]]);
    // A response keeps the customer in; one in the past does not count.
    let clicks = mondays("audience = { responded_within = \"7d10h\" }", &["channels.email.click_to_open_rate=1.0"]);
    let sent = clicks.iter().filter(|told| told.ends_with("email")).count();
    assert_eq!(sent, 4);
    assert_eq!(audience("segments = [\"all\"]"), EMAILS);
    assert_eq!(audience("share = 0.0"), OUTSIDE);
    assert_eq!(audience("share = 1.0"), EMAILS);
    assert_eq!(audience("opted_in = [\"sms\"]"), EMAILS);
    assert_eq!(mondays("audience = { opted_in = [\"sms\"] }", &["channels.sms.opt_in=0.0000001"]), OUTSIDE);
    let out = mondays("audience = { opted_in = [\"email\"] }", &["channels.email.opt_out_rate=1.0"]);
    assert_eq!(out, [EMAILS[0], "0d 10:00 email opted out", OUTSIDE[1], OUTSIDE[2], OUTSIDE[3]]);
}

#[test]
fn r37_stages_are_what_the_firm_sees() {
    // One order at second 0; lapsing after 10 days, lapsed after 20.
    let stages = |stages: &str, overrides: &[&str]| {
        let told = mondays(&format!("audience = {{ stages = [{stages}] }}"), overrides);
        (0..4).map(|k| told.contains(&EMAILS[k].to_owned())).collect::<Vec<bool>>()
    };
    assert_eq!(stages("\"new\"", &[]), [true, true, false, false]);
    assert_eq!(stages("\"lapsing\"", &[]), [false, false, true, false]);
    assert_eq!(stages("\"lapsed\"", &[]), [false, false, false, true]);
    assert_eq!(stages("\"new\", \"lapsed\"", &[]), [true, true, false, true]);
    assert_eq!(stages("\"prospect\", \"repeat\"", &[]), [false; 4]);
    // At exactly ten days it is lapsing: 14 d 10 h.
    assert_eq!(stages("\"lapsing\"", &["stages.lapsing_after=14d10h"]), [false, false, true, false]);
    assert_eq!(stages("\"new\"", &["stages.lapsing_after=14d10h1s"]), [true, true, true, false]);
    // A base of age 0 has never ordered.
    assert_eq!(stages("\"prospect\"", &["segments.all.joined={ base = { age = \"0d\" } }"]), [true; 4]);
    // A second order makes a repeat customer: the first e-mail sells.
    let sells = ["channels.email.click_to_open_rate=1.0", "channels.web.order_rate=1.0"];
    assert_eq!(stages("\"new\", \"repeat\"", &sells), [true; 4]);
    assert_eq!(stages("\"new\"", &sells), [true, false, false, false]);
}

#[test]
fn r37_a_plan_may_have_an_audience_and_a_holdout_of_its_own() {
    let text = |own: &str| {
        format!(
            "{MONDAY}audience = {{ share = 0.0 }}\nholdout = 1.0\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n{own}\n"
        )
    };
    assert_eq!(told(&[], &text("")), [OUTSIDE[0]]);
    assert_eq!(told(&[], &text("audience = {}")), ["0d 10:00 email not: Holdout"]);
    assert_eq!(told(&[], &text("audience = {}\nholdout = 0.0")), [EMAILS[0]]);
}

#[test]
fn r37_reentry_counts_from_the_beginning_of_the_last_run() {
    let reentry = |rule: &str| mondays(&format!("reentry = \"{rule}\""), &[]);
    let not = ["", "7d 10:00 c not: EnteredBefore", "14d 10:00 c not: EnteredBefore", "21d 10:00 c not: EnteredBefore"];
    assert_eq!(reentry("always"), EMAILS);
    assert_eq!(reentry("never"), [EMAILS[0], not[1], not[2], not[3]]);
    assert_eq!(reentry("14d"), [EMAILS[0], not[1], EMAILS[2], not[3]]);
    assert_eq!(reentry("1209601s"), [EMAILS[0], not[1], not[2], EMAILS[3]]);
}

#[test]
fn r37_a_run_under_way_allows_forbids_or_is_replaced() {
    let text = |concurrency: &str| {
        format!(
            "{}concurrency = \"{concurrency}\"\n[strategies.s.campaigns.c]\ncascade = [{{ send = \"email\" }}, {{ send = \"sms\", after = \"10d\" }}]\n",
            MONDAY.replace("on = 2026-01-05", "every = \"7d\", times = 3")
        )
    };
    assert_eq!(
        told(&[], &text("allow")),
        [EMAILS[0], EMAILS[1], "10d 10:00 sms", EMAILS[2], "17d 10:00 sms", "24d 10:00 sms"]
    );
    assert_eq!(
        told(&[], &text("skip")),
        [EMAILS[0], "7d 10:00 c not: StillRunning", "10d 10:00 sms", EMAILS[2], "24d 10:00 sms"]
    );
    assert_eq!(
        told(&[], &text("replace")),
        [EMAILS[0], "7d 10:00 sms not: Replaced", EMAILS[1], "14d 10:00 sms not: Replaced", EMAILS[2], "24d 10:00 sms"]
    );
    // A run that is over stands in nobody's way: due at the very second of the next trigger, it has had its outcome.
    let just = text("skip").replace("10d", "7d");
    assert_eq!(told(&[], &just)[..3], [EMAILS[0], "7d 10:00 sms", EMAILS[1]]);
}

#[test]
fn a_share_is_the_same_customers_at_every_occurrence_and_nested() {
    let text = |share: f64| {
        format!(
            "{}audience = {{ share = {share} }}\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n",
            MONDAY.replace("on = 2026-01-05", "every = \"7d\", times = 4")
        )
    };
    let of = |share: f64| -> Vec<u64> {
        let world = world(&[], &text(share));
        let in_it = |customer: &u64| {
            let told = told_of(&world, "s", *customer);
            assert!(told == EMAILS || told == OUTSIDE, "{told:?}");
            told == EMAILS
        };
        (0..300).filter(in_it).collect()
    };
    let (small, large) = (of(0.2), of(0.7));
    assert!((30..90).contains(&small.len()) && (170..250).contains(&large.len()), "{} {}", small.len(), large.len());
    assert!(small.iter().all(|customer| large.contains(customer)));
}
