//! Lines of bounded length.

use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
};

/// The longest line: a procedure's published record has up to 1 MiB, and a page of 200 rows stays far below.
pub(crate) const MAX_LINE_BYTES: usize = 4 << 20;

/// Reads one line as JSON; `None` at the end.
pub(crate) async fn read<T: DeserializeOwned>(
    from: &mut (impl AsyncBufRead + Unpin),
) -> io::Result<Option<Result<T, serde_json::Error>>> {
    let mut line = Vec::new();
    let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX);
    from.take(limit).read_until(b'\n', &mut line).await?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(serde_json::from_slice(&line))),
        Some(_) if line.len() == MAX_LINE_BYTES => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "the line is too long",
        )),
        // The other side died in the middle of a line.
        Some(_) => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Writes one value as a line.
pub(crate) async fn write<T: Serialize>(
    to: &mut (impl AsyncWrite + Unpin),
    value: &T,
) -> io::Result<()> {
    let mut line = serde_json::to_vec(value).map_err(io::Error::other)?;
    line.push(b'\n');
    to.write_all(&line).await?;
    to.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::BufReader;

    async fn check(input: &[u8]) -> io::Result<Option<Result<u32, serde_json::Error>>> {
        read(&mut BufReader::new(input)).await
    }

    #[tokio::test]
    async fn lines_are_whole_bounded_and_json() {
        assert_eq!(check(b"7\n8\n").await.unwrap().unwrap().unwrap(), 7);
        assert!(check(b"").await.unwrap().is_none());
        assert!(check(b"x\n").await.unwrap().unwrap().is_err());
        assert_eq!(
            check(b"7").await.unwrap_err().kind(),
            io::ErrorKind::UnexpectedEof
        );
        let long = vec![b'7'; MAX_LINE_BYTES + 10];
        assert_eq!(
            check(&long).await.unwrap_err().kind(),
            io::ErrorKind::InvalidData
        );
    }
}
