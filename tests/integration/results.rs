//! Results are files: written whole or not at all, read back as they were counted, refused in words when they are not.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use channelmix::results::{self, Folder, Given, Manifest};
use channelmix::scenario::load;
use channelmix::simulation::{Plan, simulate};
use channelmix::world::World;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::program::{Place, SCENARIO, Said, UNCERTAIN, said};

/// Files of a result folder that hold tallies.
const TALLIES: [&str; 9] = [
    "batches.csv",
    "batches_by_channel.csv",
    "batches_by_segment.csv",
    "weeks_by_channel.csv",
    "weeks_by_segment.csv",
    "weeks_by_draw.csv",
    "runs.csv",
    "steps.csv",
    "touches.csv",
];

/// Everything in a folder, byte for byte.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).expect("the folder can be read").flatten();
    entries
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

/// Makes the list of hashes fit what lies in a folder, as only someone who means to would.
fn forge(folder: &Path) {
    let files = bytes(folder).into_iter().filter(|(name, _)| name != "SHA256SUMS");
    let lines = files.map(|(name, bytes)| {
        let hash: Vec<String> = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}  {name}\n", hash.concat())
    });
    fs::write(folder.join("SHA256SUMS"), lines.collect::<Vec<_>>().concat()).expect("the list can be written");
}

/// A result folder with both strategies and `none`, played with options.
fn played(place: &Place, name: &str, options: &[&str]) -> Said {
    place.run(&[&["run", "offers.toml", "--format", "json", "--out", name], options].concat())
}

fn world(overrides: &[String]) -> World {
    World::new(load("offers.toml", SCENARIO, overrides).scenario.expect("the scenario is sound"))
        .expect("it can be played")
}

#[test]
fn what_is_read_is_what_was_written() {
    let uncertain: Vec<String> =
        UNCERTAIN.iter().filter(|&&word| word != "--set").map(|&word| word.to_owned()).collect();
    // Exact rates, uncertain ones, a last batch that is not full.
    for (overrides, customers, draws) in
        [(&[][..], 2048, None), (&uncertain[..], 3000, Some(20)), (&[][..], 1999, None)]
    {
        let place = Place::new();
        let world = world(overrides);
        let plan = Plan::new(&world, 5, customers, draws, vec![1, 0, 2]);
        let tallies = simulate(&world, &plan, &()).expect("it plays");
        let given = Given { text: SCENARIO.to_owned(), overrides: overrides.to_vec() };
        let manifest = Manifest::new(&world, &given, &plan, plan.batch);
        let folder = Folder::prepare(&place.at("results"), false).expect("there is room");
        folder.write(&manifest, &tallies, &world).expect("it is written");
        let read = results::read(&place.at("results")).expect("it can be read");
        assert!(read.tallies == tallies && read.manifest == manifest);
        assert_eq!(read.manifest.plan(&read.world), plan);
        assert_eq!(place.names(), ["offers.toml", "results"]);
    }
}

#[test]
fn a_folder_gives_the_same_answer_as_the_run_that_wrote_it() {
    let place = Place::new();
    for (name, options) in [("exact", &[][..]), ("uncertain", &UNCERTAIN[..])] {
        for question in
            [&["--format", "json"][..], &["--format", "csv", "--baseline", "cascade"], &["--at-equal", "spend"]]
        {
            let run = [&["compare", "offers.toml", "--out", name, "--overwrite"], question, options].concat();
            assert_eq!(place.run(&run).fine(), place.run(&[&["compare", name], question].concat()).fine());
        }
    }
}

#[test]
fn two_folders_pair_to_the_answer_of_one_run_with_both() {
    let place = Place::new();
    for options in [&[][..], &UNCERTAIN[..]] {
        for strategy in ["cascade", "blast"] {
            played(&place, strategy, &[&["--strategy", strategy, "--overwrite"], options].concat()).fine();
        }
        let both = place.run(&[&["compare", "offers.toml", "--format", "json"], options].concat()).fine();
        assert_eq!(place.run(&["compare", "cascade", "blast", "--format", "json"]).fine(), both);
        assert_eq!(place.run(&["compare", "blast", "cascade", "blast", "--format", "json"]).fine(), both);
    }
}

