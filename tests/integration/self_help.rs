//! What helps a user on: `explain`, `new`, `schema`, `completions` and `man`, as she runs them.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use channelmix::scenario::{Scenario, load};

use crate::program::{Place, SCENARIO, UNCERTAIN};
use crate::wrong_files::BASE;

/// A scenario in another currency than its presets, with a base that knows more channels than it has.
const EXCHANGED: &str = "name = \"x\"\ncurrency = \"EUR\"\nstart = 2026-01-05\nsimulate = 2_048\nexchange = { USD = 0.9 }\n\
    [channels.mail]\npreset = \"email\"\n[channels.web]\npreset = \"web\"\n\
    [segments.\"all of them\"]\nshare = 1.0\nopt_in = { mail = 0.5 }\n\
    [campaigns.weekly]\ntrigger = { every = \"7d\", at = \"10:00\" }\n\
    [strategies.mails.campaigns.weekly]\nmix = { mail = 1.0 }\n[strategies.same]\nextends = \"mails\"\n[strategies.idle]\n";

fn scenario(name: &str, text: &str, overrides: &[String]) -> Scenario {
    let loaded = load(name, text, overrides);
    let problems = loaded.problems.render(&loaded.sources, false);
    loaded.scenario.unwrap_or_else(|| panic!("{problems}\n{text}"))
}

fn shipped() -> Vec<PathBuf> {
    let entries = std::fs::read_dir("scenarios").expect("the folder is there").flatten();
    let mut all: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    all.sort();
    assert!(all.len() >= 5);
    all
}

fn stem(path: &Path) -> String {
    path.file_stem().expect("a name").to_string_lossy().into_owned()
}

/// All kinds of scenarios, by name.
fn scenarios() -> Vec<(String, String)> {
    let text = |path: &PathBuf| (stem(path), std::fs::read_to_string(path).expect("it can be read"));
    let mut all: Vec<(String, String)> = shipped().iter().map(text).collect();
    all.push(("base".to_owned(), BASE.to_owned()));
    all.push(("program".to_owned(), SCENARIO.to_owned()));
    all.push(("exchanged".to_owned(), EXCHANGED.to_owned()));
    all.push(("everything".to_owned(), crate::engine::everything()));
    all
}

