//! The format as it describes itself: the JSON Schema accepts what is read and refuses what is not, and the tables of the
//! reference are those of the program.

use boon::{Compiler, SchemaIndex, Schemas};
use channelmix::abtest::plan;
use channelmix::scenario::{Reference, load, references, schema};
use serde_json::Value;

use super::wrong_files::{BASE, reference::examples};

/// The schema, ready to judge.
struct Judge(Schemas, SchemaIndex);

impl Judge {
    fn new() -> Self {
        Self::by(schema())
    }

    fn by(schema: Value) -> Self {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("schema.json", schema).expect("it is JSON");
        let index = compiler.compile("schema.json", &mut schemas).expect("it is a JSON Schema");
        Self(schemas, index)
    }

    /// What the schema says against a scenario; the empty text if nothing.
    fn judge(&self, toml: &str) -> String {
        let value: toml::Table = toml.parse().expect("it is TOML");
        self.0
            .validate(&json(&toml::Value::Table(value)), self.1)
            .map_or_else(|error| format!("{error:#}"), |()| String::new())
    }
}

/// TOML as editors hand it to a schema: dates are text.
fn json(toml: &toml::Value) -> Value {
    match toml {
        toml::Value::String(text) => text.as_str().into(),
        toml::Value::Integer(number) => (*number).into(),
        toml::Value::Float(number) => (*number).into(),
        toml::Value::Boolean(truth) => (*truth).into(),
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.iter().map(|(key, value)| (key.clone(), json(value))).collect())
        }
    }
}

#[test]
fn the_schema_is_a_schema() {
    let mut schemas = Schemas::new();
    let mut compiler = Compiler::new();
    compiler.set_default_draft(boon::Draft::V2020_12);
    let index = compiler.compile("https://json-schema.org/draft/2020-12/schema", &mut schemas).expect("the metaschema");
    assert!(schemas.validate(&schema(), index).is_ok());
    assert!(schemas.validate(&plan::schema(), index).is_ok());
}

#[test]
fn the_schema_accepts_every_scenario_that_ships() {
    let judge = Judge::new();
    let mut seen = 0;
    for entry in std::fs::read_dir("scenarios").expect("the folder is there").flatten() {
        let text = std::fs::read_to_string(entry.path()).expect("it can be read");
        assert_eq!(judge.judge(&text), "", "{}", entry.path().display());
        seen += 1;
    }
    assert!(seen >= 5);
    assert_eq!(judge.judge(BASE), "");
}

/// Examples are parts that are laid over the first one: both must agree on the whole.
#[test]
fn the_schema_accepts_every_example_of_the_reference() {
    let judge = Judge::new();
    let all = examples();
    assert!(all.len() > 10);
    for (i, example) in all.iter().enumerate() {
        let overrides = if i == 0 { Vec::new() } else { vec![(*example).to_owned()] };
        let scenario = load("docs/scenario.md", all[0], &overrides).scenario.expect("it loads");
        let verdict = judge.0.validate(&scenario.resolved, judge.1);
        assert!(verdict.is_ok(), "{example}\n{:#}", verdict.expect_err("it is not"));
    }
}

