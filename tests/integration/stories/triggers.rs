//! When a campaign comes up: calendar rules, dates with an offset, events.

use super::told;

fn calendar(trigger: &str, overrides: &[&str]) -> Vec<String> {
    let text = format!("[campaigns.c]\ntrigger = {{ {trigger} }}\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n");
    told(overrides, &text).into_iter().map(|told| told.trim_end_matches(" email").to_owned()).collect()
}

#[test]
fn r36_calendar_rules_name_days() {
    let at = "at = \"10:00\"";
    assert_eq!(calendar(&format!("every = \"20d\", {at}"), &[]), ["0d 10:00", "20d 10:00", "40d 10:00"]);
    // 2026-01-05 is a Monday.
    let twice = calendar(&format!("weekdays = [\"fri\", \"tue\"], {at}, times = 4"), &[]);
    assert_eq!(twice, ["1d 10:00", "4d 10:00", "8d 10:00", "11d 10:00"]);
    assert_eq!(calendar(&format!("weekdays = [\"mon\"], {at}, first = \"1d\", times = 1"), &[]), ["7d 10:00"]);
    // The 31st is in January and not in February; the tail begins with the 49th day.
    assert_eq!(calendar(&format!("days = [1, 31], {at}"), &[]), ["26d 10:00", "27d 10:00"]);
    let february = calendar(&format!("every = \"7d\", {at}, months = [\"feb\"], times = 2"), &[]);
    assert_eq!(february, ["28d 10:00", "35d 10:00"]);
}

#[test]
fn r36_a_date_may_be_approached_or_left() {
    let on = "on = 2026-01-15, at = \"18:00\"";
    assert_eq!(calendar(on, &[]), ["10d 18:00"]);
    assert_eq!(calendar(&format!("{on}, before = \"2h\""), &[]), ["10d 16:00"]);
    assert_eq!(calendar(&format!("{on}, later = \"1d\""), &[]), ["11d 18:00"]);
    // In Berlin's zone for all: 18:00 there is 17:00 in UTC, which is the zone of start and segment.
    assert_eq!(calendar(&format!("{on}, zone = \"Europe/Berlin\""), &[]), ["10d 17:00"]);
    let new_york = calendar(&format!("{on}, zone = \"Europe/Berlin\""), &["segments.all.time_zone=America/New_York"]);
    assert_eq!(new_york, ["10d 17:00"]);
    assert_eq!(calendar(on, &["segments.all.time_zone=America/New_York"]), ["10d 23:00"]);
}

#[test]
fn r8_nothing_comes_up_in_the_tail() {
    // Of 56 days the last 7: day 49, its first second included.
    let on = |day: &str, time: &str| calendar(&format!("on = 2026-02-{day}, at = \"{time}\""), &["tail=6d23h59m59s"]);
    assert_eq!(on("23", "00:00"), ["49d 00:00"]);
    let ordered = |tail: &str| {
        let text = "[campaigns.c]\ntrigger = { on = 2026-01-05, at = \"00:00\" }\n[campaigns.d]\ntrigger = { event = \"clicked\" }\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n[strategies.s.campaigns.d]\nblast = [\"sms\"]\n";
        told(&["channels.email.click_to_open_rate=1.0", "channels.email.open_delay=49d", tail], text)
    };
    assert_eq!(ordered("tail=7d"), ["0d 00:00 email", "49d 00:00 email clicked"]);
    assert_eq!(ordered("tail=604799s"), ["0d 00:00 email", "49d 00:00 email clicked", "49d 00:00 sms"]);
}

/// Campaign `d` on an event, beside an e-mail on Monday at ten that is clicked and replied to an hour later.
fn event(trigger: &str, overrides: &[&str]) -> Vec<String> {
    let text = format!(
        "[campaigns.c]\ntrigger = {{ on = 2026-01-05, at = \"10:00\" }}\n[campaigns.d]\ntrigger = {{ event = {trigger} }}\n[strategies.s.campaigns.c]\nblast = [\"email\", \"push\"]\n[strategies.s.campaigns.d]\nblast = [\"sms\"]\n"
    );
    let mut all = vec![
        "channels.email.click_to_open_rate=1.0",
        "channels.email.open_delay=1h",
        "channels.email.reply_rate=1.0",
        "channels.email.reply_delay=1h",
        "channels.push.click_to_open_rate=1.0",
        "channels.push.open_delay=3h",
    ];
    all.extend(overrides);
    told(&all, &text).into_iter().filter(|told| told.ends_with("sms") || told.contains(" d ")).collect()
}

