//! Random small scenarios as text, with all that a strategy can say in random combination. Times come from few values, so
//! that things happen in the same second and on the very edge of quiet hours, caps and windows.
//!
//! Every key, every step and every rule stands on a line of its own, so that a scenario can be made smaller by leaving
//! out lines.

use std::fmt::Write;

use channelmix::luck::{Label, Luck, Stream};
use jiff::ToSpan;
use jiff::civil::Date;

/// Chance, by the number of a scenario.
struct Dice(Stream);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next()) * n as u128) >> 64) as usize
    }

    /// In so many of a hundred cases.
    fn in_100(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// Some of them, at least one, in an order of its own.
    fn some_of<T: Copy>(&mut self, all: &[T]) -> Vec<T> {
        let mut left = all.to_vec();
        let mut picked = Vec::new();
        for _ in 0..=self.below(all.len().min(3)) {
            picked.push(left.remove(self.below(left.len())));
        }
        picked
    }
}

const CONTACTS: [&str; 3] = ["email", "push", "sms"];
/// Where journeys can be.
const TOUCHES: [&str; 3] = ["web", "app", "shop"];
const SEGMENTS: [&str; 3] = ["here", "there", "elsewhere"];
const CAMPAIGNS: [&str; 4] = ["alpha", "beta", "gamma", "delta"];
const ZONES: [&str; 6] = [
    "Europe/Berlin",
    "America/New_York",
    // Where clocks go forward at midnight, by half an hour, and not at all.
    "America/Santiago",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "UTC",
];
/// First days with a change of clocks of one of the zones within the next weeks, and one without.
const STARTS: [&str; 5] = ["2026-03-22", "2026-10-19", "2026-03-30", "2026-09-28", "2026-01-05"];
const TIMES: [&str; 6] = ["08:00", "10:00", "18:00", "21:00", "02:30", "00:00"];
const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/// Sets of quiet hours that leave some hours of each week.
const QUIET: [&[&str]; 9] = [
    &["from = \"21:00\", until = \"08:00\""],
    &["from = \"18:00\", until = \"10:00\""],
    &["from = \"10:00\", until = \"18:00\""],
    &["from = \"00:00\", until = \"08:00\"", "from = \"21:00\", until = \"00:00\""],
    &["weekdays = [\"sat\", \"sun\"]"],
    &["weekdays = [\"sun\"]", "from = \"21:00\", until = \"08:00\""],
    &["from = \"02:30\", until = \"10:00\"", "from = \"10:00\", until = \"12:00\""],
    &["from = \"18:00\", until = \"10:00\", weekdays = [\"fri\", \"sat\"]", "from = \"08:00\", until = \"08:30\""],
    &["from = \"10:00\", until = \"08:00\", weekdays = [\"mon\", \"tue\"]"],
];

/// A list in TOML.
fn list(words: &[&str]) -> String {
    format!("[{}]", words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", "))
}

