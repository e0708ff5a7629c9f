//! The one procedure of a simulated site, in the shape of the national catalogue.

use serde_json::{Value, json};

/// Its code.
pub const CODE: &str = "9.000001";

/// Its record: five working days at the counter, one paper, no fee.
pub fn record() -> Value {
    json!({
        "code": CODE, "source_id": "sim-1", "name": "Thủ tục thử nghiệm", "category": "Hộ tịch",
        "promulgating_agency": "Bộ Tư pháp", "executing_agency": "Ủy ban nhân dân cấp xã",
        "subject_types": ["Công dân Việt Nam"], "results": ["Giấy xác nhận"], "requirements": "",
        "channels": [
            {"method": "DIRECT", "note": "", "processing": {"qty": 5, "unit": "WORKING_DAY"}, "fees": []},
        ],
        "processing_cases": [], "legal_basis": [],
        "steps_raw": [{"name": "", "text": "- Nộp hồ sơ"}],
        "checklist_raw": [
            {"group": "", "items": [
                {"name": "Tờ khai", "original_qty": 1, "copy_qty": 0, "code": "KQ1", "has_electronic_form": false,
                 "is_processing_result": false, "attachments": []},
            ]},
        ],
        "state": "ACTIVE", "source": {"url": "https://example.invalid/1", "updated_at": "2026-01-20T08:26:49Z"},
    })
}
