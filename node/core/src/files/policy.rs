//! What the person here decided about the files of others on this PC.

use lienquay_shared::codec;
use lienquay_shared::refusal::Refusal;
use serde::{Deserialize, Serialize};

use crate::engine::{Cx, Engine};
use crate::files::fact;
use crate::store::StoreResult;

/// How much of the disk and of the line files may take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesPolicy {
    /// Files that are fetched may fill this much together with those that are here; none for as much as the disk has beyond
    /// its reserve. What is scanned here is kept in any case.
    #[serde(rename = "q", default, skip_serializing_if = "Option::is_none")]
    pub quota_bytes: Option<u64>,
    /// Bytes a second asked of others in all; none for as fast as they come.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub bytes_per_second: Option<u64>,
}

impl Engine {
    /// Keeps what was decided; whatever it frees or forbids follows with the next beat.
    pub(crate) fn set_files_policy(
        &mut self,
        cx: &mut Cx<'_>,
        policy: FilesPolicy,
    ) -> StoreResult<Result<(), Refusal>> {
        cx.store.set_meta(fact::POLICY, &codec::encode(&policy))?;
        self.files.policy = policy;
        self.files.is_looking = true;
        self.wrote_own();
        Ok(Ok(()))
    }
}