/// One passage of the base written otherwise: each is refused by the reader, and by the schema too.
const WRONG: [(&str, &str); 48] = [
    ("population = 200_000", "populaton = 200_000"),
    ("currency = \"EUR\"", "currency = \"euro\""),
    ("start = 2026-01-05", "start = 26"),
    ("simulate = 4096", "simulate = 12"),
    ("simulate = 4096", "simulate = 4096.5"),
    ("draws = 8", "draws = 100_001"),
    ("population = 200_000", "population = 0"),
    ("horizon = \"364d\"", "horizon = \"1y\""),
    ("draws = 8", "rates = \"dead\""),
    ("draws = 8", "count_first = \"no\""),
    ("{ USD = 0.9 }", "{ usd = 0.9 }"),
    ("{ USD = 0.9 }", "{ USD = 0 }"),
    ("open_rate = {", "open_rte = {"),
    ("low = 0.2, typical = 0.25, high = 0.3", "low = 0.2, typical = 0.25"),
    ("low = 0.2, typical = 0.25, high = 0.3", "low = 0.2, typical = 0.25, high = 3.0"),
    ("low = 0.2, typical = 0.25, high = 0.3", "low = 0.2, mode = 0.25, high = 0.3"),
    ("p90 = \"2d\"", "p95 = \"2d\""),
    ("p90 = \"2d\"", "p90 = \"2d\", mean = \"3h\""),
    ("p90 = \"2d\"", "p90 = \"two days\""),
    ("order_rate = 0.25", "order_rate = -0.25"),
    ("order_rate = 0.25", "preset = \"shop\""),
    ("{ base = { age = \"365d\" } }", "{ cohort = {} }"),
    ("share = 0.4\n", ""),
    ("shape = 2.0", "shape = 0"),
    ("lognormal = {", "fixed = 5, lognormal = {"),
    ("at = \"18:30\"", "at = \"half past six\""),
    ("unless = \"opened\"", "unless = \"seen\""),
    ("{ send = \"email\" }", "{ after = \"1h\" }"),
    ("{ send = \"email\" }", "{ send = \"email\", otherwise = \"next\" }"),
    ("sale = { blast = [", "sale = { mix = { email = 1 }, blast = ["),
    ("sale = { blast = [", "sale = { preferred = { channels = [\"email\"] }, blast = ["),
    ("sale = { blast = [", "sale = { send_time = \"soon\", blast = ["),
    ("{ every = \"7d\", at = \"10:00\" }", "{ weekdays = [\"monday\"], at = \"10:00\" }"),
    ("{ every = \"7d\", at = \"10:00\" }", "{ days = [0], at = \"10:00\" }"),
    ("{ every = \"7d\", at = \"10:00\" }", "{ every = \"7d\", days = [1], at = \"10:00\" }"),
    ("{ every = \"7d\", at = \"10:00\" }", "{ every = \"7d\" }"),
    ("{ every = \"7d\", at = \"10:00\" }", "{ event = \"ordered\", at = \"10:00\" }"),
    ("{ every = \"7d\", at = \"10:00\" }", "{ on = 2026-03-12, at = \"10:00\", times = 2 }"),
    ("goal = \"order\"", "goal = { within = \"7d\" }"),
    ("goal = \"order\"", "exit = []"),
    ("goal = \"order\"", "priority = 1001"),
    ("goal = \"order\"", "audience = { stages = [\"old\"] }"),
    ("unless = \"opened\"", "unless = [\"opened\", \"seen\"]"),
    ("unless = \"opened\"", "otherwise = \"next\""),
    (
        "[strategies.gentle]",
        "[strategies.gentle.policies]\ncaps = [{ messages = 0, per = \"7d\" }]\n[strategies.gentle]",
    ),
    ("[strategies.gentle]", "[strategies.gentle.policies]\nquiet_hours = [{ from = \"21:00\" }]\n[strategies.gentle]"),
    ("shape = 2.0 }", "shape = 2.0 }\nbest_hours = { 24 = 1 }"),
    ("preset = \"sms\"", "preset = \"sms\"\nlegal_hours = \"german-texts\""),
];

#[test]
fn the_schema_refuses_what_the_reader_refuses() {
    let judge = Judge::new();
    for (from, to) in WRONG {
        assert!(BASE.contains(from), "{from}");
        let text = BASE.replacen(from, to, 1);
        assert!(load("wrong", &text, &[]).scenario.is_none(), "the reader accepts {to}");
        assert_ne!(judge.judge(&text), "", "the schema accepts {to}");
    }
}

/// What `CHANNELMIX_REFERENCE=overwrite cargo test` brings up to date.
#[test]
fn the_tables_of_the_reference_are_those_of_the_program() {
    tables_of("docs/scenario.md", "channelmix schema --format markdown", &references());
}

#[test]
fn the_tables_of_the_reference_of_plans_are_those_of_the_program() {
    tables_of("docs/plan.md", "channelmix schema --of plan --format markdown", &plan::references());
}

fn tables_of(path: &str, command: &str, tables: &[Reference]) {
    let written = std::fs::read_to_string(path).expect("it can be read");
    let mut made = String::new();
    let mut rest = written.as_str();
    for table in tables {
        let begin = format!("<!-- keys of {}: {command} -->\n", table.of);
        assert_eq!(written.matches(&begin).count(), 1, "{path} has no place for the keys of {}", table.of);
    }
    while let Some(at) = rest.find("<!-- keys of ") {
        let (before, marked) = rest.split_at(at);
        let (begin, after) = marked.split_once('\n').expect("a line");
        let table = tables.iter().find(|table| begin.starts_with(&format!("<!-- keys of {}:", table.of)));
        let table = table.unwrap_or_else(|| panic!("{path} wants keys of what does not exist: {begin}"));
        made += &format!("{before}{begin}\n{}", table.markdown);
        rest = &after[after.find("<!-- end of keys -->").expect("an end")..];
    }
    made += rest;
    if std::env::var("CHANNELMIX_REFERENCE").is_ok_and(|what| what == "overwrite") {
        std::fs::write(path, &made).expect("it can be written");
    } else {
        assert!(
            made == written,
            "{path} lags behind: CHANNELMIX_REFERENCE=overwrite cargo test --test integration reference"
        );
    }
}

