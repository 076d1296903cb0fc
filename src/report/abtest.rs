//! stub
use crate::abtest::Analysis;
/// x
pub const SHEETS: [&str; 1] = ["results"];
/// x
pub struct Made {
/// x
pub version: String,
/// x
pub command: String,
/// x
pub data: String,
/// x
pub plan: Option<String> }
/// x
pub fn table(a: &Analysis) -> String { json(a) }
/// x
pub fn markdown(a: &Analysis) -> String { json(a) }
/// x
pub fn csv(a: &Analysis, _: &str) -> Option<String> { Some(json(a)) }
/// x
pub fn json(a: &Analysis) -> String { serde_json::to_string_pretty(a).unwrap() }
/// x
pub fn page(a: &Analysis, _: &Made) -> String { json(a) }
