//! The rows of a CSV file: columns by name, fields as bytes, and each row's place for messages.

use std::cell::Cell;
use std::io::{BufReader, Read};
use std::rc::Rc;

use csv::ByteRecord;

use super::error::Error;
use super::source::Source;
use super::{Progress, Told};

/// What separates fields.
const DELIMITERS: [u8; 3] = *b",;\t";
/// The header is looked for in so many bytes.
const HEADER: u64 = 1 << 20;
/// Bytes that are read at once.
const BUFFER: usize = 1 << 18;
/// Rows between two reports of progress.
const OFTEN: u64 = 1 << 16;

/// A CSV file whose header was read.
#[derive(Clone, Debug)]
pub(super) struct Table<'a> {
    pub(super) source: &'a Source,
    pub(super) columns: Vec<String>,
    delimiter: u8,
}

impl<'a> Table<'a> {
    pub(super) fn open(source: &'a Source) -> Result<Self, Error> {
        let mut start = Vec::new();
        let mut reader = source.reader(Rc::default())?.take(HEADER);
        reader.read_to_end(&mut start).map_err(|error| source.unreadable(&error))?;
        if start.iter().all(u8::is_ascii_whitespace) {
            return Err(Error::new(source.name(), "the file is empty").help("the first row names the columns"));
        }
        let delimiter = delimiter(&start);
        let mut header = ByteRecord::new();
        builder(delimiter)
            .from_reader(start.as_slice())
            .read_byte_record(&mut header)
            .map_err(|error| Error::new(source.name(), format!("the header cannot be read: {error}")))?;
        let mut columns = Vec::new();
        for field in &header {
            if field.contains(&0) {
                return Err(Error::new(source.name(), "this is no text file").row(1));
            }
            let name = std::str::from_utf8(field).map_err(|_| {
                Error::new(source.name(), "the name of a column is not text in UTF-8")
                    .row(1)
                    .found(field)
                    .help("save the file as CSV in UTF-8")
            })?;
            columns.push(name.trim().to_owned());
        }
        Ok(Self { source, columns, delimiter })
    }

    /// The place of a column by its name.
    pub(super) fn find(&self, name: &str) -> Result<Option<usize>, Error> {
        let mut places = self.columns.iter().enumerate().filter(|(_, column)| *column == name).map(|(place, _)| place);
        let first = places.next();
        match places.next() {
            Some(_) => Err(Error::new(self.source.name(), format!("two columns are called `{name}`"))
                .row(1)
                .help("give each column a name of its own")),
            None => Ok(first),
        }
    }

    /// The place of a column that must be there; `use_of` says what for.
    pub(super) fn column(&self, name: &str, use_of: &str) -> Result<usize, Error> {
        self.find(name)?.ok_or_else(|| {
            Error::new(self.source.name(), format!("there is no column `{name}`, which {use_of}")).row(1).suggest(
                name,
                "columns of the file",
                self.columns.iter().map(String::as_str),
            )
        })
    }

    /// The column of this name if one is given, else the first of the usual names that is there (in any case).
    pub(super) fn usual(&self, given: Option<&str>, use_of: &str, usual: &[&str]) -> Result<Option<usize>, Error> {
        if let Some(name) = given {
            return self.column(name, use_of).map(Some);
        }
        let near = |name: &str| self.columns.iter().find(|column| column.eq_ignore_ascii_case(name));
        usual.iter().find_map(|name| near(name)).map_or(Ok(None), |column| self.find(column))
    }

    /// The rows from the first after the header.
    pub(super) fn rows<'t, 'p>(&'t self, told: &'t mut Told<'p>) -> Result<Rows<'t, 'p>, Error> {
        let read = Rc::new(Cell::new(0));
        let mut reader = builder(self.delimiter).from_reader(self.source.reader(Rc::clone(&read))?);
        let mut record = ByteRecord::new();
        told.pass += 1;
        reader.read_byte_record(&mut record).map_err(|error| self.broken(error))?;
        Ok(Rows { table: self, reader, record, read, n: 0, told })
    }

    /// An error in a row.
    pub(super) fn wrong_row(&self, record: &ByteRecord, what: impl Into<String>) -> Error {
        Error::new(self.source.name(), what).row(self.line(start(record)))
    }

