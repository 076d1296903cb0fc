//! What `abtest certify` refuses: with one message, exit code 2, and nothing written.

use std::fmt::Write as _;

use crate::program::{Place, SCENARIO};

/// A plan for the scenario that every [`Place`] has.
const PLAN: &str = r#"hypothesis = "e-mail first sells as much"
unit = "customer"
control = "blast"

[arms]
blast = 0.5
cascade = 0.5

[metrics.ordered]
kind = "proportion"
role = "primary"
effect = "5%"
matures = "28d"

[design]
alpha = 0.05
power = 0.8
units = 2000
valid = "fixed"
"#;

fn place() -> Place {
    let place = Place::new();
    place.write("plan.toml", PLAN);
    place.write("exists.csv", "mine");
    place
}

const CERTIFY: [&str; 5] = ["abtest", "certify", "offers.toml", "--plan", "plan.toml"];

/// Runs every case in a place of its own, and tells what was said.
fn told<'a>(cases: impl IntoIterator<Item = (&'a str, Vec<&'a str>, &'a dyn Fn(&Place))>) -> String {
    let (mut told, mut accepted) = (String::new(), Vec::new());
    for (title, arguments, prepare) in cases {
        let place = place();
        prepare(&place);
        let before = place.names();
        let said = place.run(&[&arguments[..], &["--quiet"]].concat());
        if said.code != Some(2) {
            accepted.push((title, said));
            continue;
        }
        let said = said.refused();
        assert_eq!(place.names(), before, "{title}: something was written");
        assert_eq!(std::fs::read_to_string(place.at("exists.csv")).expect("it is there"), "mine", "{title}");
        let _ = writeln!(told, "## {title}\n$ channelmix {}\n{}\n", arguments.join(" "), said.trim_end());
    }
    assert!(accepted.is_empty(), "{accepted:?}");
    told
}

#[test]
fn wrong_flags_of_a_certificate_are_refused() {
    let with = |more: &[&'static str]| [&CERTIFY[..], more].concat();
    let cases = [
        ("no plan", vec!["abtest", "certify", "offers.toml"]),
        ("no scenario", vec!["abtest", "certify", "--plan", "plan.toml"]),
        ("a scenario that there is not", vec!["abtest", "certify", "offer.toml", "--plan", "plan.toml"]),
        ("a plan that there is not", vec!["abtest", "certify", "offers.toml", "--plan", "plans.toml"]),
        ("five experiments", with(&["--experiments", "5"])),
        ("one peek", with(&["--peeks", "1"])),
        ("twice the customers", with(&["--traffic", "2"])),
        ("no customers", with(&["--traffic", "0"])),
        ("a small bank", with(&["--bank", "19999"])),
        ("a bank that does not fit", with(&["--bank", "1000000000"])),
        ("arrivals that there are not", with(&["--arrivals", "daily"])),
        ("a value that there is not", with(&["--set", "sed=1"])),
        ("data that are no CSV", with(&["--export", "data.txt"])),
        ("data that exist", with(&["--export", "exists.csv"])),
        ("data in a folder that is a file", with(&["--export", "exists.csv/data.csv"])),
        ("an experiment without data", with(&["--one", "3"])),
        ("an experiment beyond all", with(&["--experiments", "100", "--export", "data.csv", "--one", "100"])),
    ];
    insta::assert_snapshot!(told(cases.map(|(title, arguments)| (
        title,
        arguments,
        &(|_: &Place| ()) as &dyn Fn(&Place)
    ))));
}

#[test]
fn plans_that_cannot_be_certified_are_refused() {
    let swapped = |from: &'static str, to: &'static str| {
        move |place: &Place| {
            assert_eq!(PLAN.matches(from).count(), 1, "{from}");
            place.write("plan.toml", &PLAN.replace(from, to));
        }
    };
    let kind = "kind = \"proportion\"\nrole = \"primary\"\neffect = \"5%\"";
    let edits = [
        ("a plan with a mistake", swapped("cascade = 0.5", "cascade = 0.4")),
        ("an arm that is no strategy", swapped("cascade = 0.5", "cascad = 0.5")),
        ("no number of units", swapped("units = 2000\n", "")),
        ("more units than ever come", swapped("units = 2000", "units = 200000")),
        ("a metric that does not mature before the end", swapped("28d", "90d")),
        ("a column that customers do not have", swapped("[metrics.ordered]", "[metrics.bought]")),
        (
            "a quantile that decides",
            swapped(kind, "kind = \"quantile\"\nquantile = 0.9\ncolumn = \"revenue\"\nrole = \"primary\""),
        ),
        (
            "a time to an event that decides",
            swapped(kind, "kind = \"survival\"\ncolumn = \"days\"\nevent = \"ordered\"\nrole = \"primary\""),
        ),
        (
            "a covariate that customers do not have",
            swapped("matures = \"28d\"", "matures = \"28d\"\ncovariates = [\"age\"]"),
        ),
    ];
    let cases = edits.iter().map(|(title, edit)| (*title, CERTIFY.to_vec(), edit as &dyn Fn(&Place)));
    insta::assert_snapshot!(told(cases));
}

#[test]
fn a_wrong_scenario_is_refused_before_anything_is_played() {
    let wrong = |place: &Place| place.write("offers.toml", &SCENARIO.replace("open_rate = 0.30", "open_rate = 3"));
    let said = told([("a rate of 3", CERTIFY.to_vec(), &wrong as &dyn Fn(&Place))]);
    assert!(said.contains("offers.toml:") && said.contains("open_rate"), "{said}");
}
