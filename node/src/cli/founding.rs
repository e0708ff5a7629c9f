//! `found`.

use std::path::Path;

use lienquay_shared::roster::RecoverySheet;
use serde_json::json;

use crate::cli::out::DONE;
use crate::cli::{args, exit, out::Out, session};
use crate::handle::NodeHandle;
use crate::runtime::{self, NodeOptions};
use exit::{CliError, CliResult, Code};

/// Founds a site in a new data folder. The recovery sheet is written once and not kept afterwards.
pub(crate) async fn found(folder: &Path, ask: &args::Found, out: Out) -> CliResult<Code> {
    let opened = session::open_or_create(folder)?;
    let runtime = runtime::start(opened, NodeOptions::default())?;
    if runtime.handle().has_site() {
        runtime.shutdown().await?;
        return Err(CliError::not(
            Code::Refused,
            "Máy này đã thuộc một điểm. Muốn lập điểm khác, hãy dùng thư mục dữ liệu khác.",
            "this folder belongs to a site already; found another one in another folder",
        ));
    }
    let node = runtime.handle().clone();
    let founded = node
        .found(&ask.site, &ask.unit, &ask.officer, &ask.name)
        .await;
    let told = match founded {
        Ok(sheet) => tell(&node, ask, &sheet, out).await,
        Err(refusal) => Err(refusal.into()),
    };
    runtime.shutdown().await?;
    told
}

/// Writes the sheet; only what was written is no longer kept.
async fn tell(
    node: &NodeHandle,
    ask: &args::Found,
    sheet: &RecoverySheet,
    out: Out,
) -> CliResult<Code> {
    let groups = sheet.groups();
    let result = json!({
        "site": sheet.site(),
        "node": node.node(),
        "recovery_sheet": { "groups": groups, "qr_text": sheet.qr_text() },
    });
    out.result(&result, || words(&ask.site, sheet, &groups))?;
    let erased = node.sheet_is_safe().await;
    erased.map_err(|error| CliError::Node(error.to_string()))?;
    DONE
}

fn words(site: &str, sheet: &RecoverySheet, groups: &[String]) -> String {
    let lines: Vec<String> = (1..)
        .zip(groups)
        .map(|(number, group)| format!("  {number}.  {group}"))
        .collect();
    format!(
        "Đã lập điểm “{site}” (mã {}).\n\n\
         PHIẾU KHÔI PHỤC: in ra, cất trong tủ khoá, không chụp ảnh. Phiếu không được lưu ở đâu khác và không hiện lại.\n\
         Ai có phiếu này kết nạp và thu hồi được mọi máy của điểm.\n\n{}\n\n\
         (Recovery sheet: print it and lock it away. It is kept nowhere and not shown again.)",
        sheet.site().short(),
        lines.join("\n")
    )
}
