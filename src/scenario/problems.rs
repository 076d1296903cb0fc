//! Errors and warnings with their place: collected while a scenario is read, so that all are told in one go.

use std::borrow::Cow;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::place::{Place, Sources};
use super::synonyms;

/// Problems beyond this many are only counted: whoever has so many reads the first ones.
const MOST_SHOWN: usize = 25;
/// Allowed words beyond this many are not listed.
const MOST_WORDS: usize = 30;
/// A message is cut here: what is longer was not written to be read.
const LONGEST_MESSAGE: usize = 600;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The scenario cannot be played.
    Error,
    /// It can be played, but is probably not what was meant.
    Warning,
}

/// One thing that is wrong, with what to do about it.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Error or warning.
    pub severity: Severity,
    /// One sentence: what is wrong and which value it is.
    pub message: String,
    /// Where, and a few words that stand under the caret.
    pub labels: Vec<(Place, String)>,
    /// What is allowed, or what to do next.
    pub help: Vec<String>,
}

impl Problem {
    /// An error at a place.
    pub fn error(message: impl Into<String>, at: Place) -> Self {
        Self { severity: Severity::Error, message: message.into(), labels: vec![(at, String::new())], help: Vec::new() }
            .cleaned()
    }

    fn cleaned(mut self) -> Self {
        self.message = harmless(&self.message, LONGEST_MESSAGE);
        self
    }

    /// A warning at a place.
    pub fn warning(message: impl Into<String>, at: Place) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message, at) }
    }

    /// Words under the caret of the (last) place.
    #[must_use]
    pub fn label(mut self, words: impl Into<String>) -> Self {
        if let Some(last) = self.labels.last_mut() {
            last.1 = harmless(&words.into(), LONGEST_MESSAGE);
        }
        self
    }

    /// A second place that belongs to the problem, if it is one: what nobody wrote has none.
    #[must_use]
    pub fn also(mut self, at: Place, words: impl Into<String>) -> Self {
        if at == Place::default() {
            return self;
        }
        self.labels.push((at, harmless(&words.into(), LONGEST_MESSAGE)));
        self
    }

    /// A line that says what is allowed or what to do.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(harmless(&line.into(), LONGEST_MESSAGE));
        self
    }

    /// "did you mean …?", where one of the allowed words means the same or is near.
    #[must_use]
    pub fn nearest<'a>(self, found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Self {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        if let Some((word, note)) = synonyms::meant(found, &allowed) {
            let note = if note.is_empty() { String::new() } else { format!(" ({note})") };
            return self.help(format!("did you mean `{word}`?{note}"));
        }
        match nearest(found, allowed.iter().copied()).or_else(|| synonyms::begun(found, &allowed)) {
            Some(word) => self.help(format!("did you mean `{word}`?")),
            None => self,
        }
    }

    /// "did you mean …?", where one of the allowed words is near, and the list of allowed words.
    #[must_use]
    pub fn suggest<'a>(self, found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Self {
        self.suggest_or(found, allowed, || None)
    }

    /// The same, with other help where no allowed word is near.
    #[must_use]
    pub fn suggest_or<'a>(
        self,
        found: &str,
        allowed: impl IntoIterator<Item = &'a str>,
        otherwise: impl FnOnce() -> Option<String>,
    ) -> Self {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        let before = self.help.len();
        let problem = self.nearest(found, allowed.iter().copied());
        if problem.help.len() == before
            && let Some(help) = otherwise()
        {
            return problem.help(help);
        }
        match allowed.len() {
            0 => problem,
            1..=MOST_WORDS => problem.help(format!("allowed here: {}", allowed.join(", "))),
            many => problem.help(format!("allowed here: {}, … ({many} in all)", allowed[..MOST_WORDS].join(", "))),
        }
    }
}

/// The allowed word that was probably meant, if one is near enough.
pub fn nearest<'a>(found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // The distance to a very long word would take for ever, and it is near to nothing.
    if found.is_empty() || found.len() > 256 {
        return None;
    }
    let found = found.to_lowercase();
    allowed
        .into_iter()
        .take(10_000)
        .map(|word| (strsim::damerau_levenshtein(&found, &word.to_lowercase()), word))
        .min()
        .filter(|&(distance, word)| distance <= 1 + word.chars().count() / 4 && distance < found.chars().count())
        .map(|(_, word)| word)
}

