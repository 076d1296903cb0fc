//! The whole customer: each mechanism beyond the spine, its limits and its signs.

mod attribution;
