//! Published experiments, by the commands a user would type: Hillstrom's mailing and Cookie Cats. Skipped, and said so,
//! where the data are not there.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::program::Place;

/// A file of a published experiment.
fn data(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    if path.is_file() {
        return Some(path);
    }
    eprintln!("SKIPPED: no data at {}", path.display());
    None
}

fn analyse(file: &Path, arguments: &[&str]) -> Value {
    let file = file.to_string_lossy();
    let all = [&["abtest", "analyze", &file, "--quiet", "--format", "json"], arguments].concat();
    Place::new().run(&all).json()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[track_caller]
fn holds(found: &Value, expected: f64, relative: f64) {
    let found = number(found);
    assert!((found - expected).abs() <= relative * expected.abs(), "{found} is not {expected}");
}

fn result<'a>(analysis: &'a Value, metric: &str, treatment: &str) -> &'a Value {
    let results = analysis["results"].as_array().expect("results");
    let found = results.iter().find(|result| result["metric"] == metric && result["treatment"] == treatment);
    found.unwrap_or_else(|| panic!("no {metric} of {treatment}"))
}

fn gate<'a>(analysis: &'a Value, name: &str) -> &'a Value {
    let gates = analysis["gates"].as_array().expect("gates");
    gates.iter().find(|gate| gate["gate"] == name).unwrap_or_else(|| panic!("no gate {name}"))
}

/// Metric, treatment: effect, HC2 standard error and 95 % limits of statsmodels 0.15 (`OLS(...).fit(cov_type="HC2")`)
/// for y ~ 1 + d + x + d·x, where x is `history` minus its mean over the two arms that are compared.
const LIN: [(&str, &str, f64, f64, f64); 4] = [
    ("conversion", "Mens E-Mail", 0.006_783_764_234_216_405, 0.004_980_448_396_579_883, 0.008_587_080_071_852_927),
    ("conversion", "Womens E-Mail", 0.003_096_714_661_693_894_5, 0.001_485_099_535_623_309, 0.004_708_329_787_764_48),
    ("spend", "Mens E-Mail", 0.767_480_234_791_224_1, 0.482_998_933_327_990_1, 1.051_961_536_254_458),
    ("spend", "Womens E-Mail", 0.422_713_587_156_335_1, 0.167_470_866_580_004_43, 0.677_956_307_732_665_8),
];

#[test]
fn the_mailing_is_analysed_as_its_readers_did() {
    let Some(file) = data("hillstrom/hillstrom.csv.gz") else { return };
    let arguments = [
        "--variant",
        "segment",
        "--control",
        "No E-Mail",
        "--metric",
        "conversion:proportion",
        "--metric",
        "spend:mean",
        "--covariate",
        "history",
    ];
    let analysis = analyse(&file, &arguments);
    // Without the covariate: the difference of rates and of means, Welch's interval.
    let conversion = &result(&analysis, "conversion", "Mens E-Mail")["unadjusted"];
    holds(&conversion["effect_size"], 0.006_805_006_52, 1e-9);
    let spend = &result(&analysis, "spend", "Mens E-Mail")["unadjusted"];
    holds(&spend["effect_size"], 0.769_827_155_9, 1e-9);
    holds(&spend["effect_size_ci_lower"], 0.485_139_732_6, 1e-9);
    holds(&spend["effect_size_ci_upper"], 1.054_514_579, 1e-9);
    holds(&spend["pvalue"], 1.163_814_968e-7, 1e-9);
    // With it: the reference has the normal quantile, we have Student's with some 40,000 degrees of freedom.
    for (metric, treatment, effect, low, high) in LIN {
        let found = result(&analysis, metric, treatment);
        holds(&found["main"]["effect_size"], effect, 1e-9);
        holds(&found["main"]["effect_size_ci_lower"], low, 1e-4);
        holds(&found["main"]["effect_size_ci_upper"], high, 1e-4);
        assert!(number(&found["variance_saved"]).abs() < 0.01, "{found}");
        assert_eq!(found["call"], "better");
    }
    let width = |of: &Value| number(&of["effect_size_ci_upper"]) - number(&of["effect_size_ci_lower"]);
    for (metric, treatment, _, low, high) in LIN {
        let found = width(&result(&analysis, metric, treatment)["main"]);
        assert!((found / (high - low) - 1.0).abs() < 1e-4, "{metric} {treatment}: {found}");
    }
    holds(&gate(&analysis, "sample ratio")["pvalue"], 0.903_692_957_6, 1e-9);
    assert_eq!(gate(&analysis, "sample ratio")["state"], "passed");
    assert_eq!(gate(&analysis, "alike before exposure")["state"], "passed");
    assert_eq!(analysis["verdict"]["withheld"], false);
    assert_eq!(analysis["verdict"]["choices"][0]["decision"], "ship");
}

