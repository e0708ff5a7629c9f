//! Running the system's network tools, with what they said when they fail.

use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// Runs a tool to its end; its output.
pub(super) fn run(program: &str, arguments: &[&str]) -> Result<String> {
    feed(program, arguments, "")
}

/// Runs a tool with something to read.
pub(super) fn feed(program: &str, arguments: &[&str], input: &str) -> Result<String> {
    let mut tool = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("the real network needs the program `{program}`"))?;
    if let Some(mut stdin) = tool.stdin.take() {
        stdin.write_all(input.as_bytes())?;
    }
    let done = tool.wait_with_output()?;
    if !done.status.success() {
        let why = String::from_utf8_lossy(&done.stderr);
        bail!("{program} {arguments:?} {input:?}: {}", why.trim());
    }
    Ok(String::from_utf8_lossy(&done.stdout).into_owned())
}
