//! channelmix: which channel strategy keeps more customers, costs less per contact and earns more?
pub mod luck;
pub mod stats;
