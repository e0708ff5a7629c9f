//! How a command ends.

use std::io;
use std::process::ExitCode;

use lienquay_core::store::StoreFault;
use lienquay_shared::refusal::Refusal;

use crate::data_folder::FolderError;
use crate::handle::AskError;
use crate::ipc::ClientError;
use crate::runtime::StartError;

pub(crate) type CliResult<T> = Result<T, CliError>;

/// The exit codes, as `--help` lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Code {
    Ok = 0,
    Unexpected = 1,
    Usage = 2,
    Refused = 3,
    NoFolder = 4,
    FolderUnusable = 5,
    NotFound = 6,
    Differences = 7,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error("{0}")]
    Usage(String),
    #[error("{}", .0.english())]
    Refused(Refusal),
    #[error("{english}")]
    Not {
        code: Code,
        vietnamese: String,
        english: String,
    },
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Client(#[from] ClientError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error(transparent)]
    Store(#[from] StoreFault),
    #[error("{0}")]
    Node(String),
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<Refusal> for CliError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<AskError> for CliError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::Store(fault) => Self::Store(fault),
            AskError::Busy | AskError::Ended => Self::Node(error.to_string()),
        }
    }
}

impl CliError {
    pub(crate) fn not(code: Code, vietnamese: &str, english: &str) -> Self {
        Self::Not {
            code,
            vietnamese: vietnamese.to_owned(),
            english: english.to_owned(),
        }
    }

    /// The folder belongs to no site.
    pub(crate) fn not_founded() -> Self {
        Self::not(
            Code::NoFolder,
            "Máy này chưa thuộc điểm nào. Hãy lập điểm mới (found) hoặc xin kết nạp (join).",
            "this folder belongs to no site yet; use `found` or `join`",
        )
    }

    /// Nothing was found.
    pub(crate) fn not_found() -> Self {
        Self::not(Code::NotFound, "Không tìm thấy.", "not found")
    }

    pub(crate) fn code(&self) -> Code {
        match self {
            Self::Usage(_) => Code::Usage,
            Self::Refused(_) => Code::Refused,
            Self::Not { code, .. } => *code,
            Self::Folder(FolderError::Missing { .. }) => Code::NoFolder,
            Self::Folder(FolderError::NotEmpty { .. }) => Code::Refused,
            Self::Folder(_) | Self::Store(_) | Self::Start(StartError::Store(_)) => {
                Code::FolderUnusable
            }
            Self::Client(_) | Self::Start(_) | Self::Node(_) | Self::Io(_) => Code::Unexpected,
        }
    }

    /// For the officer.
    pub(crate) fn vietnamese(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.vietnamese(),
            Self::Not { vietnamese, .. } => vietnamese.clone(),
            Self::Folder(error) => error.vietnamese(),
            Self::Usage(_) => "Lệnh hoặc dữ liệu nhập chưa đúng.".to_owned(),
            Self::Store(_) | Self::Start(StartError::Store(_)) => {
                "Kho dữ liệu có lỗi. Hãy báo kỹ thuật viên.".to_owned()
            }
            Self::Client(_) | Self::Start(_) | Self::Node(_) | Self::Io(_) => {
                "Lỗi ngoài dự kiến. Hãy báo kỹ thuật viên.".to_owned()
            }
        }
    }

    /// A stable name for programs.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Folder(FolderError::Missing { .. }) => "no_folder",
            Self::Folder(FolderError::InUse { .. }) => "folder_in_use",
            Self::Folder(FolderError::NotEmpty { .. }) => "folder_not_empty",
            Self::Folder(_) | Self::Store(_) | Self::Start(StartError::Store(_)) => {
                "folder_damaged"
            }
            Self::Usage(_) => "usage",
            Self::Not { code, .. } => match code {
                Code::NoFolder => "not_founded",
                Code::NotFound => "not_found",
                Code::Differences => "differences",
                _ => "refused",
            },
            Self::Client(_) | Self::Start(_) | Self::Node(_) | Self::Io(_) => "unexpected",
        }
    }
}
