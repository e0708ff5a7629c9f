//! Which files dossiers name: kept beside their projections, in the same transaction.

use lienquay_shared::domain::dossier::{Dossier, DossierStep, Status};
use lienquay_shared::wire::link::NodeMode;
use lienquay_shared::{DocId, FileHash};

use crate::engine::{Cx, Engine};
use crate::files::{Class, FileRow, FileUse, MAX_LETTING_GO};
use crate::store::StoreResult;

/// An unnamed file stays this long: it may be of a form that is not saved yet, or be named again by an entry that is set
/// aside for the moment.
const UNNAMED_MILLIS: u64 = 48 * 3_600_000;
/// Between two looks for them.
const SWEEP_MILLIS: u64 = 600_000;
/// Files looked through at a time.
const PAGE: usize = 128;

impl Engine {
    /// Notes the files that a dossier names: those that stand in it, and those that were taken out, which its history shows.
    pub(crate) fn name_files(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        dossier: &Dossier,
    ) -> StoreResult<()> {
        let is_open = !dossier.status.is_closed() && dossier.status != Status::Finished;
        let mut uses: Vec<FileUse> = Vec::new();
        for line in &dossier.history {
            let DossierStep::FileAdded { file, .. } = &line.step else {
                continue;
            };
            let stands = dossier.files.iter().any(|added| added.id == line.id);
            uses.push(FileUse {
                hash: file.hash,
                size: file.size,
                is_open: is_open && stands,
                is_chosen: false,
                added: line.stamp.at.millis,
            });
        }
        merge(&mut uses);
        self.put_uses(cx, doc, &uses)
    }

    /// A document names nothing any more. If it was forgotten, files that no other names are erased at once.
    pub(crate) fn unname_files(
        &mut self,
        cx: &mut Cx<'_>,
        doc: DocId,
        is_forgotten: bool,
    ) -> StoreResult<()> {
        let named = cx.store.files_named(&doc)?;
        self.put_uses(cx, doc, &[])?;
        for one in named.iter().filter(|_| is_forgotten) {
            if cx.store.naming(&one.hash)?.n_docs == 0 {
                self.erase(cx, one.hash);
            }
        }
        Ok(())
    }

    fn put_uses(&mut self, cx: &mut Cx<'_>, doc: DocId, uses: &[FileUse]) -> StoreResult<()> {
        let before = cx.store.files_named(&doc)?;
        if before == uses {
            return Ok(());
        }
        cx.store.name_files(&doc, uses)?;
        let touched = before.iter().chain(uses).map(|one| one.hash);
        for hash in touched.collect::<std::collections::BTreeSet<FileHash>>() {
            let row = cx.store.file(&hash)?.unwrap_or(FileRow::new(hash));
            self.put_ranked(cx, row)?;
        }
        Ok(())
    }

    /// Writes a row with its rank computed anew, and looks for it if it is wanted.
    pub(super) fn put_ranked(&mut self, cx: &mut Cx<'_>, mut row: FileRow) -> StoreResult<()> {
        let naming = cx.store.naming(&row.hash)?;
        row.rank.class = row.class(&naming, self.own_mode());
        if naming.n_docs > 0 {
            row.rank.touched = naming.newest;
            if !row.is_held {
                row.size = naming.size;
            }
        }
        cx.store.put_file(&row)?;
        if !row.is_held && row.rank.class <= Class::LAST_WANTED {
            self.files.is_looking = true;
            if self.files.cursor.is_some_and(|cursor| row.rank < cursor) {
                self.files.cursor = None;
            }
        }
        Ok(())
    }

    /// Erases files that no dossier has named for long: scans of forms that were never saved.
    pub(super) fn sweep_unnamed(&mut self, cx: &mut Cx<'_>) -> StoreResult<()> {
        let now = cx.now.mono_millis;
        if now < self.files.sweep_at || self.boot.is_loading() {
            return Ok(());
        }
        self.files.sweep_at = now + SWEEP_MILLIS;
        let site_millis = self.site_clock.read(cx.now).millis;
        for row in cx.store.files_kept(None, PAGE)? {
            if row.rank.class != Class::Unnamed || self.files.letting_go.len() >= MAX_LETTING_GO {
                break;
            }
            let is_old = row.rank.touched.saturating_add(UNNAMED_MILLIS) < site_millis;
            if is_old && !self.files.is_erasing(&row.hash) {
                self.erase(cx, row.hash);
            }
        }
        Ok(())
    }

    pub(super) fn own_mode(&self) -> NodeMode {
        let member = self.roster.members.get(&self.me);
        member.map(|member| member.mode).unwrap_or_default()
    }
}

/// One use a file, in order: the strongest of several.
fn merge(uses: &mut Vec<FileUse>) {
    uses.sort();
    uses.dedup_by(|later, kept| {
        let is_same = later.hash == kept.hash;
        if is_same {
            kept.is_open |= later.is_open;
            kept.is_chosen |= later.is_chosen;
            kept.size = kept.size.max(later.size);
            kept.added = kept.added.max(later.added);
        }
        is_same
    });
}