/// The text of a scenario with one strategy `s`. Some few are refused when they are read.
pub fn scenario(number: u64) -> String {
    let dice = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(0)));
    let talk = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(1)));
    let whole = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(3)));
    let firm = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(2)));
    let mut text = String::from("name = \"random\"\ncurrency = \"USD\"\n");
    let start: Date = dice.of(&STARTS).parse().expect("a date");
    let _ = writeln!(text, "start = {start}");
    let weeks = dice.of(&[2, 2, 3, 4]);
    let tail = dice.of(&["0d", "1d", "3d", "7d"]);
    let _ = writeln!(text, "horizon = \"{}d\"\ntail = \"{tail}\"\nretention_window = \"7d\"", weeks * 7);
    if dice.in_100(50) {
        let _ = writeln!(text, "time_zone = \"{}\"", dice.of(&ZONES));
    }
    if dice.in_100(50) {
        let _ = writeln!(
            text,
            "[stages]\nlapsing_after = \"{}\"\nlapsed_after = \"{}\"",
            dice.of(&["2d", "10d"]),
            dice.of(&["10d", "14d"])
        );
    }
    let carts = dice.in_100(60);
    let _ = writeln!(text, "[channels.web]\norder_rate = {:?}", dice.of(&[0.0, 0.3, 0.5, 1.0]));
    if carts {
        let _ = writeln!(text, "cart_rate = {:?}", dice.of(&[0.5, 1.0]));
    }
    let channels = &CONTACTS[..dice.of(&[1, 2, 2, 3, 3])];
    let replies = dice.in_100(60);
    let lives = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(5)));
    let strain = &mut Dice(Luck::experiment(20_260_105, number).stream(Label::new(4)));
    let strained = strain.in_100(50);
    let siloed = whole.in_100(60);
    let touches = if whole.in_100(50) { &TOUCHES[..2 + whole.below(2)] } else { &TOUCHES[..1] };
    for name in &touches[1..] {
        let _ = writeln!(text, "[channels.{name}]\norder_rate = {:?}", whole.of(&[0.0, 0.3, 0.5]));
        if carts {
            let _ = writeln!(text, "cart_rate = {:?}", whole.of(&[0.5, 1.0]));
        }
    }
    let sees_otherwise = firm.in_100(40);
    for name in channels {
        channel(&mut text, name, replies, dice);
        conversations(&mut text, talk);
        let _ = writeln!(text, "landing = {}", list(&whole.some_of(touches)));
        if sees_otherwise {
            seen(&mut text, firm);
        }
        if strained {
            consent(&mut text, strain);
        }
    }
    if strained {
        pressure(&mut text, strain);
    }
    let segments = &SEGMENTS[..dice.of(&[1, 2, 3])];
    for (number, name) in segments.iter().enumerate() {
        let _ = writeln!(
            text,
            "[segments.{name}]\nshare = {:?}",
            [&[1.0][..], &[0.5, 0.5], &[0.25, 0.25, 0.5]][segments.len() - 1][number]
        );
        segment(&mut text, channels, dice, lives);
        journeys(&mut text, touches, whole);
    }
    if whole.in_100(50) {
        context(&mut text, channels, touches, carts, whole);
    }
    let campaigns = &CAMPAIGNS[..dice.of(&[1, 2, 2, 3, 3, 4])];
    let calendars: Vec<bool> = campaigns.iter().map(|_| dice.in_100(60)).collect();
    for (number, name) in campaigns.iter().enumerate() {
        let _ = writeln!(text, "[campaigns.{name}]");
        if talk.in_100(20) {
            text.push_str("free_form = true\n");
        }
        if calendars[number] {
            calendar_trigger(&mut text, start, dice);
        } else {
            let others: Vec<&str> =
                campaigns.iter().zip(&calendars).filter(|(_, calendar)| **calendar).map(|(name, _)| *name).collect();
            event_trigger(&mut text, &others, channels, replies, carts, dice);
        }
        let from = text.len();
        campaign(&mut text, segments, channels, replies, dice);
        if siloed && !text[from..].contains("exit = ") && whole.in_100(90) {
            let _ = writeln!(text, "exit = {}", list(&whole.some_of(&["opened", "clicked", "ordered"])));
        }
    }
    if siloed {
        text.push_str("[strategies.s]\nprofile = \"siloed\"\n");
    }
    if dice.in_100(70) {
        let _ = writeln!(text, "[strategies.s.policies]");
        policies(&mut text, channels, dice);
    }
    for name in campaigns {
        let _ = writeln!(text, "[strategies.s.campaigns.{name}]");
        plan(&mut text, segments, channels, replies, dice);
    }
    text
}

