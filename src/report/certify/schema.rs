//! The JSON of a certificate, described.

use serde_json::{Value, json};

use crate::report::abtest::schema::{Field, object};

/// The format of the JSON.
pub const FORMAT: u32 = 1;

const ARM: &[Field] = &[
    ("name", "string", "its name"),
    ("share", "number", "its share of all units"),
    ("value", "number|null", "its value of the primary metric, of the customers who count at the last look"),
];
const BANK: &[Field] = &[
    ("played", "integer", "customers played"),
    ("units", "integer", "those that an experiment can draw"),
    ("sampled", "integer", "units of one experiment that runs to its end"),
    ("times", "number|null", "units of the bank ÷ units of an experiment, of the stage where it is least"),
];
const RATE: &[Field] = &[
    ("count", "integer", "experiments with it"),
    ("of", "integer", "experiments looked at"),
    ("share", "number|null", "their share"),
    ("low", "number|null", "lower end of the 95 % Monte Carlo interval (Wilson)"),
    ("high", "number|null", "upper end of it"),
];
const MEAN: &[Field] = &[
    ("value", "number|null", "its value; null where there is nothing to average"),
    ("standard_error", "number|null", "its Monte Carlo error"),
    ("low", "number|null", "lower end of the 95 % Monte Carlo interval (normal)"),
    ("high", "number|null", "upper end of it"),
    ("of", "integer", "experiments that it is over"),
];
const LOOK: &[Field] = &[
    ("look", "integer", "its number, from 1"),
    ("share", "number", "units that count ÷ planned units"),
    ("units", "integer", "units that count in the primary metric"),
    ("day", "integer|null", "the day at whose end it is taken; the first exposure is on day 1"),
    ("date", "string|null", "its date"),
    ("weekday", "string|null", "its weekday"),
    (
        "boundary",
        "number|null",
        "|z| beyond which a difference is called, for one treatment by itself; null where none can be",
    ),
    ("futility", "number|null", "the score, positive towards better, at or below which success has become unlikely"),
    ("ends_without_effect", "rate", "share of tests that end at it, without an effect"),
    ("ends_with_effect", "rate", "share of tests that end at it, with the customers' own effect"),
];
const PROMISE: &[Field] = &[
    ("name", "string", "its name"),
    ("metric", "string", "the metric that it is of"),
    ("treatment", "string|null", "the treatment, where it is of one"),
    ("effect", "string", "under which effect: none, customers' own or worth finding"),
    ("rate", "rate", "what was found"),
    ("promised", "number", "what is promised of it"),
    ("at_most", "boolean", "whether the rate must stay at or below what is promised, else at or above"),
    ("kept", "kept", "whether it is kept"),
    ("sentence", "string", "in a sentence"),
];
const METRIC: &[Field] = &[
    ("metric", "string", "the metric"),
    ("kind", "string", "proportion, mean or ratio"),
    ("role", "string", "primary, guardrail, secondary or exploratory"),
    ("treatment", "string", "the treatment"),
    ("control", "number|null", "the control's true value"),
    ("effect", "number|null", "the true effect on those who count at the last look"),
    ("effect_error", "number|null", "its standard error: of the bank against the world"),
    ("relative_effect", "number|null", "the true effect as a share of the control's value"),
    ("skewness", "number|null", "skewness of the control's values per unit; null for a ratio"),
    ("nonzero", "number|null", "share of the control's units with a value other than 0"),
    ("coverage", "rate", "tests whose interval holds the truth at the look at which they end"),
    ("coverage_without_effect", "rate", "the same where there is no effect"),
    ("coverage_at_all_looks", "rate", "tests whose intervals hold the truth at all looks until they end"),
    ("above", "rate", "intervals that lie wholly above the truth"),
    ("bias", "mean", "estimate − truth, over all tests at their end"),
    ("bias_in_errors", "number|null", "the same ÷ mean standard error of the estimate"),
    ("better", "rate", "calls for the better"),
    ("worse", "rate", "calls for the worse"),
    ("better_without_effect", "rate", "calls for the better where there is no effect"),
    ("worse_without_effect", "rate", "calls for the worse where there is no effect"),
    ("not_worse", "rate|null", "for a guardrail: shown to be not worse by its margin"),
];
const POWER: &[Field] = &[
    ("treatment", "string", "the treatment"),
    ("part", "number", "share of the treatment's customers who really get it"),
    ("effect", "number|null", "the true effect"),
    ("relative_effect", "number|null", "as a share of the control's value"),
    ("worth_finding", "boolean", "whether this is the effect worth finding"),
    ("better", "rate", "tests that call it better"),
    ("worse", "rate", "tests that call it worse"),
    ("theory", "number|null", "what normal theory gives for better: a theory check"),
    ("exaggeration", "mean|null", "estimate ÷ truth, over tests that call it better"),
    ("bias", "mean", "estimate − truth over all tests at their end, in the metric's unit"),
    ("bias_adjusted", "mean|null", "median-unbiased estimate − truth, where there are planned looks"),
    ("shipped", "rate", "decided to ship: better, and no guardrail in the way"),
    ("units", "mean", "units of all arms when tests end"),
];
const DURATION: &[Field] = &[
    ("effect", "string", "none or customers' own"),
    ("units", "mean", "units of all arms"),
    ("days", "mean|null", "days from the first exposure to the end, both included"),
    ("days_p10", "integer|null", "days within which one test in ten ends"),
    ("days_p50", "integer|null", "days within which half of the tests end"),
    ("days_p90", "integer|null", "days within which nine tests in ten end"),
];
const PITFALL: &[Field] = &[
    ("name", "string", "its name"),
    ("what", "string", "what is done, in a phrase"),
    ("of", "string", "what the rate is of"),
    ("effect", "string", "under which effect: none or customers' own"),
    ("rate", "rate", "the rate of errors"),
    ("promised", "number", "what one would expect of a sound analysis"),
    ("kept", "kept", "whether that is kept"),
    ("bias", "mean|null", "estimate − truth, where it matters"),
    ("sentence", "string", "in a sentence"),
];
const WEEKDAY: &[Field] = &[
    ("weekday", "string", "the last day with exposures"),
    ("date", "string", "its date"),
    ("units", "integer", "units of the bank exposed by then"),
    ("effect", "number|null", "the true effect on these"),
    ("off", "number|null", "that effect − the effect on those of whole weeks"),
    ("off_error", "number|null", "standard error of off, of the bank"),
];
const BANDIT: &[Field] = &[
    ("policy", "string", "fixed test, Thompson sampling or UCB"),
    ("part", "number", "part of the customers' own effect that they get"),
    (
        "regret",
        "mean",
        "what assigning costs against the best arm from the start, over all units, in the metric's unit",
    ),
    ("wrong_winner", "rate|null", "experiments at whose end a wrong arm is held for the best"),
    ("to_best", "mean", "share of the units that got the best arm"),
    ("bias", "mean", "estimate − truth of the effect by the plain means at the end"),
];
const AUDIT: &[Field] = &[
    ("analysed", "integer", "experiments whose data were also analysed in full"),
    (
        "agree",
        "integer",
        "of them, those with the same calls, estimates and decisions to ship, whose intervals hold the truth alike",
    ),
    ("withheld", "integer", "of them, those whose verdict a trust gate withheld"),
];

