//! Where the socket of a data folder is, and who may open it.

use std::io;
use std::path::Path;

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener, Stream};
use interprocess::local_socket::{ListenerOptions, Name};

#[cfg(unix)]
const FILE: &str = "socket";

#[cfg(unix)]
fn name(folder: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::GenericFilePath;
    folder.join(FILE).to_fs_name::<GenericFilePath>()
}

#[cfg(windows)]
fn name(folder: &Path) -> io::Result<Name<'static>> {
    use interprocess::local_socket::GenericNamespaced;
    let place = folder.canonicalize()?;
    let hash = blake3::hash(place.as_os_str().as_encoded_bytes()).to_hex();
    format!("lienquay-{hash}").to_ns_name::<GenericNamespaced>()
}

/// Listens. Whoever calls this holds the folder's lock, so a socket that is there already is a dead one.
#[cfg(unix)]
pub(super) fn listen(folder: &Path) -> io::Result<Listener> {
    use interprocess::os::unix::local_socket::ListenerOptionsExt as _;
    match std::fs::remove_file(folder.join(FILE)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = ListenerOptions::new()
        .name(name(folder)?)
        .mode(0o600)
        .create_tokio()?;
    // Where a system cannot create it restricted, it is restricted now; the folder keeps others out until then.
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(folder.join(FILE), std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

/// Listens. The pipe is open to its owner only ("OW": owner rights), not to administrators' groups or the network.
#[cfg(windows)]
pub(super) fn listen(folder: &Path) -> io::Result<Listener> {
    use interprocess::os::windows::local_socket::ListenerOptionsExt as _;
    use interprocess::os::windows::security_descriptor::SecurityDescriptor;
    let owner_only = widestring::u16cstr!("D:P(A;;GA;;;OW)");
    ListenerOptions::new()
        .name(name(folder)?)
        .security_descriptor(SecurityDescriptor::deserialize(owner_only)?)
        .create_tokio()
}

/// Connects to the node that runs on a folder.
pub(super) async fn connect(folder: &Path) -> io::Result<Stream> {
    Stream::connect(name(folder)?).await
}
