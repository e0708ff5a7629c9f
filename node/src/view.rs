//! What a window needs of the engine's words, so that it depends on this crate and on `shared` only.

pub use lienquay_core::event::{Control, Found};
pub use lienquay_core::store::StoreFault;
pub use lienquay_core::view_live::{HealthView, LinkRow, ReasonRow, StatusView, VectorRow};
pub use lienquay_shared::view::{MemberRow, ReceivePreview};
pub use lienquay_shared::wire::link::{Health, NodeMode};