#[test]
fn a_pair_that_does_not_fit_is_refused_by_the_key_that_differs() {
    let place = Place::new();
    played(&place, "one", &UNCERTAIN).fine();
    let others: [(&str, &[&str]); 6] = [
        ("seed", &["--seed", "12"]),
        ("draws", &["--draws", "32"]),
        ("per_draw", &["--simulate", "4_096"]),
        ("channels.email.cost_per_message", &["--set", "channels.email.cost_per_message=0.003"]),
        ("tail", &["--set", "tail=\"3d\""]),
        ("strategies.blast.campaigns.offer.blast", &["--set", "strategies.blast.campaigns.offer.blast=[\"email\"]"]),
    ];
    for (key, options) in others {
        played(&place, key, &[&UNCERTAIN, options].concat()).fine();
        for pair in [["one", key], [key, "one"]] {
            let told = place.run(&["compare", pair[0], pair[1]]).refused();
            assert!(told.contains(&format!("`{key}` differs")) && told.contains("one"), "{told}");
        }
    }
    let told = place.run(&["compare", "one", "seed"]).refused();
    assert!(told.contains("(11 and 12)"), "{told}");
    let told = place.run(&["compare", "one", "channels.email.cost_per_message"]).refused();
    assert!(told.contains("(0.002 and 0.003)"), "{told}");
}

#[test]
fn the_order_of_writing_is_part_of_the_world() {
    // The order of segments says which customers are of which, so the same words in another order are other customers.
    let place = Place::new();
    let (head, segments) = SCENARIO.split_at(SCENARIO.find("[segments.regulars]").expect("it is there"));
    let (segments, tail) = segments.split_at(segments.find("[campaigns").expect("it is there"));
    let (one, other) = segments.split_at(segments.find("[segments.occasional]").expect("it is there"));
    place.write("turned.toml", &format!("{head}{other}{one}{tail}"));
    played(&place, "one", &["--strategy", "blast"]).fine();
    place.run(&["run", "turned.toml", "--strategy", "cascade", "--out", "other"]).fine();
    let told = place.run(&["compare", "one", "other"]).refused();
    assert!(told.contains("`segments` differs (regulars, occasional and occasional, regulars)"), "{told}");
}

#[test]
fn a_run_to_a_precision_pairs_only_with_the_same_batches() {
    let place = Place::new();
    let precise = ["--precision", "0.02", "--format", "json", "--out", "precise"];
    let customers =
        place.run(&[&["compare", "offers.toml"], &precise[..]].concat()).json()["setup"]["customers"].to_string();
    assert_eq!(place.run(&["compare", "precise", "precise"]).code, Some(0));
    played(&place, "plain", &["--simulate", &customers]).fine();
    let pair = place.run(&["compare", "precise", "plain"]);
    // Whichever sizes the batches have: either all agree, or the key is named.
    assert!(pair.code == Some(0) || pair.err.contains("differs"), "{}", pair.err);
}

