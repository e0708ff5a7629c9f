//! The network keeps its promises: order within a priority, nothing after a cut, every side told once.

use std::collections::BTreeMap;

use super::*;

struct Run {
    network: Network,
    due: BTreeMap<(SimTime, u64), Arrival>,
    n_due: u64,
}

impl Run {
    fn new(seed: u64) -> Self {
        Self {
            network: Network::new(seed),
            due: BTreeMap::new(),
            n_due: 0,
        }
    }

    fn add(&mut self, arrivals: impl IntoIterator<Item = (SimTime, Arrival)>) {
        for (at, arrival) in arrivals {
            self.n_due += 1;
            self.due.insert((at, self.n_due), arrival);
        }
    }

    fn drain(&mut self) -> (SimTime, Vec<String>) {
        let mut seen = Vec::new();
        let mut last = SimTime::default();
        while let Some(((at, _), arrival)) = self.due.pop_first() {
            last = at;
            if self.network.arrives(&arrival) {
                let what = match &arrival.what {
                    Arriving::Up => "up".to_owned(),
                    Arriving::Down => "down".to_owned(),
                    Arriving::Bytes(bytes) => format!("{bytes:?}"),
                };
                seen.push(format!("{}:{what}", arrival.node));
            }
        }
        (last, seen)
    }
}

fn at_node(seen: &[String], node: &str) -> Vec<String> {
    seen.iter()
        .filter_map(|line| line.strip_prefix(&format!("{node}:")))
        .map(str::to_owned)
        .collect()
}

#[test]
fn messages_of_one_priority_keep_their_order_behind_the_link() {
    for seed in 0..50 {
        let mut run = Run::new(seed);
        let opened = run.network.connect(SimTime::default(), 0, 1);
        let link = opened
            .iter()
            .find(|(_, arrival)| arrival.node == 0)
            .unwrap()
            .1
            .link;
        run.add(opened);
        for number in 0..5_u8 {
            let sent = run
                .network
                .send(SimTime::default(), 0, link, Priority::Live, vec![number]);
            run.add(sent);
        }
        let (_, seen) = run.drain();
        assert_eq!(
            at_node(&seen, "1"),
            ["up", "[0]", "[1]", "[2]", "[3]", "[4]"],
            "seed {seed}"
        );
    }
}

#[test]
fn urgent_messages_overtake_in_some_runs() {
    let overtaken = (0..50).filter(|seed| {
        let mut run = Run::new(*seed);
        let opened = run.network.connect(SimTime::default(), 0, 1);
        let link = opened[0].1.link;
        run.add(opened);
        let (now, _) = run.drain();
        let slow = run.network.send(now, 0, link, Priority::Snapshot, vec![1]);
        let fast = run.network.send(now, 0, link, Priority::Beat, vec![2]);
        run.add(slow.into_iter().chain(fast));
        at_node(&run.drain().1, "1") == ["[2]", "[1]"]
    });
    assert!((5..45).contains(&overtaken.count()));
}

#[test]
fn a_cut_drops_what_is_under_way_and_both_sides_notice_once() {
    for seed in 0..50 {
        let mut run = Run::new(seed);
        let opened = run.network.connect(SimTime::default(), 0, 1);
        let link = opened[0].1.link;
        run.add(opened);
        let (now, _) = run.drain();
        let sent = run.network.send(now, 0, link, Priority::Live, vec![1]);
        run.add(sent);
        let noticed = run.network.cut(now, 0, 1);
        run.add(noticed);
        let again = run.network.cut(now, 1, 0);
        run.add(again);
        let (_, seen) = run.drain();
        assert_eq!(at_node(&seen, "0"), ["down"]);
        assert_eq!(at_node(&seen, "1"), ["down"]);
        assert!(!run.network.can_connect(0, 1) && !run.network.is_believed(0, 1));
        run.network.mend_all();
        assert!(run.network.can_connect(0, 1));
    }
}

#[test]
fn a_one_way_cut_still_delivers_the_other_way_until_noticed() {
    let mut run = Run::new(3);
    let opened = run.network.connect(SimTime::default(), 0, 1);
    let link = opened
        .iter()
        .find(|(_, arrival)| arrival.node == 1)
        .unwrap()
        .1
        .link;
    run.add(opened);
    let (now, _) = run.drain();
    let sent = run.network.send(now, 1, link, Priority::Live, vec![9]);
    run.add(sent);
    run.network.weather.notice_millis = 5_000..=5_000;
    let noticed = run.network.cut(now, 0, 1);
    run.add(noticed);
    assert_eq!(at_node(&run.drain().1, "0"), ["[9]", "down"]);
}

#[test]
fn a_replaced_link_is_told_down_and_carries_nothing_more() {
    for seed in 0..50 {
        let mut run = Run::new(seed);
        let opened = run.network.connect(SimTime::default(), 0, 1);
        let old = opened[0].1.link;
        run.add(opened);
        let (now, _) = run.drain();
        let opened = run.network.connect(now, 1, 0);
        run.add(opened);
        let lost = run.network.send(now, 0, old, Priority::Live, vec![1]);
        assert!(lost.is_none());
        let (_, seen) = run.drain();
        for node in ["0", "1"] {
            let mut lines = at_node(&seen, node);
            lines.sort();
            assert_eq!(lines, ["down", "up"], "seed {seed}");
        }
        assert!(run.network.is_linked(0, 1));
    }
}

#[test]
fn a_vanished_node_hears_nothing_and_its_peer_is_told() {
    let mut run = Run::new(1);
    let opened = run.network.connect(SimTime::default(), 0, 1);
    run.add(opened);
    let (now, _) = run.drain();
    let noticed = run.network.vanish(now, 0, true);
    run.add(noticed);
    assert_eq!(run.drain().1, ["1:down"]);
    assert!(!run.network.is_believed(0, 1));
}
