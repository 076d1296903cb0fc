//! Steps of plans: waits, conditions, fallbacks, times to live, branches, goals, exits, preferred channels, send times.

use super::{MONDAY, cascade, told, told_of, world};

#[test]
fn r18_a_local_time_of_day_is_waited_for() {
    let at = |after: &str| {
        told(&[], &cascade(&format!(r#"{{ send = "email" }}, {{ send = "sms", after = "{after}", at = "18:00" }}"#)))
    };
    // Not yet, exactly then, just over.
    assert_eq!(at("1h"), ["0d 10:00 email", "0d 18:00 sms"]);
    assert_eq!(at("8h"), ["0d 10:00 email", "0d 18:00 sms"]);
    assert_eq!(at("8h1s"), ["0d 10:00 email", "1d 18:00 sms"]);
    // The first step counts from the trigger.
    let first = |time: &str| told(&[], &cascade(&format!(r#"{{ send = "email", at = "{time}" }}"#)));
    assert_eq!(first("10:00"), ["0d 10:00 email"]);
    assert_eq!(first("09:59:59"), ["1d 09:59:59 email"]);
}

#[test]
fn r7_a_local_time_that_the_clocks_skip_comes_later() {
    // Clocks go forward in Berlin on Sunday 29 March 2026 at 02:00, an hour later in UTC + 1.
    let text = |time: &str| {
        format!(
            "[campaigns.c]\ntrigger = {{ on = 2026-03-28, at = \"10:00\" }}\n[strategies.s.campaigns.c]\ncascade = [{{ send = \"email\", after = \"1h\", at = \"{time}\" }}]\n"
        )
    };
    let night = |time: &str| told(&["start=2026-03-23", "time_zone=Europe/Berlin"], &text(time));
    assert_eq!(night("02:30"), ["6d 02:30 email"]);
    assert_eq!(night("01:30"), ["6d 01:30 email"]);
    assert_eq!(night("03:30"), ["6d 02:30 email"]);
    // They go back on 25 October at 03:00: what comes twice happens the first time.
    let text = text("02:30").replace("2026-03-28", "2026-10-24");
    let back = told(&["start=2026-10-19", "time_zone=Europe/Berlin"], &text);
    assert_eq!(back, ["6d 02:30 email"]);
}

#[test]
fn r19_a_step_may_need_a_response() {
    let steps =
        r#"{ send = "email" }, { send = "push", after = "24h", only_if = "opened" }, { send = "sms", after = "24h" }"#;
    let delayed = |delay: &str| told(&[&format!("channels.email.open_delay={delay}")], &cascade(steps));
    // Opened before, in the very second, too late.
    let sent = ["0d 10:00 email", "1d 10:00 push", "2d 10:00 sms"];
    let skipped = ["0d 10:00 email", "1d 10:00 push not: ConditionNotMet", "1d 10:00 sms"];
    assert_eq!(delayed("0s"), sent);
    assert_eq!(delayed("24h"), sent);
    assert_eq!(delayed("86401s"), skipped);
    assert_eq!(told(&["channels.email.open_rate=0.0"], &cascade(steps)), skipped);
    // Where it says so the run ends instead.
    let ends = steps.replace("\"opened\"", "\"opened\", otherwise = \"end\"");
    assert_eq!(told(&["channels.email.open_rate=0.0"], &cascade(&ends)), skipped[..2]);
    // Any of several responses will do.
    let either = steps.replace("\"opened\"", "[\"clicked\", \"replied\"]");
    assert_eq!(told(&[], &cascade(&either)), skipped);
    let replied = told(&["channels.email.reply_rate=1.0"], &cascade(&either));
    assert_eq!(replied, ["0d 10:00 email", "0d 10:00 email replied", "1d 10:00 push", "2d 10:00 sms"]);
}

#[test]
fn r19_responded_is_clicked_or_replied() {
    let steps = r#"{ send = "email" }, { send = "push", after = "24h", unless = "responded" }"#;
    assert_eq!(told(&[], &cascade(steps)), ["0d 10:00 email", "1d 10:00 push"]);
    for response in ["channels.email.click_to_open_rate=1.0", "channels.email.reply_rate=1.0"] {
        let told = told(&[response], &cascade(steps));
        assert_eq!(told[2], "1d 10:00 push not: ConditionMet", "{response}");
    }
}

#[test]
fn opened_but_not_clicked() {
    let steps = r#"{ send = "email" }, { send = "sms", after = "24h", only_if = "opened", unless = "clicked" }"#;
    let last = |overrides: &[&str]| told(overrides, &cascade(steps)).pop();
    assert_eq!(last(&[]).as_deref(), Some("1d 10:00 sms"));
    assert_eq!(last(&["channels.email.click_to_open_rate=1.0"]).as_deref(), Some("1d 10:00 sms not: ConditionMet"));
    assert_eq!(last(&["channels.email.open_rate=0.0"]).as_deref(), Some("1d 10:00 sms not: ConditionNotMet"));
}

#[test]
fn a_fallback_stands_in_for_what_was_not_delivered() {
    let steps = r#"{ send = "email", fallback = ["push", "sms"] }, { send = "email", after = "24h" }"#;
    let play = |overrides: &[&str]| told(overrides, &cascade(steps));
    assert_eq!(play(&[]), ["0d 10:00 email", "1d 10:00 email"]);
    let failed = "channels.email.delivery_rate=0.0";
    assert_eq!(play(&[failed]), ["0d 10:00 email", "0d 10:00 push", "1d 10:00 email"]);
    let all = [failed, "channels.push.delivery_rate=0.0"];
    assert_eq!(play(&all), ["0d 10:00 email", "0d 10:00 push", "0d 10:00 sms", "1d 10:00 email"]);
    // Unreachability is no failed delivery, and silence is none either.
    let unreached = ["channels.email.reach=0.0000001"];
    assert_eq!(play(&unreached), ["0d 10:00 email not: Unreachable", "1d 10:00 email not: Unreachable"]);
    assert_eq!(play(&["channels.email.open_rate=0.0"]), ["0d 10:00 email", "1d 10:00 email"]);
    // A fallback that cannot be addressed is not sent, and calls for no other.
    let nobody = [failed, "channels.push.reach=0.0000001"];
    assert_eq!(play(&nobody), ["0d 10:00 email", "0d 10:00 push not: Unreachable", "1d 10:00 email"]);
}

#[test]
fn a_step_lives_for_its_time_only() {
    let text = |ttl: &str| {
        cascade(&format!(r#"{{ send = "email", after = "11h", ttl = "{ttl}" }}, {{ send = "sms", after = "30h" }}"#))
            + "[strategies.s.policies]\nquiet_hours = [{ from = \"21:00\", until = \"08:00\" }]\n"
    };
    let held = "0d 21:00 email held: QuietHours until 1d 08:00";
    // Eleven hours from 21:00 until 08:00: still alive, or just not.
    assert_eq!(told(&[], &text("11h1s")), [held, "1d 08:00 email", "2d 14:00 sms"]);
    assert_eq!(told(&[], &text("11h")), [held, "1d 08:00 email not: Expired", "1d 16:00 sms"]);
    assert_eq!(told(&[], &text("1s")), [held, "1d 08:00 email not: Expired", "1d 16:00 sms"]);
}

#[test]
fn a_branch_is_for_its_segments() {
    let segments = "[segments.young]\nshare = 0.5\njoined = \"cohort\"\nneeds = { every = \"36500d\" }\nbasket = { fixed = 10 }\ngross_margin = 0.5\nentry = { web = 1.0 }\n";
    let text = cascade(
        r#"{ send = "push", segments = ["young"] }, { send = "email", segments = ["all"] }, { send = "sms", after = "24h", segments = ["young", "all"] }"#,
    );
    let world = world(&["segments.all.share=0.5"], &(segments.to_owned() + &text));
    let mut seen: Vec<Vec<String>> = (0..8).map(|customer| told_of(&world, "s", customer)).collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, [["0d 10:00 email", "1d 10:00 sms"], ["0d 10:00 push", "1d 10:00 sms"]]);
}

#[test]
fn r20_a_goal_counts_within_its_window() {
    let text = |goal: &str| {
        cascade(r#"{ send = "email" }, { send = "sms", after = "10d" }"#)
            .replace("[strategies", &format!("{goal}\n[strategies"))
    };
    let clicks = ["channels.email.click_to_open_rate=1.0", "channels.email.open_delay=7d"];
    let last = |goal: &str| told(&clicks, &text(goal)).pop().unwrap_or_default();
    assert_eq!(last("goal = { event = \"click\" }"), "10d 10:00 sms not: GoalMet");
    assert_eq!(last("goal = { event = \"response\", within = \"604801s\" }"), "10d 10:00 sms not: GoalMet");
    assert_eq!(last("goal = { event = \"click\", within = \"7d\" }"), "10d 10:00 sms");
    assert_eq!(last("goal = { event = \"order\" }"), "10d 10:00 sms");
    let orders = [clicks[0], clicks[1], "channels.web.order_rate=1.0"];
    assert_eq!(told(&orders, &text("goal = \"order\"")).pop().as_deref(), Some("10d 10:00 sms not: GoalMet"));
}

#[test]
fn r20_exits_end_a_run_when_due_or_at_once() {
    let text = |exit: &str| {
        cascade(r#"{ send = "email" }, { send = "sms", after = "3d" }"#)
            .replace("[strategies", &format!("{exit}\n[strategies"))
    };
    let play = |exit: &str| told(&["channels.email.open_delay=2d"], &text(exit));
    assert_eq!(play("exit = [\"opened\"]"), ["0d 10:00 email", "3d 10:00 sms not: Exit"]);
    assert_eq!(play("exit = [\"opened\"]\nexits = \"at-once\""), ["0d 10:00 email", "2d 10:00 sms not: Exit"]);
    assert_eq!(play("exit = [\"clicked\"]\nexits = \"at-once\""), ["0d 10:00 email", "3d 10:00 sms"]);
    // Opening comes a second late.
    let late = told(&["channels.email.open_delay=259201s"], &text("exit = [\"opened\"]"));
    assert_eq!(late, ["0d 10:00 email", "3d 10:00 sms"]);
    // So long after the trigger a run ends, its last second not included.
    assert_eq!(play("exit_after = \"3d\""), ["0d 10:00 email", "3d 10:00 sms not: Exit"]);
    assert_eq!(play("exit_after = \"259201s\""), ["0d 10:00 email", "3d 10:00 sms"]);
    // Opting out of one channel may end it on the others, in the second in which it happens.
    let out = |exits: &str| {
        told(&["channels.email.opt_out_rate=1.0"], &text(&format!("exit = [\"opted-out\"]\nexits = \"{exits}\"")))
    };
    assert_eq!(out("when-due"), ["0d 10:00 email", "0d 10:00 email opted out", "3d 10:00 sms not: Exit"]);
    assert_eq!(out("at-once"), ["0d 10:00 email", "0d 10:00 email opted out", "0d 10:00 sms not: Exit"]);
    // Whoever leaves the audience leaves the run.
    let audience = "audience = { ordered_within = \"2d\" }\nexit = [\"audience\"]";
    assert_eq!(play(audience), ["0d 10:00 email", "3d 10:00 sms not: Exit"]);
    assert_eq!(play(&audience.replace("2d", "4d")), ["0d 10:00 email", "3d 10:00 sms"]);
}

#[test]
fn r20_a_goal_at_once_ends_what_waits() {
    let text = cascade(r#"{ send = "email" }, { send = "sms", after = "3d" }"#)
        .replace("[strategies", "goal = \"order\"\nexits = \"at-once\"\n[strategies");
    let overrides =
        ["channels.web.order_rate=1.0", "channels.email.click_to_open_rate=1.0", "channels.email.open_delay=1d"];
    let told = told(&overrides, &text);
    assert_eq!(told, ["0d 10:00 email", "1d 10:00 email clicked", "1d 10:00 ordered", "1d 10:00 sms not: GoalMet"]);
}

#[test]
fn a_preferred_plan_takes_the_best_channel_that_can_be_addressed() {
    let text = |by: &str| {
        format!(
            "{}[strategies.s.campaigns.c]\npreferred = {{ channels = [\"email\", \"push\", \"sms\"], by = \"{by}\" }}\n",
            MONDAY.replace("on = 2026-01-05", "every = \"7d\", times = 3")
        )
    };
    // Most likely to be clicked; ties go by the list.
    let better = "channels.push.click_to_open_rate=0.5";
    assert_eq!(told(&[better, "channels.push.open_rate=0.0"], &text("affinity"))[0], "0d 10:00 email");
    assert!(told(&[better], &text("affinity"))[0].starts_with("0d 10:00 push"));
    assert_eq!(told(&[better, "channels.push.reach=0.0000001"], &text("affinity"))[0], "0d 10:00 email");
    assert_eq!(
        told(&[better, "channels.email.opt_in=0.0000001", "channels.push.reach=0.0000001"], &text("affinity"))[0],
        "0d 10:00 sms"
    );
    let nobody = ["channels.email.reach=0.0000001", "channels.push.reach=0.0000001", "channels.sms.reach=0.0000001"];
    assert_eq!(told(&nobody, &text("affinity"))[0], "0d 10:00 email not: Unreachable");
    // (0 + 1) ÷ (1 + 2) for the e-mail that was not answered, 1 ÷ 2 for the others.
    let silent = told(&[], &text("response"));
    assert_eq!(silent, ["0d 10:00 email", "7d 10:00 push", "14d 10:00 sms"]);
    // One answer to one message, by click and reply: (1 + 1) ÷ (1 + 2).
    let answered = told(&["channels.email.click_to_open_rate=1.0", "channels.email.reply_rate=1.0"], &text("response"));
    let sent: Vec<&String> = answered.iter().filter(|told| !told.ends_with("ed")).collect();
    assert_eq!(sent, ["0d 10:00 email", "7d 10:00 email", "14d 10:00 email"]);
}

#[test]
fn r42_the_clock_of_a_run_begins_at_its_send_time() {
    let text = |send_time: &str| {
        cascade(r#"{ send = "email" }, { send = "sms", after = "24h" }"#) + &format!("send_time = {send_time}\n")
    };
    let spread = world(&[], &text("{ spread = \"4h\" }"));
    let mut firsts = Vec::new();
    for customer in 0..50 {
        let told = told_of(&spread, "s", customer);
        let (first, second) = (told[0].trim_end_matches(" email"), told[1].trim_end_matches(" sms"));
        assert!(("0d 10:00".."0d 14:00").contains(&first), "{told:?}");
        assert_eq!(first.trim_start_matches("0d"), second.trim_start_matches("1d"));
        firsts.push(first.to_owned());
    }
    firsts.sort();
    firsts.dedup();
    assert!(firsts.len() > 40, "everybody has a time of its own");
    let best = |hours: &str| told(&[], &format!("best_hours = {hours}\n{}", text("\"best-hour\"")));
    assert_eq!(best("{ 19 = 1.0 }"), ["0d 19:00 email", "1d 19:00 sms"]);
    assert_eq!(best("{ 10 = 1.0 }"), ["0d 10:00 email", "1d 10:00 sms"]);
    assert_eq!(best("{ 9 = 1.0 }"), ["1d 09:00 email", "2d 09:00 sms"]);
}

#[test]
fn best_hours_raise_the_odds_of_opening_within_them_only() {
    let text = cascade(
        r#"{ send = "email", at = "18:59:59" }, { send = "email", after = "1s" }, { send = "email", after = "1h" }"#,
    );
    let text = "best_hours = { 19 = 1.0 }\n".to_owned()
        + &text
        + "[campaigns.d]\ntrigger = { event = \"replied\" }\nreentry = \"always\"\n[strategies.s.campaigns.d]\nblast = [\"push\"]\n";
    // Even odds become nearly certain; who replies shows who opened.
    let overrides =
        ["channels.email.open_rate=0.0001", "channels.email.best_hour_odds=1e12", "channels.email.reply_rate=1.0"];
    let told = told(&overrides, &text);
    assert_eq!(
        told,
        ["0d 18:59:59 email", "0d 19:00 email", "0d 19:00 email replied", "0d 19:00 push", "0d 20:00 email"]
    );
}
