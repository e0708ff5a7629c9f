//! Adding files to a dossier and taking them out. Being finished or returned forbids neither: results are scanned afterwards.

use crate::domain::dossier::{Dossier, DossierStep};
use crate::domain::file::{File, MAX_FILE_BYTES, MAX_FILES, Place, RemovalReason, clean_name};
use crate::ids::EventId;
use crate::refusal::Refusal;

/// What adding a file writes. Whether its bytes are here is the node's to know.
pub(super) fn add_file(
    dossier: &Dossier,
    file: &File,
    replaces: Option<EventId>,
) -> Result<DossierStep, Refusal> {
    if file.size == 0 {
        return Err(Refusal::invalid(
            "file",
            "Tệp trống, không có nội dung. Anh/chị quét hoặc chọn lại.",
        ));
    }
    if file.size > MAX_FILE_BYTES {
        return Err(Refusal::invalid(
            "file",
            format!(
                "Tệp lớn hơn {} MB. Anh/chị quét lại với độ phân giải thấp hơn hoặc chia thành nhiều tệp.",
                MAX_FILE_BYTES >> 20
            ),
        ));
    }
    if clean_name(&file.name) != file.name {
        return Err(Refusal::invalid(
            "file.name",
            "Tên tệp có ký tự không dùng được. Anh/chị đặt lại tên.",
        ));
    }
    if let Place::Component(at) = file.place
        && usize::from(at) >= dossier.components.len()
    {
        return Err(Refusal::invalid(
            "file.place",
            "Hồ sơ không có giấy tờ ở vị trí này. Anh/chị mở lại hồ sơ và chọn giấy tờ.",
        ));
    }
    if let Some(replaced) = replaces {
        standing(dossier, replaced)?;
    } else if dossier.files.len() >= MAX_FILES {
        return Err(Refusal::TooManyFiles {
            max: u32::try_from(MAX_FILES).unwrap_or(u32::MAX),
        });
    }
    // The same bytes may stand in two places; in one place only again under another name.
    let is_there = dossier.files.iter().any(|added| {
        let is_replaced = replaces == Some(added.id);
        added.file.hash == file.hash
            && added.file.place == file.place
            && (!is_replaced || added.file == *file)
    });
    if is_there {
        return Err(Refusal::NoChange);
    }
    Ok(DossierStep::FileAdded {
        file: file.clone(),
        replaces,
    })
}

/// What taking a file out writes.
pub(super) fn remove_file(
    dossier: &Dossier,
    file: EventId,
    reason: &RemovalReason,
) -> Result<DossierStep, Refusal> {
    standing(dossier, file)?;
    if reason.trim().is_empty() {
        return Err(Refusal::invalid("reason", "Chưa ghi lý do bỏ tệp."));
    }
    Ok(DossierStep::FileRemoved {
        file,
        reason: reason.clone(),
    })
}

fn standing(dossier: &Dossier, file: EventId) -> Result<(), Refusal> {
    let is_there = dossier.files.iter().any(|added| added.id == file);
    is_there.then_some(()).ok_or(Refusal::UnknownFile)
}