/// The schema of [`json`](super::json) (JSON Schema 2020-12), indented.
pub fn schema() -> String {
    let rows = |fields: &[Field]| json!({ "type": "array", "items": object(fields) });
    let text = |said: &str| json!({ "type": "string", "description": said });
    let whole = |said: &str| json!({ "type": "integer", "minimum": 0, "description": said });
    let kept = json!({ "enum": ["holds", "fails", "run-more"], "description": "whether promises are kept" });
    let path = json!({
        "type": "object",
        "properties": {
            "experiment": whole("its number, from 0"),
            "effect": text("none or customers' own"),
            "z": {
                "type": "array",
                "items": { "type": ["number", "null"] },
                "description": "score of the first treatment's primary metric at each look until it ended",
            },
            "call": text("better, worse or unclear: its first call that is not unclear, until its end"),
        },
        "required": ["experiment", "effect", "z", "call"],
        "additionalProperties": false,
    });
    let properties = json!({
        "format": { "const": FORMAT },
        "headline": text("the answer in a sentence or two"),
        "kept": { "$ref": "#/$defs/kept" },
        "hypothesis": text("what the test is to show"),
        "unit": text("what is assigned to an arm"),
        "arms": rows(ARM),
        "experiments": whole("experiments, each played with and without an effect"),
        "seed": whole("seed of customers, samples and assignments"),
        "alpha": { "type": "number", "description": "level of a false alarm, both directions together" },
        "valid_under": text("fixed, planned looks or any time"),
        "bank": object(BANK),
        "looks": rows(LOOK),
        "calendar": { "type": "boolean", "description": "whether looks follow the scenario's calendar" },
        "promises": rows(PROMISE),
        "metrics": rows(METRIC),
        "power": rows(POWER),
        "durations": rows(DURATION),
        "pitfalls": rows(PITFALL),
        "weekdays": rows(WEEKDAY),
        "paths": { "type": "array", "items": path },
        "bandits": rows(BANDIT),
        "audit": object(AUDIT),
        "notes": { "type": "array", "items": { "type": "string" }, "description": "what a reader must know beside" },
    });
    let required: Vec<&String> = properties.as_object().map(|all| all.keys().collect()).unwrap_or_default();
    let schema: Value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Certificate of the plan of an A/B test by channelmix",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": { "rate": object(RATE), "mean": object(MEAN), "kept": kept },
    });
    // Values of JSON can always be written.
    serde_json::to_string_pretty(&schema).map_or_else(|error| error.to_string(), |text| text + "\n")
}
