//! The asking side.

use std::io;
use std::path::Path;

use interprocess::local_socket::tokio::Stream;
use tokio::io::BufReader;

use crate::ipc::protocol::{Request, Response};
use crate::ipc::{line, socket};

/// Why a node could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No node runs on this folder.
    #[error("no node runs on this data folder")]
    NotRunning,
    /// The connection broke.
    #[error("the connection to the running node broke: {0}")]
    Io(#[from] io::Error),
    /// The node speaks another version.
    #[error("the running node gave an answer this program does not know: {0}")]
    Answer(#[from] serde_json::Error),
    /// The node ended.
    #[error("the running node ended")]
    Ended,
}

/// A connection to a running node.
#[derive(Debug)]
pub struct Client {
    stream: BufReader<Stream>,
}

impl Client {
    /// Connects to the node that runs on a folder.
    ///
    /// # Errors
    /// [`ClientError::NotRunning`] when none does, a dead socket included.
    pub async fn connect(folder: &Path) -> Result<Self, ClientError> {
        let stream = socket::connect(folder)
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => {
                    ClientError::NotRunning
                }
                _ => ClientError::Io(error),
            })?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn ask(&mut self, request: &Request) -> Result<Response, ClientError> {
        line::write(self.stream.get_mut(), request).await?;
        self.next().await
    }

    /// The next line of an answer that has several.
    ///
    /// # Errors
    /// [`ClientError`].
    pub async fn next(&mut self) -> Result<Response, ClientError> {
        match line::read(&mut self.stream).await? {
            Some(response) => Ok(response?),
            None => Err(ClientError::Ended),
        }
    }
}
