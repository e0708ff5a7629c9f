//! `found`.

use std::path::Path;

use lienquay_core::event::{Control, Found};
use lienquay_shared::log::NodeKey;
use lienquay_shared::roster::RecoverySheet;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::out::DONE;
use crate::cli::{args, exit, out::Out, session};
use crate::runtime::{self, NodeOptions, random_bytes};
use exit::{CliError, CliResult, Code};

/// Founds a site in a new data folder. The recovery sheet is written once and kept nowhere.
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
    let secret = Zeroizing::new(random_bytes::<32>()?);
    let sheet = RecoverySheet::new(NodeKey::from_secret(&secret));
    let founded = runtime
        .handle()
        .control(Control::Found(Found {
            site_secret: *secret,
            site_name: ask.site.clone(),
            unit: ask.unit.clone(),
            officer_name: ask.officer.clone(),
            node_name: ask.name.clone(),
        }))
        .await;
    let node = runtime.handle().node();
    runtime.shutdown().await?;
    founded?;
    let groups = sheet.groups();
    let result = json!({
        "site": sheet.site(),
        "node": node,
        "recovery_sheet": { "groups": groups, "qr_text": sheet.qr_text() },
    });
    out.result(&result, || words(&ask.site, &sheet, &groups))?;
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
