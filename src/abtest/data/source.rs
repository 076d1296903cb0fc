//! A file, a compressed file or standard input, to be gone through several times.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;

use super::error::Error;

/// How files of other kinds begin, and what they are.
const OTHERS: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a workbook or a zip archive; save the sheet as CSV"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook; save the sheet as CSV"),
    (b"PAR1", "a Parquet file; export it as CSV"),
    (b"\x28\xB5\x2F\xFD", "compressed with zstd; use gzip or no compression"),
    (b"\xFF\xFE", "text in UTF-16; save it as CSV in UTF-8"),
    (b"\xFE\xFF", "text in UTF-16; save it as CSV in UTF-8"),
];
const GZIP: &[u8] = b"\x1F\x8B";

/// Where data come from.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    place: Place,
    gzip: bool,
    /// Bytes as stored.
    length: u64,
}

#[derive(Clone, Debug)]
enum Place {
    File(PathBuf),
    Memory(Arc<[u8]>),
}

impl Source {
    /// A file, or standard input for `-`. What can be read only once (standard input, a pipe) is kept in memory.
    ///
    /// # Errors
    /// If it cannot be read, or begins as no text file does.
    pub fn open(path: &str) -> Result<Self, Error> {
        if path == "-" {
            let mut bytes = Vec::new();
            io::stdin()
                .lock()
                .read_to_end(&mut bytes)
                .map_err(|error| Error::new("standard input", format!("it cannot be read: {error}")))?;
            return Self::of_bytes("standard input", bytes);
        }
        let wrong = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => {
                Error::new(path, "there is no such file").help("give the path of a CSV file, or - for standard input")
            }
            io::ErrorKind::PermissionDenied => Error::new(path, "you are not allowed to read it"),
            _ => Error::new(path, format!("it cannot be read: {error}")),
        };
        let kind = std::fs::metadata(path).map_err(wrong)?;
        if kind.is_dir() {
            return Err(Error::new(path, "this is a folder").help("give the CSV file in it"));
        }
        let mut file = File::open(path).map_err(wrong)?;
        if !kind.is_file() {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(wrong)?;
            return Self::of_bytes(path, bytes);
        }
        let mut start = Vec::new();
        file.take(8).read_to_end(&mut start).map_err(wrong)?;
        let source =
            Self { name: path.to_owned(), place: Place::File(PathBuf::from(path)), gzip: false, length: kind.len() };
        source.sniffed(&start)
    }

    /// Bytes that are in memory, under a name for messages.
    ///
    /// # Errors
    /// If they begin as no text file does.
    pub fn of_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, Error> {
        let length = bytes.len() as u64;
        let start = bytes[..bytes.len().min(8)].to_vec();
        Self { name: name.to_owned(), place: Place::Memory(bytes.into()), gzip: false, length }.sniffed(&start)
    }

    fn sniffed(mut self, start: &[u8]) -> Result<Self, Error> {
        self.gzip = start.starts_with(GZIP);
        if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| start.starts_with(magic)) {
            return Err(Error::new(&self.name, format!("this is {what}")));
        }
        let named = std::path::Path::new(&self.name).extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"));
        if named && !self.gzip {
            return Err(Error::new(&self.name, "its name says gzip but its bytes do not")
                .help("compress it with gzip, or take .gz off its name if it is plain text"));
        }
        Ok(self)
    }

    /// Its name in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its size in bytes, as it is stored.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Its text from the start, without compression and byte order mark; `read` counts the stored bytes.
    pub(super) fn reader(&self, read: Rc<Cell<u64>>) -> Result<Box<dyn Read>, Error> {
        let stored: Box<dyn Read> = match &self.place {
            Place::File(path) => {
                let file =
                    File::open(path).map_err(|error| Error::new(&self.name, format!("it cannot be read: {error}")))?;
                Box::new(Counted { inner: file, read })
            }
            Place::Memory(bytes) => Box::new(Counted { inner: io::Cursor::new(Arc::clone(bytes)), read }),
        };
        if !self.gzip {
            return without_mark(stored).map_err(|error| self.unreadable(&error));
        }
        let plain = MultiGzDecoder::new(io::BufReader::with_capacity(1 << 16, stored));
        without_mark(plain).map_err(|error| self.unreadable(&error))
    }

    /// An error of reading.
    pub(super) fn unreadable(&self, error: &io::Error) -> Error {
        if !self.gzip {
            return Error::new(&self.name, format!("it cannot be read: {error}"));
        }
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Error::new(&self.name, "the compressed data end too early")
                .help("the file was cut off: copy or download it again"),
            _ => Error::new(&self.name, format!("the compressed data are damaged: {error}"))
                .help("copy or download it again; `gzip -t` tests it"),
        }
    }
}

/// Text without the mark that some programs write first.
fn without_mark(mut text: impl Read + 'static) -> io::Result<Box<dyn Read>> {
    let mut start = Vec::with_capacity(3);
    text.by_ref().take(3).read_to_end(&mut start)?;
    if start == "\u{feff}".as_bytes() {
        start.clear();
    }
    Ok(Box::new(io::Cursor::new(start).chain(text)))
}

/// Counts the bytes that are read.
struct Counted<R> {
    inner: R,
    read: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read.set(self.read.get() + n as u64);
        Ok(n)
    }
}
