//! The serving side: one task a client.

use std::io;
use std::path::Path;
use std::sync::Arc;

use interprocess::local_socket::tokio::prelude::*;
use interprocess::local_socket::tokio::{Listener, Stream};
use lienquay_core::event::Control;
use lienquay_core::files::FilesPolicy;
use lienquay_shared::command::Outcome;
use lienquay_shared::refusal::Refusal;
use lienquay_shared::roster::RecoverySheet;
use tokio::io::BufReader;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::handle::{AskError, NodeHandle};
use crate::ipc::protocol::{Request, Response};
use crate::ipc::{line, socket};
use crate::verify;

/// Programs connected at the same time; further ones wait to be accepted.
const MAX_CLIENTS: usize = 32;
/// Progress lines that may wait for a slow client; verification waits for it then.
const PROGRESS_CAPACITY: usize = 16;

/// The running server.
#[derive(Debug)]
pub struct Server {
    cancel: CancellationToken,
    tasks: TaskTracker,
    shutdown: CancellationToken,
}

/// Listens on the socket of a data folder, whose lock the caller holds. Must be called inside a tokio runtime.
///
/// # Errors
/// When the socket cannot be created.
pub fn serve(folder: &Path, node: NodeHandle) -> io::Result<Server> {
    let listener = socket::listen(folder)?;
    let server = Server {
        cancel: CancellationToken::new(),
        tasks: TaskTracker::new(),
        shutdown: CancellationToken::new(),
    };
    let acceptor = Acceptor {
        listener,
        node,
        clients: Arc::new(Semaphore::new(MAX_CLIENTS)),
        cancel: server.cancel.clone(),
        shutdown: server.shutdown.clone(),
        tasks: server.tasks.clone(),
    };
    server.tasks.spawn(acceptor.run());
    Ok(server)
}

impl Server {
    /// Ends when a client asks the node to end.
    pub fn shutdown_asked(&self) -> impl Future<Output = ()> + Send + use<> {
        self.shutdown.clone().cancelled_owned()
    }

    /// Hangs up on every client and removes the socket.
    pub async fn stop(self) {
        self.cancel.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

struct Acceptor {
    listener: Listener,
    node: NodeHandle,
    clients: Arc<Semaphore>,
    cancel: CancellationToken,
    shutdown: CancellationToken,
    tasks: TaskTracker,
}

impl Acceptor {
    async fn run(self) {
        loop {
            let Ok(turn) = Arc::clone(&self.clients).acquire_owned().await else {
                return;
            };
            let accepted = tokio::select! {
                biased;
                () = self.cancel.cancelled() => return,
                accepted = self.listener.accept() => accepted,
            };
            let stream = match accepted {
                Ok(stream) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a client could not be accepted");
                    // Out of file descriptors, mostly: others must close theirs first.
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            let client = Client {
                node: self.node.clone(),
                shutdown: self.shutdown.clone(),
            };
            let cancel = self.cancel.clone();
            self.tasks.spawn(async move {
                let _turn = turn;
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => {}
                    served = client.serve(stream) => if let Err(error) = served {
                        tracing::debug!(%error, "a client is gone");
                    },
                }
            });
        }
    }
}

struct Client {
    node: NodeHandle,
    shutdown: CancellationToken,
}

impl Client {
    async fn serve(self, stream: Stream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        while let Some(request) = line::read::<Request>(&mut stream).await? {
            match request {
                Ok(Request::Subscribe) => return self.tell_news(stream.get_mut()).await,
                Ok(Request::Verify) => self.verify(stream.get_mut()).await?,
                Ok(request) => {
                    let ends = request == Request::Shutdown;
                    let response = answer(&self.node, request).await;
                    line::write(stream.get_mut(), &response).await?;
                    if ends {
                        self.shutdown.cancel();
                    }
                }
                Err(error) => {
                    let what = format!("not a request: {error}");
                    line::write(stream.get_mut(), &Response::Error { what }).await?;
                }
            }
        }
        Ok(())
    }

    async fn tell_news(&self, send: &mut Stream) -> io::Result<()> {
        let mut news = self.node.subscribe();
        line::write(send, &Response::Ok).await?;
        while let Some(news) = news.next().await {
            line::write(send, &Response::News(news)).await?;
        }
        Ok(())
    }

    async fn verify(&self, send: &mut Stream) -> io::Result<()> {
        let (progress, mut lines) = mpsc::channel(PROGRESS_CAPACITY);
        let work = self.node.read(move |reader| {
            verify::verify(reader, &mut |at| {
                progress.blocking_send(at).ok();
            })
        });
        tokio::pin!(work);
        let report = loop {
            tokio::select! {
                biased;
                Some(at) = lines.recv() => line::write(send, &Response::Progress(at)).await?,
                report = &mut work => break report,
            }
        };
        let response = answered(report.map(|report| Response::Verified(Box::new(report))));
        line::write(send, &response).await
    }
}

/// Answers a request that has one answer.
pub(crate) async fn answer(node: &NodeHandle, request: Request) -> Response {
    match request {
        Request::Do(submission) => done(node.submit(*submission).await),
        Request::Ask(query) => answered(node.ask(query).await.map(Response::Answer)),
        Request::Waiting => answered(node.waiting().await.map(Response::Waiting)),
        Request::Confirm { peer, admin } => {
            done(node.control(Control::ConfirmCode { peer, admin }).await)
        }
        Request::Reject { peer } => done(node.control(Control::RejectCode { peer }).await),
        Request::Recover { sheet } => match RecoverySheet::parse(&sheet) {
            Ok(sheet) => {
                let site_secret = sheet.key().to_secret();
                done(node.control(Control::Recover { site_secret }).await)
            }
            Err(error) => Response::Refused(Refusal::invalid("sheet", error.vietnamese())),
        },
        Request::AddFile {
            path,
            dossier,
            place,
            origin,
        } => {
            let added = node.add_file(&path, dossier, place, origin, None).await;
            done(added.map(|(_kept, outcome)| outcome))
        }
        Request::FetchFile { file } => done(node.fetch_file(file).await),
        Request::SaveFile { file, path } => match node.save_file(file, path).await {
            Ok(_n_bytes) => Response::Ok,
            Err(error) => Response::Error {
                what: error.to_string(),
            },
        },
        Request::FilesPolicy {
            quota_bytes,
            bytes_per_second,
        } => {
            let policy = FilesPolicy {
                quota_bytes,
                bytes_per_second,
            };
            done(node.control(Control::SetFilesPolicy(policy)).await)
        }
        Request::Dial { addr } => answered(node.dial(addr).map(|()| Response::Ok)),
        Request::Shutdown | Request::Subscribe | Request::Verify => Response::Ok,
    }
}

fn done(result: Result<Outcome, Refusal>) -> Response {
    match result {
        Ok(outcome) => Response::Done(outcome),
        Err(refusal) => Response::Refused(refusal),
    }
}

fn answered(result: Result<Response, AskError>) -> Response {
    result.unwrap_or_else(|error| Response::Error {
        what: error.to_string(),
    })
}