#[test]
fn damage_is_told_by_its_file() {
    let place = Place::new();
    played(&place, "whole", &[]).fine();
    let whole = bytes(&place.at("whole"));
    let folder = place.at("damaged");
    let refused = |file: &str, damage: &str, change: &dyn Fn(Vec<u8>) -> Option<Vec<u8>>, sums: bool| {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).expect("there is room");
        for (name, content) in &whole {
            let content = if name == file { change(content.clone()) } else { Some(content.clone()) };
            if let Some(content) = content {
                fs::write(folder.join(name), content).expect("there is room");
            }
        }
        if sums {
            forge(&folder);
        }
        let told = place.run(&["compare", "damaged"]).refused();
        assert!(told.starts_with("error: damaged") && told.trim_end().lines().count() == 1, "{file} {damage}: {told}");
        let named = if file == "manifest.json" && damage == "missing" { "manifest.json in it" } else { file };
        assert!(told.contains(named), "{file} {damage}: {told}");
        told
    };
    for file in whole.keys().map(String::as_str) {
        refused(file, "missing", &|_| None, false);
        refused(file, "empty", &|_| Some(Vec::new()), false);
        refused(file, "cut in half", &|bytes| Some(bytes[..bytes.len() / 2].to_vec()), false);
    }
    for file in TALLIES {
        // Too little to see without the hashes: a digit less, another digit.
        refused(file, "two bytes short", &|bytes| Some(bytes[..bytes.len() - 2].to_vec()), false);
        let other_digit = |mut bytes: Vec<u8>| {
            let last = bytes.len() - 2;
            bytes[last] = if bytes[last] == b'7' { b'8' } else { b'7' };
            Some(bytes)
        };
        refused(file, "another digit", &other_digit, false);
        // With hashes that fit: the lines themselves are looked at.
        refused(file, "cut in half", &|bytes| Some(bytes[..bytes.len() / 2].to_vec()), true);
        let lines = |bytes: Vec<u8>, change: &dyn Fn(&str) -> String| {
            let text = String::from_utf8(bytes).expect("it is text");
            Some(text.lines().map(change).collect::<String>().into_bytes())
        };
        let told = refused(file, "a column more", &|bytes| lines(bytes, &|line| format!("{line},0\n")), true);
        assert!(told.contains("columns"), "{told}");
        refused(file, "one line longer", &|bytes| Some([&bytes[..], b"1,2,3\n"].concat()), true);
        refused(
            file,
            "words for numbers",
            &|bytes| lines(bytes, &|line| format!("{}x\n", line.trim_end_matches(|c: char| c.is_ascii_digit()))),
            true,
        );
        let last_line = |bytes: Vec<u8>| {
            let end = bytes[..bytes.len() - 1].iter().rposition(|&byte| byte == b'\n').expect("there are lines");
            Some(bytes[..=end].to_vec())
        };
        refused(file, "without its last line", &last_line, true);
    }
}

