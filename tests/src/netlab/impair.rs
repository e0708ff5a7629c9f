//! What becomes of an IP packet on a bad wire, sans-IO and from a seed: which copies arrive, and when.

use serde::{Deserialize, Serialize};

use crate::sim::chance::Chance;

/// Longer queues than this drop what comes: a real bottleneck has a bounded buffer.
const MAX_QUEUE_MILLIS: u64 = 1_000;

/// How bad the wire is. Each direction of each PC suffers alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weather {
    /// Packets of a hundred that are lost.
    pub loss_percent: u64,
    /// Packets of a hundred that arrive twice.
    pub duplicate_percent: u64,
    /// Packets of a hundred that are not kept in order: they take the shortest way, or the longest and half as much again.
    pub reorder_percent: u64,
    /// The shortest way, milliseconds.
    pub delay_millis: u64,
    /// How much longer it may take, milliseconds.
    pub jitter_millis: u64,
    /// Kilobits per second to each PC; 0 for as fast as it goes.
    pub rate_kbit: u64,
}

/// What a relay is told before its first packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// What all chance comes from.
    pub seed: u64,
    /// The TUN devices to make.
    pub wires: Vec<Wire>,
}

/// One PC at a relay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    /// The TUN device's name.
    pub device: String,
    /// Packets to this address go there.
    pub addr: std::net::Ipv4Addr,
}

/// What a relay did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Packets that came, each receiver of a multicast counted.
    pub n_packets: u64,
    /// Copies that were delivered.
    pub n_delivered: u64,
    /// Lost by chance.
    pub n_lost: u64,
    /// Sent twice.
    pub n_duplicated: u64,
    /// Delivered before one that came earlier.
    pub n_reordered: u64,
    /// Dropped because too much waited before the bottleneck.
    pub n_overflowed: u64,
    /// Nobody has this address, or it is not IPv4.
    pub n_nowhere: u64,
    /// The sum of all delays, milliseconds.
    pub delay_millis: u64,
    /// The longest delay, milliseconds.
    pub longest_delay_millis: u64,
}

/// The wire to each PC.
#[derive(Debug)]
pub struct Impairer {
    weather: Weather,
    chance: Chance,
    lanes: Vec<Lane>,
    tally: Tally,
}

#[derive(Debug, Default, Clone, Copy)]
struct Lane {
    /// When the bottleneck is free, microseconds.
    free_at_micros: u64,
    /// The latest delivery so far.
    last_micros: u64,
}

impl Impairer {
    /// A good wire to so many PCs.
    pub fn new(seed: u64, n_lanes: usize) -> Self {
        Self {
            weather: Weather::default(),
            chance: Chance::new(seed, "impair"),
            lanes: vec![Lane::default(); n_lanes],
            tally: Tally::default(),
        }
    }

    /// The weather from now on.
    pub fn set_weather(&mut self, weather: Weather) {
        self.weather = weather;
    }

    /// What was done so far.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// Counts a packet for which there is no wire.
    pub fn count_nowhere(&mut self) {
        self.tally.n_nowhere += 1;
    }

    /// When the copies of a packet arrive that came now: none, one or two times, microseconds.
    pub fn pass(&mut self, now_micros: u64, to: usize, n_bytes: usize) -> Vec<u64> {
        self.tally.n_packets += 1;
        if self.chance.percent(self.weather.loss_percent) {
            self.tally.n_lost += 1;
            return Vec::new();
        }
        let Some(sent) = self.queue(now_micros, to, n_bytes) else {
            self.tally.n_overflowed += 1;
            return Vec::new();
        };
        let mut arrivals = vec![self.arrival(now_micros, sent, to)];
        if self.chance.percent(self.weather.duplicate_percent) {
            self.tally.n_duplicated += 1;
            arrivals.push(self.arrival(now_micros, sent, to));
        }
        arrivals
    }

    /// When the bottleneck has sent it; none when too much waits there.
    fn queue(&mut self, now_micros: u64, to: usize, n_bytes: usize) -> Option<u64> {
        let lane = self.lanes.get_mut(to)?;
        if self.weather.rate_kbit == 0 {
            return Some(now_micros);
        }
        let start = lane.free_at_micros.max(now_micros);
        if start - now_micros > MAX_QUEUE_MILLIS * 1_000 {
            return None;
        }
        let bits = u64::try_from(n_bytes).ok()? * 8;
        lane.free_at_micros = start + bits * 1_000 / self.weather.rate_kbit;
        Some(lane.free_at_micros)
    }

