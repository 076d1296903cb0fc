//! The whole customer: mechanisms that are neutral unless they are written, each in small stories, at its limits and by its
//! sign, on the same customers.

mod attribution;
mod fatigue;
mod lives;
mod prices;
mod profile;
mod seen;
mod together;
