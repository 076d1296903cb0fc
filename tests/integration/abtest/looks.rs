//! Planned looks at totals by date: boundaries, decisions and what is valid after stopping are those of the statistics,
//! departures are told, and the journal remembers.

use std::fmt::Write as _;

use channelmix::stats::sequential::design::{Design, Plan, Rule};
use channelmix::stats::sequential::spending::Spending;
use channelmix::stats::sides::Sides;
use channelmix::stats::two_arms::proportions::{Arm, TwoProportions};
use serde_json::Value;

use crate::program::Place;

const LOOKS: [f64; 3] = [0.4, 0.7, 1.0];
const ALPHA: f64 = 0.04;

fn plan(share: f64, spending: &str) -> String {
    format!(
        "hypothesis = \"new raises orders\"\ncontrol = \"old\"\narms = {{ old = {}, new = {share} }}\n\
         [metrics.ordered]\nkind = \"proportion\"\nrole = \"primary\"\neffect = \"10%\"\n\
         [design]\nalpha = {ALPHA}\nunits = 10000\nvalid = \"planned-looks\"\nlooks = [0.4, 0.7, 1.0]\nspending = {spending}\n",
        1.0 - share
    )
}

/// Totals of so many days with 1000 units each, of which the new arm has this share and this many more orders a day.
fn days(count: u32, share: f64, more: u32) -> String {
    let mut text = "variant,date,n,sum\n".to_owned();
    let new = (1000.0 * share).round() as u32;
    for day in 1..=count {
        // Uneven days: the rates are 10 % and so much more.
        let wave = day % 3;
        let _ = writeln!(text, "old,2026-03-{day:02},{},{}", 1000 - new, (1000 - new) / 10 + wave);
        let _ = writeln!(text, "new,2026-03-{day:02},{new},{}", new / 10 + more - wave);
    }
    text
}

fn arms(data: &str) -> TwoProportions {
    let sum = |name: &str| {
        let rows = data.lines().skip(1).map(|row| row.split(',').collect::<Vec<_>>());
        let of =
            rows.filter(|row| row[0] == name).map(|row| (row[2].parse().unwrap_or(0), row[3].parse().unwrap_or(0)));
        of.fold(Arm { successes: 0, trials: 0 }, |sum, (n, x): (u64, u64)| Arm {
            successes: sum.successes + x,
            trials: sum.trials + n,
        })
    };
    TwoProportions::new(sum("old"), sum("new")).expect("arms")
}