fn channel(text: &mut String, name: &str, replies: bool, dice: &mut Dice) {
    let delays = ["\"0s\"", "\"0s\"", "\"30m\"", "\"2h\"", "\"12h\"", "\"24h\"", "\"2d\"", "{ mean = \"3h\" }"];
    let _ = writeln!(text, "[channels.{name}]\ncost_per_message = 0.01");
    let _ = writeln!(text, "delivery_rate = {:?}", dice.of(&[1.0, 1.0, 0.6, 0.3, 0.0]));
    let _ = writeln!(text, "open_rate = {:?}", dice.of(&[1.0, 1.0, 0.6, 0.0]));
    let _ = writeln!(text, "click_to_open_rate = {:?}", dice.of(&[1.0, 0.6, 0.3, 0.0]));
    let _ = writeln!(text, "opt_in = {:?}", dice.of(&[1.0, 1.0, 0.7]));
    let _ = writeln!(text, "open_delay = {}", dice.of(&delays));
    let _ = writeln!(text, "click_delay = {}", dice.of(&delays));
    if replies {
        let _ = writeln!(text, "reply_rate = {:?}\nreply_delay = {}", dice.of(&[1.0, 0.5]), dice.of(&delays));
    }
    if dice.in_100(40) {
        let _ = writeln!(text, "opt_out_rate = {:?}", dice.of(&[0.1, 0.3, 1.0]));
    }
    if dice.in_100(25) {
        let _ = writeln!(text, "affinity_spread = 1.0");
    }
    if dice.in_100(20) {
        let _ = writeln!(text, "best_hour_odds = 4.0");
    }
    if dice.in_100(20) {
        let _ = writeln!(text, "reach = 0.6");
    }
    if dice.in_100(20) {
        let legal = [
            "{ from = \"08:00\", until = \"21:00\" }",
            "{ from = \"10:00\", until = \"18:00\", weekdays = [\"mon\", \"wed\", \"fri\"] }",
            "{ weekdays = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"] }",
            "{ from = \"18:00\", until = \"02:30\" }",
        ];
        let _ = writeln!(text, "legal_hours = {}", dice.of(&legal));
    }
}

/// Windows and conversations whose ends many messages meet.
fn conversations(text: &mut String, dice: &mut Dice) {
    let lengths = ["2h", "24h", "24h", "3d", "7d"];
    if dice.in_100(40) {
        let _ = writeln!(text, "window = \"{}\"", dice.of(&lengths));
    }
    if dice.in_100(30) {
        let _ = writeln!(text, "cost_per_conversation = 0.01\nconversation = \"{}\"", dice.of(&lengths));
    }
    if dice.in_100(30) {
        text.push_str("billed_on = \"delivered\"\n");
    }
}

/// Where journeys begin and lead.
fn journeys(text: &mut String, touches: &[&str], dice: &mut Dice) {
    if touches.len() == 1 {
        text.push_str("entry = { web = 1.0 }\n");
        return;
    }
    let entry = dice.of(&["web = 1.0", "web = 0.5, app = 0.5", "app = 0.75, web = 0.25", "app = 1.0"]);
    let _ = writeln!(text, "entry = {{ {entry} }}");
    // On top of an order rate of at most 0.5; where it is 1, nobody hops.
    let certain = text.contains("[channels.web]\norder_rate = 1.0");
    text.push_str("hops = {");
    for (number, from) in touches.iter().enumerate().filter(|(number, _)| *number > 0 || !certain) {
        let rows: Vec<String> = touches
            .iter()
            .filter(|to| *to != from)
            .map(|to| format!("{to} = {:?}", dice.of(&[0.1, 0.2, 0.25])))
            .collect();
        let comma = if number + 1 < touches.len() { "," } else { "" };
        let _ = write!(text, " {from} = {{ {} }}{comma}", rows.join(", "));
    }
    text.push_str(" }\n");
}