#[test]
fn r36_events_trigger_at_their_second() {
    assert_eq!(event("\"clicked\"", &[]), ["0d 11:00 sms", "0d 13:00 sms"]);
    assert_eq!(event("\"clicked\", channel = \"push\"", &[]), ["0d 13:00 sms"]);
    assert_eq!(event("\"clicked\", campaign = \"c\", channel = \"email\"", &[]), ["0d 11:00 sms"]);
    assert_eq!(event("\"replied\"", &[]), ["0d 12:00 sms"]);
    assert_eq!(event("\"ordered\"", &[]), Vec::<String>::new());
    assert_eq!(event("\"ordered\"", &["channels.web.order_rate=1.0"]), ["0d 11:00 sms", "0d 13:00 sms"]);
    assert_eq!(event("\"cart-abandoned\"", &["channels.web.cart_rate=1.0"]), ["0d 11:00 sms", "0d 13:00 sms"]);
    let ordered = ["channels.web.cart_rate=1.0", "channels.web.order_rate=1.0"];
    assert_eq!(event("\"cart-abandoned\"", &ordered), Vec::<String>::new());
    // A cohort joins at second 0; that a base never does is told by `check`.
    assert_eq!(event("\"joined\"", &[]), ["0d 00:00 sms"]);
}

#[test]
fn r36_inactivity_counts_from_the_last_order() {
    // The order with which the cohort joined counts.
    assert_eq!(event("\"inactive\", for = \"5d\"", &[]), ["5d 00:00 sms"]);
    // Orders put it off; of several only the last one counts.
    let orders = event("\"inactive\", for = \"5d\"", &["channels.web.order_rate=1.0"]);
    assert_eq!(orders, ["5d 13:00 sms"]);
    // Two days lie between joining and the click, and again after it.
    let late = ["channels.web.order_rate=1.0", "channels.email.open_delay=3d", "channels.push.open_rate=0.0"];
    assert_eq!(event("\"inactive\", for = \"2d\"", &late), ["2d 00:00 sms", "5d 10:00 sms"]);
    // Without any order it counts from joining: a base of age 0.
    assert_eq!(
        event("\"inactive\", for = \"5d\"", &["segments.all.joined={ base = { age = \"0d\" } }"]),
        ["5d 00:00 sms"]
    );
    // Whoever had been inactive for longer does not come up: a base that joined one to ten days ago, with its only order.
    let base = "segments.all.joined={ base = { age = \"10d\" } }";
    let world = super::world(
        &[base],
        "[campaigns.d]\ntrigger = { event = \"inactive\", for = \"5d\" }\n[strategies.s.campaigns.d]\nblast = [\"sms\"]\n",
    );
    let tables = world.tables(channelmix::world::Draw::Typical).expect("sound");
    let (mut early, mut later) = (0, 0);
    for customer in 0..60 {
        let joined = channelmix::engine::Start::new(&world, &tables, 7, 0, customer).joined;
        let told = super::told_of(&world, "s", customer);
        if joined + 5 * 86_400 < 0 {
            early += 1;
            assert!(told.is_empty(), "{told:?}");
        } else {
            later += 1;
            assert_eq!(told, [format!("{} sms", super::clock(joined + 5 * 86_400))]);
        }
    }
    assert!(early > 15 && later > 15);
}

#[test]
fn what_triggers_itself_without_delay_does_so_once_a_second() {
    let text = "[campaigns.c]\ntrigger = { on = 2026-01-05, at = \"10:00\" }\n[campaigns.d]\ntrigger = { event = \"ordered\" }\n[strategies.s.campaigns.c]\nblast = [\"email\"]\n[strategies.s.campaigns.d]\nblast = [\"email\"]\n";
    let told = told(&["channels.email.click_to_open_rate=1.0", "channels.web.order_rate=1.0"], text);
    let expected = [
        "0d 10:00 email",
        "0d 10:00 email clicked",
        "0d 10:00 ordered",
        "0d 10:00 email",
        "0d 10:00 email clicked",
        "0d 10:00 ordered",
        "0d 10:00 d not: EnteredBefore",
    ];
    assert_eq!(told, expected);
}
