//! Whether a data folder is still where it was: a copy that continued its log would fork it.

use std::path::Path;

use crate::data_folder::error::{FolderError, FolderResult};

/// Names this computer: the identifier its operating system was installed with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineId(String);

/// Whether the folder was last used on this machine and at this place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineMarker {
    /// It was.
    Same,
    /// It was copied, moved or restored: its log must not be continued.
    Differs,
}

impl MachineId {
    /// Asks the operating system. A system without an identifier gives an empty one: then only the folder's path tells
    /// copies apart, and a copy to the same path of another such machine is found by the peers instead (a fork).
    pub fn of_this_machine() -> Self {
        Self(system_id().unwrap_or_default())
    }

    /// A given identifier, for tests.
    pub fn named(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// What is kept in the store: a hash of the machine and of the folder's place, so that a second copy on the same
    /// machine is noticed too. A folder that was only moved gets a new incarnation as well, which costs it its number
    /// slot for the day and nothing else.
    pub(crate) fn marker(&self, folder: &Path) -> FolderResult<[u8; 32]> {
        let place = folder.canonicalize().map_err(FolderError::io("", "find"))?;
        let mut hasher = blake3::Hasher::new_derive_key("lienquay 2026 machine marker");
        hasher
            .update(self.0.trim().as_bytes())
            .update(&[0])
            .update(place.as_os_str().as_encoded_bytes());
        Ok(hasher.finalize().into())
    }
}

#[cfg(target_os = "linux")]
fn system_id() -> Option<String> {
    ["/etc/machine-id", "/var/lib/dbus/machine-id"]
        .into_iter()
        .filter_map(|path| std::fs::read_to_string(path).ok())
        .find(|id| !id.trim().is_empty())
}

#[cfg(windows)]
fn system_id() -> Option<String> {
    let output = std::process::Command::new("reg")
        .args([
            "query",
            r"HKLM\SOFTWARE\Microsoft\Cryptography",
            "/v",
            "MachineGuid",
        ])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    text.split_whitespace().last().map(str::to_owned)
}

#[cfg(target_os = "macos")]
fn system_id() -> Option<String> {
    let output = std::process::Command::new("ioreg")
        .args(["-rd1", "-c", "IOPlatformExpertDevice"])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.contains("IOPlatformUUID"))?;
    line.split('"').nth(3).map(str::to_owned)
}

#[cfg(not(any(target_os = "linux", target_os = "macos", windows)))]
fn system_id() -> Option<String> {
    None
}