/// What channels know of each other.
fn context(text: &mut String, channels: &[&str], touches: &[&str], carts: bool, dice: &mut Dice) {
    text.push_str("[context]\n");
    if dice.in_100(50) {
        let _ = writeln!(text, "sync_failure = {:?}", dice.of(&[0.3, 0.6, 1.0]));
    }
    if dice.in_100(50) {
        let _ = writeln!(text, "sync_lag = \"{}\"", dice.of(&["30m", "2h", "12h", "24h", "2d"]));
    }
    if dice.in_100(60) {
        let all: Vec<&str> = channels.iter().chain(touches).copied().collect();
        text.push_str("shared = [\n");
        for _ in 0..dice.of(&[1, 1, 2]) {
            let group = dice.some_of(&all);
            if group.len() > 1 {
                let _ = writeln!(text, "  {},", list(&group));
            }
        }
        text.push_str("]\n");
    }
    if dice.in_100(60) {
        let _ = writeln!(text, "leave_odds = {:?}", dice.of(&[3.0, 0.3, 1.0]));
    }
    if carts && dice.in_100(70) {
        let _ = writeln!(text, "cart_odds = {:?}", dice.of(&[3.0, 0.3]));
        if dice.in_100(70) {
            let _ = writeln!(text, "cart_life = \"{}\"", dice.of(&["24h", "2d", "3d"]));
        }
    }
}

/// What the firm sees and does not see, late and double.
fn seen(text: &mut String, dice: &mut Dice) {
    let delays = ["\"30m\"", "\"2h\"", "\"12h\"", "\"24h\"", "\"2d\"", "{ mean = \"3h\" }"];
    let receipts = dice.of(&["opened", "opened", "opened", "delivered", "none"]);
    let _ = writeln!(text, "receipts = \"{receipts}\"");
    if receipts == "opened" && dice.in_100(50) {
        let _ = writeln!(text, "machine_open_rate = {:?}", dice.of(&[0.3, 0.6, 1.0]));
        if dice.in_100(70) {
            let _ = writeln!(text, "machine_open_delay = {}", dice.of(&delays));
        }
    }
    if dice.in_100(40) {
        let _ = writeln!(text, "scanner_click_rate = {:?}", dice.of(&[0.3, 0.6, 1.0]));
    }
    if dice.in_100(40) {
        let _ = writeln!(text, "delivery_delay = {}", dice.of(&delays));
    }
    if dice.in_100(30) {
        let _ = writeln!(text, "duplicate_rate = {:?}", dice.of(&[0.3, 1.0]));
    }
}

/// Complaints, opt-ins at orders, fatigue of a channel.
fn consent(text: &mut String, dice: &mut Dice) {
    if dice.in_100(40) {
        let _ = writeln!(text, "complaint_rate = {:?}", dice.of(&[0.1, 0.3, 1.0]));
    }
    for key in ["opt_in_at_order", "return_at_order"] {
        if dice.in_100(40) {
            let _ = writeln!(text, "{key} = {:?}", dice.of(&[0.3, 1.0]));
        }
    }
    if dice.in_100(50) {
        let _ = writeln!(text, "fatigue = {{ {} }}", fatigue(dice).join(", "));
    }
}

/// Keys of fatigue.
fn fatigue(dice: &mut Dice) -> Vec<String> {
    let mut keys = vec![format!("half_life = \"{}\"", dice.of(&["2h", "24h", "3d", "7d"]))];
    if dice.in_100(40) {
        keys.push("counts = \"all\"".to_owned());
    }
    for (key, odds) in
        [("response_odds", [0.2, 0.5, 3.0]), ("opt_out_odds", [0.5, 2.0, 5.0]), ("complaint_odds", [0.5, 2.0, 5.0])]
    {
        if dice.in_100(70) {
            keys.push(format!("{key} = {:?}", dice.of(&odds)));
        }
    }
    keys
}

