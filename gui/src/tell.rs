//! What a measuring program is told on the standard output, and the scrolling it asks for. Off unless asked for on the
//! command line.

use std::io::Write as _;

use crate::desk::Desk;
use crate::options::Options;
use crate::wake::Wake;

/// Points scrolled a frame: two screens, so that every row is new.
const SCROLL_POINTS: f32 = 1_200.0;

/// What is still to be told and done.
#[derive(Debug, Default)]
pub struct Tell {
    is_on: bool,
    n_frames: u64,
    n_desk_frames: u64,
    list: Option<ListRun>,
}

/// The list painted again and again.
#[derive(Debug)]
struct ListRun {
    n_left: u32,
    points: f32,
    has_begun: bool,
}

impl Tell {
    /// As the command line says.
    #[must_use]
    pub fn new(options: &Options) -> Self {
        let run = |n_frames: Option<u32>, points| {
            n_frames.map(|n_left| ListRun {
                n_left,
                points,
                has_begun: false,
            })
        };
        Self {
            is_on: options.tell,
            list: run(options.measure_scroll, SCROLL_POINTS).or(run(options.measure_still, 0.0)),
            ..Self::default()
        }
    }

    /// Every frame begins with this: the frame before is on the screen now.
    pub fn frame_begins(&mut self, desk: Option<&mut Desk>, wake: &Wake) {
        if !self.is_on {
            return;
        }
        self.n_frames += 1;
        self.count(self.n_frames, "first_frame", wake);
        if let Some(desk) = desk {
            self.n_desk_frames += 1;
            self.count(self.n_desk_frames, "desk", wake);
            self.run_list(desk, wake);
        }
    }

    /// The first frame of its kind is followed by another one, which tells that the first is on the screen.
    fn count(&self, n_frames: u64, event: &str, wake: &Wake) {
        match n_frames {
            1 => wake.now(),
            2 => tell(event),
            _ => {}
        }
    }

    fn run_list(&mut self, desk: &mut Desk, wake: &Wake) {
        let Some(run) = &mut self.list else {
            return;
        };
        if !run.has_begun {
            // Wakes on: the list being loaded.
            run.has_begun = desk.show_list();
            if run.has_begun {
                tell("scroll_began");
                wake.now();
            }
            return;
        }
        desk.scroll_list(run.points);
        run.n_left = run.n_left.saturating_sub(1);
        if run.n_left == 0 {
            tell("scroll_ended");
            self.list = None;
        }
        wake.now();
    }
}

fn tell(event: &str) {
    let mut out = std::io::stdout();
    let told = writeln!(out, "{{\"event\":\"{event}\"}}").and_then(|()| out.flush());
    if let Err(error) = told {
        tracing::debug!(%error, "nobody listens to what the window tells");
    }
}
