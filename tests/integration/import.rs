//! Journeys of Dittofeed as strategies: what comes out, what is told, and that what is said to be the same is the same.

use std::cell::Cell;
use std::collections::BTreeMap;

use channelmix::import::{Does, Journey, Meaning, Meanings, Names, Next, Plan, Step, Wait, What, translate};
use channelmix::scenario::{DAY, Otherwise, Response, Seconds};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use crate::program::{Place, SCENARIO};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/integration/import");
const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/import/cart.json");

/// A place with the samples in it.
fn place() -> Place {
    let place = Place::new();
    let samples = std::fs::read_dir(FOLDER).expect("the samples are there").flatten().map(|entry| entry.path());
    for path in samples.chain([EXAMPLE.into()]) {
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        place.write(&name, &std::fs::read_to_string(&path).expect("it can be read"));
    }
    place
}

fn import(place: &Place, arguments: &[&str]) -> String {
    let said = place.run(&[&["import", "dittofeed"], arguments].concat());
    format!("{}\n{}exit code {}", said.out, said.err, said.code.unwrap_or(-1))
}

#[test]
fn a_cart_left_behind_before_anything_is_said_of_its_segments() {
    insta::assert_snapshot!(import(&place(), &["cart.json"]));
}

#[test]
fn a_cart_left_behind_for_a_scenario() {
    let place = place();
    let said = ["--segment", "clicked-the-reminder=clicked", "--segment", "good-customers=regulars"];
    let whom = ["cart.json", "--scenario", "offers.toml", "--channel", "MobilePush=email"];
    insta::assert_snapshot!(import(&place, &[&whom[..], &said].concat()));
}

#[test]
fn onboarding_asks_twice() {
    let said = ["onboarding.json", "--segment", "3f0c2f9e-opened=opened", "--segment", "9b1d-clicked=clicked"];
    insta::assert_snapshot!(import(&place(), &said));
}

#[test]
fn a_coin_is_a_mix() {
    insta::assert_snapshot!(import(
        &place(),
        &["coin.json", "--campaign", "news", "--trigger", "{ every = \"7d\", at = \"10:00\" }"]
    ));
}

#[test]
fn arms_are_strategies_and_local_times_are_kept() {
    insta::assert_snapshot!(import(&place(), &["arms.json", "--channel", "call=phone", "--campaign", "win-back"]));
}

#[test]
fn odds_and_ends_are_listed() {
    insta::assert_snapshot!(import(&place(), &["odds-and-ends.json"]));
}

#[test]
fn what_comes_out_can_be_pasted_into_a_scenario_and_played() {
    let place = place();
    let shop = SCENARIO.replace("[channels.web]", "[channels.push]\npreset = \"mobile-push\"\n[channels.web]");
    let shop = shop
        .replace("currency = \"EUR\"", "currency = \"USD\"")
        .replace("order_rate = 0.06", "order_rate = 0.06\ncart_rate = 0.5");
    // A base was there from the start and never joins.
    let shop = shop.replacen("joined = { base = { age = \"0d\" } }", "joined = \"cohort\"", 1);
    place.write("shop.toml", &shop);
    let segments = ["--segment", "clicked-the-reminder=clicked", "--segment", "good-customers=regulars"];
    let opened = ["--segment", "3f0c2f9e-opened=opened", "--segment", "9b1d-clicked=clicked"];
    for (journey, said) in [
        ("cart.json", &segments[..]),
        ("onboarding.json", &opened[..]),
        ("coin.json", &["--trigger", "{ every = \"7d\", at = \"10:00\" }"]),
        ("arms.json", &["--trigger", "{ event = \"inactive\", for = \"20d\" }", "--channel", "Webhook=push"]),
    ] {
        let to = ["import", "dittofeed", journey, "--scenario", "shop.toml", "--quiet"];
        let fragment = place.run(&[&to[..], said].concat()).fine();
        place.write("whole.toml", &format!("{shop}\n{fragment}"));
        let told = place.run(&["check", "whole.toml"]);
        assert!(told.code == Some(0) && !told.err.contains("error"), "{journey}: {}\n{fragment}", told.err);
        assert!(!told.out.contains("stand for"), "{journey}: {}", told.out);
        place.run(&["run", "whole.toml", "--quiet"]).fine();
    }
    // What must be filled in is refused until it is.
    let fragment = place.run(&["import", "dittofeed", "coin.json", "--quiet"]).fine();
    place.write("whole.toml", &format!("{shop}\n{fragment}"));
    let told = place.run(&["check", "whole.toml"]).refused();
    assert!(told.contains("FILL IN"), "{told}");
}

