//! The impairing relay: carries IP packets between TUN devices, some of them late, twice, out of order or not at all.
//!
//! Its input is one JSON text a line: a setup, then the weather as often as it changes, then `"end"`. Each is answered by
//! one line; all but the first answer are what the relay did so far.

#[cfg(target_os = "linux")]
mod carry;

#[cfg(target_os = "linux")]
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    carry::run().await
}

#[cfg(not(target_os = "linux"))]
fn main() -> anyhow::Result<()> {
    anyhow::bail!("the impairing relay needs Linux")
}
