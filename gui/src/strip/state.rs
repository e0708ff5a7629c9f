//! The state of the site in words.

use crate::strip::data::{PcState, StripView};
use crate::when;
use crate::words::Lang;
use crate::words::count;

/// Two lines, and whether they ask for a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StateWords {
    pub(crate) line: String,
    pub(crate) below: String,
    pub(crate) is_well: bool,
}

struct Say {
    lang: Lang,
}

/// The words.
pub(crate) fn words(view: &StripView, lang: Lang, now_millis: u64) -> StateWords {
    let cx = Say { lang };
    let gone: Vec<PcState> = view.gone().map(|pc| pc.state).collect();
    let n_all = view.pcs.len();
    let line = if !view.is_member && n_all > 0 {
        tr!(cx, "strip.no_member")
    } else if n_all == 1 {
        tr!(cx, "strip.one_pc")
    } else if gone.is_empty() {
        tr!(cx, "strip.all_up", n = n_all, of = n_all)
    } else {
        some_gone(&cx, &gone, n_all, now_millis)
    };
    let (below, is_behind) = below(&cx, view);
    StateWords {
        line,
        below,
        is_well: gone.is_empty() && view.is_member && !is_behind,
    }
}

fn some_gone(cx: &Say, gone: &[PcState], n_all: usize, now_millis: u64) -> String {
    let since = gone.iter().filter_map(|state| match state {
        PcState::Gone(since) => *since,
        PcState::Up(_) => None,
    });
    let since = since.min().map(|at| when::short(at, now_millis));
    match (gone.len() + 1 == n_all, since) {
        (true, Some(since)) => tr!(cx, "strip.alone_since", since = since),
        (true, None) => tr!(cx, "strip.alone"),
        (false, Some(since)) => tr!(cx, "strip.gone_since", n = gone.len(), since = since),
        (false, None) => tr!(cx, "strip.gone", n = gone.len()),
    }
}

fn below(cx: &Say, view: &StripView) -> (String, bool) {
    let number = |n| count(cx.lang, n);
    if let Some((n, of)) = view.loading {
        return (
            tr!(cx, "strip.loading", n = number(n), of = number(of)),
            true,
        );
    }
    if view.n_lacking > 0 {
        return (tr!(cx, "strip.lacking", n = number(view.n_lacking)), true);
    }
    let behind = view
        .pcs
        .iter()
        .filter(|pc| pc.state.is_up() && pc.n_behind > 0);
    if let Some(pc) = behind.max_by_key(|pc| pc.n_behind) {
        let n = number(pc.n_behind);
        return (tr!(cx, "strip.behind", name = pc.name, n = n), true);
    }
    match view.pcs.len() {
        0 => (String::new(), false),
        1 => (tr!(cx, "strip.no_copy"), false),
        _ if view.pcs.iter().filter(|pc| pc.state.is_up()).count() == 1 => {
            (tr!(cx, "strip.kept_here"), false)
        }
        _ => (tr!(cx, "strip.in_step"), false),
    }
}

#[cfg(test)]
mod tests {
    use lienquay_shared::NodeId;

    use super::*;
    use crate::strip::data::Pc;

    /// 2026-11-17 09:12 in Vietnam; from `date -u -d '2026-11-17 02:12' +%s`.
    const AT_09_12: u64 = 1_794_881_520_000;
    const NOW: u64 = AT_09_12 + 3_600_000;

    fn view(others: &[(PcState, u64)]) -> StripView {
        let this = (PcState::Up(None), 0);
        let pcs = std::iter::once(&this).chain(others).enumerate();
        let pc = |(index, (state, n_behind)): (usize, &(PcState, u64))| Pc {
            node: NodeId([u8::try_from(index).unwrap(); 32]),
            name: format!("Quầy {}", index + 1),
            counter: None,
            is_this: index == 0,
            state: *state,
            n_behind: *n_behind,
        };
        StripView {
            pcs: pcs.map(pc).collect(),
            is_member: true,
            ..StripView::default()
        }
    }

    #[test]
    fn the_state_of_the_site_is_said_in_words() {
        const UP: (PcState, u64) = (PcState::Up(Some(NOW)), 0);
        const GONE: (PcState, u64) = (PcState::Gone(Some(AT_09_12)), 0);
        const UNSEEN: (PcState, u64) = (PcState::Gone(None), 0);
        for (others, line, below) in [
            (vec![], "Điểm có 1 máy", "chưa có bản sao ở máy khác"),
            (vec![UP, UP], "3/3 máy đang nối", "mọi máy đủ dữ liệu"),
            (vec![UP, GONE], "1 máy mất từ 09:12", "mọi máy đủ dữ liệu"),
            (vec![UP, UNSEEN], "1 máy chưa nối", "mọi máy đủ dữ liệu"),
            (
                vec![UNSEEN, GONE],
                "Một mình từ 09:12",
                "vẫn làm việc, lưu tại máy này",
            ),
            (
                vec![UNSEEN],
                "Máy này đang một mình",
                "vẫn làm việc, lưu tại máy này",
            ),
            (
                vec![(UP.0, 1_400)],
                "2/2 máy đang nối",
                "Quầy 2 thiếu 1.400 bản ghi",
            ),
        ] {
            let words = words(&view(&others), Lang::Vi, NOW);
            assert_eq!((words.line.as_str(), words.below.as_str()), (line, below));
        }
    }

    #[test]
    fn only_a_site_where_all_is_well_looks_well() {
        let up = (PcState::Up(None), 0);
        let looks_well = |view: &StripView| words(view, Lang::En, NOW).is_well;
        assert!(looks_well(&view(&[up])));
        assert!(!looks_well(&view(&[(PcState::Gone(None), 0)])));
        let loading = StripView {
            loading: Some((120, 3_400)),
            ..view(&[up])
        };
        assert!(!looks_well(&loading));
        assert_eq!(words(&loading, Lang::En, NOW).below, "loading 120/3,400");
    }
}
