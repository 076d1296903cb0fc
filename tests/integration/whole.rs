//! The whole customer: mechanisms that are neutral unless they are written, each with its limits and signs.

mod attribution;
mod prices;
