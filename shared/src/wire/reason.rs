//! Reason codes: why something was refused, quarantined or delayed. Shown on the health screen, counted per peer and per
//! document; silence is the worst failure.

use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal / $vietnamese:literal,)*) => {
        /// Why something was refused, quarantined or delayed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Reason { $($(#[$doc])* $name,)* }

        impl Reason {
            /// Every reason.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// In English, for technicians.
            pub fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// In Vietnamese, for the health screen.
            pub fn vietnamese(self) -> &'static str {
                match self { $(Self::$name => $vietnamese,)* }
            }
        }
    };
}

reasons! {
    /// The peer speaks another wire version.
    WrongWireVersion = "peer speaks another wire version" / "máy kia dùng phiên bản giao thức khác",
    /// The peer belongs to another site.
    WrongSite = "peer belongs to another site" / "máy kia thuộc điểm phục vụ khác",
    /// The peer is not on the roster.
    NotOnRoster = "peer is not on the roster" / "máy kia chưa được kết nạp",
    /// The peer was revoked or retired.
    Revoked = "peer was revoked" / "máy kia đã bị thu hồi",
    /// A message that cannot be read.
    MalformedMessage = "malformed message" / "gói tin hỏng",
    /// A message of a kind this version does not know; skipped.
    UnknownMessage = "message of an unknown kind" / "gói tin loại chưa biết",
    /// A message that is not allowed in the link's state.
    UnexpectedMessage = "message not allowed now" / "gói tin không đúng lúc",
    /// A batch whose headers are malformed.
    MalformedEntry = "malformed entry" / "bản ghi hỏng",
    /// A batch whose chain or signature is wrong.
    BadSignature = "bad chain or signature" / "chữ ký hoặc chuỗi băm sai",
    /// The change does not hash to what the header says.
    WrongChangeHash = "change differs from its header" / "nội dung không khớp tiêu đề",
    /// The change's actor is not its log's.
    BorrowedActor = "change of a borrowed actor" / "nội dung mang danh nhật ký khác",
    /// Entries whose author is not on our roster yet.
    UnknownAuthor = "author not known yet" / "chưa biết tác giả, chờ danh sách thành viên",
    /// Entries that do not follow what we hold; pulled as a range instead.
    Gap = "entries ahead of what is held" / "còn thiếu đoạn trước",
    /// Entries we hold already.
    Duplicate = "entries already held" / "bản ghi đã có",
    /// A range that was asked for and did not come in time.
    RangeTimeout = "range did not arrive in time" / "chưa nhận được đoạn đã yêu cầu",
    /// An entry waiting for changes it builds on.
    MissingDependencies = "waiting for earlier changes" / "chờ thay đổi trước đó",
    /// A change automerge refuses.
    ChangeDoesNotApply = "change does not apply" / "thay đổi không áp dụng được",
    /// A document kind, action or schema of a newer version.
    NeedsNewerVersion = "needs a newer version" / "cần bản mới hơn",
    /// Beyond the cut of a revoked node and not built upon by a member.
    AfterRevocationCut = "written after its author's revocation" / "ghi sau khi máy bị thu hồi",
    /// On the losing branch of a forked log.
    LosingBranch = "on the losing branch of a fork" / "thuộc nhánh thua của nhật ký bị tách đôi",
    /// Of a document that was forgotten.
    Forgotten = "document was forgotten" / "tài liệu đã được xoá theo yêu cầu",
    /// Two branches of one log exist.
    Forked = "log has two branches" / "nhật ký bị tách đôi (máy bị sao chép hoặc đĩa bị lùi lại)",
    /// A bound of a queue or table was reached; reconciliation will bring it again.
    TooMany = "a bound was reached" / "vượt giới hạn, sẽ đồng bộ lại",
    /// This node is still loading its first copy.
    Loading = "still loading" / "đang nạp dữ liệu lần đầu",
    /// A snapshot does not contain exactly the changes its headers name.
    SnapshotMismatch = "snapshot differs from its headers" / "bản chụp không khớp tiêu đề",
    /// The peer says that it holds entries, and never gives them.
    PhantomMarks = "claims entries it does not give" / "báo có bản ghi nhưng không gửi",
    /// The peer broke the frame format; its link was closed.
    BrokenFrames = "broke the frame format" / "gửi dữ liệu sai quy cách, đã ngắt kết nối",
    /// The peer took no bytes; its link was closed.
    TakesNothing = "takes no bytes" / "không nhận dữ liệu, đã ngắt kết nối",
    /// The peer's clock is far from ours.
    ClockFarOff = "clock far from the site's" / "đồng hồ lệch xa",
    /// The keeper cannot be reached.
    KeeperUnreachable = "keeper unreachable" / "máy giữ vé không trả lời",
    /// No number slot; a provisional code was used.
    NoNumberSlot = "no number slot" / "chưa có dải số, dùng mã tạm",
    /// A person on either side refused to join two PCs.
    JoinRejected = "joining was refused by a person" / "việc kết nạp bị từ chối",
    /// Nobody answered while a PC joined, or the link was lost.
    JoinUnanswered = "joining was not answered" / "máy kia không trả lời khi kết nạp",
    /// The other side broke the rules of joining: somebody may stand between the two PCs.
    JoinForged = "joining broke its rules" / "việc kết nạp sai quy cách, có thể bị can thiệp",
    /// The peer sent a part of a file that is not what the file's name says.
    WrongFilePart = "sent a wrong part of a file" / "gửi phần tệp sai nội dung",
    /// The peer said that it holds a file, and does not give it.
    FileNotGiven = "claims a file it does not give" / "báo có tệp nhưng không gửi",
    /// No file is fetched: the disk or the space set aside for files is full.
    NoRoomForFiles = "no room for more files" / "hết chỗ để giữ tệp của máy khác",
    /// A file could not be written to or read from this PC's disk.
    FileTrouble = "a file could not be written or read here" / "không ghi hoặc đọc được tệp trên máy này",
}
