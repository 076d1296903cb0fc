//! Ctrl-C: at once while customers are played, after the last byte while results are written.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

static WRITING: AtomicBool = AtomicBool::new(false);
static ASKED: AtomicBool = AtomicBool::new(false);

/// The exit code of a program that was interrupted, by the convention of shells: 128 + SIGINT.
const INTERRUPTED: i32 = 130;

/// Begins to listen.
pub fn listen() {
    // Without a handler Ctrl-C still ends the program, only less politely.
    let _ = ctrlc::set_handler(|| {
        ASKED.store(true, Ordering::SeqCst);
        if !WRITING.load(Ordering::SeqCst) {
            std::process::exit(INTERRUPTED);
        }
    });
}

/// A stream that gives up once someone asked to stop: for writing that takes long and is [held back](held_back).
pub struct Obedient<'a>(pub &'a mut dyn Write);

impl Write for Obedient<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if ASKED.load(Ordering::SeqCst) { Err(io::Error::other("interrupted")) } else { self.0.write(bytes) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Does something that must not be cut in half, then obeys.
pub fn held_back<T>(write: impl FnOnce() -> T) -> T {
    WRITING.store(true, Ordering::SeqCst);
    let written = write();
    WRITING.store(false, Ordering::SeqCst);
    if ASKED.load(Ordering::SeqCst) {
        std::process::exit(INTERRUPTED);
    }
    written
}
