//! The business status in the language of the window.

use lienquay_shared::domain::dossier::Status;

use crate::words::Lang;

/// `Đang xử lý`.
#[must_use]
pub fn status_name(lang: Lang, status: Status) -> String {
    let key = match status {
        Status::Registered => "status.registered",
        Status::Received => "status.received",
        Status::Processing => "status.processing",
        Status::SupplementRequired => "status.supplement_required",
        Status::Finished => "status.finished",
        Status::Refused => "status.refused",
        Status::Withdrawn => "status.withdrawn",
        Status::Returned => "status.returned",
    };
    rust_i18n::t!(key, locale = lang.code()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_is_called_as_the_law_calls_it() {
        for status in Status::ALL {
            assert_eq!(status_name(Lang::Vi, status), status.vietnamese());
            assert_ne!(status_name(Lang::En, status), status.vietnamese());
        }
    }
}
