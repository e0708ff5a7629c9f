//! What this PC keeps for itself.

use tokio::sync::oneshot;

use crate::handle::{AskError, NodeHandle};
use crate::notes::{self, KeepError, NoteKey};
use crate::runtime::Order;

impl NodeHandle {
    /// Keeps a note under a name, instead of the one before; `None` erases it. On the disk when this returns. Works
    /// before there is a site.
    ///
    /// # Errors
    /// [`KeepError`]; what was kept before still is.
    pub async fn keep(&self, name: &str, value: Option<Vec<u8>>) -> Result<(), KeepError> {
        let key = NoteKey::named(name)?;
        notes::check_value(value.as_deref().unwrap_or_default())?;
        let (reply, done) = oneshot::channel();
        self.send(Order::Keep { key, value, reply })?;
        done.await.map_err(|_ended| AskError::Ended)?
    }

    /// The note kept under a name; `None` when there is none.
    ///
    /// # Errors
    /// [`AskError`].
    pub async fn kept(&self, name: &str) -> Result<Option<Vec<u8>>, AskError> {
        match NoteKey::named(name) {
            Ok(key) => self.read(move |reader| reader.local(key.as_str())).await,
            // Nothing was ever kept under a name that may not be.
            Err(_no_such_name) => Ok(None),
        }
    }
}
