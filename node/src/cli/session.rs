//! The node a command works with: the running one, or one opened for the moment.

use std::path::Path;
use std::time::Duration;

use lienquay_shared::RequestId;
use lienquay_shared::command::{Command, Outcome, Submission};
use lienquay_shared::query::{Answer, Query};
use zeroize::Zeroizing;

use crate::cli::exit::{CliError, CliResult};
use crate::data_folder::{DataFolder, FolderError, KeySeal, MachineId, Opened};
use crate::ipc::{Client, ClientError, Request, Response, answer};
use crate::runtime::{self, NodeOptions, Runtime, random_bytes};

/// A node to work with.
pub(crate) enum Session {
    /// It runs in another process.
    Running(Client),
    /// It was opened here, without a network.
    Here(Runtime),
}

impl Session {
    /// Finds the running node, or opens the folder.
    pub(crate) async fn open(folder: &Path) -> CliResult<Self> {
        if let Some(client) = running(folder).await? {
            return Ok(Self::Running(client));
        }
        // The lock may be held by a node that is just starting: its socket comes a moment later.
        let mut patience = Patience::new();
        loop {
            match open_folder(folder) {
                Ok(opened) => {
                    return Ok(Self::Here(runtime::start(opened, NodeOptions::default())?));
                }
                Err(FolderError::InUse { .. }) if patience.lasts().await => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(client) = running(folder).await? {
                return Ok(Self::Running(client));
            }
        }
    }

    /// As [`Self::open`], for commands that make sense only in a site.
    pub(crate) async fn in_site(folder: &Path) -> CliResult<Self> {
        let mut session = Self::open(folder).await?;
        let Answer::Status(status) = session.ask(Query::Status).await? else {
            return Err(unexpected());
        };
        if status["site"].is_null() {
            session.close().await?;
            return Err(CliError::not_founded());
        }
        Ok(session)
    }

    /// Asks anything.
    pub(crate) async fn request(&mut self, request: Request) -> CliResult<Response> {
        let response = match self {
            Self::Running(client) => client.ask(&request).await?,
            Self::Here(runtime) => answer(runtime.handle(), request).await,
        };
        match response {
            Response::Refused(refusal) => Err(refusal.into()),
            Response::Error { what } => Err(CliError::Node(what)),
            response => Ok(response),
        }
    }

    /// Answers a question.
    pub(crate) async fn ask(&mut self, query: Query) -> CliResult<Answer> {
        match self.request(Request::Ask(query)).await? {
            Response::Answer(answer) => Ok(answer),
            _ => Err(unexpected()),
        }
    }

    /// Has a command done, under a new request id.
    pub(crate) async fn command(&mut self, command: Command) -> CliResult<Outcome> {
        let request = RequestId(random_bytes()?);
        self.submit(Submission { request, command }).await
    }

    /// Has a submission done.
    pub(crate) async fn submit(&mut self, submission: Submission) -> CliResult<Outcome> {
        match self.request(Request::Do(Box::new(submission))).await? {
            Response::Done(outcome) => Ok(outcome),
            _ => Err(unexpected()),
        }
    }

    /// Leaves the running node alone, or closes the one that was opened here.
    pub(crate) async fn close(self) -> CliResult<()> {
        match self {
            Self::Running(_) => Ok(()),
            Self::Here(runtime) => Ok(runtime.shutdown().await?),
        }
    }
}

/// The running node of a folder, if there is one.
pub(crate) async fn running(folder: &Path) -> CliResult<Option<Client>> {
    match Client::connect(folder).await {
        Ok(client) => Ok(Some(client)),
        Err(ClientError::NotRunning) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Opens a folder with whatever opens its key.
pub(crate) fn open_folder(folder: &Path) -> Result<Opened, FolderError> {
    DataFolder::open(folder, &seal(), &MachineId::of_this_machine())
}

/// Opens a folder for a node that will run: a single command that has it open will soon be done.
pub(crate) async fn open_to_run(folder: &Path) -> Result<Opened, FolderError> {
    let mut patience = Patience::new();
    loop {
        match open_folder(folder) {
            Err(FolderError::InUse { .. }) if patience.lasts().await => {}
            opened => return opened,
        }
    }
}

/// How long a folder that is in use is tried again.
struct Patience {
    n_left: u32,
}

impl Patience {
    /// Two seconds: a single command takes a tenth of one.
    fn new() -> Self {
        Self { n_left: 20 }
    }

    async fn lasts(&mut self) -> bool {
        tokio::time::sleep(Duration::from_millis(100)).await;
        self.n_left = self.n_left.saturating_sub(1);
        self.n_left > 0
    }
}

/// Opens a folder that belongs to no site yet, creating it if need be.
pub(crate) fn open_or_create(folder: &Path) -> Result<Opened, FolderError> {
    match DataFolder::create(folder, &seal(), &MachineId::of_this_machine()) {
        Err(FolderError::NotEmpty { .. }) => open_folder(folder),
        created => created,
    }
}

fn seal() -> KeySeal {
    match std::env::var("LIENQUAY_PASSPHRASE") {
        Ok(passphrase) if !passphrase.is_empty() => KeySeal::Passphrase(Zeroizing::new(passphrase)),
        Ok(_) | Err(_) => KeySeal::OwnerFile,
    }
}

/// An answer of another kind than was asked for: the running node is of another version.
pub(crate) fn unexpected() -> CliError {
    CliError::Node(
        "the running node gave an answer of another kind; is it another version?".to_owned(),
    )
}
