//! What a run that was killed left behind, found by the process id in its names.

use std::path::Path;

use super::space;

const PREFIX: &str = "lienquay";

/// What everything of a lab of this process is called.
pub(super) fn name_of_this_run(number: u32) -> String {
    format!("{PREFIX}-{}-{number}", std::process::id())
}

/// The process that made a namespace of this name; none for a name that is not ours.
fn maker(name: &str) -> Option<u32> {
    let rest = name.strip_prefix(PREFIX)?.strip_prefix('-')?;
    rest.split('-').next()?.parse().ok()
}

/// Removes the namespaces of processes that are gone.
pub(super) fn sweep() {
    let Ok(entries) = std::fs::read_dir("/run/netns") else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_dead = |pid: &u32| !Path::new("/proc").join(pid.to_string()).exists();
        if maker(&name).filter(is_dead).is_some() {
            space::remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_project_are_taken_for_leftovers() {
        assert_eq!(maker(&name_of_this_run(3)), Some(std::process::id()));
        assert_eq!(maker("lienquay-17-0-hub"), Some(17));
        for other in ["lienquay", "lienquay-x-0", "lienquays-1-0", "vpn-1-0", ""] {
            assert_eq!(maker(other), None, "{other}");
        }
    }
}
