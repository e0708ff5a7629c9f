//! What happens to one citizen's dossier: eight commands at two counters.

use anyhow::Result;
use lienquay_shared::DocId;
use lienquay_shared::codec::{List, Text};
use lienquay_shared::command::{Command, DossierRef, ReceiveDossier};
use lienquay_shared::domain::dossier::{DossierField, HandedTo};
use lienquay_shared::domain::person::{PersonField, Who};

/// Steps after reception; with it, eight events.
pub(super) const N_STEPS: u64 = 7;

const FAMILY: [&str; 12] = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ",
];
const MIDDLE: [&str; 8] = [
    "Thị",
    "Văn",
    "Thị Thanh",
    "Đức",
    "Thị Ngọc",
    "Minh",
    "Quốc",
    "Thị",
];
const GIVEN: [&str; 17] = [
    "Ánh",
    "Bình",
    "Cường",
    "Dũng",
    "Đào",
    "Giang",
    "Hà",
    "Hạnh",
    "Hoa",
    "Hương",
    "Khải",
    "Lan",
    "Mai",
    "Phượng",
    "Thảo",
    "Thuỷ",
    "Yến",
];
const HAMLET: [&str; 7] = [
    "Đông Thượng",
    "Tân Lập",
    "Phú Hoà",
    "An Khê",
    "Mỹ Đức",
    "Đồng Tiến",
    "Bình Sơn",
];
const PROCEDURES: [&str; 4] = ["2.000815", "2.000635", "1.004873", "2.000884"];

/// The catalogue files of the procedures received.
pub(super) fn procedures() -> impl Iterator<Item = String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/catalogue");
    PROCEDURES
        .iter()
        .map(move |code| format!("{folder}/{code}.json"))
}

fn pick<const N: usize>(words: [&'static str; N], number: u64) -> &'static str {
    words[usize::try_from(number).unwrap_or_default() % N]
}

/// A name; the numbers are spread so that common families and given names meet in all ways.
fn name(number: u64) -> String {
    // Two in five people share a family name, as in any commune.
    let family = if number % 5 < 2 { 0 } else { number / 5 };
    let (middle, given) = (pick(MIDDLE, number / 3), pick(GIVEN, number / 2));
    format!("{} {middle} {given}", pick(FAMILY, family))
}

/// Somebody who hands in a common request; nobody real.
pub fn reception(number: u64) -> Result<ReceiveDossier> {
    let person = |number: u64| {
        serde_json::json!({
            "name": name(number),
            "id_number": format!("0310850{number:05}"),
            "birth_date": format!("19{:02}-{:02}-{:02}", 50 + number % 50, 1 + number % 12, 1 + number % 28),
            "sex": if name(number).contains("Thị") { "female" } else { "male" },
            "address": format!(
                "Thôn {}, xã Bình Minh, thành phố Hải Phòng",
                pick(HAMLET, number / 7)
            ),
            "phone": format!("09{:08}", 12_345_678 + number * 37),
        })
    };
    let mut ask = serde_json::json!({
        "procedure": pick(PROCEDURES, number),
        "transacting": person(number),
        "request": format!(
            "Đề nghị giải quyết theo giấy tờ kèm theo, nhận {} bản, trả kết quả tại quầy",
            number % 5 + 1
        ),
        "finance": "none_due",
        "accept_missing": true,
    });
    if number.is_multiple_of(3) {
        ask["subject"] = person(number + 100_003);
        ask["basis"] =
            serde_json::json!({ "kind": "relative", "document": "Giấy khai sinh bản sao" });
    }
    Ok(serde_json::from_value(ask)?)
}

fn text<const N: usize>(words: &str) -> Text<N> {
    Text::truncated(words)
}

/// The counter that takes a step: most steps are taken where the dossier was received, some elsewhere.
pub(super) fn side(number: u64, step: u64) -> usize {
    let received_at = number % 2;
    let elsewhere = u64::from(step % 3 == 1);
    usize::try_from((received_at + elsewhere) % 2).unwrap_or_default()
}

/// One of the steps after reception. A third of the dossiers is returned, a third finished, a third in work.
pub(super) fn step(number: u64, step: u64, doc: DocId) -> Command {
    let dossier = DossierRef::Id(doc);
    let note = |words: &str| Command::Note {
        dossier: DossierRef::Id(doc),
        text: text(words),
    };
    let edit = |field: DossierField, value: &str| Command::EditDossier {
        dossier: DossierRef::Id(doc),
        field,
        value: text(value),
    };
    let phone = DossierField::Person(Who::Transacting, PersonField::Phone);
    let last = number % 3;
    match step {
        0 => Command::StartProcessing { dossier },
        1 => note("Đã đối chiếu bản chính, giấy tờ hợp lệ"),
        2 => edit(phone, &format!("03{:08}", 7_654_321 + number * 11)),
        3 => Command::RequestSupplement {
            dossier,
            missing: List::truncated(vec![text("Bản sao giấy chứng nhận kết hôn")]),
            reason: text("Thông tin trong tờ khai chưa khớp"),
        },
        4 => Command::Supplement { dossier },
        5 if last == 2 => edit(DossierField::PaperAt, "Tủ số 3, ngăn 12"),
        5 => Command::FinishDossier {
            dossier,
            result: text("Đã cấp theo đề nghị"),
        },
        _ if last == 0 => Command::ReturnResult {
            dossier,
            to: HandedTo {
                name: text(&name(number)),
                id_shown: text("Căn cước công dân"),
                by_post: false,
            },
        },
        _ => note("Đã báo qua điện thoại cho người nộp"),
    }
}