/// The problems of one scenario, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Adds a line of help to the last one, if it is about this place and says nothing of what to do so far.
    pub fn help_last(&mut self, at: Place, help: impl FnOnce(&str) -> Option<String>) {
        let last =
            self.0.last_mut().filter(|last| last.help.is_empty() && last.labels.iter().any(|label| label.0 == at));
        if let Some((last, line)) = last.and_then(|last| {
            let line = help(&last.message)?;
            Some((last, line))
        }) {
            last.help.push(harmless(&line, LONGEST_MESSAGE));
        }
    }

    /// Adds several.
    pub fn extend(&mut self, problems: impl IntoIterator<Item = Problem>) {
        self.0.extend(problems);
    }

    /// Whether anything forbids playing the scenario.
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All of them, each once: errors first, each kind in the order of the text.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.0.iter().collect();
        all.sort_by_key(|problem| (problem.severity, problem.labels.first().map(|&(place, _)| place)));
        // What is wrong with an extended strategy is wrong with all that extend it, at the same place.
        let mut told = std::collections::HashSet::new();
        all.retain(|problem| {
            told.insert((problem.labels.first().map(|&(place, _)| place), without_strategy(&problem.message)))
        });
        all
    }

    /// The problems as a person reads them: file, line, column, the line itself, a caret, and what to do.
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        let all = self.sorted();
        for problem in all.iter().take(MOST_SHOWN) {
            text.push_str(&renderer.render(&report(problem, sources)));
            text.push_str("\n\n");
        }
        if all.len() > MOST_SHOWN {
            let more = (all.len() - MOST_SHOWN).to_string();
            text.extend(["… and ", more.as_str(), " more\n\n"]);
        }
        text
    }
}

fn report<'a>(problem: &'a Problem, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(problem.message.as_str());
    let mut group = title.elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    let mut seen = Vec::new();
    for &(place, _) in &problem.labels {
        if seen.contains(&place.source()) {
            continue;
        }
        seen.push(place.source());
        let source = sources.of(place);
        let spans: Vec<_> = problem
            .labels
            .iter()
            .enumerate()
            .filter(|(_, label)| label.0.source() == place.source())
            .map(|(i, (at, words))| (i, visible(at.span(), &source.text), words.as_str()))
            .collect();
        let (window, first_line) = window(&source.text, spans.iter().map(|(_, span, _)| span));
        let annotations = spans.into_iter().map(|(i, span, words)| {
            let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
            let annotation = kind.span(span.start - window.start..span.end - window.start);
            if words.is_empty() { annotation } else { annotation.label(words) }
        });
        let snippet =
            Snippet::source(drawable(&source.text[window.clone()])).line_start(first_line).path(source.name.as_str());
        group = group.element(snippet.annotations(annotations));
    }
    for line in &problem.help {
        group = group.element(Level::HELP.message(line.as_str()));
    }
    vec![group]
}

/// A message without the strategy's name that its path begins with.
fn without_strategy(message: &str) -> &str {
    let path = message.strip_prefix("`strategies.").and_then(|path| path.split_once('.'));
    path.map_or(message, |(_, rest)| rest)
}

/// The whole lines that the spans lie in, and the number of the first: all that needs drawing of a text of any length.
fn window<'s>(text: &str, spans: impl Iterator<Item = &'s Range<usize>> + Clone) -> (Range<usize>, usize) {
    let first = spans.clone().map(|span| span.start).min().unwrap_or(0);
    let last = spans.map(|span| span.end).max().unwrap_or(0);
    let start = text[..first].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[last..].find('\n').map_or(text.len(), |newline| last + newline + 1);
    (start..end, 1 + text[..start].matches('\n').count())
}

/// A text whose characters are all safe to show and as long as before, so that places stay right. The renderer replaces
/// the old control characters and marks of direction itself, but not the later control characters.
fn drawable(text: &str) -> Cow<'_, str> {
    let shown = |c: char| match c.len_utf8() {
        2 if c.is_control() => '·',
        3 if is_invisible(c) => '\u{fffd}',
        _ => c,
    };
    if text.chars().all(|c| shown(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(shown).collect())
    }
}

/// A span that can be drawn: within the text, between characters, and not longer than its first line.
fn visible(span: Range<usize>, text: &str) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start);
    let end = boundary(span.end).max(start);
    let line_end = text[start..end].find(['\n', '\r']).map_or(end, |newline| start + newline);
    start..line_end
}

/// A text that cannot harm a terminal or mislead a reader: control characters, line breaks and marks that turn the
/// direction of writing are shown as escapes, and what is longer than `most` characters is cut.
pub fn harmless(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(4 * most));
    for (i, c) in text.chars().enumerate() {
        if i == most {
            out.push('…');
            break;
        }
        if c.is_control() || is_invisible(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}

/// Characters that are not seen but change how their neighbours are: zero-width, marks of direction, line separators.
pub fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}