    fn arrival(&mut self, now_micros: u64, sent: u64, to: usize) -> u64 {
        let Weather {
            delay_millis,
            jitter_millis,
            reorder_percent,
            ..
        } = self.weather;
        let is_stray = self.chance.percent(reorder_percent);
        let jitter = self.chance.within(0..=jitter_millis * 1_000);
        let lane = &mut self.lanes[to];
        let arrival = if is_stray {
            let longest = (delay_millis + jitter_millis) * 1_500;
            sent + if jitter.is_multiple_of(2) {
                delay_millis * 1_000
            } else {
                longest
            }
        } else {
            (sent + delay_millis * 1_000 + jitter).max(lane.last_micros)
        };
        if arrival < lane.last_micros {
            self.tally.n_reordered += 1;
        }
        lane.last_micros = lane.last_micros.max(arrival);
        let delay_millis = (arrival - now_micros) / 1_000;
        self.tally.n_delivered += 1;
        self.tally.delay_millis += delay_millis;
        self.tally.longest_delay_millis = self.tally.longest_delay_millis.max(delay_millis);
        arrival
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn storm() -> Weather {
        Weather {
            loss_percent: 15,
            duplicate_percent: 5,
            reorder_percent: 10,
            delay_millis: 50,
            jitter_millis: 150,
            rate_kbit: 0,
        }
    }

    fn send(impairer: &mut Impairer, n_packets: u64) -> Vec<Vec<u64>> {
        (0..n_packets)
            .map(|number| impairer.pass(number * 1_000, 0, 1_000))
            .collect()
    }

    #[test]
    fn a_good_wire_changes_nothing() {
        let mut impairer = Impairer::new(1, 1);
        let arrivals = send(&mut impairer, 100);
        let expected: Vec<Vec<u64>> = (0..100).map(|number| vec![number * 1_000]).collect();
        assert_eq!(arrivals, expected);
    }

    #[test]
    fn a_storm_does_what_it_says_and_the_same_from_the_same_seed() {
        let run = |seed| {
            let mut impairer = Impairer::new(seed, 1);
            impairer.set_weather(storm());
            (send(&mut impairer, 20_000), impairer.tally())
        };
        let (arrivals, tally) = run(7);
        assert_eq!(run(7), (arrivals, tally));
        assert_ne!(run(8).1, tally);
        let percent = |n: u64| n * 1_000 / tally.n_packets;
        assert!((140..160).contains(&percent(tally.n_lost)), "{tally:?}");
        assert!((35..50).contains(&percent(tally.n_duplicated)), "{tally:?}");
        assert!((30..120).contains(&percent(tally.n_reordered)), "{tally:?}");
        assert!(tally.longest_delay_millis >= 200, "{tally:?}");
        assert_eq!(
            tally.n_delivered,
            tally.n_packets - tally.n_lost + tally.n_duplicated
        );
    }

    #[test]
    fn jitter_alone_keeps_the_order() {
        let mut impairer = Impairer::new(3, 1);
        impairer.set_weather(Weather {
            jitter_millis: 100,
            ..Weather::default()
        });
        let arrivals = send(&mut impairer, 1_000).concat();
        assert!(arrivals.is_sorted());
        assert_eq!(impairer.tally().n_reordered, 0);
    }

    #[test]
    fn a_bottleneck_sends_at_its_rate_and_drops_what_waits_too_long() {
        let mut impairer = Impairer::new(3, 1);
        impairer.set_weather(Weather {
            rate_kbit: 80,
            ..Weather::default()
        });
        // 80 kbit/s are ten packets of 1,000 bytes a second; a thousand come in one.
        let arrivals = send(&mut impairer, 1_000).concat();
        assert_eq!(arrivals.first(), Some(&100_000));
        assert!(arrivals.len() < 25, "{} passed", arrivals.len());
        assert_eq!(impairer.tally().n_overflowed, 1_000 - arrivals.len() as u64);
    }
}
