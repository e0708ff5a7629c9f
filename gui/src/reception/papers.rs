//! The checklist: what the procedure wants, what was brought.

use lienquay_shared::codec::Text;
use lienquay_shared::domain::dossier;
use lienquay_shared::domain::procedure::{Component, Procedure};
use lienquay_shared::domain::text::fold;
use serde::{Deserialize, Serialize};

/// More sets of one paper than anybody hands in.
pub(super) const MAX_COUNT: u8 = 99;

/// What became of one paper.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Brought {
    /// Not here.
    #[default]
    No,
    /// Here.
    Yes,
    /// Not needed for this dossier: "chỉ khi trẻ bị bỏ rơi".
    NotNeeded,
}

/// One row of the checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Paper {
    /// Its code in the procedure; empty for one added by hand.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Originals.
    pub originals: u8,
    /// Certified copies.
    pub certified: u8,
    /// Plain copies.
    pub copies: u8,
    /// Whether it is here.
    pub brought: Brought,
    /// The node wants it, or the officer's word that it may come later.
    pub is_required: bool,
}

/// The rows under one heading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PaperGroup {
    /// May be empty.
    pub heading: String,
    /// It reads like a case ("Trường hợp …"): folded until the officer opens it.
    pub is_case: bool,
    /// Unfolded.
    pub is_open: bool,
    /// The rows.
    pub papers: Vec<Paper>,
}

/// The whole checklist.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Papers {
    /// As published.
    pub groups: Vec<PaperGroup>,
    /// Added by hand.
    pub extra: Vec<Paper>,
}

impl Papers {
    /// The checklist of a procedure; ticks and counts of papers that were on the list before stay.
    pub(super) fn of(procedure: &Procedure, before: &Self) -> Self {
        let groups = procedure
            .component_groups
            .iter()
            .filter(|group| !group.items.is_empty())
            .map(|group| {
                let is_case = group.reads_like_a_case();
                let was_open = before
                    .groups
                    .iter()
                    .any(|old| old.heading == group.heading && old.is_open);
                let rows = group.items.iter().map(|item| row(item, is_case, before));
                PaperGroup {
                    heading: group.heading.clone(),
                    is_case,
                    is_open: !is_case || was_open,
                    papers: rows.collect(),
                }
            });
        Self {
            groups: groups.collect(),
            extra: before.extra.clone(),
        }
    }

    /// Every row.
    pub(super) fn all(&self) -> impl Iterator<Item = &Paper> {
        self.groups
            .iter()
            .flat_map(|group| &group.papers)
            .chain(&self.extra)
    }

    /// Required papers that are neither here nor said to be unneeded.
    pub(super) fn missing(&self) -> Vec<&Paper> {
        let is_settled = |wanted: &Paper| {
            self.all()
                .any(|paper| paper.brought != Brought::No && paper.is_same(wanted))
        };
        self.all()
            .filter(|paper| paper.is_required && !is_settled(paper))
            .collect()
    }

    /// Says of every missing paper that this dossier does not need it.
    pub(super) fn need_no_more(&mut self) {
        let names: Vec<String> = self
            .missing()
            .into_iter()
            .map(|paper| paper.name.clone())
            .collect();
        let rows = self.groups.iter_mut().flat_map(|group| &mut group.papers);
        for paper in rows.filter(|paper| paper.brought == Brought::No) {
            if names.contains(&paper.name) {
                paper.brought = Brought::NotNeeded;
            }
        }
    }

    /// What the node takes: papers brought with their counts, unneeded ones with none. A required paper that is not
    /// listed counts as missing there.
    pub(super) fn to_components(&self) -> Vec<dossier::Component> {
        self.all().filter_map(Paper::to_component).collect()
    }
}

impl Paper {
    /// One added by hand.
    pub(super) fn added(name: &str) -> Self {
        Self {
            name: name.trim().to_owned(),
            originals: 1,
            brought: Brought::Yes,
            ..Self::default()
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        (!self.code.is_empty() && self.code == other.code) || fold(&self.name) == fold(&other.name)
    }

    fn to_component(&self) -> Option<dossier::Component> {
        let is_here = match self.brought {
            Brought::No => return None,
            Brought::Yes => true,
            Brought::NotNeeded => false,
        };
        let count = |n: u8| if is_here { n } else { 0 };
        Some(dossier::Component {
            code: Text::truncated(&self.code),
            name: Text::truncated(&self.name),
            originals: count(self.originals),
            certified: count(self.certified),
            copies: count(self.copies),
            missing: false,
        })
    }
}

fn row(item: &Component, is_case: bool, before: &Papers) -> Paper {
    let count = |n: u16| u8::try_from(n).unwrap_or(MAX_COUNT).min(MAX_COUNT);
    let mut paper = Paper {
        code: item.code.clone(),
        name: item.name.clone(),
        // A paper without a count is one sheet once somebody lays it on the counter.
        originals: if item.is_uncounted() {
            1
        } else {
            count(item.n_originals)
        },
        certified: 0,
        copies: count(item.n_copies),
        brought: Brought::No,
        is_required: !is_case && !item.is_uncounted(),
    };
    let was = before
        .groups
        .iter()
        .flat_map(|group| &group.papers)
        .find(|old| old.code == paper.code && old.name == paper.name);
    if let Some(was) = was.filter(|was| was.brought != Brought::No) {
        paper.brought = was.brought;
        (paper.originals, paper.certified, paper.copies) =
            (was.originals, was.certified, was.copies);
    }
    paper
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(code: &str, name: &str, is_required: bool) -> Paper {
        Paper {
            code: code.to_owned(),
            name: name.to_owned(),
            originals: 1,
            is_required,
            ..Paper::default()
        }
    }

    fn checklist() -> Papers {
        Papers {
            groups: vec![PaperGroup {
                papers: vec![
                    paper("A", "Tờ khai", true),
                    paper("B", "Giấy chứng sinh", true),
                    paper("", "Ghi chú", false),
                ],
                ..PaperGroup::default()
            }],
            extra: Vec::new(),
        }
    }

    #[test]
    fn what_is_not_ticked_and_required_is_missing() {
        let mut papers = checklist();
        papers.groups[0].papers[0].brought = Brought::Yes;
        let names: Vec<&str> = papers.missing().iter().map(|paper| &*paper.name).collect();
        assert_eq!(names, ["Giấy chứng sinh"]);
        papers.extra.push(Paper::added("giấy CHỨNG SINH "));
        assert!(
            papers.missing().is_empty(),
            "brought under its name by hand"
        );
    }

    #[test]
    fn an_unneeded_paper_is_told_to_the_node_without_counts() {
        let mut papers = checklist();
        papers.groups[0].papers[0].brought = Brought::Yes;
        papers.need_no_more();
        assert!(papers.missing().is_empty());
        let told = papers.to_components();
        let counts: Vec<(&str, u8, bool)> = told
            .iter()
            .map(|paper| (&*paper.name, paper.originals, paper.missing))
            .collect();
        assert_eq!(
            counts,
            [("Tờ khai", 1, false), ("Giấy chứng sinh", 0, false)]
        );
    }
}
