//! The node inside the window's process: opened, served to other programs of this PC, closed in order.

use std::io;
use std::path::{Path, PathBuf};

use lienquay_node::data_folder::{DataFolder, FolderError, KeySeal, MachineId, Opened};
use lienquay_node::handle::NodeHandle;
use lienquay_node::ipc::{self, Server};
use lienquay_node::runtime::{self, NetOptions, NodeOptions, Runtime, StartError};
use lienquay_node::signals;

/// A running node and its local socket, so that the command line works beside the window.
#[derive(Debug)]
pub struct RunningNode {
    runtime: Runtime,
    server: Server,
}

/// Why no node runs.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The node.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The system: the socket for other programs of this PC, signals.
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
    /// Work was given up.
    #[error("opening was interrupted")]
    Interrupted,
}

impl RunningNode {
    /// Opens the folder, creating it if nothing is there, and starts the node. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`OpenError`]; nothing keeps running then.
    pub async fn open(folder: PathBuf, seal: KeySeal, net: NetOptions) -> Result<Self, OpenError> {
        let path = folder.clone();
        let opened = tokio::task::spawn_blocking(move || open_or_create(&path, &seal))
            .await
            .map_err(|_panicked| OpenError::Interrupted)??;
        let runtime = runtime::start(opened, NodeOptions { net: Some(net) })?;
        match ipc::serve(&folder, runtime.handle().clone()) {
            Ok(server) => Ok(Self { runtime, server }),
            Err(error) => {
                runtime.shutdown().await?;
                Err(error.into())
            }
        }
    }

    /// The handle.
    #[must_use]
    pub fn handle(&self) -> &NodeHandle {
        self.runtime.handle()
    }

    /// Ends when another program of this PC, or the system, asks the node to end. Must be called inside a tokio runtime.
    ///
    /// # Errors
    /// When the system does not let us listen.
    pub fn end_asked(&self) -> io::Result<impl Future<Output = ()> + Send + use<>> {
        let by_client = self.server.shutdown_asked();
        let by_system = signals::end_asked()?;
        Ok(async move {
            tokio::select! {
                () = by_client => {}
                () = by_system => {}
            }
        })
    }

    /// Ends the node in order: no client starts anything new, tickets are handed over, the store closes.
    ///
    /// # Errors
    /// When the engine's thread had panicked.
    pub async fn close(self) -> io::Result<()> {
        self.server.stop().await;
        self.runtime.shutdown().await
    }
}

fn open_or_create(folder: &Path, seal: &KeySeal) -> Result<Opened, FolderError> {
    let machine = MachineId::of_this_machine();
    match DataFolder::create(folder, seal, &machine) {
        Err(FolderError::NotEmpty { .. }) => DataFolder::open(folder, seal, &machine),
        created => created,
    }
}