/// Fatigue over all channels, and goodwill.
fn pressure(text: &mut String, dice: &mut Dice) {
    if dice.in_100(60) {
        let _ = writeln!(text, "[fatigue]\n{}", fatigue(dice).join("\n"));
        if dice.in_100(60) {
            let _ = writeln!(text, "loss_odds = {:?}", dice.of(&[0.3, 2.0, 5.0]));
        }
    }
    if dice.in_100(60) {
        text.push_str("[goodwill]\n");
        for (key, points) in [
            ("order", [1.0, -0.5]),
            ("message", [-0.5, 0.3]),
            ("duplicate", [-1.0, 0.5]),
            ("complaint", [-2.0, 1.0]),
            ("lost_context", [-1.5, 0.5]),
        ] {
            if dice.in_100(60) {
                let _ = writeln!(text, "{key} = {:?}", dice.of(&points));
            }
        }
        if dice.in_100(60) {
            let _ = writeln!(text, "half_life = \"{}\"", dice.of(&["24h", "3d", "14d"]));
        }
        if dice.in_100(70) {
            let _ = writeln!(text, "loss_odds = {:?}", dice.of(&[0.3, 0.6, 2.0]));
        }
        if dice.in_100(70) {
            let answers = dice.of(&["", ", answers = 0.5"]);
            let per_point = dice.of(&["", ", per_point = 0.4", ", per_point = -2.0"]);
            let _ = writeln!(text, "nps = {{ mean = 7.0, sd = 2.0{answers}{per_point} }}");
        }
    }
}

fn segment(text: &mut String, channels: &[&str], dice: &mut Dice, lives: &mut Dice) {
    let joined = dice.of(&[
        "\"cohort\"",
        "{ base = { age = \"0d\" } }",
        "{ base = { age = \"20d\" } }",
        "{ base = { age = \"300d\" } }",
        "{ arrivals = { every = \"7d\", counts = [2, 1] } }",
    ]);
    let _ = writeln!(text, "joined = {joined}");
    let needs = dice.of(&["1d", "3d", "3d", "10d", "60d"]);
    let _ = writeln!(text, "needs = {{ every = \"{needs}\" }}");
    match dice.below(4) {
        0 => text.push_str("dropout = { after-order = 0.1 }\n"),
        1 => text.push_str("dropout = { after-journey = 0.05 }\n"),
        _ if lives.in_100(40) => {
            let every = lives.of(&["3d", "7d", "10d", "30d"]);
            let _ = writeln!(
                text,
                "dropout = {{ per-period = {{ every = \"{every}\", chance = {:?}, fee = 5.5 }} }}",
                lives.of(&[0.05, 0.2])
            );
        }
        _ => {}
    }
    if lives.in_100(40) {
        let weekdays = lives.of(&["sat = 3.0, sun = 0.2", "mon = 0.1", "fri = 2.0, sat = 2.0, sun = 2.0"]);
        let months = lives.of(&["", ", months = { apr = 4.0, oct = 0.3 }", ", months = { jan = 0.2 }"]);
        let _ = writeln!(text, "season = {{ weekdays = {{ {weekdays} }}{months} }}");
    }
    if !joined.contains("300d") && dice.in_100(50) {
        text.push_str("lapse = \"known\"\n");
    }
    text.push_str("basket = { fixed = 10 }\ngross_margin = 0.5\n");
    if dice.in_100(60) {
        let _ = writeln!(text, "time_zone = \"{}\"", dice.of(&ZONES));
    }
    if dice.in_100(20) {
        let _ = writeln!(text, "opt_in = {{ {} = 0.5 }}", dice.of(channels));
    }
    if dice.in_100(10) {
        let _ = writeln!(text, "reach = {{ {} = 0.3 }}", dice.of(channels));
    }
    if dice.in_100(30) {
        let hours = ["{ 8 = 0.5, 18 = 0.5 }", "{ 2 = 1.0 }", "{ 0 = 0.3, 10 = 0.3, 21 = 0.4 }"];
        let _ = writeln!(text, "best_hours = {}", dice.of(&hours));
    }
}