fn design(times: &[f64], spending: Spending) -> Design {
    let rule = Rule::Spending(spending);
    Design::new(&Plan { times: times.to_vec(), alpha: ALPHA, sides: Sides::Two, rule, futility: None })
        .expect("a design")
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[track_caller]
fn holds(found: &Value, expected: f64, within: f64) {
    let found = number(found);
    assert!((found - expected).abs() <= within * expected.abs().max(1e-3), "{found} is not {expected}");
}

fn analyse(place: &Place, more: &[&str]) -> Value {
    let all = [&["abtest", "analyze", "days.csv", "--plan", "plan.toml", "--format", "json", "--quiet"], more].concat();
    place.run(&all).json()
}

fn departures(analysis: &Value) -> String {
    let all = analysis["departures"].as_array().expect("departures").iter();
    all.map(|sentence| sentence.as_str().expect("a sentence")).collect::<Vec<_>>().join("\n")
}

#[test]
fn each_look_is_that_of_the_statistics() {
    let spendings = [
        ("\"obrien-fleming\"", Spending::ObrienFleming),
        ("\"pocock\"", Spending::Pocock),
        ("{ hwang-shih-decani = -2 }", Spending::HwangShihDeCani(-2.0)),
        ("{ power = 2 }", Spending::Power(2.0)),
    ];
    let mut stopped_at = Vec::new();
    for (share, more) in [(0.5, 6), (0.5, 11), (0.5, 20), (0.3, 12)] {
        for (written, spending) in spendings {
            let place = Place::new();
            place.write("plan.toml", &plan(share, written));
            let design = design(&LOOKS, spending);
            for (look, count) in [4_u32, 7, 10].into_iter().enumerate() {
                let data = days(count, share, more);
                place.write("days.csv", &data);
                let analysis = analyse(&place, &[]);
                let arms = arms(&data);
                let z = arms.z(0.0);
                let critical = design.critical(look).expect("a boundary");
                assert_eq!(analysis["valid_under"], "planned looks");
                // Who goes on after a boundary was crossed is told so, and of nothing else.
                let crossed = (0..look).find(|&i| {
                    let before = self::arms(&days([4, 7, 10][i], share, more)).z(0.0);
                    before > design.critical(i).expect("a boundary")
                });
                let told = departures(&analysis);
                match crossed {
                    None => assert_eq!(told, ""),
                    Some(i) => assert!(told.contains(&format!("would have stopped at look {}", i + 1)), "{told}"),
                }
                let looks = analysis["looks"].as_array().expect("looks");
                assert_eq!(looks.len(), 3);
                for (i, found) in looks.iter().enumerate() {
                    // What is still to come is planned with the same shares.
                    holds(&found["boundary"], design.critical(i).expect("a boundary"), 1e-9);
                    holds(&found["spent"], 2.0 * design.looks()[i].spent, 1e-9);
                    assert_eq!(
                        (&found["now"], &found["units"]),
                        (&Value::Bool(i == look), &((LOOKS[i] * 1e4).round() as u64).into())
                    );
                    let score = |count: u32| self::arms(&days(count, share, more)).z(0.0);
                    match i.cmp(&look) {
                        std::cmp::Ordering::Greater => assert!(found["statistic"].is_null()),
                        _ => holds(&found["statistic"], score([4, 7, 10][i]), 1e-9),
                    }
                }
                let result = &analysis["results"][0];
                holds(&result["main"]["statistic"], z, 1e-9);
                holds(&result["main"]["pvalue"], design.repeated_p(look, z).expect("p"), 1e-6);
                let (low, high) = arms.interval(critical).expect("an interval");
                holds(&result["main"]["effect_size_ci_lower"], low, 1e-9);
                holds(&result["main"]["effect_size_ci_upper"], high, 1e-9);
                let call = if z > critical { "better" } else { "unclear" };
                assert_eq!(result["call"], call);
                let decision = match (call, look) {
                    ("better", _) => "ship",
                    (_, 2) => "undecided",
                    _ => "continue",
                };
                assert_eq!(analysis["verdict"]["choices"][0]["decision"], decision);
                let now = &looks[look];
                if call == "unclear" && look < 2 {
                    assert!(now["pvalue"].is_null() && now["effect_size"].is_null());
                    continue;
                }
                stopped_at.push((look, call));
                // After an earlier crossing there is no law of what is found.
                if crossed.is_some() {
                    assert!(now["pvalue"].is_null() && now["effect_size"].is_null());
                    continue;
                }
                let stopped = design.stopped(look, z).expect("an inference");
                holds(&now["pvalue"], stopped.p, 1e-6);
                for (key, drift) in [
                    ("effect_size", stopped.estimate),
                    ("effect_size_ci_lower", stopped.low),
                    ("effect_size_ci_upper", stopped.high),
                ] {
                    // The effect whose score is what the drift leaves of z.
                    let score = arms.z(number(&now[key]));
                    assert!((score - stopped.score_against(drift)).abs() < 1e-5, "{key}: {score}");
                }
            }
        }
    }
    // The cases reach each look, and both ends.
    for case in [(0, "better"), (1, "better"), (2, "better"), (2, "unclear")] {
        assert!(stopped_at.contains(&case), "{case:?} in {stopped_at:?}");
    }
}

#[test]
fn departures_from_the_plan_are_told() {
    let place = Place::new();
    place.write("plan.toml", &plan(0.5, "\"obrien-fleming\""));
    let told = |count: u32, share: f64, more: &[&str]| {
        place.write("days.csv", &days(count, share, 9));
        analyse(&place, more)
    };
    assert_eq!(departures(&told(4, 0.5, &[])), "");
    let early = told(5, 0.5, &[]);
    assert!(departures(&early).contains("this look is at 50 % of the planned units"), "{}", departures(&early));
    let over = told(13, 0.5, &[]);
    assert!(departures(&over).contains("130 %"), "{}", departures(&over));
    // Beyond the end all error is spent, and no look is to come.
    let last = over["looks"].as_array().and_then(|looks| looks.last()).expect("a look");
    assert_eq!(last["now"], true);
    holds(&last["spent"], ALPHA, 1e-9);
    // Other shares: the gate withholds, the departure says what was planned.
    let shares = told(4, 0.4, &[]);
    assert_eq!(shares["verdict"]["withheld"], true);
    assert!(departures(&shares).contains("shares"), "{}", departures(&shares));
    // Another metric: exploratory.
    let data = days(4, 0.5, 9).replacen("n,sum", "n,ordered", 1);
    let twice =
        |row: &str| format!("{row},{}\n", row.rsplit(',').next().unwrap_or_default().replace("ordered", "clicked"));
    place.write("days.csv", &data.lines().map(twice).collect::<String>());
    let metric = analyse(&place, &["--totals", "--metric", "clicked:proportion"]);
    assert!(departures(&metric).contains("metric clicked is not in the plan"), "{}", departures(&metric));
    assert_eq!(metric["results"][1]["role"], "exploratory");
    let names: Vec<&str> =
        metric["results"].as_array().expect("results").iter().filter_map(|r| r["metric"].as_str()).collect();
    assert_eq!(names, ["ordered", "clicked"]);
}

/// A look that was not planned spends its share, so that later looks have less.
#[test]
fn an_unplanned_look_in_the_journal_is_told_and_paid_for() {
    let place = Place::new();
    place.write("plan.toml", &plan(0.5, "\"pocock\""));
    let journal = ["--journal", "looks.csv"];
    let looked = |count: u32| {
        place.write("days.csv", &days(count, 0.5, 6));
        analyse(&place, &journal)
    };
    looked(2);
    looked(4);
    let analysis = looked(7);
    let times = [0.2, 0.4, 0.7, 1.0];
    let design = design(&times, Spending::Pocock);
    let looks = analysis["looks"].as_array().expect("looks");
    assert_eq!(looks.len(), 4);
    for (i, found) in looks.iter().enumerate() {
        holds(&found["boundary"], design.critical(i).expect("a boundary"), 1e-9);
    }
    let told = departures(&analysis);
    assert!(told.contains("a look was taken at 20 % of the planned units, which was not planned"), "{told}");
    assert!(!told.contains("at 40 %") && !told.contains("at 70 %"), "{told}");
    assert!(number(&looks[2]["boundary"]) > self::design(&LOOKS, Spending::Pocock).critical(1).expect("a boundary"));
}

#[test]
fn the_journal_remembers_each_look_once() {
    let place = Place::new();
    place.write("plan.toml", &plan(0.5, "\"obrien-fleming\""));
    let read = || std::fs::read_to_string(place.at("looks.csv")).expect("a journal");
    let looked = |count: u32| {
        place.write("days.csv", &days(count, 0.5, 6));
        analyse(&place, &["--journal", "looks.csv"])
    };
    let first = looked(4);
    let once = read();
    assert_eq!(once.lines().next(), Some("units,share_of_planned,statistic"));
    let rows: Vec<Vec<&str>> = once.lines().skip(1).map(|row| row.split(',').collect()).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0][0], rows[0][1]), ("4000", "0.4"));
    assert_eq!(rows[0][2].parse::<f64>().expect("a score"), number(&first["results"][0]["main"]["statistic"]));
    // The same data again: nothing is added, and the answer is the same.
    assert_eq!((looked(4), read()), (first, once.clone()));
    looked(7);
    let twice = read();
    assert!(twice.starts_with(&once) && twice.lines().count() == 3, "{twice}");
    // Older data after newer ones are no new look.
    looked(4);
    assert_eq!(read(), twice);
    looked(10);
    assert_eq!(read().lines().count(), 4);
    // Nothing else is left behind, such as half of a file.
    assert_eq!(place.names(), ["days.csv", "looks.csv", "offers.toml", "plan.toml"]);
}