    /// An error in a field.
    pub(super) fn wrong(&self, record: &ByteRecord, place: usize, what: impl Into<String>) -> Error {
        self.wrong_row(record, what).column(&self.columns[place]).found(&record[place])
    }

    /// A field as text, for names.
    pub(super) fn text<'r>(&self, record: &'r ByteRecord, place: usize) -> Result<&'r str, Error> {
        std::str::from_utf8(record[place].trim_ascii())
            .map_err(|_| self.wrong(record, place, "this is not text in UTF-8").help("save the file as CSV in UTF-8"))
    }

    fn wrong_length(&self, record: &ByteRecord) -> Error {
        let (found, expected) = (record.len(), self.columns.len());
        let fields = if found == 1 { "field" } else { "fields" };
        let error = self.wrong_row(record, format!("the row has {found} {fields}, the header has {expected}"));
        if found > expected {
            error.help("put a text that contains the separator in double quotes")
        } else {
            error.help(
                "the row was cut off, or a quote is not closed, or a line above or below the table is no row of it",
            )
        }
    }

    fn broken(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => self.source.unreadable(&error),
            other => Error::new(self.source.name(), format!("it cannot be read as CSV: {other:?}")),
        }
    }

    /// The line on which the record that starts at this byte of the text stands, as an editor counts them.
    pub(super) fn line(&self, byte: u64) -> u64 {
        let Ok(reader) = self.source.reader(Rc::default()) else { return 0 };
        let mut reader = BufReader::with_capacity(BUFFER, reader);
        let mut lines = 1;
        let mut buffer = vec![0; BUFFER];
        let mut left = byte;
        while left > 0 {
            let most = buffer.len().min(left as usize);
            match reader.read(&mut buffer[..most]) {
                Ok(0) | Err(_) => return lines,
                Ok(n) => {
                    lines += buffer[..n].iter().filter(|&&b| b == b'\n').count() as u64;
                    left -= n as u64;
                }
            }
        }
        // Ends of the record before, and empty lines.
        for byte in reader.bytes() {
            match byte {
                Ok(b'\n') => lines += 1,
                Ok(b'\r') => {}
                _ => break,
            }
        }
        lines
    }
}

fn builder(delimiter: u8) -> csv::ReaderBuilder {
    let mut builder = csv::ReaderBuilder::new();
    builder.delimiter(delimiter).has_headers(false).flexible(true).buffer_capacity(BUFFER);
    builder
}

/// The delimiter that stands most often in the header, outside of quotes.
fn delimiter(text: &[u8]) -> u8 {
    let mut counts = [0_u32; DELIMITERS.len()];
    let mut quoted = false;
    for &byte in text.trim_ascii_start() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if !quoted => {
                DELIMITERS.iter().zip(&mut counts).filter(|(d, _)| **d == byte).for_each(|(_, n)| *n += 1);
            }
            _ => {}
        }
    }
    // The first of the most frequent ones.
    let most = counts.iter().max().copied().unwrap_or(0);
    DELIMITERS[counts.iter().position(|&n| n == most).unwrap_or(0)]
}

/// The rows of one pass.
pub(super) struct Rows<'t, 'p> {
    table: &'t Table<'t>,
    reader: csv::Reader<Box<dyn Read>>,
    record: ByteRecord,
    read: Rc<Cell<u64>>,
    n: u64,
    told: &'t mut Told<'p>,
}

impl Rows<'_, '_> {
    /// The next row; it has as many fields as there are columns.
    pub(super) fn next(&mut self) -> Result<Option<&ByteRecord>, Error> {
        if self.n.is_multiple_of(OFTEN) {
            self.tell();
        }
        self.n += 1;
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) if self.record.len() == self.table.columns.len() => Ok(Some(&self.record)),
            Ok(true) => Err(self.table.wrong_length(&self.record)),
            Ok(false) => {
                self.tell();
                Ok(None)
            }
            Err(error) => Err(self.table.broken(error)),
        }
    }

    fn tell(&mut self) {
        let progress = Progress { pass: self.told.pass, read: self.read.get(), total: self.table.source.length() };
        (self.told.progress)(progress);
    }
}

/// The first byte of a record in the text.
pub(super) fn start(record: &ByteRecord) -> u64 {
    record.position().map_or(0, csv::Position::byte)
}
