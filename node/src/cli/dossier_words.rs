//! One dossier in words, as an officer would read it out.

use lienquay_shared::domain::dossier::{Dossier, DossierStep, History};

use crate::cli::out::local_time;

/// The dossier's page: who, what, until when and why, what is missing, what happened.
pub(crate) fn dossier_words(dossier: &Dossier) -> String {
    let mut lines = head(dossier);
    lines.extend(due(dossier));
    lines.extend(papers(dossier));
    lines.extend(dossier.conflicts.iter().map(|conflict| {
        let values: Vec<&str> = conflict
            .values
            .iter()
            .map(|found| found.value.as_str())
            .collect();
        format!(
            "⚠ {} có {} giá trị khác nhau: {}",
            conflict.field,
            values.len(),
            values.join(" | ")
        )
    }));
    lines.push("Diễn biến:".to_owned());
    lines.extend(dossier.history.iter().map(history));
    lines.join("\n")
}

fn head(dossier: &Dossier) -> Vec<String> {
    let codes: Vec<String> = dossier.codes.iter().map(ToString::to_string).collect();
    let mut lines = vec![format!(
        "{}  ·  {}",
        codes.join(" = "),
        dossier.status.vietnamese()
    )];
    if let Some(procedure) = &dossier.procedure {
        lines.push(format!(
            "Thủ tục      {} ({})",
            procedure.name, procedure.code
        ));
    }
    lines.push(format!(
        "Người nộp    {}  {}",
        dossier.transacting.name, dossier.transacting.id_number
    ));
    if dossier.subject != dossier.transacting {
        lines.push(format!(
            "Chủ hồ sơ    {}  {}",
            dossier.subject.name, dossier.subject.id_number
        ));
    }
    if !dossier.request.is_empty() {
        lines.push(format!("Nội dung     {}", dossier.request));
    }
    lines
}

fn due(dossier: &Dossier) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(received) = dossier.received_at {
        lines.push(format!("Tiếp nhận    {}", local_time(received.millis)));
    }
    if let Some(due) = &dossier.due {
        lines.push(format!("Hẹn trả      {}", local_time(due.at.millis)));
        lines.extend(
            due.explanation
                .iter()
                .map(|step| format!("             {}", &**step)),
        );
    }
    lines
}

fn papers(dossier: &Dossier) -> Vec<String> {
    dossier
        .components
        .iter()
        .map(|paper| {
            let mark = if paper.missing {
                "còn thiếu"
            } else {
                "đã có"
            };
            format!("Giấy tờ      [{mark}] {}", paper.name)
        })
        .collect()
}

fn history(line: &History) -> String {
    let counter = line
        .stamp
        .counter
        .map_or_else(String::new, |counter| format!("  quầy {counter}"));
    format!(
        "  {}{counter}  {}",
        local_time(line.stamp.at.millis),
        step_words(&line.step)
    )
}

fn step_words(step: &DossierStep) -> String {
    match step {
        DossierStep::Received { .. } => "tiếp nhận".to_owned(),
        DossierStep::Numbered { code, .. } => format!("cấp mã {code}"),
        DossierStep::ProcessingStarted => "bắt đầu xử lý".to_owned(),
        DossierStep::SupplementRequested { .. } => "yêu cầu bổ sung".to_owned(),
        DossierStep::Supplemented { .. } => "đã bổ sung".to_owned(),
        DossierStep::Finished { .. } => "xử lý xong".to_owned(),
        DossierStep::Returned { .. } => "trả kết quả".to_owned(),
        DossierStep::Refused { .. } => "từ chối tiếp nhận".to_owned(),
        DossierStep::Withdrawn { .. } => "công dân rút hồ sơ".to_owned(),
        DossierStep::Edited { .. } => "sửa thông tin".to_owned(),
        DossierStep::FieldSettled { .. } | DossierStep::StatusSettled(_) => {
            "xử lý xung đột".to_owned()
        }
        DossierStep::FileAdded { replaces: None, .. } => "thêm tệp".to_owned(),
        DossierStep::FileAdded { .. } => "thay tệp".to_owned(),
        DossierStep::FileRemoved { .. } => "bỏ tệp".to_owned(),
        DossierStep::Noted { .. } => "ghi chú".to_owned(),
    }
}
