//! Hashes of a folder's files, as `sha256sum --check SHA256SUMS` reads them.

use std::fmt::Write;
use std::fs;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Error, io_error, manifest, rows};

const FILE: &str = "SHA256SUMS";

/// Writes the hashes of all files that lie in a folder.
pub(super) fn write(folder: &Path) -> Result<(), Error> {
    let path = folder.join(FILE);
    fs::write(&path, list(folder)?).map_err(io_error(&path))
}

/// Refuses a folder of which any file is not as it was written.
pub(super) fn check(folder: &Path) -> Result<(), Error> {
    let path = folder.join(FILE);
    let written = fs::read_to_string(&path).map_err(io_error(&path))?;
    let found = list(folder)?;
    match found.lines().find(|line| written.lines().all(|other| other != *line)) {
        None => Ok(()),
        Some(line) => {
            let name = line.split_whitespace().next_back().unwrap_or_default();
            let why = format!(
                "it is not as it was written ({FILE} has another hash): it was changed or cut short; play the scenario again"
            );
            Err(Error::Unreadable { path: folder.join(name), why })
        }
    }
}

fn list(folder: &Path) -> Result<String, Error> {
    let mut list = String::new();
    for name in rows::FILES.into_iter().chain([manifest::FILE]) {
        let path = folder.join(name);
        let hash = hash(&path).map_err(io_error(&path))?;
        // Writing to a string does not fail.
        let _ = writeln!(list, "{hash}  {name}");
    }
    Ok(list)
}

/// Hash of a file's bytes, however many there are.
fn hash(path: &Path) -> std::io::Result<String> {
    let mut file = fs::File::open(path)?;
    let (mut digest, mut block) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut block)? {
            0 => return Ok(hex(&digest.finalize())),
            length => digest.update(&block[..length]),
        }
    }
}

/// Bytes in hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
