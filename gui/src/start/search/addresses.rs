//! Where this PC can be reached, as a person types it on another one.

use std::net::SocketAddr;

use lienquay_node::handle::{AskError, NodeHandle};

/// Addresses of this PC.
pub(super) async fn own(node: &NodeHandle) -> Result<Vec<SocketAddr>, AskError> {
    Ok(worth_telling(node.listening().await?))
}

/// Those that only this PC itself can reach are told only when there is no other.
pub(crate) fn worth_telling(mut all: Vec<SocketAddr>) -> Vec<SocketAddr> {
    all.sort();
    all.dedup();
    all.retain(|address| !address.ip().is_unspecified());
    let reachable: Vec<SocketAddr> = all
        .iter()
        .copied()
        .filter(|address| !address.ip().is_loopback())
        .collect();
    if reachable.is_empty() { all } else { reachable }
}

#[cfg(test)]
mod tests {
    use super::worth_telling;

    #[test]
    fn what_only_this_pc_can_reach_is_told_last() {
        let told = |all: &[&str]| {
            let all = all.iter().map(|address| address.parse().unwrap());
            let told = worth_telling(all.collect());
            told.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let lan = "192.168.1.10:4717";
        assert_eq!(told(&["127.0.0.1:4717", lan, lan]), [lan]);
        assert_eq!(told(&["127.0.0.1:4717"]), ["127.0.0.1:4717"]);
        assert!(told(&["0.0.0.0:4717"]).is_empty());
    }
}
