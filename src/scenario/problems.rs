//! Errors and warnings with their place: collected while a scenario is read, so that all are told in one go.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::place::{Place, Sources};

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
    }

    /// A warning at a place.
    pub fn warning(message: impl Into<String>, at: Place) -> Self {
        Self { severity: Severity::Warning, ..Self::error(message, at) }
    }

    /// Words under the caret of the (last) place.
    #[must_use]
    pub fn label(mut self, words: impl Into<String>) -> Self {
        if let Some(last) = self.labels.last_mut() {
            last.1 = words.into();
        }
        self
    }

    /// A second place that belongs to the problem.
    #[must_use]
    pub fn also(mut self, at: Place, words: impl Into<String>) -> Self {
        self.labels.push((at, words.into()));
        self
    }

    /// A line that says what is allowed or what to do.
    #[must_use]
    pub fn help(mut self, line: impl Into<String>) -> Self {
        self.help.push(line.into());
        self
    }

    /// "did you mean …?", where one of the allowed words is near; else the list of allowed words.
    #[must_use]
    pub fn suggest<'a>(self, found: &str, allowed: impl IntoIterator<Item = &'a str>) -> Self {
        let allowed: Vec<&str> = allowed.into_iter().collect();
        let nearest = allowed
            .iter()
            .map(|&word| (strsim::damerau_levenshtein(&found.to_lowercase(), &word.to_lowercase()), word))
            .min()
            .filter(|&(distance, word)| distance <= 1 + word.chars().count() / 3);
        let problem = match nearest {
            Some((_, word)) => self.help(format!("did you mean `{word}`?")),
            None => self,
        };
        if allowed.is_empty() { problem } else { problem.help(format!("allowed here: {}", allowed.join(", "))) }
    }
}

/// The problems of one scenario, in the order in which they were found.
#[derive(Clone, Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Adds one.
    pub fn push(&mut self, problem: Problem) {
        self.0.push(problem);
    }

    /// Whether anything forbids playing the scenario.
    pub fn any_error(&self) -> bool {
        self.0.iter().any(|problem| problem.severity == Severity::Error)
    }

    /// All of them: errors first, each kind in the order of the text.
    pub fn sorted(&self) -> Vec<&Problem> {
        let mut all: Vec<&Problem> = self.0.iter().collect();
        all.sort_by_key(|problem| (problem.severity, problem.labels.first().map(|&(place, _)| place)));
        all
    }

    /// The problems as a person reads them: file, line, column, the line itself, a caret, and what to do.
    pub fn render(&self, sources: &Sources, colour: bool) -> String {
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        let mut text = String::new();
        for problem in self.sorted() {
            text.push_str(&renderer.render(&report(problem, sources)));
            text.push_str("\n\n");
        }
        text
    }
}

fn report<'a>(problem: &'a Problem, sources: &'a Sources) -> Vec<Group<'a>> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level.primary_title(problem.message.as_str()).elements(Vec::<Snippet<'_, annotate_snippets::Annotation<'_>>>::new());
    let mut seen = Vec::new();
    for &(place, _) in &problem.labels {
        if seen.contains(&place.source()) {
            continue;
        }
        seen.push(place.source());
        let source = sources.of(place);
        let annotations = problem.labels.iter().enumerate().filter(|(_, label)| label.0.source() == place.source()).map(
            |(i, (at, words))| {
                let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
                let annotation = kind.span(visible(at.span(), &source.text));
                if words.is_empty() { annotation } else { annotation.label(words.as_str()) }
            },
        );
        group = group.element(Snippet::source(source.text.as_str()).path(source.name.as_str()).annotations(annotations));
    }
    for line in &problem.help {
        group = group.element(Level::HELP.message(line.as_str()));
    }
    vec![group]
}

/// A span that can be drawn: within the text, and not longer than its first line.
fn visible(span: std::ops::Range<usize>, text: &str) -> std::ops::Range<usize> {
    let start = span.start.min(text.len());
    let end = span.end.clamp(start, text.len());
    let line_end = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..line_end
}
