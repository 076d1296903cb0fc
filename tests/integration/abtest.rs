//! `channelmix abtest` from end to end: it never contradicts itself, what it makes of published experiments, what it
//! refuses and how, and that plans, looks and formats of data mean what they say.

mod consistent;
mod formats;
mod looks;
mod made;
mod plan_files;
mod published;
mod refused_data;
mod refused_plans;
mod rows;
mod scales;