#[test]
fn a_changed_manifest_is_refused() {
    let place = Place::new();
    played(&place, "results", &[]).fine();
    let path = place.at("results/manifest.json");
    let whole: Value = serde_json::from_slice(&fs::read(&path).expect("it is there")).expect("it is JSON");
    let changes: [(&str, Value, &str); 12] = [
        ("format", 1.into(), "result format 1, this program reads format 4"),
        ("format", Value::Null, "result format none"),
        ("format", "3".into(), "result format none"),
        ("scenario", SCENARIO.replace("0.06", "0.05").into(), "world hash"),
        ("scenario", SCENARIO.replace("after = \"24h\"", "after = \"48h\"").into(), "`cascade`"),
        ("scenario", "name = 3".into(), "not accepted"),
        ("overrides", serde_json::json!(["tail=\"1d\""]), "tail"),
        ("draws", 0.into(), "no manifest"),
        ("draws", 1_000_000_000_000_000_u64.into(), "no manifest"),
        ("draws", 3.into(), "lines are missing"),
        ("per_draw", (-3).into(), "no manifest"),
        ("strategies", serde_json::json!([]), "no manifest"),
    ];
    for (key, value, expected) in changes {
        let mut changed = whole.clone();
        changed[key] = value;
        fs::write(&path, changed.to_string()).expect("it can be written");
        let told = place.run(&["compare", "results"]).refused();
        // Another format is told as such, whatever its hashes look like; every other change breaks them.
        assert!(told.contains(if key == "format" { expected } else { "manifest.json: " }), "{told}");
        forge(&place.at("results"));
        let told = place.run(&["compare", "results"]).refused();
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn what_is_no_result_folder_is_refused() {
    let place = Place::new();
    fs::create_dir(place.at("empty")).expect("there is room");
    played(&place, "results", &[]).fine();
    assert!(place.run(&["compare", "empty"]).refused().contains("empty is no result folder"));
    assert!(place.run(&["compare", "results", "offers.toml"]).refused().contains("offers.toml is no result folder"));
    assert!(place.run(&["compare", "results", "nowhere"]).refused().contains("nowhere is no result folder"));
}

#[test]
fn what_was_played_already_cannot_be_played_otherwise() {
    let place = Place::new();
    played(&place, "results", &[]).fine();
    let options: [&[&str]; 9] = [
        &["--seed", "3"],
        &["--simulate", "5000"],
        &["--draws", "2"],
        &["--threads", "1"],
        &["--strategy", "blast"],
        &["--no-baseline"],
        &["--out", "more"],
        &["--precision", "0.1"],
        &["--set", "seed=3"],
    ];
    for option in options {
        let told = place.run(&[&["compare", "results"], option].concat()).refused();
        assert!(told.contains(option[0]), "{told}");
    }
}

#[test]
fn an_existing_folder_is_refused_before_anything_is_played() {
    let place = Place::new();
    played(&place, "results", &[]).fine();
    let before = bytes(&place.at("results"));
    let long = ["run", "offers.toml", "--simulate", "1e12", "--out"];
    assert!(place.run_at_once(&[&long[..], &["results"]].concat()).refused().contains("exists already"));
    // Whatever it is, and even if it may be replaced: only a result folder is.
    fs::create_dir(place.at("holiday")).expect("there is room");
    place.write("holiday/photo.txt", "the sea");
    for name in ["holiday", "offers.toml"] {
        assert!(place.run_at_once(&[&long[..], &[name]].concat()).refused().contains("exists already"));
        let told = place.run_at_once(&[&long[..], &[name, "--overwrite"]].concat()).refused();
        assert!(told.contains("exists already and is not a result folder: it is left alone"), "{told}");
    }
    // So is a place where no folder can be.
    assert!(place.run_at_once(&[&long[..], &["offers.toml/results"]].concat()).refused().contains("offers.toml"));
    assert_eq!(bytes(&place.at("results")), before);
    assert_eq!(fs::read_to_string(place.at("holiday/photo.txt")).expect("it is there"), "the sea");

    played(&place, "results", &["--overwrite", "--seed", "99"]).fine();
    played(&place, "fresh", &["--seed", "99"]).fine();
    assert!(bytes(&place.at("results")) == bytes(&place.at("fresh")) && bytes(&place.at("results")) != before);
    assert_eq!(place.names(), ["fresh", "holiday", "offers.toml", "results"]);
}

#[test]
fn the_same_bytes_on_one_thread_and_on_three_and_nothing_of_this_machine() {
    let place = Place::new();
    for options in [&[][..], &UNCERTAIN[..]] {
        let one = played(&place, "one", &[&["--threads", "1", "--overwrite"], options].concat()).fine();
        let three = played(&place, "three", &[&["--threads", "3", "--overwrite"], options].concat()).fine();
        assert_eq!(one, three);
        let (one, three) = (bytes(&place.at("one")), bytes(&place.at("three")));
        assert!(one == three);
        assert_eq!(one.len(), TALLIES.len() + 2);
        let folder = place.path().file_name().expect("it has a name").to_string_lossy().into_owned();
        for (name, content) in one {
            let text = String::from_utf8(content).expect("it is text");
            for word in [&folder, "offers.toml", "thread", "2026-1"] {
                assert!(!text.contains(word), "{name} holds {word}");
            }
        }
    }
}

/// Runs that take long to write: many draws, each with its weeks.
const LONG_TO_WRITE: [&str; 8] = ["run", "offers.toml", "--simulate", "1_200", "--draws", "300", "--out", "results"];

#[test]
fn a_killed_run_leaves_a_whole_result_or_none() {
    let place = Place::new();
    place.run(&[&LONG_TO_WRITE[..7], &["expected"], &UNCERTAIN].concat()).fine();
    let expected = bytes(&place.at("expected"));
    let is_whole_or_absent = |place: &Place| {
        let whole = place.at("results").exists();
        assert!(!whole || bytes(&place.at("results")) == expected, "half a result");
        whole
    };

    // While customers are played.
    let mut child =
        place.command(&["run", "offers.toml", "--simulate", "1e9", "--out", "results"]).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(300));
    child.kill().expect("it still runs");
    assert_eq!(said(child).code, None);
    assert_eq!(place.names(), ["expected", "offers.toml"]);

    // While it writes, a little later each time.
    let (mut halfway, mut whole) = (0, 0);
    for attempt in 0_u64..16 {
        let mut child = place.command(&[&LONG_TO_WRITE[..], &UNCERTAIN].concat()).spawn().expect("it starts");
        let partial = format!(".results.partial.{}", child.id());
        let begin = Instant::now();
        while !place.names().iter().any(|name| name.starts_with(&partial)) && begin.elapsed() < Duration::from_secs(20)
        {
            if child.try_wait().expect("it is a child").is_some() {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(attempt * attempt * 200));
        let _ = child.kill();
        said(child);
        whole += u32::from(is_whole_or_absent(&place));
        let _ = fs::remove_dir_all(place.at("results"));
        for left in place.names().iter().filter(|name| name.starts_with('.')) {
            // What is left under a hidden name is no result either, unless all of it had been written.
            let read = place.run(&["compare", left]);
            halfway += u32::from(read.code == Some(2));
            assert!(read.code == Some(2) || bytes(&place.at(left)) == expected, "{}", read.err);
            fs::remove_dir_all(place.at(left)).expect("it can be removed");
        }
    }
    assert!(halfway > 0, "no run was killed while it wrote ({whole} came before)");
    place.run(&[&LONG_TO_WRITE[..], &UNCERTAIN].concat()).fine();
    assert!(is_whole_or_absent(&place));
}

/// Ctrl-C ends a run at once while customers are played, and after the last byte while results are written.
#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_a_whole_result_or_none() {
    let interrupt = |child: &std::process::Child| {
        let pid = child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &pid]).status().expect("there is `kill`").success());
    };
    let place = Place::new();
    let child =
        place.command(&["run", "offers.toml", "--simulate", "1e9", "--out", "results"]).spawn().expect("it starts");
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    assert_eq!(said(child), Said { code: Some(130), out: String::new(), err: String::new() });
    assert_eq!(place.names(), ["offers.toml"]);

    place.run(&[&LONG_TO_WRITE[..7], &["expected"], &UNCERTAIN].concat()).fine();
    let mut child = place.command(&[&LONG_TO_WRITE[..], &UNCERTAIN].concat()).spawn().expect("it starts");
    while place.names().iter().all(|name| !name.starts_with(".results.partial")) {
        assert!(child.try_wait().expect("it is a child").is_none(), "it wrote before it was interrupted");
    }
    interrupt(&child);
    let code = said(child).code;
    // Had it written the last byte when the signal came, it would have gone on.
    assert!(code == Some(130) || code == Some(0), "{code:?}");
    assert!(bytes(&place.at("results")) == bytes(&place.at("expected")));
    assert_eq!(place.names(), ["expected", "offers.toml", "results"]);
}

#[test]
#[cfg(unix)]
fn a_full_disk_leaves_nothing_behind() {
    let place = Place::new();
    played(&place, "old", &["--seed", "3"]).fine();
    let old = bytes(&place.at("old"));
    // No file may grow beyond a block or two; writes then fail as on a full disk.
    let limited = |options: &str| {
        let shell = format!("trap '' XFSZ; ulimit -f 1; exec \"$0\" run offers.toml {options}");
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &shell, env!("CARGO_BIN_EXE_channelmix")]).current_dir(place.path());
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        said(command.spawn().expect("there is a shell")).refused()
    };
    for options in ["--out results", "--out old --overwrite", "--out deep/in/here"] {
        let told = limited(options);
        assert!(told.contains("manifest.json: ") && told.contains("large"), "{told}");
    }
    assert_eq!(place.names(), ["deep", "offers.toml", "old"]);
    assert_eq!(fs::read_dir(place.at("deep/in")).expect("it was made").count(), 0);
    assert!(bytes(&place.at("old")) == old, "the old results are gone");
}
