//! Imports run one way: from what a person writes to what she reads, and never back.

use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Every module, and those that it may import. Luck and statistics are leaves that all may use; the questions (attribution,
/// compare, precision, sweep, trace, verify) do not know how answers are shown, and nobody knows the command line.
const ARROWS: [(&str, &[&str]); 22] = [
    ("luck", &[]),
    ("output", &[]),
    ("stats", &[]),
    ("scenario", &["stats"]),
    // It writes scenarios, and plays none.
    ("import", &["scenario"]),
    ("world", &["luck", "scenario", "stats"]),
    ("engine", &["luck", "scenario", "stats", "world"]),
    ("tally", &["engine", "scenario", "stats", "world"]),
    ("simulation", &["engine", "luck", "scenario", "stats", "tally", "world"]),
    ("measures", &["simulation", "stats", "tally", "world", "scenario"]),
    ("compare", &["measures", "scenario", "simulation", "stats", "tally", "world"]),
    // It says in the words of `compare` how far it got.
    ("precision", &["compare", "measures", "scenario", "simulation", "stats", "tally", "world"]),
    // It measures with what `compare` makes of an order, and says what was played in its terms.
    ("sweep", &["compare", "measures", "scenario", "simulation", "stats", "tally", "world"]),
    // So does this, of a strategy without its parts.
    ("attribution", &["compare", "measures", "scenario", "simulation", "stats", "tally", "world"]),
    // It holds certificates against theory, as it does the engine.
    ("verify", &["abtest", "engine", "luck", "measures", "scenario", "simulation", "stats", "tally", "world"]),
    ("trace", &["engine", "scenario", "simulation", "tally", "world"]),
    ("results", &["engine", "output", "scenario", "simulation", "tally", "world"]),
    // It plays customers itself, to keep both outcomes of each, and experiments on them with luck of their own.
    ("abtest", &["engine", "luck", "scenario", "simulation", "stats", "world"]),
    // It draws the power of an A/B test over the size of its effect.
    (
        "figures",
        &[
            "abtest",
            "attribution",
            "compare",
            "engine",
            "measures",
            "scenario",
            "simulation",
            "stats",
            "sweep",
            "tally",
            "world",
        ],
    ),
    ("report", &["abtest", "attribution", "compare", "figures", "measures", "output", "scenario", "sweep", "trace"]),
    (
        "cli",
        &[
            "abtest",
            "attribution",
            "compare",
            "figures",
            "import",
            "measures",
            "output",
            "precision",
            "report",
            "results",
            "scenario",
            "simulation",
            "stats",
            "sweep",
            "tally",
            "trace",
            "verify",
            "world",
        ],
    ),
    // The crate's face and the binary name modules without importing them.
    ("main", &[]),
];

/// Modules that only compute: they never print, exit, read the environment or the clock, or own a progress bar.
const SILENT: [&str; 12] = [
    "abtest",
    "attribution",
    "engine",
    "import",
    "luck",
    "measures",
    "scenario",
    "simulation",
    "stats",
    "tally",
    "trace",
    "world",
];
const LOUD: [&str; 11] = [
    "println!",
    "eprintln!",
    "print!(",
    "dbg!",
    "std::env",
    "process::exit",
    "std::process",
    "indicatif",
    "SystemTime",
    "Instant::now",
    "std::io::std",
];

/// What is wrong in a file of a module, with the number of the line.
fn wrong(module: &str, nested: bool, text: &str) -> Vec<(usize, String)> {
    let mut wrong = Vec::new();
    let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == module) else {
        return vec![(1, format!("module `{module}` has no place in the order of modules"))];
    };
    let code: Vec<&str> =
        text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
    for (line, imported) in imports(&code, nested) {
        if imported != module && !allowed.contains(&imported.as_str()) {
            wrong.push((line, format!("`{module}` imports `{imported}`")));
        }
    }
    for (line, text) in code.iter().enumerate().filter(|_| SILENT.contains(&module)) {
        wrong.extend(LOUD.iter().filter(|word| text.contains(*word)).map(|word| (line + 1, format!("`{word}`"))));
    }
    wrong
}

