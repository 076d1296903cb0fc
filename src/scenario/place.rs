//! Where a value was written: every value of a scenario remembers its source and its span there.

/// A range of bytes in one of the [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    source: u32,
    start: u32,
    end: u32,
}

impl Place {
    /// The bytes `start .. end` of a source.
    pub fn new(source: SourceId, span: std::ops::Range<usize>) -> Self {
        Self { source: source.0, start: span.start as u32, end: span.end as u32 }
    }

    /// The source in which the value stands.
    pub fn source(self) -> SourceId {
        SourceId(self.source)
    }

    /// The bytes within the source's text.
    pub fn span(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A handle of one text in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SourceId(u32);

/// What kind of text a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The scenario file.
    File,
    /// A preset that ships with the program.
    Preset,
    /// An argument `--set key=value`.
    Override,
}

/// One text: the scenario file, a preset, or a `--set` argument.
#[derive(Clone, Debug)]
pub struct Source {
    /// What to call it in messages: the path as the user gave it, `preset email`, or `--set`.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// What kind of text it is.
    pub origin: Origin,
}

/// All texts that a scenario was put together from.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// Adds a text and returns its handle.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>, origin: Origin) -> SourceId {
        self.0.push(Source { name: name.into(), text: text.into(), origin });
        SourceId(self.0.len() as u32 - 1)
    }

    /// The text behind a handle.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.0[id.0 as usize]
    }

    /// The source that a place lies in.
    pub fn of(&self, place: Place) -> &Source {
        self.get(place.source())
    }

    /// The line of a place, counted from 1.
    pub fn line(&self, place: Place) -> usize {
        let text = &self.of(place).text;
        1 + text.get(..place.span().start).unwrap_or(text).matches('\n').count()
    }
}
