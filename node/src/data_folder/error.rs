//! What can be wrong with a data folder, by file, with what to do about it.

use std::io;
use std::path::PathBuf;

use lienquay_core::store::StoreFault;

use crate::store::from_io;

pub(crate) type FolderResult<T> = Result<T, FolderError>;

/// Why a data folder was not opened or created. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// No such folder.
    #[error("there is no data folder {folder}; create one by founding or joining a site")]
    Missing {
        /// Where it was looked for.
        folder: PathBuf,
    },
    /// Creating would overwrite a node's data.
    #[error(
        "{folder} already contains `{file}`: it is (or was) the data folder of a node; open it, or choose another folder"
    )]
    NotEmpty {
        /// The folder.
        folder: PathBuf,
        /// What is in the way.
        file: &'static str,
    },
    /// Another process has it open.
    #[error("the data folder is in use by process {pid}; close that program first")]
    InUse {
        /// Its process id, or "(unknown)".
        pid: String,
    },
    /// A file is gone.
    #[error(
        "`{file}` is missing from the data folder; put it back from a backup of the same folder, or join the site again in a new folder"
    )]
    FileMissing {
        /// Which.
        file: &'static str,
    },
    /// A file is not what was written.
    #[error(
        "`{file}` is damaged: {what}; put it back from a backup of the same folder, or join the site again in a new folder"
    )]
    Damaged {
        /// Which.
        file: &'static str,
        /// How.
        what: String,
    },
    /// A newer program wrote it.
    #[error("`{file}` has format {found}, this program knows {known}; install a newer version")]
    NewerFormat {
        /// Which.
        file: &'static str,
        /// Its format.
        found: u8,
        /// The newest known here.
        known: u8,
    },
    /// The passphrase does not open the key.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
    /// The key is sealed in another way than was offered.
    #[error("the key is sealed with {found}, not with {offered}")]
    OtherSeal {
        /// How it is sealed.
        found: &'static str,
        /// What was offered.
        offered: &'static str,
    },
    /// The system gave no random bytes.
    #[error("the system gives no random numbers: {0}")]
    NoRandomness(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreFault),
}

impl FolderError {
    /// For `map_err`: a file system error while doing `doing` with `file`.
    pub(crate) fn io(file: &'static str, doing: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| {
            let name = if file.is_empty() {
                "the data folder"
            } else {
                file
            };
            Self::Store(from_io(&format!("{name} ({doing})"), &error))
        }
    }

    /// For `map_err`: the system's generator failed.
    pub(crate) fn no_randomness(error: getrandom::Error) -> Self {
        Self::NoRandomness(error.to_string())
    }

    /// For the officer: what happened and whom to call.
    pub fn vietnamese(&self) -> String {
        match self {
            Self::Missing { .. } => {
                "Chưa có thư mục dữ liệu trên máy này. Hãy lập điểm mới hoặc xin kết nạp."
                    .to_owned()
            }
            Self::NotEmpty { file, .. } => {
                format!(
                    "Thư mục đã có tệp “{file}” của một máy khác. Hãy mở thư mục này hoặc chọn thư mục khác."
                )
            }
            Self::InUse { pid } => {
                format!(
                    "Chương trình đang chạy trên máy này (tiến trình {pid}). Hãy đóng chương trình đó trước."
                )
            }
            Self::FileMissing { file } => format!(
                "Thiếu tệp “{file}” trong thư mục dữ liệu. Hãy khôi phục từ bản sao lưu hoặc kết nạp lại máy này."
            ),
            Self::Damaged { file, .. } => {
                format!(
                    "Tệp “{file}” bị hỏng. Hãy khôi phục từ bản sao lưu hoặc kết nạp lại máy này."
                )
            }
            Self::NewerFormat { file, .. } => {
                format!("Tệp “{file}” do phiên bản mới hơn ghi. Hãy cài bản mới hơn.")
            }
            Self::WrongPassphrase => "Mật khẩu mở dữ liệu không đúng.".to_owned(),
            Self::OtherSeal { .. } => "Khoá dữ liệu được niêm phong theo cách khác.".to_owned(),
            Self::NoRandomness(_) => "Hệ điều hành không cấp được số ngẫu nhiên.".to_owned(),
            Self::Store(StoreFault::Full(_)) => {
                "Ổ đĩa đã đầy. Hãy giải phóng chỗ trống.".to_owned()
            }
            Self::Store(StoreFault::Damaged(what)) => format!(
                "Kho dữ liệu bị hỏng ({what}). Hãy khôi phục từ bản sao lưu hoặc kết nạp lại máy này."
            ),
            Self::Store(StoreFault::Failed(what)) => format!("Không mở được kho dữ liệu: {what}."),
        }
    }
}
