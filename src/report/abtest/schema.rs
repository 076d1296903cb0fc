//! The JSON of an A/B test, described.

use serde_json::{Map, Value, json};

/// The format of the JSON.
pub const FORMAT: u32 = 1;

/// One field: its name, its types, what it is.
pub(in crate::report) type Field = (&'static str, &'static str, &'static str);

const ARM: &[Field] = &[
    ("name", "string", "its name"),
    ("is_control", "boolean", "whether it is the control"),
    ("units", "integer", "its units"),
    ("share", "number", "its share of all units"),
    ("planned_share", "number", "the share it should have"),
];
const GATE: &[Field] = &[
    ("gate", "string", "what is looked at"),
    ("state", "string", "passed, warning, failed or not-checked"),
    ("finding", "string", "what was found"),
    ("pvalue", "number|null", "the p-value it rests on"),
];
const CHOICE: &[Field] = &[
    ("treatment", "string", "the arm"),
    ("decision", "string", "ship, keep control, continue, undecided or withheld"),
    ("sentence", "string", "what was found, and why this follows"),
];
const ESTIMATES: &[Field] = &[
    ("n_control", "integer", "units of the control that count"),
    ("n_treatment", "integer", "units of the treatment that count"),
    ("control", "number", "the control's value"),
    ("treatment", "number", "the treatment's value"),
    ("effect_size", "number", "treatment − control"),
    ("effect_size_ci_lower", "number|null", "interval of it; null where it has no end"),
    ("effect_size_ci_upper", "number|null", "interval of it; null where it has no end"),
    ("rel_effect_size", "number|null", "lift: treatment ÷ control − 1"),
    ("rel_effect_size_ci_lower", "number|null", "interval of the lift"),
    ("rel_effect_size_ci_upper", "number|null", "interval of the lift"),
    ("rel_note", "string|null", "why the lift has no interval"),
    ("statistic", "number|null", "signed normal score of no difference; null where it is infinite"),
    ("pvalue", "number", "two-sided p-value, valid as valid_under says"),
    ("log10_pvalue", "number|null", "its log to base 10, which does not underflow; null for minus infinity"),
    ("confidence", "number", "confidence of the intervals"),
    ("method", "string", "how it was computed"),
    ("valid_under", "string", "fixed, planned looks or any time"),
];
const ADJUSTMENT: &[Field] = &[
    ("method", "string", "name of the correction, or none"),
    ("among", "integer", "how many results were corrected together"),
    ("pvalue", "number", "p-value after correction"),
    (
        "confidence",
        "number",
        "confidence of the corrected intervals, which hold 0 exactly when pvalue is above the level",
    ),
    ("effect_size_ci_lower", "number|null", "corrected interval of the difference, which decides"),
    ("effect_size_ci_upper", "number|null", "corrected interval of the difference, which decides"),
    ("rel_effect_size_ci_lower", "number|null", "corrected interval of the lift"),
    ("rel_effect_size_ci_upper", "number|null", "corrected interval of the lift"),
];
const OUTCOME: &[Field] = &[
    ("metric", "string", "the metric"),
    ("kind", "string", "proportion, mean, ratio, quantile or survival"),
    ("role", "string", "primary, guardrail, secondary or exploratory"),
    ("better", "string", "higher or lower"),
    ("treatment", "string", "the arm that is compared with the control"),
    ("main", "estimates", "the result that counts"),
    ("adjustment", "adjustment", "correction for several results"),
    ("unadjusted", "estimates|null", "the same without covariates"),
    ("variance_saved", "number|null", "share of variance that covariates save"),
    ("uncapped", "estimates|null", "the same without caps and without covariates"),
    ("detectable", "number|null", "smallest difference that is found with 80 % chance at one look"),
    ("call", "string", "better, worse or unclear"),
    ("margin", "string|null", "for a guardrail: how much worse would matter, as the plan writes it"),
    ("margin_size", "number|null", "that margin in the metric's unit"),
    ("not_worse", "boolean|null", "for a guardrail: whether it is shown to be not worse by the margin"),
    ("until", "number|null", "for times to an event: days that are looked at"),
    ("hazard", "hazard|null", "for times to an event: log-rank test and ratio of hazards"),
    ("post_stratified", "post_stratified", "the same with each column of segments held alike in the arms"),
];
const HAZARD: &[Field] = &[
    ("log_rank_pvalue", "number", "two-sided p-value of the log-rank test, valid as the result is; not corrected"),
    ("hazard_ratio", "number", "hazard of the treatment ÷ that of the control; below 1, events come later"),
    ("hazard_ratio_ci_lower", "number", "interval of it, at the corrected level"),
    ("hazard_ratio_ci_upper", "number|null", "interval of it, at the corrected level; null where it has no end"),
];
const POST_STRATIFIED: &[Field] = &[
    ("segment", "string", "the column of the segments"),
    ("levels", "integer", "how many levels it has"),
    ("estimates", "estimates", "the numbers"),
];
const SEGMENT: &[Field] = &[
    ("metric", "string", "the metric"),
    ("treatment", "string", "the arm that is compared with the control"),
    ("segment", "string", "the column of the segments"),
    ("level", "string", "the level"),
    ("estimates", "estimates|null", "the numbers; null where an arm has too few units"),
    ("adjustment", "adjustment|null", "correction for many levels"),
    ("call", "string", "better, worse or unclear"),
];
const HETEROGENEITY: &[Field] = &[
    ("metric", "string", "the metric"),
    ("treatment", "string", "the arm that is compared with the control"),
    ("segment", "string", "the column of the segments"),
    ("q", "number", "Cochran's Q"),
    ("df", "number", "its degrees of freedom"),
    ("pvalue", "number", "chance of so much difference between levels if there is none"),
    ("i_squared", "number", "share of the scatter that is no chance (Higgins' I²)"),
];
const DAY: &[Field] = &[
    ("day", "string", "the day, as 2026-05-31; all units exposed until then"),
    ("treatment", "string", "the arm that is compared with the control"),
    ("n_control", "integer", "units of the control"),
    ("n_treatment", "integer", "units of the treatment"),
    ("effect_size", "number", "treatment − control"),
    ("fixed_ci_lower", "number|null", "interval that holds if one looks only once"),
    ("fixed_ci_upper", "number|null", "interval that holds if one looks only once"),
    ("any_time_ci_lower", "number|null", "interval that holds however often one looks"),
    ("any_time_ci_upper", "number|null", "interval that holds however often one looks"),
    ("statistic", "number|null", "signed normal score of no difference"),
];
const LOOK: &[Field] = &[
    ("look", "integer", "counted from 1"),
    ("share", "number", "units at it, as a share of the planned units"),
    ("units", "integer", "units at it"),
    ("boundary", "number|null", "the |z| beyond which the test stops; null where it cannot"),
    (
        "futility",
        "number|null",
        "the score towards better (see good) at or below which success has become unlikely, if the plan watches that",
    ),
    ("day", "string|null", "the day on which its units were reached, of an earlier look"),
    ("spent", "number", "two-sided level spent until then"),
    ("now", "boolean", "whether the data are at this look"),
    ("treatment", "string", "the arm that is compared with the control"),
    ("statistic", "number|null", "signed normal score of no difference, as far as it is known"),
    ("good", "number|null", "the same, positive towards better"),
    ("effect_size", "number|null", "median-unbiased effect after stopping here"),
    ("effect_size_ci_lower", "number|null", "interval of it"),
    ("effect_size_ci_upper", "number|null", "interval of it"),
    ("pvalue", "number|null", "its p-value"),
];
const BELIEF: &[Field] = &[
    ("arm", "string", "the arm"),
    ("best", "number", "chance that it is the best, for a flat prior"),
    ("better_than_control", "number|null", "chance that it is better than the control, for a flat prior"),
    ("expected_loss", "number", "what choosing it costs on average against choosing the best"),
    ("lift", "number|null", "mean of the lift for a prior around 0 with a standard deviation of 30 %"),
    ("lift_low", "number|null", "95 % interval of that lift"),
    ("lift_high", "number|null", "95 % interval of that lift"),
];

/// The schema of [`json`](super::json) (JSON Schema 2020-12), indented.
pub fn schema() -> String {
    let rows = |fields: &[Field]| json!({ "type": "array", "items": object(fields) });
    let text = |said: &str| json!({ "type": "string", "description": said });
    let verdict = json!({
        "type": "object",
        "properties": {
            "withheld": { "type": "boolean", "description": "whether a gate withholds it" },
            "headline": text("what a reader must know, first"),
            "choices": rows(CHOICE),
        },
        "required": ["withheld", "headline", "choices"],
        "additionalProperties": false,
    });
    let properties = json!({
        "format": { "const": FORMAT },
        "hypothesis": { "type": ["string", "null"], "description": "what the test was to show, if a plan says it" },
        "verdict": verdict,
        "arms": rows(ARM),
        "unit": text("what is assigned to arms"),
        "units": { "type": "integer", "description": "units that count in the primary metric, in all arms together" },
        "alpha": { "type": "number", "description": "level of a false alarm, both directions together" },
        "valid_under": text("fixed, planned looks or any time"),
        "gates": rows(GATE),
        "departures": { "type": "array", "items": { "type": "string" }, "description": "where the analysis departs from its plan" },
        "results": rows(OUTCOME),
        "segments": rows(SEGMENT),
        "heterogeneity": rows(HETEROGENEITY),
        "days": rows(DAY),
        "looks": rows(LOOK),
        "beliefs": rows(BELIEF),
    });
    let required: Vec<&String> = properties.as_object().map(|all| all.keys().collect()).unwrap_or_default();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Analysis of an A/B test by channelmix",
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
        "$defs": {
            "estimates": object(ESTIMATES),
            "adjustment": object(ADJUSTMENT),
            "hazard": object(HAZARD),
            "post_stratified": object(POST_STRATIFIED),
        },
    });
    // Values of JSON can always be written.
    serde_json::to_string_pretty(&schema).map_or_else(|error| error.to_string(), |text| text + "\n")
}

/// A row of fields. A kind that is no type of JSON is defined beside.
pub(in crate::report) fn object(fields: &[Field]) -> Value {
    let property = |(name, kinds, said): &Field| {
        let one = |kind: &str| match kind {
            "string" | "number" | "integer" | "boolean" | "null" => json!({ "type": kind }),
            "post_stratified" => json!({ "type": "array", "items": { "$ref": format!("#/$defs/{kind}") } }),
            kind => json!({ "$ref": format!("#/$defs/{kind}") }),
        };
        let all: Vec<Value> = kinds.split('|').map(one).collect();
        let mut property = if let [only] = &all[..] { only.clone() } else { json!({ "anyOf": all }) };
        property["description"] = json!(said);
        ((*name).to_owned(), property)
    };
    let names: Vec<&str> = fields.iter().map(|field| field.0).collect();
    let properties: Map<String, Value> = fields.iter().map(property).collect();
    json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
}
