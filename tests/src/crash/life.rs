//! One life of the process: a real node without a network, doing step after step as one officer.

mod command;

use std::path::{Path, PathBuf};

use lienquay_core::store::StoreFault;
use lienquay_node::data_folder::{DataFolder, FolderError, KeySeal, MachineId, Opened};
use lienquay_node::handle::{AskError, NodeHandle};
use lienquay_node::notes::KeepError;
use lienquay_node::runtime::{self, NodeOptions, Runtime, StartError};
use lienquay_shared::refusal::Refusal;

use crate::crash::given::{Acknowledged, Given};
use crate::crash::script::Step;
use command::submission;

/// Why a step was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The officer is told that the disk is full.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The officer is told that the store failed.
    #[error("the store failed: {0}")]
    Store(String),
    /// Anything else: the morning is wrong, or the product.
    #[error("{0}")]
    Other(String),
}

impl From<StoreFault> for Trouble {
    fn from(fault: StoreFault) -> Self {
        match fault {
            StoreFault::Full(what) => Self::Full(what),
            StoreFault::Failed(what) => Self::Store(what),
            StoreFault::Damaged(what) => Self::Other(format!("damaged: {what}")),
        }
    }
}

impl From<FolderError> for Trouble {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Store(fault) => fault.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<StartError> for Trouble {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(fault) => fault.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::DiskFull => Self::Full("refused".to_owned()),
            Refusal::StoreFault => Self::Store("refused".to_owned()),
            other => Self::Other(format!("refused: {other:?}")),
        }
    }
}

impl From<KeepError> for Trouble {
    fn from(error: KeepError) -> Self {
        match error {
            KeepError::Ask(AskError::Store(fault)) => fault.into(),
            other => Self::Other(other.to_string()),
        }
    }
}

/// What the program of one life ends with when the disk stays full.
pub const GAVE_UP: u8 = 3;
/// What it ends with when it must be started anew.
pub const START_ANEW: u8 = 4;

/// The seal of the folder.
pub const SEAL: KeySeal = KeySeal::OwnerFile;

/// The computer it stands on.
pub fn machine() -> MachineId {
    MachineId::named("the pc of the morning")
}

/// As the window and the command line do it: a folder that is there is opened, another one created.
pub fn open_or_create(folder: &Path) -> Result<Opened, FolderError> {
    match DataFolder::create(folder, &SEAL, &machine()) {
        Err(FolderError::NotEmpty { .. }) => DataFolder::open(folder, &SEAL, &machine()),
        created => created,
    }
}

/// A note's content, from its step, so that each one differs.
pub fn note_bytes(step: usize, len: usize) -> Vec<u8> {
    let byte = |at: usize| u8::try_from((at * 31 + step * 7) % 251).unwrap_or(0);
    (0..len).map(byte).collect()
}

/// The process.
#[derive(Debug)]
pub struct Life {
    folder: PathBuf,
    runtime: Option<Runtime>,
}

impl Life {
    /// Nothing is open yet.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            runtime: None,
        }
    }

    /// The running node.
    ///
    /// # Panics
    /// When none runs: the script opens first.
    pub fn node(&self) -> &NodeHandle {
        self.runtime.as_ref().expect("opened").handle()
    }

    /// Opens the folder; `create` when that may be the first time.
    pub fn open(&mut self, create: bool) -> Result<Given, Trouble> {
        let opened = if create {
            open_or_create(&self.folder)?
        } else {
            DataFolder::open(&self.folder, &SEAL, &machine())?
        };
        self.start(opened)
    }

    /// Starts the node of an open folder.
    pub fn start(&mut self, opened: Opened) -> Result<Given, Trouble> {
        let runtime = runtime::start(opened, NodeOptions::default())?;
        let node = runtime.handle().node();
        self.runtime = Some(runtime);
        Ok(Given::Opened(node))
    }

    /// Ends the node in order.
    pub async fn close(&mut self) -> Result<Given, Trouble> {
        if let Some(runtime) = self.runtime.take() {
            let ended = runtime.shutdown().await;
            ended.map_err(|error| Trouble::Other(error.to_string()))?;
        }
        Ok(Given::Ended)
    }

    /// Does one step; `known` is what earlier ones gave. [`Step::Vanish`] closes: only a whole process can vanish.
    pub async fn step(
        &mut self,
        at: usize,
        step: &Step,
        known: &Acknowledged,
    ) -> Result<Given, Trouble> {
        match step {
            Step::Open => self.open(at == 0),
            Step::Close | Step::Vanish => self.close().await,
            Step::Found => self.found().await,
            Step::Keep(name, len) => self.keep(name, Some(note_bytes(at, *len))).await,
            Step::Erase(name) => self.keep(name, None).await,
            Step::SheetIsSafe => {
                self.node().sheet_is_safe().await?;
                Ok(Given::Kept)
            }
            other => {
                let submission = submission(at, other, known)
                    .ok_or_else(|| Trouble::Other(format!("step {at} misses an earlier one")))?;
                Ok(Given::Did(self.node().submit(submission).await?))
            }
        }
    }

    /// As [`Self::step`], for a process that does vanish.
    pub async fn step_or_vanish(
        &mut self,
        at: usize,
        step: &Step,
        known: &Acknowledged,
    ) -> Result<Given, Trouble> {
        match step {
            Step::Vanish => Ok(Given::Ended),
            _ => self.step(at, step, known).await,
        }
    }

    /// A repeated founding finds the site there and shows its sheet, as the window does.
    async fn found(&mut self) -> Result<Given, Trouble> {
        let node = self.node();
        let (site, unit) = ("Điểm phục vụ xã Thử", "H26.15");
        let sheet = if node.has_site() {
            let kept = node.recovery_sheet().await;
            let kept = kept.map_err(|error| Trouble::from(KeepError::Ask(error)))?;
            kept.ok_or_else(|| Trouble::Other("a site without its recovery sheet".to_owned()))?
        } else {
            node.found(site, unit, "Nguyễn Thị Sáng", "Quầy 1").await?
        };
        Ok(Given::Founded(sheet.qr_text()))
    }

    async fn keep(&mut self, name: &str, value: Option<Vec<u8>>) -> Result<Given, Trouble> {
        self.node().keep(name, value).await?;
        Ok(Given::Kept)
    }
}
