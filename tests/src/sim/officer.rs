//! What officers hand in. What they do in the course of a day is chosen in [`crate::sim::day`].

pub mod papers;