fn calendar_trigger(text: &mut String, start: Date, dice: &mut Dice) {
    let at = dice.of(&TIMES);
    let mut keys = match dice.below(5) {
        0 | 1 => {
            let mut keys = format!("every = \"{}\", at = \"{at}\"", dice.of(&["1d", "1d", "2d", "3d", "7d"]));
            if dice.in_100(30) {
                let _ = write!(keys, ", first = \"{}\"", dice.of(&["1d", "3d"]));
            }
            keys
        }
        2 => {
            let mut keys = format!("weekdays = {}, at = \"{at}\"", list(&dice.some_of(&WEEKDAYS)));
            if dice.in_100(30) {
                let _ = write!(keys, ", first = \"{}\"", dice.of(&["1d", "3d"]));
            }
            keys
        }
        3 => {
            let mut days = dice.of(&[&[1][..], &[1, 3], &[0, 2, 5, 6], &[4, 10]]).to_vec();
            days = days.into_iter().map(|days| i64::from((start + days.days()).day())).collect();
            days.extend(dice.of(&[None, Some(31)]));
            days.sort_unstable();
            days.dedup();
            format!("days = {days:?}, at = \"{at}\"")
        }
        _ => {
            let on = start + i64::from(dice.of(&[1, 2, 3, 6])).days();
            let offset = dice.of(&["", ", before = \"2h\"", ", later = \"1d\"", ", before = \"1d\""]);
            format!("on = {on}, at = \"{at}\"{offset}")
        }
    };
    if !keys.starts_with("on") {
        if dice.in_100(10) {
            let month = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
            let _ = write!(keys, ", months = [\"{}\"]", month[(start + 3.days()).month() as usize - 1]);
        }
        if dice.in_100(20) {
            let _ = write!(keys, ", times = {}", dice.of(&[1, 2, 4]));
        }
    }
    if dice.in_100(20) {
        let _ = write!(keys, ", zone = \"{}\"", dice.of(&ZONES));
    }
    let _ = writeln!(text, "trigger = {{ {keys} }}");
    reentry(text, &["\"always\"", "\"always\"", "\"never\"", "\"1d\"", "\"3d\""], 30, dice);
}

/// What sends messages that lead to what triggers it would never end: it is held back by re-entry.
fn event_trigger(
    text: &mut String,
    calendars: &[&str],
    channels: &[&str],
    replies: bool,
    carts: bool,
    dice: &mut Dice,
) {
    let mut kinds = vec!["ordered", "inactive", "clicked"];
    if text.contains("cohort") || text.contains("arrivals") {
        kinds.push("joined");
    }
    if carts {
        kinds.push("cart-abandoned");
    }
    if replies {
        kinds.push("replied");
    }
    let event = dice.of(&kinds);
    let mut keys = format!("event = \"{event}\"");
    let mut bounded = event == "joined" || event == "inactive";
    if event == "inactive" {
        let _ = write!(keys, ", for = \"{}\"", dice.of(&["1d", "2d", "5d"]));
    }
    if event == "clicked" || event == "replied" {
        if !calendars.is_empty() && dice.in_100(50) {
            let _ = write!(keys, ", campaign = \"{}\"", dice.of(calendars));
            bounded = true;
        }
        if dice.in_100(30) {
            let _ = write!(keys, ", channel = \"{}\"", dice.of(channels));
        }
    }
    let _ = writeln!(text, "trigger = {{ {keys} }}");
    if bounded {
        reentry(text, &["\"always\"", "\"never\"", "\"12h\""], 30, dice);
    } else {
        reentry(text, &["\"never\"", "\"12h\"", "\"24h\"", "\"24h\"", "\"2d\""], 100, dice);
    }
}

fn reentry(text: &mut String, all: &[&str], percent: usize, dice: &mut Dice) {
    if dice.in_100(percent) {
        let _ = writeln!(text, "reentry = {}", dice.of(all));
    }
}