#[test]
fn an_explanation_is_the_same_scenario() {
    let place = Place::new();
    for (name, text) in scenarios() {
        place.write("in.toml", &text);
        let explained = place.run(&["explain", "in.toml", "--quiet"]).fine();
        place.write("out.toml", &explained);
        let (one, other) = (scenario("in.toml", &text, &[]), scenario("out.toml", &explained, &[]));
        assert_eq!(one.essence(), other.essence(), "{name}\n{explained}");
        assert_eq!(one.essence().to_string(), other.essence().to_string(), "{name}: in another order");
        // And so is the explanation of the explanation, in which nobody but the file says anything.
        let again = place.run(&["explain", "out.toml", "--quiet"]).fine();
        let values = |text: &str| {
            text.lines().map(|line| line.split("  # ").next().unwrap_or("").trim_end().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(values(&again), values(&explained), "{name}");
        assert!(!again.contains("# preset ") && !again.contains("# default"), "{name}\n{again}");
    }
}

#[test]
fn an_explanation_plays_the_same_numbers() {
    let place = Place::new();
    for (name, text) in scenarios() {
        // What a test can play: the same few customers.
        let play = |file: &str| {
            // JSON also says which input is a preset's, and in the explanation none is.
            let few = ["--simulate", "2_048", "--format", "csv", "--quiet"];
            place.run(&[&["run", file][..], &few].concat()).fine()
        };
        place.write("in.toml", &text);
        place.write("out.toml", &place.run(&["explain", "in.toml", "--quiet"]).fine());
        assert_eq!(play("in.toml"), play("out.toml"), "{name}");
    }
}

#[test]
fn an_explanation_pairs_with_what_it_explains() {
    let place = Place::new();
    let explained = place.run(&[&["explain", "offers.toml"][..], &UNCERTAIN].concat()).fine();
    place.write("explained.toml", &explained);
    place.run(&[&["run", "offers.toml", "--strategy", "blast", "--out", "one"][..], &UNCERTAIN].concat()).fine();
    place.run(&["run", "explained.toml", "--strategy", "cascade", "--out", "other"]).fine();
    place.run(&["compare", "one", "other"]).fine();
}

#[test]
fn an_explanation_says_who_says_so() {
    let place = Place::new();
    let told = place
        .run(&["explain", "offers.toml", "--set", "channels.sms.preset=sms", "--set", "channels.sms.open_rate=0.5"])
        .fine();
    let origin = |start: &str| {
        let line = told.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{told}"));
        line.split_once("# ").expect("a comment").1.to_owned()
    };
    assert_eq!(origin("currency ="), "offers.toml:3");
    assert_eq!(origin("rates ="), "default");
    assert_eq!(origin("# time_zone"), "time_zone: \"UTC\" (default)");
    assert_eq!(origin("open_rate = 0.5"), "--set channels.sms.open_rate=0.5");
    assert_eq!(origin("opt_in = { low = 0.1"), "preset sms, grade D: a guess");
    assert_eq!(origin("trigger"), "offers.toml:55; first: default");
    // A channel without messages says nothing of messages.
    let web = told.split("[channels.web]").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("it is there");
    assert!(!web.contains("billed_on") && web.contains("order_rate = 0.06"), "{web}");

    let json = place.run(&["explain", "offers.toml", "--set", "channels.sms.preset=sms", "--format", "json"]).json();
    let of = |path: &str| {
        let all = json.as_array().expect("a list");
        all.iter().find(|value| value["path"] == path).unwrap_or_else(|| panic!("{path}")).clone()
    };
    assert_eq!(of("currency")["origins"][0]["line"], 3);
    assert_eq!(of("channels.sms.opt_in")["origins"][0]["grade"], "D");
    assert_eq!(of("rates")["origins"][0]["origin"], "default");
    assert_eq!(of("tail")["value"], "0d");
    assert_eq!(of("time_zone")["origins"][0]["means"], "\"UTC\"");
    let steps = of("strategies.cascade.campaigns.offer.cascade");
    assert_eq!(steps["items"][0]["origins"][1]["part"], "after");
}

/// A line break in an argument must not end the comment that quotes it.
#[test]
fn an_explanation_stays_a_scenario_whatever_is_set() {
    let place = Place::new();
    let told = place.run(&["explain", "offers.toml", "--set", "name = \"a\"\nseed = 5"]).fine();
    assert!(told.contains("# --set name = \"a\" seed = 5\n"), "{told}");
    let scenario = scenario("explained", &told, &[]);
    assert_eq!((scenario.name.as_str(), scenario.seed), ("a", 5));
}

#[test]
fn wrong_scenarios_are_not_explained() {
    let place = Place::new();
    place.write("wrong.toml", "name = 1\n");
    assert!(place.run(&["explain", "wrong.toml"]).refused().contains("wrong.toml:1"));
    assert!(place.run(&["explain", "nowhere.toml"]).refused().contains("nowhere.toml"));
}

#[test]
fn one_percentile_of_a_preset_can_be_set() {
    let place = Place::new();
    let set = |argument: &str| {
        let arguments = [
            "explain",
            "offers.toml",
            "--set",
            "currency=USD",
            "--set",
            "channels.letter.preset=email",
            "--set",
            argument,
        ];
        let json = place.run(&[&arguments[..], &["--format", "json"]].concat()).json();
        json.as_array().expect("a list").clone()
    };
    let of = |all: &[serde_json::Value], path: &str| {
        all.iter().find(|value| value["path"] == path).unwrap_or_else(|| panic!("{path}")).clone()
    };
    let price = of(&set("channels.letter.cost_per_message.typical=0.0005"), "channels.letter.cost_per_message");
    assert_eq!(price["value"], serde_json::json!({ "low": 0.0001, "typical": 0.0005, "high": 0.001 }));
    let delay = of(&set("channels.letter.open_delay.p90=3d"), "channels.letter.open_delay");
    assert_eq!(delay["value"]["p90"], "3d");
    assert_eq!(delay["value"]["median"]["typical"], "330m");
    // In braces it is meant as a whole, and a key that the preset's table does not have replaces it as before.
    let delay = of(&set("channels.letter.open_delay={ mean = \"6h\" }"), "channels.letter.open_delay");
    assert_eq!(delay["value"], serde_json::json!({ "mean": "6h" }));
    let delay = of(&set("channels.letter.open_delay.mean=6h"), "channels.letter.open_delay");
    assert_eq!(delay["value"], serde_json::json!({ "mean": "6h" }));
    // Also over the file.
    let entry = of(&set("segments.regulars.entry={ web = 1.0 }"), "segments.regulars.entry");
    assert_eq!(entry["value"], serde_json::json!({ "web": 1 }));
    let plan = of(
        &set("strategies.cascade.campaigns.offer={ blast = [\"email\"] }"),
        "strategies.cascade.campaigns.offer.blast",
    );
    assert_eq!(plan["value"], serde_json::json!(["email"]));
}

/// In the scenario's currency, not in the preset's.
#[test]
fn a_percentile_that_is_set_is_not_exchanged() {
    let set = ["channels.mail.cost_per_message.typical=0.0005".to_owned()];
    let resolved = scenario("x.toml", EXCHANGED, &set).resolved;
    let price = &resolved["channels"]["mail"]["cost_per_message"];
    assert_eq!(*price, serde_json::json!({ "low": 0.0001 * 0.9, "typical": 0.0005, "high": 0.001 * 0.9 }));
}

#[test]
fn every_starter_is_sound_and_plays() {
    let place = Place::new();
    let mut starters = vec![("starter".to_owned(), Vec::new())];
    starters
        .extend(shipped().iter().map(|path| (format!("like {}", stem(path)), vec!["--like".to_owned(), stem(path)])));
    for (name, options) in starters {
        let arguments: Vec<String> = ["new".to_owned(), name.clone()].into_iter().chain(options).collect();
        let told = place.run(&arguments).fine();
        let file = format!("{name}.toml");
        assert!(told.contains("channelmix compare ") && told.contains(&file), "{told}");
        let told = place.run(&["check", &file]);
        // Nobody is contacted in the one that follows real customers.
        assert!(told.code == Some(0) && (told.err.is_empty() || name == "like cdnow"), "{name}: {}", told.err);
        let text = std::fs::read_to_string(place.at(&file)).expect("it is written");
        let draws = scenario(&file, &text, &[]).draws.is_some();
        let few = ["run", &file, "--simulate", "2_048", "--quiet"];
        let few = if draws || name != "starter" { few.to_vec() } else { [&few[..], &["--draws", "4"]].concat() };
        assert!(place.run(&few).fine().contains("retention"), "{name}");
    }
}

#[test]
fn a_starter_begins_with_an_own_base_three_channels_and_two_strategies() {
    let place = Place::new();
    place.run(&["new", "mine"]).fine();
    let text = std::fs::read_to_string(place.at("mine.toml")).expect("it is written");
    let scenario = scenario("mine.toml", &text, &[]);
    assert_eq!(scenario.channels.iter().filter(|channel| channel.contact.is_some()).count(), 3);
    assert_eq!((scenario.segments.len(), scenario.strategies.len()), (1, 2));
    let told = place.run(&["explain", "mine.toml"]).fine();
    assert!(!told.contains("preset retail"), "the base is not a preset's");
}

#[test]
fn every_scenario_that_ships_can_be_copied() {
    let place = Place::new();
    let help = place.run(&["new", "--help"]).fine();
    for path in shipped() {
        assert!(help.contains(&format!("- {}:", stem(&path))), "{}\n{help}", path.display());
        place.run(&["new", &stem(&path), "--like", &stem(&path)]).fine();
        let copy = std::fs::read_to_string(place.at(&format!("{}.toml", stem(&path)))).expect("it is written");
        assert_eq!(copy, std::fs::read_to_string(&path).expect("it can be read"));
    }
}

#[test]
fn new_overwrites_nothing_and_says_what_is_wrong() {
    let place = Place::new();
    let told = place.run(&["new", "offers"]).refused();
    assert!(told.contains("offers.toml is there already"), "{told}");
    assert!(place.run(&["new", "offers.toml"]).refused().contains("there already"));
    assert_eq!(std::fs::read_to_string(place.at("offers.toml")).expect("it is there"), SCENARIO);
    assert!(place.run(&["new", "nowhere/offers"]).refused().contains("cannot be written"));
    assert_eq!(place.run(&["new", ""]).code, Some(2));
    for name in ["..", "offers/"] {
        assert!(place.run(&["new", name]).refused().contains("no name"), "{name}");
    }
    assert!(place.run(&["new", "--", "-x"]).refused().contains("option"));
    assert!(place.run(&["new", "other", "--like", "cascade"]).err.contains("cascade-vs-blast"));
    assert_eq!(place.names(), ["offers.toml"]);
}

#[test]
fn a_schema_beside_the_scenario_is_the_one_that_is_printed() {
    let place = Place::new();
    place.run(&["new", "with", "--schema"]).fine();
    place.run(&["new", "another", "--schema"]).fine();
    let text = std::fs::read_to_string(place.at("with.toml")).expect("it is written");
    assert_eq!(text.lines().next(), Some("#:schema ./channelmix.schema.json"));
    assert_eq!(place.run(&["check", "with.toml"]).code, Some(0));
    let schema = std::fs::read_to_string(place.at("channelmix.schema.json")).expect("it is written");
    assert_eq!(schema, place.run(&["schema"]).fine());
    place.write("channelmix.schema.json", "{}");
    assert!(place.run(&["new", "third", "--schema"]).refused().contains("channelmix.schema.json is there already"));
    assert!(!place.at("third.toml").exists());
}

#[test]
fn numbers_are_written_alike_everywhere() {
    let place = Place::new();
    let run =
        |options: &[&str]| place.run(&[&["run", "offers.toml", "--format", "json"], options, &UNCERTAIN].concat());
    let plain = run(&["--seed", "1000", "--draws", "64", "--simulate", "2048"]).fine();
    assert_eq!(run(&["--seed", "1_000", "--draws", "6_4", "--simulate", "2_048"]).fine(), plain);
    assert_eq!(run(&["--seed", "1e3", "--draws", "6.4e1", "--simulate", "2_048"]).fine(), plain);
    for (option, value) in [("--seed", "-1"), ("--seed", "1.5"), ("--draws", "0"), ("--draws", "1e6"), ("--seed", "_")]
    {
        assert!(run(&[&format!("{option}={value}")]).refused().contains("must be a whole number"), "{option} {value}");
    }
}

/// The commands that `--help` lists.
fn commands(place: &Place) -> Vec<String> {
    let help = place.run(&["--help"]).fine();
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list");
    let names = list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names: Vec<String> = names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() >= 9, "{names:?}");
    names
}

#[test]
fn every_shell_completes_every_command() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = place.run(&["completions", shell]).fine();
        for command in commands(&place) {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        // Two of the generators know no values.
        assert!(script.contains("cascade-vs-blast") || ["powershell", "elvish"].contains(&shell), "{shell}");
    }
    let told = place.run(&["completions", "tcsh"]);
    assert_eq!(told.code, Some(2));
    assert!(told.err.contains("possible values: bash, elvish, fish, powershell, zsh"), "{}", told.err);
}

