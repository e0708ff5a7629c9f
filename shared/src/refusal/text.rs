//! The words of a refusal: short, polite, and what to do next.

use super::Refusal;
use crate::domain::site::Role;
use crate::domain::ticket::TicketState;
use crate::wire::keeper::KeeperRefusal;

impl Refusal {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NothingWaiting => "nothing_waiting",
            Self::KeeperUnreachable { .. } => "keeper_unreachable",
            Self::Keeper(KeeperRefusal::NotKeeper { .. }) => "not_keeper",
            Self::Keeper(KeeperRefusal::AlreadyCalled { .. }) => "already_called",
            Self::Keeper(KeeperRefusal::NotPossible) => "not_possible",
            Self::Keeper(KeeperRefusal::Fenced) => "fenced",
            Self::Keeper(KeeperRefusal::NotNow) => "not_now",
            Self::TakenOver { .. } => "taken_over",
            Self::DiskFull => "disk_full",
            Self::StoreFault => "store_fault",
            Self::NotSeated => "not_seated",
            Self::NotSignedIn => "not_signed_in",
            Self::UnknownLane { .. } => "unknown_lane",
            Self::UnknownCounter { .. } => "unknown_counter",
            Self::UnknownOfficer => "unknown_officer",
            Self::UnknownNode => "unknown_node",
            Self::UnknownProcedure { .. } => "unknown_procedure",
            Self::UnknownDossier => "unknown_dossier",
            Self::UnknownTicket => "unknown_ticket",
            Self::AmbiguousCode { .. } => "ambiguous_code",
            Self::ClockUnconfirmed => "clock_unconfirmed",
            Self::MissingComponents { .. } => "missing_components",
            Self::MustChooseCase { .. } => "must_choose_case",
            Self::MustChooseProcessing { .. } => "must_choose_processing",
            Self::MustEnterTerm { .. } => "must_enter_term",
            Self::ChannelNotOffered => "channel_not_offered",
            Self::NoDueDate { .. } => "no_due_date",
            Self::WrongStatus { .. } => "wrong_status",
            Self::StatusInConflict => "status_in_conflict",
            Self::WrongTicketState { .. } => "wrong_ticket_state",
            Self::OtherCounter { .. } => "other_counter",
            Self::NotAllowed { .. } => "not_allowed",
            Self::NumbersExhausted => "numbers_exhausted",
            Self::Loading => "loading",
            Self::Leaving => "leaving",
            Self::TooBusy => "too_busy",
            Self::Timeout => "timeout",
            Self::InvalidInput { .. } => "invalid_input",
            Self::NotAdmin => "not_admin",
            Self::NothingToSettle => "nothing_to_settle",
            Self::NoChange => "no_change",
            Self::UnknownFile => "unknown_file",
            Self::FileAbsent => "file_absent",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::TooManyFiles { .. } => "too_many_files",
        }
    }

    /// For the officer: what happened and what to do.
    pub fn vietnamese(&self) -> String {
        match self {
            Self::KeeperUnreachable {
                counter: Some(counter),
                ..
            } => format!(
                "Quầy {counter} đang giữ số này nhưng không trả lời. Anh/chị gọi số khác, hoặc tiếp quản số của quầy {counter} nếu máy đó đã hỏng."
            ),
            Self::Keeper(KeeperRefusal::AlreadyCalled { counter }) => {
                format!("Số này đã được gọi ở quầy {counter}. Anh/chị vui lòng gọi số khác.")
            }
            Self::UnknownLane { lane } => {
                format!("Không có làn {lane}. Anh/chị kiểm tra lại chữ cái của làn.")
            }
            Self::UnknownCounter { counter } => {
                format!("Không có quầy {counter}. Anh/chị kiểm tra lại số quầy.")
            }
            Self::UnknownProcedure { code } => {
                format!(
                    "Chưa có thủ tục {code} trên máy. Anh/chị kiểm tra mã hoặc nhập thủ tục này trước."
                )
            }
            Self::AmbiguousCode { candidates } => {
                format!(
                    "Có {} hồ sơ cùng mã này. Anh/chị mở từng hồ sơ để chọn đúng.",
                    candidates.len()
                )
            }
            Self::MissingComponents { names } => format!(
                "Còn thiếu giấy tờ: {}. Anh/chị đánh dấu đủ, hoặc chọn tiếp nhận và bổ sung sau.",
                names.join("; ")
            ),
            Self::MustChooseCase { options } => format!(
                "Thủ tục có nhiều trường hợp, anh/chị hãy chọn một: {}.",
                options.join("; ")
            ),
            Self::MustChooseProcessing { options } => {
                format!(
                    "Thủ tục có nhiều thời hạn giải quyết, anh/chị hãy chọn một: {}.",
                    options.join("; ")
                )
            }
            Self::MustEnterTerm { text } if !text.is_empty() => {
                format!(
                    "Thủ tục không ghi thời hạn bằng số: “{text}”. Anh/chị nhập thời hạn giải quyết."
                )
            }
            Self::NoDueDate { why } => format!("Chưa tính được ngày hẹn trả: {why}"),
            Self::FileUnreadable { why } => format!(
                "Không đọc được tệp ({why}). Anh/chị kiểm tra ổ hoặc thư mục chứa tệp rồi chọn lại."
            ),
            Self::TooManyFiles { max } => format!(
                "Hồ sơ đã có {max} tệp, không thêm được nữa. Anh/chị ghép các trang vào một tệp hoặc bỏ tệp thừa."
            ),
            Self::WrongStatus { status } => {
                format!(
                    "Hồ sơ đang ở trạng thái “{}” nên không làm được việc này.",
                    status.vietnamese()
                )
            }
            Self::WrongTicketState { state } => {
                format!(
                    "Số này {} nên không làm được việc này. Anh/chị xem lại danh sách chờ.",
                    ticket_state(*state)
                )
            }
            Self::OtherCounter { counter } => {
                format!("Số này đã được gọi đến quầy {counter}, chỉ quầy {counter} thao tác được.")
            }
            Self::NotAllowed { role: Some(role) } => {
                format!(
                    "Vai trò {} không được làm việc này. Anh/chị nhờ người có thẩm quyền.",
                    role_name(*role)
                )
            }
            Self::InvalidInput { why, .. } => why.clone(),
            fixed => fixed.fixed_vietnamese().to_owned(),
        }
    }

    const fn fixed_vietnamese(&self) -> &'static str {
        match self {
            Self::NothingWaiting => "Không còn số nào đang chờ ở các làn của quầy.",
            Self::KeeperUnreachable { .. } => {
                "Máy giữ số này không trả lời. Anh/chị gọi số khác, hoặc tiếp quản nếu máy đó đã hỏng."
            }
            Self::Keeper(KeeperRefusal::NotKeeper { .. }) => {
                "Số này vừa chuyển sang máy khác giữ. Anh/chị thử lại."
            }
            Self::Keeper(KeeperRefusal::NotPossible) => {
                "Số này vừa đổi trạng thái. Anh/chị xem lại danh sách chờ."
            }
            Self::Keeper(KeeperRefusal::Fenced) => {
                "Số này vừa được tiếp quản, các máy đang ghi nhận. Anh/chị thử lại sau vài giây."
            }
            Self::Keeper(KeeperRefusal::NotNow) => {
                "Máy giữ số này đang bận. Anh/chị thử lại sau vài giây."
            }
            Self::TakenOver { .. } => "Số này đã được máy khác tiếp quản. Anh/chị gọi số khác.",
            Self::DiskFull => {
                "Ổ đĩa đã đầy, chưa lưu được. Anh/chị báo tổ công nghệ giải phóng ổ đĩa rồi thử lại."
            }
            Self::StoreFault => {
                "Máy chưa lưu được dữ liệu. Anh/chị dùng máy khác và báo tổ công nghệ."
            }
            Self::NotSeated => "Máy này chưa được gán quầy. Anh/chị nhờ quản trị gán quầy cho máy.",
            Self::NotSignedIn => "Anh/chị hãy đăng nhập trước.",
            Self::UnknownOfficer => "Không có cán bộ này trong danh sách. Anh/chị kiểm tra lại.",
            Self::UnknownNode => "Không có máy này trong điểm phục vụ. Anh/chị kiểm tra lại.",
            Self::UnknownDossier => {
                "Không tìm thấy hồ sơ. Anh/chị kiểm tra lại mã, hoặc chờ máy nhận đủ dữ liệu."
            }
            Self::UnknownTicket => {
                "Không tìm thấy số này trong ngày. Nếu công dân có phiếu giấy, anh/chị nhập số trên phiếu."
            }
            Self::ClockUnconfirmed => {
                "Chưa xác nhận được ngày giờ của máy. Anh/chị hãy kiểm tra và xác nhận ngày hôm nay."
            }
            Self::ChannelNotOffered => {
                "Thủ tục không tiếp nhận qua kênh này. Anh/chị chọn kênh khác."
            }
            Self::MustEnterTerm { .. } => {
                "Thủ tục không công bố thời hạn. Anh/chị nhập thời hạn giải quyết."
            }
            Self::StatusInConflict => {
                "Hồ sơ có các bước mâu thuẫn từ hai máy. Anh/chị chọn bước đúng trước khi làm tiếp."
            }
            Self::NotAllowed { .. } => {
                "Tài khoản này chưa có vai trò trong điểm phục vụ. Anh/chị nhờ quản trị thêm vào danh sách."
            }
            Self::NumbersExhausted => "Đã hết số của ngày trên máy này. Anh/chị lấy số ở máy khác.",
            Self::Loading => {
                "Máy đang tải dữ liệu của điểm phục vụ. Anh/chị chờ tải xong rồi thử lại."
            }
            Self::Leaving => "Máy đang bàn giao để rời mạng. Anh/chị dùng máy khác.",
            Self::TooBusy => "Máy đang bận. Anh/chị thử lại sau vài giây.",
            Self::Timeout => {
                "Chưa nhận được trả lời. Anh/chị thử lại; thao tác sẽ không bị ghi hai lần."
            }
            Self::NotAdmin => {
                "Chỉ máy quản trị được làm việc này. Anh/chị thực hiện trên máy quản trị."
            }
            Self::NothingToSettle => "Không có mâu thuẫn nào cần chọn. Anh/chị tải lại hồ sơ.",
            Self::NoChange => "Không có gì thay đổi.",
            Self::UnknownFile => {
                "Hồ sơ không còn tệp này. Anh/chị mở lại hồ sơ để xem các tệp hiện có."
            }
            Self::FileAbsent => {
                "Nội dung tệp chưa có trên máy này. Anh/chị chọn lại tệp, hoặc chờ máy tải xong rồi thử lại."
            }
            _ => "Chưa thực hiện được. Anh/chị thử lại hoặc báo tổ công nghệ.",
        }
    }

    /// For technicians and logs: carries no personal data.
    pub fn english(&self) -> String {
        match self {
            Self::KeeperUnreachable { keeper, .. } => {
                format!("keeper {} does not answer", keeper.short())
            }
            Self::Keeper(refusal) => format!("the keeper refused: {refusal:?}"),
            Self::TakenOver { by } => format!("taken over by {}", by.short()),
            Self::WrongStatus { status } => format!("the dossier is {status:?}"),
            Self::WrongTicketState { state } => format!("the ticket is {state:?}"),
            Self::NotAllowed { role } => format!("not allowed for role {role:?}"),
            Self::InvalidInput { field, .. } => format!("invalid {field}"),
            Self::MissingComponents { names } => {
                format!("{} required components are missing", names.len())
            }
            Self::MustChooseCase { options } => format!("choose one of {} cases", options.len()),
            Self::MustChooseProcessing { options } => {
                format!("choose one of {} processing times", options.len())
            }
            Self::AmbiguousCode { candidates } => {
                format!("{} dossiers carry this code", candidates.len())
            }
            Self::FileUnreadable { why } => format!("the file cannot be read: {why}"),
            other => other.code().replace('_', " "),
        }
    }
}

const fn ticket_state(state: TicketState) -> &'static str {
    match state {
        TicketState::Waiting => "đang chờ",
        TicketState::Parked => "đang tạm gác",
        TicketState::Granted => "vừa được gọi",
        TicketState::Announced => "đã được gọi",
        TicketState::Serving => "đang được phục vụ",
        TicketState::Finished => "đã phục vụ xong",
        TicketState::NoShow => "đã gọi nhưng vắng mặt",
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Guide => "hướng dẫn",
        Role::Reception => "tiếp nhận",
        Role::CaseOfficer => "chuyên môn",
        Role::Leader => "lãnh đạo",
        Role::Clerk => "văn thư",
        Role::Cashier => "thu phí",
        Role::BusinessAdmin => "quản trị nghiệp vụ",
        Role::TechnicalAdmin => "quản trị kỹ thuật",
        Role::Inspector => "thanh tra",
        Role::Manager => "phụ trách",
    }
}
