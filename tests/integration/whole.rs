//! The whole customer: mechanisms that are neutral unless they are written.

mod prices;
