//! channelmix: which channel strategy keeps more customers, costs less per contact and earns more?
//!
//! One way in, one way out: [`scenario`] is what a person writes, [`world`] a scenario that cannot be wrong any more,
//! [`engine`] moves customers through time, [`tally`] counts exactly, [`simulation`] plays many in parallel. [`verify`]
//! holds what comes out to what is known exactly. [`abtest`] plans tests in the real world, and analyses their data. [`import`] reads journeys of other tools. [`luck`] and [`stats`] are leaves that all may use.

pub mod abtest;
pub mod attribution;
pub mod cli;
pub mod compare;
pub mod engine;
pub mod figures;
pub mod import;
pub mod luck;
pub mod measures;
pub mod output;
pub mod precision;
pub mod report;
pub mod results;
pub mod scenario;
pub mod simulation;
pub mod stats;
pub mod sweep;
pub mod tally;
pub mod trace;
pub mod verify;
pub mod world;
