//! tmp
mod stories;