#[test]
fn the_game_warns_of_its_sample_ratio_and_tells_both_levels() {
    let Some(file) = data("cookie-cats/cookie_cats.csv.gz") else { return };
    let arguments = [
        "--variant",
        "version",
        "--unit",
        "userid",
        "--control",
        "gate_30",
        "--metric",
        "retention_7:proportion",
        "--metric",
        "retention_1:proportion",
        "--metric",
        "sum_gamerounds:mean",
    ];
    let analysis = analyse(&file, &arguments);
    let ratio = gate(&analysis, "sample ratio");
    holds(&ratio["pvalue"], 0.008_607_987_811, 1e-9);
    assert_eq!(ratio["state"], "warning");
    let finding = ratio["finding"].as_str().expect("a sentence");
    assert!(finding.contains("p = 0.0086") && finding.contains("warning level 0.01"), "{finding}");
    assert!(finding.contains("above the blocking level 0.001"), "{finding}");
    let week = &result(&analysis, "retention_7", "gate_40");
    holds(&week["main"]["effect_size"], -0.008_201_298_315, 1e-9);
    // The score's p differs from the pooled z's by the factor √((N − 1)/N) in z.
    holds(&week["main"]["pvalue"], 0.001_554_249_976, 1e-3);
    assert_eq!(week["call"], "worse");
    // The maximum of rounds is one player's, far from all others: 49,854 of 2.3 million in the arm.
    assert_eq!(gate(&analysis, "repeated units")["state"], "passed");
    assert_eq!(analysis["verdict"]["withheld"], false);
    assert_eq!(analysis["verdict"]["choices"][0]["decision"], "keep control");
}

/// All that the references of both experiments say and our definitions share: counts, means, variances, differences,
/// lifts, Welch's test, pooled z.
#[test]
fn all_that_the_references_say_holds() {
    type Case<'a> = (&'a str, &'a str, [&'a str; 4], &'a str, &'a [&'a str]);
    let cases: [Case<'_>; 2] = [
        (
            "hillstrom",
            "hillstrom.csv.gz",
            ["--variant", "segment", "--control", "No E-Mail"],
            " vs No E-Mail",
            &["visit:proportion", "conversion:proportion", "spend:mean"],
        ),
        (
            "cookie-cats",
            "cookie_cats.csv.gz",
            ["--variant", "version", "--control", "gate_30"],
            " gate_40 vs gate_30",
            &["retention_1:proportion", "retention_7:proportion", "sum_gamerounds:mean"],
        ),
    ];
    for (folder, file, columns, _, metrics) in cases {
        let (Some(file), Some(reference)) =
            (data(&format!("{folder}/{file}")), data(&format!("{folder}/reference.json")))
        else {
            continue;
        };
        let reference: Value =
            serde_json::from_str(&std::fs::read_to_string(reference).expect("a file")).expect("a reference");
        let flags: Vec<&str> = metrics.iter().flat_map(|metric| ["--metric", *metric]).collect();
        let analysis = analyse(&file, &[&columns[..], &flags].concat());
        holds(&gate(&analysis, "sample ratio")["pvalue"], number(&reference["srm"]["p"]), 1e-9);
        let mut held = 0;
        for (pair, expected) in comparisons(&reference) {
            let (metric, treatment) = pair;
            let result = result(&analysis, &metric, &treatment);
            held += comparison(&result["main"], expected, &metric);
        }
        assert!(held >= 3, "{folder}: {held} comparisons were held");
    }
}

/// (metric, treatment) and what the reference says of it, in both ways in which it nests them.
fn comparisons(reference: &Value) -> Vec<((String, String), &Value)> {
    let mut all = Vec::new();
    for (key, value) in reference.as_object().expect("an object") {
        let Some((left, _)) = key.split_once(" vs ") else { continue };
        if value.get("n_c").is_some() {
            let (metric, treatment) = left.split_once(' ').expect("a metric and an arm");
            let metric = if metric == "gamerounds" { "sum_gamerounds" } else { metric };
            all.push(((metric.to_owned(), treatment.to_owned()), value));
        } else {
            // A covariate's pooled slope is another definition; ours is held above.
            let metrics = value.as_object().expect("metrics").iter().filter(|(name, _)| !name.contains("cuped"));
            all.extend(metrics.map(|(metric, value)| ((metric.clone(), left.to_owned()), value)));
        }
    }
    all
}

fn comparison(main: &Value, expected: &Value, metric: &str) -> usize {
    let of = |name: &str| number(&expected[name]);
    assert_eq!((&main["n_control"], &main["n_treatment"]), (&expected["n_c"], &expected["n_t"]), "{metric}");
    holds(&main["effect_size"], of("diff"), 1e-8);
    holds(&main["rel_effect_size"], of("rel_lift"), 1e-8);
    if expected.get("welch_p").is_some() {
        holds(&main["control"], of("mean_c"), 1e-9);
        holds(&main["treatment"], of("mean_t"), 1e-9);
        holds(&main["pvalue"], of("welch_p"), 1e-8);
        holds(&main["effect_size_ci_lower"], number(&expected["ci95_welch"][0]), 1e-8);
        holds(&main["effect_size_ci_upper"], number(&expected["ci95_welch"][1]), 1e-8);
    } else {
        holds(&main["control"], of("rate_c"), 1e-9);
        holds(&main["treatment"], of("rate_t"), 1e-9);
        // Miettinen and Nurminen's statistic is the pooled z with N − 1 for N.
        let units = of("n_c") + of("n_t");
        holds(&main["statistic"], of("z_pooled") * ((units - 1.0) / units).sqrt(), 1e-8);
        for (end, at) in [("effect_size_ci_lower", 0), ("effect_size_ci_upper", 1)] {
            // The score interval agrees with Newcombe's to a hundredth of its width at these sizes.
            let newcombe = &expected["ci95_newcombe"];
            let width = number(&newcombe[1]) - number(&newcombe[0]);
            let off = (number(&main[end]) - number(&newcombe[at])).abs();
            assert!(off < 1e-2 * width, "{metric} {end}: {off} of {width}");
        }
    }
    1
}
