//! Data and flags that `abtest analyze` cannot follow: one clear message, nothing printed, nothing written.

use std::fmt::Write as _;

use crate::program::Place;

/// Four units in two arms, with a column of each sort.
const UNITS: &str = "user_id,variant,exposed_at,converted,spend,sessions\n\
    u1,control,2026-03-01,0,0,1\nu2,new,2026-03-01,1,25.5,2\nu3,control,2026-03-02,1,10,3\nu4,new,2026-03-02,0,0,1\n\
    u5,control,2026-03-03,0,4,1\nu6,new,2026-03-03,1,12,2\n";

/// A plan of two arms.
const PLAN: &str = r#"
hypothesis = "new raises converted"
control = "control"
arms = { control = 0.5, new = 0.5 }
[metrics.converted]
kind = "proportion"
role = "primary"
[design]
units = 1000
valid = "planned-looks"
looks = [0.5, 1.0]
"#;

/// A place with the data, the plan, and a report that exists.
fn place(data: &str) -> Place {
    let place = Place::new();
    place.write("data.csv", data);
    place.write("plan.toml", PLAN);
    place.write("exists.html", "mine");
    place
}

/// What is said of each, under what was typed; each must be refused with a help and write nothing.
fn refusals(cases: &[(&str, &str, &[&str])]) -> String {
    let (mut told, mut wrong) = (String::new(), Vec::new());
    for (title, data, arguments) in cases {
        let place = place(data);
        let before = place.names();
        let all = [&["abtest", "analyze"], *arguments].concat();
        let said = place.run(&all);
        if said.code != Some(2) {
            wrong.push(format!("{title} is not refused: {said:?}"));
            continue;
        }
        let said = said.refused();
        assert_eq!(place.names(), before, "{title}: something was written");
        assert_eq!(std::fs::read_to_string(place.at("exists.html")).expect("it is there"), "mine");
        let helps = ["help:", "Usage:", "For more information", "choose another place", "save the sheet as CSV"];
        if !helps.iter().any(|help| said.contains(help)) {
            wrong.push(format!("{title}: nothing says what to do: {said}"));
        }
        let _ = writeln!(told, "## {title}\n$ channelmix {}\n{}\n", all.join(" "), said.trim_end());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    told
}

#[test]
fn wrong_data_are_refused_at_their_place() {
    let converted: &[&str] = &["data.csv", "--metric", "converted:proportion", "--report", "page.html"];
    let spend: &[&str] = &["data.csv", "--metric", "spend:mean"];
    let matured: &[&str] = &["data.csv", "--metric", "spend:mean", "--matures", "7d"];
    let totals: &[&str] = &["data.csv", "--metric", "converted:proportion"];
    let planned: &[&str] = &["data.csv", "--plan", "plan.toml", "--journal", "looks.csv", "--report", "page.html"];
    let cases: [(&str, &str, &[&str]); 32] = [
        ("an empty file", "", converted),
        ("a header alone", "user_id,variant,converted\n", converted),
        ("no column of the metric", UNITS, &["data.csv", "--metric", "convertd:proportion"]),
        ("no column of arms", "user_id,converted\nu1,0\n", converted),
        ("a column of arms that there is not", UNITS, &["data.csv", "--metric", "spend:mean", "--variant", "varient"]),
        ("one arm", "variant,converted\ncontrol,0\ncontrol,1\n", converted),
        ("no clear control", "variant,converted\nred,0\nblue,1\n", converted),
        ("two controls", "variant,converted\ncontrol,0\nbaseline,1\n", converted),
        ("a control that there is not", UNITS, &["data.csv", "--metric", "spend:mean", "--control", "contrl"]),
        ("a text among numbers", "variant,spend\ncontrol,1\nnew,twelve\n", spend),
        ("a decimal comma", "variant;spend\ncontrol;1\nnew;12,5\n", spend),
        ("an amount with its currency", "variant,spend\ncontrol,1\nnew,€12\n", spend),
        ("infinity", "variant,spend\ncontrol,1\nnew,inf\n", spend),
        ("a proportion that is not 0 or 1", "variant,converted\ncontrol,1\nnew,2\n", converted),
        ("no variance", "variant,spend\ncontrol,5\nnew,5\ncontrol,5\nnew,5\n", spend),
        ("a single unit in an arm", "variant,spend\ncontrol,5\nnew,5\ncontrol,6\n", spend),
        ("a row that is too long", "variant,spend\ncontrol,5\nnew,5,6\n", spend),
        ("two columns of one name", "variant,spend,spend\ncontrol,5,5\n", spend),
        ("1e9 as a date", "variant,exposed_at,spend\ncontrol,2026-03-01,1\nnew,1e9,2\n", matured),
        ("a day that could be a month", "variant,exposed_at,spend\ncontrol,2026-03-01,1\nnew,03/04/2026,2\n", matured),
        ("a day that there is not", "variant,exposed_at,spend\ncontrol,2026-02-30,1\nnew,2026-03-01,2\n", matured),
        ("a metric that matures, without a time", "variant,spend\ncontrol,5\nnew,6\n", matured),
        ("everything too young", "variant,exposed_at,spend\ncontrol,2026-03-01,1\nnew,2026-03-02,2\n", matured),
        ("a negative count", "variant,n,sum\ncontrol,100,10\nnew,-100,12\n", totals),
        ("more successes than units", "variant,n,sum\ncontrol,100,10\nnew,100,112\n", totals),
        ("half a success", "variant,n,sum\ncontrol,100,10.5\nnew,100,11\n", totals),
        ("a mean of totals without squares", "variant,n,sum\ncontrol,100,10\nnew,100,11\n", spend),
        ("sums of squares that cannot be", "variant,n,sum,sum_sq\ncontrol,10,30,80\nnew,10,30,95\n", spend),
        ("an arm twice in totals", "variant,n,sum\ncontrol,9,1\nnew,9,2\ncontrol,9,3\n", totals),
        ("a workbook", "PK\u{3}\u{4}rest of it", converted),
        ("no unit in an arm of the plan", "variant,converted\ncontrol,0\ncontrol,1\n", planned),
        ("none of the arms of the plan", "variant,converted\nA,0\nB,1\n", planned),
    ];
    insta::assert_snapshot!(refusals(&cases));
}

#[test]
fn wrong_flags_are_refused() {
    let cases: [(&str, &str, &[&str]); 33] = [
        ("no metric", UNITS, &["data.csv"]),
        ("no such file", UNITS, &["dat.csv", "--metric", "spend:mean"]),
        ("a folder", UNITS, &[".", "--metric", "spend:mean"]),
        ("a metric without its kind", UNITS, &["data.csv", "--metric", "spend"]),
        ("a kind that there is not", UNITS, &["data.csv", "--metric", "spend:avg"]),
        ("a ratio of one column", UNITS, &["data.csv", "--metric", "spend:ratio"]),
        ("a metric twice", UNITS, &["data.csv", "--metric", "spend:mean", "--metric", "spend:mean"]),
        ("a covariate that there is not", UNITS, &["data.csv", "--metric", "spend:mean", "--covariate", "sesions"]),
        ("a covariate that is the metric", UNITS, &["data.csv", "--metric", "spend:mean", "--covariate", "spend"]),
        ("a share of no arm", UNITS, &["data.csv", "--metric", "spend:mean", "--share", "nw=0.5"]),
        ("shares of some arms", UNITS, &["data.csv", "--metric", "spend:mean", "--share", "new=0.5"]),
        (
            "shares that sum to 1.1",
            UNITS,
            &["data.csv", "--metric", "spend:mean", "--share", "control=0.5", "--share", "new=0.6"],
        ),
        (
            "a share in percent",
            UNITS,
            &["data.csv", "--metric", "spend:mean", "--share", "control=50%", "--share", "new=50%"],
        ),
        ("a share without a value", UNITS, &["data.csv", "--metric", "spend:mean", "--share", "control"]),
        ("a lower metric that there is not", UNITS, &["data.csv", "--metric", "spend:mean", "--lower", "spent"]),
        ("a cap of a proportion", UNITS, &["data.csv", "--metric", "converted:proportion", "--cap", "converted=1"]),
        ("a cap that is none", UNITS, &["data.csv", "--metric", "spend:mean", "--cap", "spend=high"]),
        ("a cap beyond all", UNITS, &["data.csv", "--metric", "spend:mean", "--cap", "spend=120%"]),
        ("alpha of 1", UNITS, &["data.csv", "--metric", "spend:mean", "--alpha", "1"]),
        ("alpha in percent", UNITS, &["data.csv", "--metric", "spend:mean", "--alpha", "5%"]),
        ("an any-time number of 1", UNITS, &["data.csv", "--metric", "spend:mean", "--any-time", "1"]),
        ("a duration without a unit", UNITS, &["data.csv", "--metric", "spend:mean", "--matures", "7"]),
        ("a date that is none", UNITS, &["data.csv", "--metric", "spend:mean", "--until", "31.12.2026"]),
        ("an end before the last exposure", UNITS, &["data.csv", "--metric", "spend:mean", "--until", "2026-03-01"]),
        ("running totals of units", UNITS, &["data.csv", "--metric", "spend:mean", "--cumulative"]),
        ("a segment that there is not", UNITS, &["data.csv", "--metric", "spend:mean", "--segment", "country"]),
        ("a sheet without CSV", UNITS, &["data.csv", "--metric", "spend:mean", "--sheet", "gates"]),
        (
            "a sheet that there is not",
            UNITS,
            &["data.csv", "--metric", "spend:mean", "--format", "csv", "--sheet", "gate"],
        ),
        ("a report that exists", UNITS, &["data.csv", "--metric", "spend:mean", "--report", "exists.html"]),
        ("a report that is no page", UNITS, &["data.csv", "--metric", "spend:mean", "--report", "page.pdf"]),
        ("overwriting no report", UNITS, &["data.csv", "--metric", "spend:mean", "--overwrite"]),
        ("a journal without a plan", UNITS, &["data.csv", "--metric", "spend:mean", "--journal", "looks.csv"]),
        ("a time of outcomes without outcomes", UNITS, &["data.csv", "--metric", "spend:mean", "--time", "at"]),
    ];
    insta::assert_snapshot!(refusals(&cases));
}

#[test]
fn what_contradicts_a_plan_is_refused() {
    let with = |more: &[&'static str]| [&["data.csv", "--plan", "plan.toml"], more].concat();
    let flags: [(&str, Vec<&str>); 7] = [
        ("another control", with(&["--control", "new"])),
        ("another alpha", with(&["--alpha", "0.1"])),
        ("other shares", with(&["--share", "control=0.9", "--share", "new=0.1"])),
        ("another direction", with(&["--lower", "converted"])),
        ("a covariate", with(&["--covariate", "sessions"])),
        ("the planned metric again", with(&["--metric", "converted:proportion"])),
        ("a plan that there is not", vec!["data.csv", "--plan", "plans.toml"]),
    ];
    let cases: Vec<(&str, &str, &[&str])> = flags.iter().map(|(title, flags)| (*title, UNITS, &flags[..])).collect();
    insta::assert_snapshot!(refusals(&cases));
}

#[test]
fn a_broken_journal_is_refused_and_left_as_it_is() {
    let cases = [
        ("no header", "500,0.5,1.2\n"),
        ("another file", "a,b\n1,2\n"),
        ("a row that is cut", "units,share_of_planned,statistic\n500,0.5,1.2\n75"),
        ("a text", "units,share_of_planned,statistic\nmany,0.5,1.2\n"),
        ("a share of nothing", "units,share_of_planned,statistic\n500,0,1.2\n"),
        ("looks that go back", "units,share_of_planned,statistic\n500,0.5,1.2\n400,0.4,1\n"),
        ("nothing", ""),
    ];
    let mut told = String::new();
    for (title, journal) in cases {
        let place = place(UNITS);
        place.write("looks.csv", journal);
        let before = place.names();
        let said = place
            .run(&["abtest", "analyze", "data.csv", "--plan", "plan.toml", "--journal", "looks.csv", "--quiet"])
            .refused();
        assert_eq!(
            (place.names(), std::fs::read_to_string(place.at("looks.csv")).expect("it is there")),
            (before, journal.to_owned())
        );
        let _ = writeln!(told, "## {title}\n{}\n", said.trim_end());
    }
    insta::assert_snapshot!(told);
}

/// What is wrong with two files of events.
#[test]
fn wrong_events_are_refused_at_their_place() {
    let exposures =
        "user_id,variant,time\nu1,control,2026-03-01\nu2,new,2026-03-01\nu3,control,2026-03-02\nu4,new,2026-03-02\n";
    let cases = [
        ("an event that there is not", exposures, "user_id,time,event,value\nu1,2026-03-02,order,5\n"),
        ("a text for a value", exposures, "user_id,time,event,value\nu1,2026-03-02,spend,five\n"),
        ("no value", exposures, "user_id,time,event,value\nu1,2026-03-02,spend,\n"),
        ("no time", exposures, "user_id,event,value\nu1,spend,5\n"),
        ("no unit", exposures, "time,event,value\n2026-03-02,spend,5\n"),
        (
            "exposures without a time",
            "user_id,variant\nu1,control\nu2,new\n",
            "user_id,time,event,value\nu1,2026-03-02,spend,5\n",
        ),
        ("a time that is none", exposures, "user_id,time,event,value\nu1,yesterday,spend,5\n"),
        ("no outcomes at all", exposures, ""),
    ];
    let mut told = String::new();
    for (title, exposures, outcomes) in cases {
        let place = place(exposures);
        place.write("outcomes.csv", outcomes);
        let before = place.names();
        let said = place
            .run(&[
                "abtest",
                "analyze",
                "data.csv",
                "--outcomes",
                "outcomes.csv",
                "--metric",
                "spend:mean",
                "--report",
                "page.html",
            ])
            .refused();
        assert_eq!(place.names(), before);
        let _ = writeln!(told, "## {title}\n{}\n", said.trim_end());
    }
    insta::assert_snapshot!(told);
}

/// An arm that the plan does not have is no mistake of the file: it is analysed, and the verdict is withheld.
#[test]
fn a_third_arm_withholds_the_verdict_of_a_plan_of_two() {
    let mut data = "variant,converted\n".to_owned();
    for i in 0..300 {
        let arm = ["control", "new", "newer"][i % 3];
        let _ = writeln!(data, "{arm},{}", u8::from(i % 7 < 2));
    }
    let place = place(&data);
    let found = place.run(&["abtest", "analyze", "data.csv", "--plan", "plan.toml", "--format", "json"]).json();
    assert_eq!(found["verdict"]["withheld"], true);
    assert!(found["verdict"]["headline"].as_str().is_some_and(|text| text.contains("newer")), "{}", found["verdict"]);
    assert_eq!(found["arms"][2]["planned_share"], 0.0);
}
