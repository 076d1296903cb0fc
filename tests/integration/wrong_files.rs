//! What a strategist really gets wrong, and what she is told: file, line, column, the value, and what to do about it.

mod attribution;
mod audiences;
mod campaigns;
mod combined;
mod hostile;
mod keys;
mod lives;
mod names;
mod overrides;
mod people;
mod places;
mod plans;
mod policies;
mod prices;
mod profiles;
mod reactions;
pub mod reference;
mod steps;
mod strain;
mod syntax;
mod times;
mod triggers;
mod values;
mod ways;

use channelmix::scenario::{Loaded, load};
use channelmix::world::World;

/// A scenario in which nothing is wrong.
pub const BASE: &str = include_str!("wrong_files/base.toml");

/// All that is said about a text, by the reader or, if it finds nothing, by the world.
pub fn told(text: &str, overrides: &[&str]) -> String {
    let overrides: Vec<String> = overrides.iter().map(|&one| one.to_owned()).collect();
    let Loaded { scenario, sources, mut problems } = load("offers.toml", text, &overrides);
    assert_eq!(scenario.is_none(), problems.any_error());
    if let Some(Err(problem)) = scenario.map(World::new) {
        problems.push(problem);
    }
    problems.render(&sources, false)
}

/// The base with one passage written otherwise.
pub fn edited(from: &str, to: &str) -> String {
    assert_eq!(BASE.matches(from).count(), 1, "{from}");
    BASE.replace(from, to)
}

/// What is said when one passage of the base is written otherwise.
pub fn edit(from: &str, to: &str) -> String {
    told(&edited(from, to), &[])
}

#[test]
fn nothing_is_wrong_with_the_base() {
    assert_eq!(told(BASE, &[]), "");
}