fn campaign(text: &mut String, segments: &[&str], channels: &[&str], replies: bool, dice: &mut Dice) {
    if dice.in_100(30) {
        audience(text, segments, channels, dice);
    }
    if dice.in_100(10) {
        let _ = writeln!(text, "holdout = 0.3");
    }
    if dice.in_100(50) {
        let _ = writeln!(text, "concurrency = \"{}\"", dice.of(&["allow", "skip", "replace", "replace"]));
    }
    let mut ends = false;
    if dice.in_100(30) {
        let event = dice.of(if replies { &["order", "click", "reply", "response"] } else { &["order", "click"] });
        let within = dice.of(&["", "", ", within = \"24h\"", ", within = \"2d\""]);
        let plain = event == "order" && within.is_empty();
        let goal = if plain { "\"order\"".to_owned() } else { format!("{{ event = \"{event}\"{within} }}") };
        let _ = writeln!(text, "goal = {goal}");
        ends = true;
    }
    if dice.in_100(30) {
        let mut exits = vec!["opened", "clicked", "ordered", "opted-out", "audience"];
        if replies {
            exits.push("replied");
        }
        let _ = writeln!(text, "exit = {}", list(&dice.some_of(&exits)));
        ends = true;
    }
    if dice.in_100(15) {
        let _ = writeln!(text, "exit_after = \"{}\"", dice.of(&["24h", "3d"]));
    }
    if ends && dice.in_100(50) {
        let _ = writeln!(text, "exits = \"at-once\"");
    }
    if dice.in_100(15) {
        let _ = writeln!(text, "purpose = \"transactional\"");
    }
    if dice.in_100(60) {
        let _ = writeln!(text, "priority = {}", dice.of(&[1, 2, 3]));
    }
    if dice.in_100(20) {
        let _ = writeln!(text, "intent = 2.0");
    }
}

fn audience(text: &mut String, segments: &[&str], channels: &[&str], dice: &mut Dice) {
    let spans = ["24h", "2d", "7d", "10d"];
    let key = match dice.below(8) {
        0 => format!("segments = {}", list(&dice.some_of(segments))),
        1 => format!("stages = {}", list(&dice.some_of(&["prospect", "new", "repeat", "lapsing", "lapsed"]))),
        2 => format!("ordered_within = \"{}\"", dice.of(&spans)),
        3 => format!("not_ordered_for = \"{}\"", dice.of(&spans)),
        4 => format!("responded_within = \"{}\"", dice.of(&spans)),
        5 => format!("not_responded_for = \"{}\"", dice.of(&spans)),
        6 => format!("opted_in = {}", list(&dice.some_of(channels))),
        _ => "share = 0.6".to_owned(),
    };
    let _ = writeln!(text, "audience = {{ {key} }}");
}

fn policies(text: &mut String, channels: &[&str], dice: &mut Dice) {
    if dice.in_100(15) {
        let _ = writeln!(text, "holdout = 0.2");
    }
    if dice.in_100(50) {
        text.push_str("quiet_hours = [\n");
        for hours in dice.of(&QUIET) {
            let mut keys = (*hours).to_owned();
            if dice.in_100(30) {
                let _ = write!(keys, ", channels = {}", list(&dice.some_of(channels)));
            }
            if dice.in_100(30) {
                keys += ", then = \"skip\"";
            }
            let _ = writeln!(text, "  {{ {keys} }},");
        }
        text.push_str("]\n");
    }
    if dice.in_100(60) {
        text.push_str("caps = [\n");
        for _ in 0..dice.of(&[1, 1, 2]) {
            let mut keys = format!(
                "messages = {}, per = \"{}\"",
                dice.of(&[1, 1, 2, 3]),
                dice.of(&["1d", "1d", "2d", "3d", "7d"])
            );
            if dice.in_100(40) {
                keys += ", window = \"calendar\"";
            }
            if dice.in_100(30) {
                let _ = write!(keys, ", channels = {}", list(&dice.some_of(channels)));
            }
            if dice.in_100(20) {
                keys += ", counts = \"all\"";
            }
            let then = dice.of(&["", "skip", "hold", "hold", "end", "next-channel"]);
            if !then.is_empty() {
                let _ = write!(keys, ", then = \"{then}\"");
            }
            let _ = writeln!(text, "  {{ {keys} }},");
        }
        text.push_str("]\n");
    }
    if dice.in_100(45) {
        let window = dice.of(&["1h", "12h", "24h", "2d"]);
        let then = dice.of(&["", ", then = \"skip\"", ", then = \"end\"", ", then = \"hold\"", ", then = \"hold\""]);
        let _ = writeln!(text, "arbitration = {{ window = \"{window}\"{then} }}");
    }
}