/// The modules that code names, however it writes it: `crate::a::b`, `crate::{a, b::{c, d}}` over several lines, or
/// through the parents of the file.
fn imports(code: &[&str], nested: bool) -> Vec<(usize, String)> {
    let root = if nested { ["crate::", "super::super::"] } else { ["crate::", "super::"] };
    let mut found = Vec::new();
    for (number, line) in code.iter().enumerate() {
        for (marker, from) in
            root.iter().flat_map(|marker| line.match_indices(marker).map(move |(at, _)| (*marker, at)))
        {
            let before = line[..from].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let rest: String = line[from + marker.len()..]
                .chars()
                .chain(code[number + 1..].iter().flat_map(|line| line.chars()))
                .collect();
            for name in heads(&rest) {
                let known = ARROWS.iter().any(|(module, _)| *module == name);
                // What the parent of a file defines besides modules is its own.
                if known || (marker == "crate::" && name.chars().next().is_some_and(char::is_lowercase)) {
                    found.push((number + 1, name));
                }
            }
        }
    }
    found
}

/// The first names of a path or of each path in braces.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut heads, mut item) = (1, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 || (depth == 1 && c == ',') {
            heads.push(name(item.trim()));
            item.clear();
            if depth == 0 {
                break;
            }
        } else {
            item.push(c);
        }
    }
    heads.retain(|head| !head.is_empty());
    heads
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("src can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn imports_run_one_way_and_what_computes_is_silent() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    let (mut told, mut seen) = (String::new(), 0);
    for file in files.iter().filter(|file| !file.ends_with("lib.rs")) {
        let inside = file.strip_prefix(&src).expect("it is in src");
        let module = inside.iter().next().expect("it has a name").to_string_lossy();
        let text = std::fs::read_to_string(file).expect("it can be read");
        let nested = inside.components().count() > 1;
        seen += imports(&text.lines().collect::<Vec<_>>(), nested).len();
        for (line, what) in wrong(module.trim_end_matches(".rs"), nested, &text) {
            let _ = writeln!(told, "src/{}:{line}: {what}", inside.display());
        }
    }
    assert!(told.is_empty(), "\n{told}");
    assert!(files.len() > 60 && seen > 60, "{} files and {seen} imports: the search has lost its way", files.len());
}

#[test]
fn a_wrong_arrow_is_found_however_it_is_written() {
    let lines =
        |module, nested, text| wrong(module, nested, text).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
    assert_eq!(lines("engine", true, "//! Words.\nuse crate::world::World;\nuse crate::report;\n"), [3]);
    assert_eq!(lines("scenario", true, "fn f() -> crate::world::World { crate::stats::linear::cholesky() }"), [1]);
    assert_eq!(lines("world", false, "use crate::{\n    luck::Luck,\n    tally::{Row, Batch},\n};\n"), [1]);
    assert_eq!(lines("tally", true, "use super::super::cli::main;\n"), [1]);
    assert_eq!(lines("stats", false, "use super::luck::Luck;\nmod tests { use super::*; }\n"), [1]);
    assert_eq!(lines("results", true, "\n\npub(crate) use crate::compare::compare;"), [3]);
    assert_eq!(lines("nowhere", false, ""), [1]);
    // Comments, neighbours in the same module and other crates are no arrows.
    assert_eq!(lines("luck", false, "/// See [`crate::engine`].\nuse rand::Rng;\n"), [0; 0]);
    assert_eq!(lines("engine", true, "use super::play::key;\nuse crate::engine::watch::Event;\n"), [0; 0]);
}

#[test]
fn a_loud_word_is_found() {
    for word in [
        "    println!(\"x\");",
        "let home = std::env::var(\"HOME\");",
        "std::process::exit(1)",
        "use indicatif::ProgressBar;",
    ] {
        assert!(!wrong("engine", true, word).is_empty(), "{word}");
        assert!(!wrong("stats", true, word).is_empty(), "{word}");
        assert_eq!(wrong("cli", true, word), []);
    }
}