/// The plan of the reference, which has a metric of nearly every kind.
fn plan_of_the_reference() -> String {
    let page = std::fs::read_to_string("docs/plan.md").expect("it can be read");
    let (_, after) = page.split_once("```toml\n").expect("an example");
    after.split_once("```").expect("its end").0.to_owned()
}

#[test]
fn the_schema_accepts_plans_that_are_read() {
    let judge = Judge::by(plan::schema());
    let shipped = std::fs::read_to_string("examples/abtest/plan.toml").expect("it can be read");
    for text in [shipped, plan_of_the_reference()] {
        let read = plan::load("plan.toml", &text).plan.expect("it is read");
        assert_eq!(judge.judge(&text), "");
        let again = read.to_toml(&[]);
        assert_eq!(judge.judge(&again), "", "{again}");
        assert_eq!(plan::load("again", &again).plan, Some(read));
    }
}

/// What `abtest plan` writes, with every kind of look and of metric that it plans.
#[test]
fn the_schema_accepts_plans_that_are_written() {
    let judge = Judge::by(plan::schema());
    let folder = tempfile::tempdir().expect("a folder");
    for (i, more) in [
        "--baseline 10% --effect 5%",
        "--baseline 0.1 --effect 0.004 --lower --looks 3 --futility --spending pocock",
        "--baseline 50 --sd 80 --effect 2% --metric spend:mean --looks 0.5,1 --spending -4 --covariate before",
        "--baseline 2 --sd 3 --effect 0.1 --metric revenue/sessions:ratio --any-time --matures 36h",
        "--baseline 10% --effect 5% --guardrail opted_out:proportion:lower=0.2% --secondary spend:p90 --per-day 500",
        "--baseline 10% --effect 5% --secondary days/churned:survival --arms a,b,c --share a=0.5 --share b=0.3 --share c=0.2",
    ]
    .iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{i}.toml"));
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_channelmix"));
        command.args(["abtest", "plan", "--quiet", "--out"]).arg(&path).args(more.split(' '));
        let output = command.output().expect("it runs");
        assert!(output.status.success(), "{more}\n{}", String::from_utf8_lossy(&output.stderr));
        let text = std::fs::read_to_string(&path).expect("a plan");
        assert_eq!(judge.judge(&text), "", "{more}");
        assert!(plan::load("plan.toml", &text).plan.is_some(), "{more}");
    }
}

/// One passage of the plan of the reference written otherwise: refused by the reader, and by the schema too.
const WRONG_PLANS: [(&str, &str); 16] = [
    ("hypothesis =", "hypotheses ="),
    ("control = \"text\"\n", ""),
    ("email-first = 0.5", "email-first = 1.5"),
    ("email-first = 0.5", ""),
    ("variant = \"cell\"", "variants = \"cell\""),
    ("role = \"primary\"", "role = \"main\""),
    ("kind = \"ratio\"", "kind = \"quotient\""),
    ("better = \"lower\"", "better = \"less\""),
    ("effect = \"10%\"", "effect = \"ten percent\""),
    ("matures = \"30d\"", "matures = \"a month\""),
    ("high_quantile = 0.999", "high_quantile = 99.9"),
    ("high_quantile = 0.999", "high_quantile = 0.999, low = 3"),
    ("units = 28000", "units = 1"),
    ("valid = \"planned-looks\"", "valid = \"looks\""),
    ("looks = [0.8, 1]", "looks = [0.8, 1]\nspending = { power = 3, hwang-shih-decani = -4 }"),
    ("guardrails = \"not-worse\"", "guardrails = \"all\""),
];

#[test]
fn the_schema_of_plans_refuses_what_the_reader_refuses() {
    let (judge, base) = (Judge::by(plan::schema()), plan_of_the_reference());
    for (from, to) in WRONG_PLANS {
        assert!(base.contains(from), "{from}");
        let text = base.replacen(from, to, 1);
        assert!(plan::load("wrong", &text).plan.is_none(), "the reader accepts {to}");
        assert_ne!(judge.judge(&text), "", "the schema accepts {to}");
    }
}