/// What fails leaves the journal as it was.
#[test]
fn a_look_that_fails_is_not_written_down() {
    let place = Place::new();
    place.write("plan.toml", &plan(0.5, "\"obrien-fleming\""));
    place.write("days.csv", &days(4, 0.5, 6));
    let with = |more: &[&str]| {
        let all = ["abtest", "analyze", "days.csv", "--plan", "plan.toml", "--journal", "looks.csv", "--quiet"];
        place.run(&[&all[..], more].concat())
    };
    with(&["--report", "days.csv/page.html"]).refused();
    with(&["--metric", "spend:mean"]).refused();
    place.write("days.csv", "variant,date,n,sum\nold,2026-03-01,100,10\nnew,2026-03-01,-100,10\n");
    with(&[]).refused();
    assert_eq!(place.names(), ["days.csv", "offers.toml", "plan.toml"]);
    // A folder cannot be a journal.
    std::fs::create_dir(place.at("looks.csv")).expect("there is room");
    place.write("days.csv", &days(4, 0.5, 6));
    with(&[]).refused();
}

/// Looks are shares of the planned units, so that a plan without them has no journal.
#[test]
fn a_journal_of_a_plan_without_units_is_refused() {
    let place = Place::new();
    let fixed = "hypothesis = \"x\"\ncontrol = \"old\"\narms = { old = 0.5, new = 0.5 }\n\
        [metrics.ordered]\nkind = \"proportion\"\nrole = \"primary\"\n[design]\nalpha = 0.05\n";
    place.write("plan.toml", fixed);
    place.write("days.csv", &days(4, 0.5, 6));
    let told = place.run(&["abtest", "analyze", "days.csv", "--plan", "plan.toml", "--journal", "looks.csv"]).refused();
    assert!(told.contains("--journal") && told.contains("design.units"), "{told}");
    assert_eq!(place.names(), ["days.csv", "offers.toml", "plan.toml"]);
}
