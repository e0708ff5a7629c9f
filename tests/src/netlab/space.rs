//! One network namespace: made, entered, removed with everything in it.

use std::process::Command;

use anyhow::{Context as _, Result};

use super::tool::{feed, run};

/// A named network namespace with its loopback up.
#[derive(Debug)]
pub struct Space {
    name: String,
}

impl Space {
    pub(super) fn new(name: &str) -> Result<Self> {
        run("ip", &["netns", "add", name]).context("a network namespace cannot be made")?;
        let space = Self {
            name: name.to_owned(),
        };
        space.ip("link set lo up")?;
        Ok(space)
    }

    /// Its name among those of `ip netns`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs lines of `ip` in it.
    pub fn ip(&self, lines: &str) -> Result<()> {
        feed("ip", &["-n", &self.name, "-batch", "-"], lines).map(drop)
    }

    /// A program that will run in it.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        command_in(&self.name, program)
    }
}

/// A program that will run in a namespace, under the process id that the caller sees.
pub(crate) fn command_in(space: &str, program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new("nsenter");
    command
        .arg(format!("--net=/run/netns/{space}"))
        .arg("--")
        .arg(program);
    command
}

impl Drop for Space {
    fn drop(&mut self) {
        remove(&self.name);
    }
}

/// Ends what still runs in a namespace and removes it. Another run may do the same at this moment.
pub(super) fn remove(name: &str) {
    let pids = run("ip", &["netns", "pids", name]).unwrap_or_default();
    for pid in pids.split_whitespace() {
        if let Err(error) = run("kill", &["-9", pid]) {
            tracing::debug!(%error, "it ended by itself");
        }
    }
    if let Err(error) = run("ip", &["netns", "del", name]) {
        tracing::warn!(%error, "a network namespace stays behind");
    }
}