#[test]
fn files_are_written_whole_and_never_over_another() {
    let place = place();
    let said = place.run(&["import", "dittofeed", "coin.json", "--output", "coin.toml", "--quiet"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", ""));
    let written = std::fs::read_to_string(place.at("coin.toml")).expect("it is written");
    assert_eq!(written, place.run(&["import", "dittofeed", "coin.json"]).fine());
    let again = ["import", "dittofeed", "coin.json", "--output", "coin.toml"];
    assert!(place.run(&again).refused().contains("exists already"));
    place.run(&[&again[..], &["--overwrite"]].concat()).fine();
    let other = ["import", "dittofeed", "coin.json", "--output", "coin.json", "--overwrite"];
    assert!(place.run(&other).refused().contains("FILE.toml"));
    let piped = place.run_on(written_journey().as_bytes(), &["import", "dittofeed", "-"]).fine();
    assert!(piped.contains("from standard input"), "{piped}");
}

fn written_journey() -> String {
    std::fs::read_to_string(format!("{FOLDER}/coin.json")).expect("it can be read")
}

/// A journey with these nodes.
fn with_nodes(nodes: &str) -> String {
    format!("{{\"entryNode\":{{\"type\":\"EventEntryNode\",\"event\":\"x\",\"child\":\"a\"}},\n\"nodes\":[{nodes}]}}")
}

#[test]
fn what_is_no_journey_is_refused_at_its_place() {
    let place = place();
    let message = "{\"id\":\"a\",\"type\":\"MessageNode\",\"variant\":{\"type\":\"Sms\"},\"child\":\"ExitNode\"}";
    let delay = |id: &str, child: &str| {
        format!(
            "{{\"id\":\"{id}\",\"type\":\"DelayNode\",\"variant\":{{\"type\":\"Second\",\"seconds\":60}},\"child\":\"{child}\"}}"
        )
    };
    let deep = format!("{{\"entryNode\":{}", "[".repeat(100_000));
    let many: Vec<String> = (0..1001).map(|i| delay(&format!("n{i}"), "ExitNode")).collect();
    let long: Vec<String> = (0..65)
        .map(|i| {
            message
                .replace("\"a\"", &format!("\"{}\"", if i == 0 { "a".to_owned() } else { format!("m{i}") }))
                .replace("ExitNode", &format!("m{}", i + 1))
        })
        .collect();
    let cases: [(&str, String); 20] = [
        ("empty", String::new()),
        ("broken", "{\n  \"entryNode\": {,\n".to_owned()),
        ("cut short", written_journey()[..200].to_owned()),
        ("a list", "[1, 2]".to_owned()),
        ("no journey", "{\"name\": \"x\"}".to_owned()),
        ("only nodes", "{\"nodes\": []}".to_owned()),
        ("nodes no list", "{\n\"entryNode\": {},\n\"nodes\": 3}".to_owned()),
        ("entry of another type", "{\"entryNode\": {\"type\": \"TeleportNode\"}, \"nodes\": []}".to_owned()),
        ("node without id", with_nodes("\n{\"type\":\"DelayNode\"}")),
        ("two of one id", with_nodes(&format!("{message},\n{message}"))),
        ("a circle", with_nodes(&[delay("a", "b"), delay("b", "c"), delay("c", "a")].join(",\n"))),
        ("itself", with_nodes(&delay("a", "a"))),
        ("no channel", with_nodes("\n{\"id\":\"a\",\"type\":\"MessageNode\",\"child\":\"ExitNode\"}")),
        ("a negative wait", with_nodes(&delay("a", "b").replace("60", "-60"))),
        ("a wait for ever", with_nodes(&delay("a", "b").replace("60", "1e99"))),
        ("a wait of text", with_nodes(&delay("a", "b").replace("60", "\n\"60\""))),
        ("25 o'clock", with_nodes(&delay("a", "b").replace("\"Second\",\"seconds\":60", "\"LocalTime\",\"hour\":25"))),
        ("very deep", deep),
        ("very many", with_nodes(&many.join(","))),
        ("very long", with_nodes(&long.join(","))),
    ];
    let mut told = String::new();
    for (title, text) in cases {
        place.write("j.json", &text);
        told += &format!("{title}: {}\n", place.run(&["import", "dittofeed", "j.json"]).refused());
    }
    place.write("j.json", "");
    std::fs::write(place.at("latin.json"), b"{\n\"name\": \"caf\xe9\"}").expect("it can be written");
    for arguments in [
        &["nowhere.json"][..],
        &["latin.json"],
        &["cart.json", "--segment", "clicked-the-remainder=clicked"],
        &["cart.json", "--segment", "good-customers"],
        &["cart.json", "--segment", "good-customers=vip", "--scenario", "offers.toml"],
        &["cart.json", "--channel", "Pigeon=email"],
        &["cart.json", "--scenario", "offers.toml"],
        &["cart.json", "--channel", "MobilePush=pigeon", "--scenario", "offers.toml"],
        &["coin.json", "--campaign", "offer", "--scenario", "offers.toml"],
        &["coin.json", "--campaign", "a.b"],
        &["coin.json", "--strategy", "none"],
        &["coin.json", "--trigger", "{ event = "],
        &["coin.json", "--trigger", "1\nx = 2"],
    ] {
        told += &format!("{arguments:?}: {}\n", place.run(&[&["import", "dittofeed"], arguments].concat()).refused());
    }
    insta::assert_snapshot!(told);
}

/// What customers do in a passage: after how many seconds they open and click the first message, the second, …
type Luck = Vec<(Option<Seconds>, Option<Seconds>)>;

/// Messages of a passage with their instants, and when their effects come.
#[derive(Default)]
struct Passage {
    sent: Vec<(Seconds, String)>,
    opened: Option<Seconds>,
    clicked: Option<Seconds>,
}

impl Passage {
    fn send(&mut self, at: Seconds, channel: &str, luck: &Luck) {
        let (open, click) = luck.get(self.sent.len()).copied().unwrap_or_default();
        let earlier =
            |old: Option<Seconds>, new: Option<Seconds>| [old, new.map(|new| at + new)].into_iter().flatten().min();
        self.opened = earlier(self.opened, open);
        self.clicked = earlier(self.clicked, click);
        self.sent.push((at, channel.to_owned()));
    }

    fn when(&self, response: Response) -> Option<Seconds> {
        if response == Response::Opened { self.opened } else { self.clicked }
    }
}

/// The first such local time strictly after an instant, or from it on.
fn local(now: Seconds, at: Seconds, strictly: bool) -> Seconds {
    let ahead = (at - now).rem_euclid(DAY);
    now + if strictly && ahead == 0 { DAY } else { ahead }
}

fn response(segment: &str) -> Option<Response> {
    match segment {
        "opened" => Some(Response::Opened),
        "clicked" => Some(Response::Clicked),
        _ => None,
    }
}

/// What Dittofeed sends.
fn journeyed(journey: &Journey, north: bool, start: Seconds, luck: &Luck) -> Vec<(Seconds, String)> {
    let mut passage = Passage::default();
    let (mut now, mut next): (Seconds, Next) = (start, journey.entry.child);
    while let Some(number) = next {
        next = match &journey.nodes[number].does {
            Does::Message { channel, child, .. } => {
                passage.send(now, channel, luck);
                *child
            }
            Does::Delay { wait, child } => {
                now = match wait {
                    Wait::Seconds(seconds) => now + seconds,
                    Wait::LocalTime { at, .. } => local(now, *at, true),
                    other => panic!("{other:?}"),
                };
                *child
            }
            Does::Split { segment, yes, no } => {
                let holds =
                    response(segment).map_or(north, |response| passage.when(response).is_some_and(|at| at <= now));
                if holds { *yes } else { *no }
            }
            Does::WaitFor { timeout, late, segments } => {
                let comes = |segment: &str| match response(segment) {
                    Some(response) => passage.when(response).map(|at| at.max(now)),
                    None => north.then_some(now),
                };
                let coming = segments.iter().filter_map(|(segment, child)| Some((comes(segment)?, *child)));
                let first = coming.min_by_key(|(at, _)| *at).filter(|(at, _)| *at <= now + timeout);
                let (at, child) = first.unwrap_or((now + timeout, *late));
                now = at;
                child
            }
            Does::Cohort(_) | Does::Other(_) => None,
        };
    }
    passage.sent
}

/// What a cascade sends, by R18 to R20.
fn cascaded(steps: &[Step], north: bool, start: Seconds, luck: &Luck) -> Vec<(Seconds, String)> {
    let mut passage = Passage::default();
    let (mut now, mut last) = (start, start);
    for step in steps {
        if step.segments.as_ref().is_some_and(|group| !group.names.contains(if north { "north" } else { "south" })) {
            continue;
        }
        let due = last + step.due.after;
        now = now.max(step.due.at.map_or(due, |at| local(due, at, false)));
        let come = |response: Response| passage.when(response).is_some_and(|at| at <= now);
        if step.unless.iter().any(|&response| come(response)) {
            if step.otherwise == Some(Otherwise::Next) {
                continue;
            }
            break;
        }
        if step.only_if.is_some_and(|response| !come(response)) {
            if step.otherwise == Some(Otherwise::End) {
                break;
            }
            continue;
        }
        passage.send(now, &step.send, luck);
        last = now;
    }
    passage.sent
}

/// A node that leads to later ones: its kind, and how far ahead its children are.
fn node(number: usize, count: usize, (kind, one, two, hours): (u8, usize, usize, i64)) -> String {
    let child = |far: usize| if number + far < count { format!("n{}", number + far) } else { "ExitNode".to_owned() };
    let (one, two) = (child(one), child(two));
    let segment = ["opened", "clicked", "north"][hours as usize % 3];
    let body = match kind {
        0..=3 => {
            let channel = ["Email", "Sms", "MobilePush"][hours as usize % 3];
            format!("\"type\":\"MessageNode\",\"variant\":{{\"type\":\"{channel}\"}},\"child\":\"{one}\"")
        }
        4 | 5 => {
            let seconds = hours * 3600;
            format!(
                "\"type\":\"DelayNode\",\"variant\":{{\"type\":\"Second\",\"seconds\":{seconds}}},\"child\":\"{one}\""
            )
        }
        6 => {
            let hour = hours % 24;
            format!("\"type\":\"DelayNode\",\"variant\":{{\"type\":\"LocalTime\",\"hour\":{hour}}},\"child\":\"{one}\"")
        }
        7 | 8 => format!(
            "\"type\":\"SegmentSplitNode\",\"variant\":{{\"type\":\"Boolean\",\"segment\":\"{segment}\",\"trueChild\":\"{one}\",\"falseChild\":\"{two}\"}}"
        ),
        _ => format!(
            "\"type\":\"WaitForNode\",\"timeoutSeconds\":{},\"timeoutChild\":\"{one}\",\"segmentChildren\":[{{\"segmentId\":\"{segment}\",\"id\":\"{}\"}}]",
            hours * 3600,
            if two == "ExitNode" || hours % 2 == 0 { "ExitNode".to_owned() } else { two }
        ),
    };
    format!("{{\"id\":\"n{number}\",{body}}}")
}

/// Of random journeys whose translation is said to be the same, both send the same messages at the same seconds,
/// whatever the customer is and does. (No message fails: what then differs is told of every journey.)
#[test]
fn what_is_said_to_be_the_same_is_the_same() {
    let meanings = Meanings {
        segments: BTreeMap::from([
            ("opened".to_owned(), Meaning::Response(Response::Opened)),
            ("clicked".to_owned(), Meaning::Response(Response::Clicked)),
            ("north".to_owned(), Meaning::Segments(["north".to_owned()].into())),
        ]),
        channels: ["Email", "Sms", "MobilePush"].map(|kind| (kind.to_owned(), kind.to_owned())).into(),
        scenario_segments: Some(vec!["north".to_owned(), "south".to_owned()]),
    };
    let nodes = prop::collection::vec((0..10_u8, 1..3_usize, 1..5_usize, 1..40_i64), 3..9);
    // Odd seconds, so that nothing happens in the very second in which it is asked for.
    let effect = prop::option::weighted(0.6, (0..200_000_i64).prop_map(|seconds| 2 * seconds + 1));
    let luck = prop::collection::vec((effect.clone(), effect), 9);
    let lives = prop::collection::vec((any::<bool>(), 0..DAY / 2, luck), 8);
    let (same, with_questions) = (Cell::new(0), Cell::new(0));
    let config = Config { failure_persistence: None, cases: 4000, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let outcome = runner.run(&(nodes, lives), |(nodes, lives)| {
        let texts: Vec<String> = (0..).zip(&nodes).map(|(number, &given)| node(number, nodes.len(), given)).collect();
        let text = with_nodes(&texts.join(",\n")).replace("\"a\"", "\"n0\"");
        let journey = Journey::read(&text).expect("it is a journey");
        let names = Names { file: String::new(), campaign: "c".to_owned(), strategy: "s".to_owned() };
        let Ok(translation) = translate(&journey, &meanings, names, None) else { return Ok(()) };
        let of_nodes = |of: &str| of.starts_with('n') && !of.contains("Wait for");
        let reached = |why: &str| !why.starts_with("no way leads to it");
        if translation.told.iter().any(|told| told.what != What::FillIn && of_nodes(&told.of) && reached(&told.why)) {
            return Ok(());
        }
        let Plan::Cascade(steps) = &translation.variants[0].plan else { return Ok(()) };
        if steps.len() > 1 {
            same.set(same.get() + 1);
            with_questions.set(
                with_questions.get()
                    + usize::from(steps.iter().any(|step| step.only_if.is_some() || !step.unless.is_empty())),
            );
        }
        for (north, half, luck) in &lives {
            // Even seconds that no local time of the journey is.
            let start = half * 2 + 2 * DAY;
            if start % 3600 == 0 {
                continue;
            }
            let (one, other) = (journeyed(&journey, *north, start, luck), cascaded(steps, *north, start, luck));
            prop_assert_eq!(one, other, "{}\n{}", text, translation.fragment());
        }
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.expect_err("it failed"));
    let (same, with_questions) = (same.get(), with_questions.get());
    assert!(same > 300 && with_questions > 100, "{same} and {with_questions}: too few to say anything");
}
