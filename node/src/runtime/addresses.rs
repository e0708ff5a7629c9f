//! Where members last answered, kept in the encrypted store between runs: a site without mDNS finds itself again.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use lienquay_core::store::{Store as _, StoreResult};
use lienquay_shared::NodeId;
use serde::{Deserialize, Serialize};

use crate::store::SqliteStore;

const NAME: &str = "addresses";
/// A site has up to twenty PCs.
const MAX_REMEMBERED: usize = 64;

#[derive(Debug, Serialize, Deserialize)]
struct Remembered {
    node: NodeId,
    addr: SocketAddr,
}

/// The remembered addresses. A list that cannot be read is worth no fault: the LAN is searched anyway.
pub(crate) fn load(store: &SqliteStore) -> StoreResult<BTreeMap<NodeId, SocketAddr>> {
    let bytes = store.local(NAME)?.unwrap_or_default();
    let rows: Vec<Remembered> = serde_json::from_slice(&bytes).unwrap_or_default();
    let rows = rows.into_iter().take(MAX_REMEMBERED);
    Ok(rows.map(|row| (row.node, row.addr)).collect())
}

/// Remembers these from now on.
pub(crate) fn save(
    store: &mut SqliteStore,
    addresses: &BTreeMap<NodeId, SocketAddr>,
) -> StoreResult<()> {
    let rows: Vec<Remembered> = addresses
        .iter()
        .take(MAX_REMEMBERED)
        .map(|(node, addr)| Remembered {
            node: *node,
            addr: *addr,
        })
        .collect();
    let bytes = serde_json::to_vec(&rows).unwrap_or_default();
    store.set_local(NAME, &bytes)?;
    store.commit(false)
}
