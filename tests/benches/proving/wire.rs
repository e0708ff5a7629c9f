//! Reconnecting over real TCP: every byte that crosses, the handshakes of TCP's users (Noise, Yamux, our hello) included.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use lienquay_node::runtime::NodeNews;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::nodes::{Node, until_equal};
use crate::options::Options;
use crate::table::{Line, Table};

/// Half of them are disturbed by a beat or a ping at the wrong moment; the median is not.
const N_RECONNECTS: usize = 5;
/// Nothing more crosses in this time.
const QUIET: Duration = Duration::from_millis(250);

/// Measures with two nodes in this process and a cable that can be pulled.
pub(crate) fn run(_options: &Options, table: &mut Table) -> Result<()> {
    let home = tempfile::tempdir()?;
    let mut one = Node::start(&home.path().join("1"), Some(Vec::new()))?;
    one.found()?;
    let cable = Cable::to(one.address()?)?;
    let mut two = Node::start(&home.path().join("2"), Some(vec![cable.addr]))?;
    two.join(&mut one, "quay 2")?;
    until_equal(&one, &two)?;
    let mut costs = Vec::new();
    for _ in 0..N_RECONNECTS {
        cable.pull();
        two.until(|news| matches!(news, NodeNews::Link { is_up: false, .. }))?;
        cable.n_bytes.store(0, Ordering::Relaxed);
        two.until(|news| matches!(news, NodeNews::Link { is_up: true, .. }))?;
        costs.push(cable.until_quiet());
    }
    costs.sort_unstable();
    eprintln!("  {costs:?}");
    table.add(
        Line::new(
            "reconnect, nothing changed, 2 nodes: bytes over TCP, both ways",
            format!("{} B (median of {N_RECONNECTS})", costs[costs.len() / 2]),
        )
        .floor("Noise, Yamux and the hello included")
        .peer("3.4 KB (Syncthing)"),
    );
    two.stop()?;
    one.stop()
}

/// A relay that counts.
struct Cable {
    addr: SocketAddr,
    n_bytes: Arc<AtomicU64>,
    pulls: watch::Sender<u64>,
    _tokio: Runtime,
}

impl Cable {
    fn to(far: SocketAddr) -> Result<Self> {
        let tokio = Runtime::new()?;
        let listener = tokio.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let addr = listener.local_addr()?;
        let n_bytes = Arc::<AtomicU64>::default();
        let (pulls, pulled) = watch::channel(0);
        let counter = Arc::clone(&n_bytes);
        tokio.spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (counter, mut pulled) = (Arc::clone(&counter), pulled.clone());
                pulled.mark_unchanged();
                tokio::spawn(async move {
                    let Ok(far) = TcpStream::connect(far).await else {
                        return;
                    };
                    tokio::select! {
                        _ = pulled.changed() => {}
                        () = carry(&near, &far, &counter) => {}
                        () = carry(&far, &near, &counter) => {}
                    }
                });
            }
        });
        Ok(Self {
            addr,
            n_bytes,
            pulls,
            _tokio: tokio,
        })
    }

    fn pull(&self) {
        self.pulls.send_modify(|n_pulls| *n_pulls += 1);
    }

    /// Waits until nothing crosses; what has.
    fn until_quiet(&self) -> u64 {
        let mut before = 0;
        loop {
            std::thread::sleep(QUIET);
            let now = self.n_bytes.load(Ordering::Relaxed);
            if now == before && now > 0 {
                return now;
            }
            before = now;
        }
    }
}

async fn carry(from: &TcpStream, to: &TcpStream, counter: &AtomicU64) {
    let mut bytes = vec![0; 64 * 1024];
    while from.readable().await.is_ok() {
        let n_read = match from.try_read(&mut bytes) {
            Ok(0) => return,
            Ok(n_read) => n_read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_broken) => return,
        };
        counter.fetch_add(n_read as u64, Ordering::Relaxed);
        let mut rest = &bytes[..n_read];
        while !rest.is_empty() {
            if to.writable().await.is_err() {
                return;
            }
            match to.try_write(rest) {
                Ok(n_written) => rest = &rest[n_written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_broken) => return,
            }
        }
    }
}
