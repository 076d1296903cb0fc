//! Policies: quiet and legal hours, caps, priority, purpose, holdouts; and what ends a step that waits.

use super::{MONDAY, cascade, told, told_of, world};

fn kept(steps: &str, policies: &str) -> Vec<String> {
    told(&[], &format!("{}[strategies.s.policies]\n{policies}\n", cascade(steps)))
}

#[test]
fn r38_quiet_hours_hold_their_first_second_and_not_their_last() {
    let night = r#"quiet_hours = [{ from = "21:00", until = "08:00" }]"#;
    let after = |wait: &str| kept(&format!(r#"{{ send = "email", after = "{wait}" }}"#), night);
    assert_eq!(after("10h59m59s"), ["0d 20:59:59 email"]);
    assert_eq!(after("11h"), ["0d 21:00 email held: QuietHours until 1d 08:00", "1d 08:00 email"]);
    assert_eq!(after("21h59m59s"), ["1d 07:59:59 email held: QuietHours until 1d 08:00", "1d 08:00 email"]);
    assert_eq!(after("22h"), ["1d 08:00 email"]);
    // What waits behind it is not late for it: it counts from what was sent.
    let two = kept(r#"{ send = "email", after = "11h" }, { send = "sms", after = "1h" }"#, night);
    assert_eq!(two[1..], ["1d 08:00 email", "1d 09:00 sms"]);
}

#[test]
fn r38_quiet_hours_may_skip_and_be_of_some_channels_and_days() {
    let at_night = r#"{ send = "email", after = "12h" }, { send = "sms", after = "12h" }"#;
    let skip =
        kept(at_night, r#"quiet_hours = [{ from = "21:00", until = "08:00", channels = ["email"], then = "skip" }]"#);
    assert_eq!(skip, ["0d 22:00 email not: QuietHours", "0d 22:00 sms"]);
    // Skipping goes before holding.
    let both = kept(
        r#"{ send = "email", after = "12h" }"#,
        r#"quiet_hours = [{ from = "21:00", until = "08:00" }, { from = "22:00", until = "23:00", then = "skip" }]"#,
    );
    assert_eq!(both, ["0d 22:00 email not: QuietHours"]);
    // Released by one rule into another.
    let chain = kept(
        r#"{ send = "email", after = "12h" }"#,
        r#"quiet_hours = [{ from = "21:00", until = "06:00" }, { from = "05:00", until = "07:30" }]"#,
    );
    assert_eq!(chain, ["0d 22:00 email held: QuietHours until 1d 07:30", "1d 07:30 email"]);
    // A whole day: Tuesday. A stretch over midnight belongs to the day on which it begins.
    let tuesday = |wait: &str, rule: &str| {
        kept(&format!(r#"{{ send = "email", after = "{wait}" }}"#), &format!("quiet_hours = [{{ {rule} }}]"))
    };
    let day = "weekdays = [\"tue\"]";
    assert_eq!(tuesday("13h59m59s", day), ["0d 23:59:59 email"]);
    assert_eq!(tuesday("14h", day)[0], "1d 00:00 email held: QuietHours until 2d 00:00");
    let night = "weekdays = [\"tue\"], from = \"22:00\", until = \"06:00\"";
    assert_eq!(tuesday("13h", night), ["0d 23:00 email"]);
    assert_eq!(tuesday("38h", night)[0], "2d 00:00 email held: QuietHours until 2d 06:00");
    assert_eq!(tuesday("18h", night), ["1d 04:00 email"]);
}

#[test]
fn r38_the_wall_says_when_it_is_quiet_where_clocks_change() {
    // Berlin, Sunday 29 March 2026: 02:00 becomes 03:00. The sixth day ends an hour early in seconds.
    let play = |start: &str, on: &str, wait: &str, from: &str, until: &str| {
        let text = format!(
            "[campaigns.c]\ntrigger = {{ on = {on}, at = \"12:00\" }}\n[strategies.s.campaigns.c]\ncascade = [{{ send = \"email\", after = \"{wait}\" }}]\n[strategies.s.policies]\nquiet_hours = [{{ from = \"{from}\", until = \"{until}\" }}]\n"
        );
        told(&[&format!("start={start}"), "time_zone=Europe/Berlin"], &text)
    };
    let spring = |wait: &str, from: &str, until: &str| play("2026-03-23", "2026-03-28", wait, from, until);
    // Due at 01:30; quiet until 08:00 on the wall, which is 07:00 in seconds of that day.
    assert_eq!(
        spring("13h30m", "21:00", "08:00"),
        ["6d 01:30 email held: QuietHours until 6d 07:00", "6d 07:00 email"]
    );
    // Until a time that is skipped: the wall jumps over it at 02:00.
    assert_eq!(
        spring("13h30m", "21:00", "02:30"),
        ["6d 01:30 email held: QuietHours until 6d 02:00", "6d 02:00 email"]
    );
    // In October 02:30 comes twice: it is quiet in both hours.
    let autumn = |wait: &str| play("2026-10-19", "2026-10-24", wait, "02:15", "02:45");
    assert_eq!(autumn("14h20m"), ["6d 02:20 email held: QuietHours until 6d 02:45", "6d 02:45 email"]);
    assert_eq!(autumn("15h20m"), ["6d 03:20 email held: QuietHours until 6d 03:45", "6d 03:45 email"]);
    assert_eq!(autumn("15h"), ["6d 03:00 email"]);
}

#[test]
fn legal_hours_hold_marketing_under_every_strategy() {
    let text = |purpose: &str| {
        cascade(r#"{ send = "sms", after = "11h" }, { send = "email" }"#)
            .replace("[strategies", &format!("purpose = \"{purpose}\"\n[strategies"))
    };
    let legal = "channels.sms.legal_hours={ from = \"08:00\", until = \"21:00\" }";
    assert_eq!(
        told(&[legal], &text("marketing")),
        ["0d 21:00 sms held: QuietHours until 1d 08:00", "1d 08:00 sms", "1d 08:00 email"]
    );
    assert_eq!(told(&[legal], &text("transactional")), ["0d 21:00 sms", "0d 21:00 email"]);
    // By day of the week: not on Tuesdays either.
    let days = "channels.sms.legal_hours={ from = \"08:00\", until = \"21:00\", weekdays = [\"mon\", \"wed\"] }";
    assert_eq!(told(&[days], &text("marketing"))[0], "0d 21:00 sms held: QuietHours until 2d 08:00");
}

#[test]
fn r39_a_rolling_cap_forgets_what_was_sent_exactly_so_long_ago() {
    let text =
        |wait: &str, cap: &str| kept(&format!(r#"{{ send = "email" }}, {{ send = "sms", after = "{wait}" }}"#), cap);
    let one = r#"caps = [{ messages = 1, per = "24h" }]"#;
    assert_eq!(text("23h59m59s", one), ["0d 10:00 email", "1d 09:59:59 sms not: Capped"]);
    assert_eq!(text("24h", one), ["0d 10:00 email", "1d 10:00 sms"]);
    // Two have room for the second.
    assert_eq!(text("1h", &one.replace("= 1,", "= 2,")), ["0d 10:00 email", "0d 11:00 sms"]);
    // A cap of one channel counts that channel only.
    let on = |channels: &str| one.replace("per", &format!("channels = [{channels}], per"));
    assert_eq!(text("1h", &on("\"sms\"")), ["0d 10:00 email", "0d 11:00 sms"]);
    assert_eq!(text("1h", &on("\"email\", \"sms\"")), ["0d 10:00 email", "0d 11:00 sms not: Capped"]);
}

#[test]
fn r39_a_calendar_cap_counts_the_customers_days() {
    let text = |wait: &str, days: u8, then: &str| {
        kept(
            &format!(r#"{{ send = "email" }}, {{ send = "sms", after = "{wait}" }}"#),
            &format!(r#"caps = [{{ messages = 1, per = "{days}d", window = "calendar", then = "{then}" }}]"#),
        )
    };
    assert_eq!(text("13h59m59s", 1, "skip"), ["0d 10:00 email", "0d 23:59:59 sms not: Capped"]);
    assert_eq!(text("14h", 1, "skip"), ["0d 10:00 email", "1d 00:00 sms"]);
    assert_eq!(text("14h", 2, "skip"), ["0d 10:00 email", "1d 00:00 sms not: Capped"]);
    assert_eq!(text("38h", 2, "skip"), ["0d 10:00 email", "2d 00:00 sms"]);
    assert_eq!(text("1h", 2, "hold"), ["0d 10:00 email", "0d 11:00 sms held: Capped until 2d 00:00", "2d 00:00 sms"]);
}

#[test]
fn r39_a_full_cap_skips_holds_ends_or_goes_on() {
    let play = |then: &str| {
        kept(
            r#"{ send = "email" }, { send = "sms", after = "1h" }, { send = "push", after = "30h", at = "12:00" }"#,
            &format!(r#"caps = [{{ messages = 1, per = "24h", then = "{then}", channels = ["email", "sms"] }}]"#),
        )
    };
    let (first, capped) = ("0d 10:00 email", "0d 11:00 sms not: Capped");
    assert_eq!(play("skip"), [first, capped, "2d 12:00 push"]);
    assert_eq!(play("end"), [first, capped]);
    assert_eq!(play("next-channel"), [first, capped, "0d 11:00 push"]);
    assert_eq!(
        play("hold"),
        [first, "0d 11:00 sms held: Capped until 1d 10:00", "1d 10:00 sms", "2d 16:00 push"]
            .map(|line| if line == "2d 16:00 push" { "3d 12:00 push" } else { line })
    );
}

#[test]
fn r39_of_several_caps_the_first_full_one_decides() {
    let play = |caps: &str| kept(r#"{ send = "email" }, { send = "sms", after = "1h" }"#, &format!("caps = [{caps}]"));
    let (hold, skip) =
        (r#"{ messages = 1, per = "2h", then = "hold" }"#, r#"{ messages = 1, per = "3h", then = "skip" }"#);
    assert_eq!(
        play(&format!("{hold}, {skip}")),
        ["0d 10:00 email", "0d 11:00 sms held: Capped until 0d 12:00", "0d 12:00 sms not: Capped"]
    );
    assert_eq!(play(&format!("{skip}, {hold}")), ["0d 10:00 email", "0d 11:00 sms not: Capped"]);
    let free = r#"{ messages = 2, per = "7d", then = "end" }"#;
    assert_eq!(play(&format!("{free}, {skip}"))[1], "0d 11:00 sms not: Capped");
}

/// Campaign `c` on Monday at ten, campaign `d` beside it.
fn two(c: &str, d: &str, policies: &str) -> Vec<String> {
    let text = format!(
        "{MONDAY}{c}\n[campaigns.d]\n{d}\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n[strategies.s.campaigns.d]\nblast = [\"sms\"]\n[strategies.s.policies]\n{policies}\n"
    );
    told(&[], &text)
}

#[test]
fn r40_the_lower_campaign_gives_way_to_one_that_comes_up_soon() {
    let later = |at: &str| format!("trigger = {{ on = 2026-01-05, at = \"{at}\" }}\npriority = 1");
    let policies = "arbitration = { window = \"2h\" }";
    // Two hours ahead at the most, that very second included; and less than two hours after.
    assert_eq!(two("", &later("12:00"), policies), ["0d 10:00 email not: LowerPriority", "0d 12:00 sms"]);
    assert_eq!(two("", &later("12:00:01"), policies), ["0d 10:00 email", "0d 12:00:01 sms"]);
    assert!(!two("", &later("10:00"), policies).contains(&"0d 10:00 email".to_owned()));
    assert_eq!(two("", &later("08:00:01"), policies), ["0d 08:00:01 sms", "0d 10:00 email not: LowerPriority"]);
    assert_eq!(two("", &later("08:00"), policies), ["0d 08:00 sms", "0d 10:00 email"]);
    // Equals do not give way, nor does anybody for a campaign whose audience the customer is not in.
    assert_eq!(two("priority = 1", &later("12:00"), policies), ["0d 10:00 email", "0d 12:00 sms"]);
    let not_hers = later("12:00") + "\naudience = { stages = [\"lapsed\"] }";
    assert_eq!(
        two("", &not_hers, policies),
        ["0d 10:00 email", "0d 12:00 sms not: OutsideAudience"]
            .map(|line| line.replace("sms", if line.contains("Outside") { "d" } else { "sms" }))
    );
    // Transactional messages neither give way nor make way.
    assert_eq!(two("", &(later("12:00") + "\npurpose = \"transactional\""), policies)[0], "0d 10:00 email");
    assert_eq!(two("purpose = \"transactional\"", &later("12:00"), policies)[0], "0d 10:00 email");
    // A window of one second is the same second and the next.
    let now = "arbitration = { window = \"1s\" }";
    let mut same = two("", &later("10:00"), now);
    same.sort();
    assert_eq!(same, ["0d 10:00 email not: LowerPriority", "0d 10:00 sms"]);
}

#[test]
fn r40_giving_way_may_hold_or_end() {
    let d = "trigger = { on = 2026-01-05, at = \"12:00\" }\npriority = 1";
    let hold = two("", d, "arbitration = { window = \"2h\", then = \"hold\" }");
    assert_eq!(hold, ["0d 10:00 email held: LowerPriority until 0d 14:00", "0d 12:00 sms", "0d 14:00 email"]);
    let text = |then: &str| {
        format!(
            "{MONDAY}[campaigns.d]\n{d}\n[strategies.s.campaigns.c]\ncascade = [{{ send = \"email\" }}, {{ send = \"push\", after = \"1d\" }}]\n[strategies.s.campaigns.d]\nblast = [\"sms\"]\n[strategies.s.policies]\narbitration = {{ window = \"2h\", then = \"{then}\" }}\n"
        )
    };
    assert_eq!(told(&[], &text("skip")), ["0d 10:00 email not: LowerPriority", "0d 12:00 sms", "1d 10:00 push"]);
    assert_eq!(told(&[], &text("end")), ["0d 10:00 email not: LowerPriority", "0d 12:00 sms"]);
    // A step that waits counts like a campaign that comes up.
    let waiting = "trigger = { on = 2026-01-05, at = \"09:00\" }\npriority = 1";
    let text =
        text("skip").replace(d, waiting).replace("blast = [\"sms\"]", "cascade = [{ send = \"sms\", after = \"3h\" }]");
    assert_eq!(told(&[], &text), ["0d 10:00 email not: LowerPriority", "0d 12:00 sms", "1d 10:00 push"]);
}

#[test]
fn r41_transactional_messages_keep_to_no_policy_and_need_reach_only() {
    let policies = "holdout = 1.0\ncaps = [{ messages = 1, per = \"7d\" }]\nquiet_hours = [{ from = \"00:00\", until = \"23:00\" }]\n";
    let text = |purpose: &str| {
        cascade(r#"{ send = "email" }, { send = "sms" }"#)
            .replace("[strategies", &format!("purpose = \"{purpose}\"\n[strategies"))
            + "[strategies.s.policies]\n"
            + policies
    };
    assert_eq!(told(&[], &text("marketing")), ["0d 10:00 email not: Holdout"]);
    assert_eq!(told(&[], &text("transactional")), ["0d 10:00 email", "0d 10:00 sms"]);
    // No consent is asked, and nobody opts out.
    let out = ["channels.email.opt_in=0.0000001", "channels.sms.opt_out_rate=1.0", "channels.push.reach=0.0000001"];
    let told = told(
        &out,
        &text("transactional")
            .replace("{ send = \"sms\" }", "{ send = \"sms\" }, { send = \"sms\" }, { send = \"push\" }"),
    );
    assert_eq!(told, ["0d 10:00 email", "0d 10:00 sms", "0d 10:00 sms", "0d 10:00 push not: Unreachable"]);
}

#[test]
fn r41_a_cap_counts_transactional_messages_by_choice() {
    let play = |counts: &str| {
        two(
            "purpose = \"transactional\"",
            "trigger = { on = 2026-01-05, at = \"11:00\" }",
            &format!("caps = [{{ messages = 1, per = \"7d\", counts = \"{counts}\" }}]"),
        )
    };
    assert_eq!(play("marketing"), ["0d 10:00 email", "0d 11:00 sms"]);
    assert_eq!(play("all"), ["0d 10:00 email", "0d 11:00 sms not: Capped"]);
}

#[test]
fn a_holdout_is_the_same_customers_for_every_strategy_and_occurrence() {
    let text = format!(
        "{}holdout = 0.3\n[strategies.s.campaigns.c]\nblast = [\"email\", \"sms\"]\n[strategies.t.campaigns.c]\ncascade = [{{ send = \"sms\" }}, {{ send = \"push\" }}]\n[strategies.u.campaigns.c]\nblast = [\"email\"]\nholdout = 0.0\n[strategies.v.campaigns.c]\nblast = [\"email\"]\nholdout = 0.6\n",
        MONDAY.replace("on = 2026-01-05", "every = \"7d\", times = 2")
    );
    let world = world(&[], &text);
    let held = |strategy: &str| -> Vec<u64> {
        (0..200).filter(|&customer| told_of(&world, strategy, customer)[0].contains("Holdout")).collect()
    };
    let (s, v) = (held("s"), held("v"));
    assert_eq!((&s, held("u").len()), (&held("t"), 0));
    assert!((40..80).contains(&s.len()) && v.len() > s.len(), "{} {}", s.len(), v.len());
    assert!(s.iter().all(|customer| v.contains(customer)), "a larger holdout holds the smaller one");
    // Each channel of a blast for itself, a cascade at its first step; at both occurrences.
    let customer = s[0];
    let both = |first: &str, second: &str| vec![format!("{first} not: Holdout"), format!("{second} not: Holdout")];
    assert_eq!(told_of(&world, "t", customer), both("0d 10:00 sms", "7d 10:00 sms"));
    assert_eq!(told_of(&world, "s", customer)[..2], both("0d 10:00 email", "0d 10:00 sms"));
}

#[test]
fn what_waits_has_its_outcome_when_the_loss_is_known_or_time_is_up() {
    let lost = [
        "channels.email.click_to_open_rate=1.0",
        "segments.all.dropout={ after-journey = 1.0 }",
        "segments.all.lapse=known",
    ];
    let steps = r#"{ send = "email" }, { send = "sms", after = "1h" }"#;
    assert_eq!(
        told(&lost, &cascade(steps)),
        ["0d 10:00 email", "0d 10:00 email clicked", "0d 10:00 lost", "0d 10:00 sms not: LossKnown"]
    );
    assert_eq!(told(&lost[..2], &cascade(steps))[2..], ["0d 10:00 lost", "0d 11:00 sms"]);
    // The horizon is outside: what is due in its first second is too late.
    let end = |wait: &str| told(&["tail=0d"], &cascade(&format!(r#"{{ send = "email", after = "{wait}" }}"#)));
    assert_eq!(end("1333h59m59s"), ["55d 23:59:59 email"]);
    assert_eq!(end("1334h"), ["55d 23:59:59 email not: TooLate"]);
}