#[cfg(unix)]
#[test]
fn bash_understands_its_completions() {
    let place = Place::new();
    place.write("completions", &place.run(&["completions", "bash"]).fine());
    let bash = std::process::Command::new("bash").arg("-n").arg(place.at("completions")).output().expect("bash runs");
    assert!(bash.status.success() && bash.stderr.is_empty(), "{}", String::from_utf8_lossy(&bash.stderr));
    // And offers what it should at the second word.
    let ask = "source completions; COMP_WORDS=(channelmix exp); COMP_CWORD=1; _channelmix channelmix exp channelmix; echo ${COMPREPLY[@]}";
    let bash =
        std::process::Command::new("bash").args(["-c", ask]).current_dir(place.path()).output().expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "explain");
}

#[test]
fn the_manual_has_every_command_and_every_option() {
    let place = Place::new();
    let page = place.run(&["man"]).fine();
    place.run(&["man", "--out", "pages"]).fine();
    // Roff writes a hyphen with a backslash.
    let plain = |text: &str| text.replace('\\', "");
    let mut options = 0;
    let mut all = commands(&place);
    all.retain(|command| command != "help");
    all.extend(["abtest plan", "abtest certify", "abtest analyze", "import dittofeed"].map(String::from));
    all.sort();
    for command in &all {
        assert!(page.contains(&format!(".SH \"CHANNELMIX {}\"", command.to_uppercase())), "{command}");
        let own = place.at("pages").join(format!("channelmix-{}.1", command.replace(' ', "-")));
        let own = std::fs::read_to_string(own).expect("a page");
        let words: Vec<&str> = command.split(' ').chain(["--help"]).collect();
        for option in place.run(&words).fine().split_whitespace().filter(|word| word.starts_with("--")) {
            let option = option.trim_end_matches(|c: char| !c.is_ascii_lowercase());
            if option.len() > 2 && option != "--set" {
                options += 1;
                assert!(plain(&page).contains(option) && plain(&own).contains(option), "{command} {option}");
            }
        }
    }
    assert!(options > 40, "{options}");
    let mut names: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(place.at("pages")).expect("the folder is there").flatten() {
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    let mut wanted = String::from("channelmix.1");
    all.iter().for_each(|command| _ = write!(wanted, " channelmix-{}.1", command.replace(' ', "-")));
    let mut wanted: Vec<&str> = wanted.split(' ').collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    place.write("file", "");
    assert!(place.run(&["man", "--out", "file"]).refused().contains("cannot be written"));
}

#[test]
fn the_readme_says_how() {
    let readme = std::fs::read_to_string("README.md").expect("README");
    for command in ["completions bash", "man", "new", "explain", "import dittofeed", "schema"]
        .map(|words| format!("channelmix {words}"))
    {
        assert!(readme.contains(&command), "{command}");
    }
}
