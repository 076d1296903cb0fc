//! The whole customer: mechanisms beyond the spine of the model, each in small stories, at its limits and by its sign, on
//! the same customers.

mod profile;
