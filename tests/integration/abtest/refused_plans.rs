//! Flags that `abtest plan` cannot follow, and plan files in which something is wrong.

use std::fmt::Write as _;

use channelmix::abtest::plan;

use crate::program::Place;

#[test]
fn wrong_flags_of_a_plan_are_refused() {
    let usual = ["--baseline", "10%", "--effect", "5%", "--out", "plan.toml"];
    let with = |more: &[&'static str]| [&usual[..], more].concat();
    let mean = |more: &[&'static str]| [&["--metric", "revenue:mean", "--baseline", "12"], more].concat();
    let cases: [(&str, Vec<&str>); 39] = [
        ("no baseline", vec!["--effect", "5%"]),
        ("no effect", vec!["--baseline", "10%"]),
        ("a baseline of 0", vec!["--baseline", "0", "--effect", "5%"]),
        ("a baseline of 120 %", vec!["--baseline", "120%", "--effect", "5%"]),
        ("a baseline that is no number", vec!["--baseline", "ten", "--effect", "5%"]),
        ("an effect of 0", vec!["--baseline", "10%", "--effect", "0"]),
        ("a negative effect", vec!["--baseline", "10%", "--effect=-5%"]),
        ("an effect beyond all units", vec!["--baseline", "60%", "--effect", "80%"]),
        ("a mean without its spread", mean(&["--effect", "5%"])),
        ("a negative spread", mean(&["--effect", "5%", "--sd", "-3"])),
        ("a spread of a proportion", with(&["--sd", "3"])),
        ("a percentage of nothing", vec!["--metric", "margin:mean", "--baseline", "0", "--sd", "4", "--effect", "5%"]),
        ("one arm", with(&["--arms", "control"])),
        ("an arm twice", with(&["--arms", "control,new,new"])),
        ("an arm without a name", with(&["--arms", "control,"])),
        ("shares that sum to 0.9", with(&["--share", "control=0.5", "--share", "treatment=0.4"])),
        ("a share of no arm", with(&["--share", "control=0.5", "--share", "treatmnt=0.5"])),
        ("shares of some arms", with(&["--share", "control=0.5"])),
        ("power of 1", with(&["--power", "1"])),
        ("power in percent", with(&["--power", "80%"])),
        ("alpha of 0", with(&["--alpha", "0"])),
        ("one look", with(&["--looks", "1"])),
        ("looks that fall", with(&["--looks", "0.5,0.3,1"])),
        ("looks that end early", with(&["--looks", "0.5,0.9"])),
        ("looks and any time", with(&["--looks", "3", "--any-time"])),
        ("spending without looks", with(&["--spending", "pocock"])),
        ("a spending that there is not", with(&["--looks", "3", "--spending", "pococks"])),
        ("a spending beyond reason", with(&["--looks", "3", "--spending", "70"])),
        ("a quantile as the primary metric", vec!["--metric", "spend:p90", "--baseline", "10", "--effect", "5%"]),
        ("a metric without its kind", vec!["--metric", "converted", "--baseline", "10%", "--effect", "5%"]),
        ("a guardrail without a margin", with(&["--guardrail", "opted_out:proportion"])),
        ("a guardrail with a negative margin", with(&["--guardrail", "opted_out:proportion:lower=-1%"])),
        ("a metric in two parts", with(&["--secondary", "converted:proportion"])),
        ("all variance saved", with(&["--saved", "1"])),
        ("no units per day", with(&["--per-day", "0"])),
        ("a plan that is no TOML", vec!["--baseline", "10%", "--effect", "5%", "--out", "plan.txt"]),
        ("traffic without a scenario", with(&["--traffic", "0.5"])),
        ("a seed without a scenario", with(&["--seed", "5"])),
        ("a value of no scenario", with(&["--set", "seed=5"])),
    ];
    let (mut told, mut accepted) = (String::new(), Vec::new());
    for (title, arguments) in cases {
        let place = Place::new();
        let before = place.names();
        let all = [&["abtest", "plan"], &arguments[..]].concat();
        let said = place.run(&all);
        if said.code != Some(2) {
            accepted.push(title);
            continue;
        }
        let said = said.refused();
        assert_eq!(place.names(), before, "{title}: something was written");
        let _ = writeln!(told, "## {title}\n$ channelmix {}\n{}\n", all.join(" "), said.trim_end());
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    insta::assert_snapshot!(told);
}

#[test]
fn wrong_scenarios_and_places_of_a_plan_are_refused() {
    let cases: [(&str, &[&str]); 9] = [
        ("no arms", &["--scenario", "offers.toml"]),
        ("an arm that is no strategy", &["--scenario", "offers.toml", "--arms", "blast,cascad"]),
        (
            "a metric that customers do not have",
            &["--scenario", "offers.toml", "--arms", "blast,cascade", "--metric", "spent:mean"],
        ),
        (
            "a baseline beside a scenario",
            &["--scenario", "offers.toml", "--arms", "blast,cascade", "--baseline", "10%"],
        ),
        ("a scenario that there is not", &["--scenario", "offer.toml", "--arms", "blast,cascade"]),
        ("a value that there is not", &["--scenario", "offers.toml", "--arms", "blast,cascade", "--set", "sed=1"]),
        ("no traffic", &["--scenario", "offers.toml", "--arms", "blast,cascade", "--traffic", "0"]),
        ("a plan that exists", &["--baseline", "10%", "--effect", "5%", "--out", "exists.toml"]),
        ("a folder that is a file", &["--baseline", "10%", "--effect", "5%", "--out", "offers.toml/plan.toml"]),
    ];
    let (mut told, mut accepted) = (String::new(), Vec::new());
    for (title, arguments) in cases {
        let place = Place::new();
        place.write("exists.toml", "mine");
        let before = place.names();
        let all = [&["abtest", "plan"], arguments, &["--quiet"]].concat();
        let said = place.run(&all);
        if said.code != Some(2) {
            accepted.push(title);
            continue;
        }
        let said = said.refused();
        assert_eq!(place.names(), before, "{title}: something was written");
        assert_eq!(std::fs::read_to_string(place.at("exists.toml")).expect("it is there"), "mine");
        let _ = writeln!(told, "## {title}\n$ channelmix {}\n{}\n", all.join(" "), said.trim_end());
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    insta::assert_snapshot!(told);
}

/// A plan in which nothing is wrong, with a thing of each sort.
const BASE: &str = r#"hypothesis = "the new page raises orders"
unit = "customer"
control = "old"

[arms]
old = 0.5
new = 0.5

[data]
variant = "group"
segments = ["country"]

[metrics.ordered]
kind = "proportion"
role = "primary"
effect = "5%"
matures = "14d"

[metrics.revenue]
kind = "mean"
role = "secondary"
covariates = ["before"]
cap = { high_quantile = 0.999 }

[metrics.opted_out]
kind = "proportion"
role = "guardrail"
better = "lower"
margin = 0.002

[design]
alpha = 0.05
power = 0.8
units = 20000
valid = "planned-looks"
looks = [0.5, 1.0]
spending = "obrien-fleming"

[decision]
guardrails = "not-worse"
"#;

fn told(text: &str) -> String {
    let loaded = plan::load("plan.toml", text);
    assert_eq!(loaded.plan.is_none(), loaded.problems.any_error());
    loaded.problems.render(&loaded.sources, false)
}

#[test]
fn nothing_is_wrong_with_the_base_plan() {
    assert_eq!(told(BASE), "");
}

#[test]
fn wrong_plan_files_are_told_at_their_place() {
    let cases = [
        ("a key that there is not", "unit = \"customer\"", "units = \"customer\""),
        ("no hypothesis", "hypothesis = \"the new page raises orders\"\n", ""),
        ("no control", "control = \"old\"\n", ""),
        ("a control that is no arm", "control = \"old\"", "control = \"odl\""),
        ("shares that sum to 0.9", "new = 0.5", "new = 0.4"),
        ("a share above 1", "new = 0.5", "new = 1.5"),
        ("an arm without units", "old = 0.5\nnew = 0.5", "old = 1.0\nnew = 0.0"),
        ("one arm", "old = 0.5\nnew = 0.5", "old = 1.0"),
        ("a share in words", "new = 0.5", "new = \"half\""),
        ("a kind that there is not", "kind = \"mean\"", "kind = \"average\""),
        ("a metric without a kind", "kind = \"mean\"\n", ""),
        ("a role that there is not", "role = \"secondary\"", "role = \"second\""),
        ("two primary metrics", "role = \"secondary\"", "role = \"primary\""),
        ("no primary metric", "role = \"primary\"", "role = \"secondary\""),
        ("a guardrail without a margin", "margin = 0.002\n", ""),
        ("a negative margin", "margin = 0.002", "margin = -0.002"),
        ("a margin in words", "margin = 0.002", "margin = \"a little\""),
        ("a margin of a secondary metric", "cap = { high_quantile = 0.999 }", "margin = 0.1"),
        ("an effect of 0", "effect = \"5%\"", "effect = 0"),
        ("a direction that there is not", "better = \"lower\"", "better = \"less\""),
        ("a cap of nothing", "cap = { high_quantile = 0.999 }", "cap = {}"),
        ("a cap in two ways", "cap = { high_quantile = 0.999 }", "cap = { high_quantile = 0.999, high = 500 }"),
        ("a cap of everything", "cap = { high_quantile = 0.999 }", "cap = { low = 5, high = 5 }"),
        ("a cap of a proportion", "matures = \"14d\"", "cap = { high = 1 }"),
        ("a duration without a unit", "matures = \"14d\"", "matures = 14"),
        ("a denominator of a mean", "covariates = [\"before\"]", "denominator = \"sessions\""),
        ("a ratio without its denominator", "kind = \"mean\"", "kind = \"ratio\""),
        ("a quantile without its level", "kind = \"mean\"", "kind = \"quantile\""),
        ("a survival without its event", "kind = \"mean\"", "kind = \"survival\""),
        ("alpha of 0", "alpha = 0.05", "alpha = 0"),
        ("alpha in percent", "alpha = 0.05", "alpha = \"5%\""),
        ("power of 1", "power = 0.8", "power = 1.0"),
        ("one unit", "units = 20000", "units = 1"),
        ("no units for looks", "units = 20000\n", ""),
        ("half a unit", "units = 20000", "units = 20000.5"),
        ("looks that fall", "looks = [0.5, 1.0]", "looks = [1.0, 0.5]"),
        ("looks that end early", "looks = [0.5, 1.0]", "looks = [0.5, 0.9]"),
        ("no looks", "looks = [0.5, 1.0]\n", ""),
        ("looks of a fixed test", "valid = \"planned-looks\"", "valid = \"fixed\""),
        ("a spending that there is not", "spending = \"obrien-fleming\"", "spending = \"obrien\""),
        ("a spending beyond reason", "spending = \"obrien-fleming\"", "spending = { hwang-shih-decani = 90 }"),
        ("a rule that there is not", "guardrails = \"not-worse\"", "guardrails = \"none-worse\""),
        ("segments that are no list", "segments = [\"country\"]", "segments = \"country\""),
        ("no TOML", "[design]", "[design"),
        ("a key twice", "alpha = 0.05", "alpha = 0.05\nalpha = 0.1"),
    ];
    let mut all = String::new();
    for (title, from, to) in cases {
        assert_eq!(BASE.matches(from).count(), 1, "{from}");
        let said = told(&BASE.replace(from, to));
        assert!(said.contains("error: ") && said.contains("plan.toml:"), "{title} is not told at its place:\n{said}");
        let _ = writeln!(all, "## {title}: {}\n{}\n", to.replace('\n', " "), said.trim_end());
    }
    insta::assert_snapshot!(all);
}

/// The program says the same, with exit code 2 and nothing else.
#[test]
fn the_program_refuses_a_wrong_plan_file() {
    let place = Place::new();
    place.write("plan.toml", &BASE.replace("new = 0.5", "new = 0.4"));
    place.write("data.csv", "group,ordered\nold,0\nnew,1\n");
    let before = place.names();
    let said = place.run(&["abtest", "analyze", "data.csv", "--plan", "plan.toml", "--report", "page.html"]).refused();
    assert!(said.contains("plan.toml:6:1") || said.contains("plan.toml:5:1"), "{said}");
    assert!(said.contains("must sum to 1, found 0.9"), "{said}");
    assert_eq!(place.names(), before);
}
