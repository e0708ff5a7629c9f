//! What the system sends when a program shall end.

use std::io;

/// Listens from now on for Ctrl+C and what a service manager or the end of the session sends; the future ends when one comes.
///
/// # Errors
/// When the system does not let us listen. Must be called inside a tokio runtime.
#[cfg(unix)]
pub fn end_asked() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    let mut hung_up = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
            _ = hung_up.recv() => {}
        }
    })
}

/// Listens from now on for Ctrl+C and for the end of the window or the session; the future ends when one comes.
///
/// # Errors
/// When the system does not let us listen. Must be called inside a tokio runtime.
#[cfg(windows)]
pub fn end_asked() -> io::Result<impl Future<Output = ()> + Send + use<>> {
    use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
    let mut interrupted = ctrl_c()?;
    let mut closed = ctrl_close()?;
    let mut shut_down = ctrl_shutdown()?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = closed.recv() => {}
            _ = shut_down.recv() => {}
        }
    })
}