fn plan(text: &mut String, segments: &[&str], channels: &[&str], replies: bool, dice: &mut Dice) {
    match dice.below(8) {
        0 => {
            let _ = writeln!(text, "blast = {}", list(&dice.some_of(channels)));
        }
        1 if channels.len() > 1 => {
            let mut both = dice.some_of(channels);
            both.extend(channels.iter().copied().filter(|channel| !both.contains(channel)).collect::<Vec<_>>());
            let weights = dice.of(&[(0.5, 0.5), (0.25, 0.75)]);
            let _ = writeln!(text, "mix = {{ {} = {:?}, {} = {:?} }}", both[0], weights.0, both[1], weights.1);
        }
        2 => {
            let by = dice.of(&["affinity", "response", "response"]);
            let _ = writeln!(text, "preferred = {{ channels = {}, by = \"{by}\" }}", list(&dice.some_of(channels)));
        }
        _ => {
            text.push_str("cascade = [\n");
            for number in 0..dice.of(&[1, 2, 2, 3, 3, 4]) {
                step(text, number == 0, segments, channels, replies, dice);
            }
            text.push_str("]\n");
        }
    }
    if dice.in_100(12) {
        audience(text, segments, channels, dice);
    }
    if dice.in_100(8) {
        let _ = writeln!(text, "holdout = {:?}", dice.of(&[0.0, 0.4]));
    }
    if dice.in_100(25) {
        let mut times = vec!["\"when-due\"", "{ spread = \"4h\" }", "{ spread = \"2d\" }"];
        if text.contains("best_hours") {
            times = vec!["\"best-hour\""];
        }
        let _ = writeln!(text, "send_time = {}", dice.of(&times));
    }
}

fn step(text: &mut String, first: bool, segments: &[&str], channels: &[&str], replies: bool, dice: &mut Dice) {
    let mut keys = format!("send = \"{}\"", dice.of(channels));
    if dice.in_100(if first { 25 } else { 85 }) {
        let _ = write!(keys, ", after = \"{}\"", dice.of(&["0s", "30m", "12h", "24h", "24h", "2d"]));
    }
    if dice.in_100(15) {
        let _ = write!(keys, ", at = \"{}\"", dice.of(&TIMES));
    }
    let mut responses = vec!["delivered", "opened", "clicked", "ordered", "responded"];
    // What a step needs must not bring what it forbids.
    let mut pairs = vec![("opened", "delivered"), ("clicked", "opened"), ("ordered", "opened"), ("ordered", "clicked")];
    if replies {
        responses.push("replied");
        pairs.extend([("replied", "opened"), ("responded", "opened"), ("clicked", "replied")]);
    }
    let kind = if first { 3 } else { dice.below(4) };
    if kind < 2 {
        let some = dice.some_of(&responses);
        let written = if some.len() == 1 { format!("\"{}\"", some[0]) } else { list(&some) };
        let _ = write!(keys, ", {} = {written}", ["unless", "only_if"][kind]);
    } else if kind == 2 && dice.in_100(40) {
        let (unless, only_if) = dice.of(&pairs);
        let _ = write!(keys, ", unless = \"{unless}\", only_if = \"{only_if}\"");
    }
    let condition = keys.contains("unless") || keys.contains("only_if");
    if condition && dice.in_100(50) {
        let _ = write!(keys, ", otherwise = \"{}\"", dice.of(&["end", "next"]));
    }
    if dice.in_100(25) {
        let _ = write!(keys, ", fallback = {}", list(&dice.some_of(channels)));
    }
    if dice.in_100(20) {
        let _ = write!(keys, ", ttl = \"{}\"", dice.of(&["1h", "8h", "12h", "24h"]));
    }
    if dice.in_100(10) {
        let _ = write!(keys, ", segments = {}", list(&dice.some_of(segments)));
    }
    let _ = writeln!(text, "  {{ {keys} }},");
}
