//! Crash points on the real store: a scripted morning whose every write can be the last one.
//!
//! [`script`] says what officers do, [`life`] does it on a real node and writes down what was acknowledged, [`strace`] ends
//! or hurts the process at one system call, [`trace`] and [`disk`] rebuild what a power cut would have left of the recorded
//! writes, and [`check`] opens what is left: nothing acknowledged may be missing, nothing given twice.

pub mod check;
pub mod disk;
pub mod failed_sync;
pub mod given;
pub mod life;
pub mod place;
pub mod points;
pub mod power;
pub mod record;
pub mod script;
pub mod strace;
pub mod trace;
