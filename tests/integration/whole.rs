//! The whole customer: mechanisms that a scenario need not have. Where they are neutral nothing changes; where they are not,
//! they move what they say and in the direction that they say.

mod fatigue;
