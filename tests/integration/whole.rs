//! The whole customer: what people and messages do beyond the spine of the model, rule by rule.

#![expect(clippy::format_push_string, reason = "scenario texts are put together, and nobody waits for them")]

mod lives;
mod seen;
