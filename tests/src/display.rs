//! A screen without a monitor: Xvfb with a window manager, keys from xdotool, pictures of what is there. For driving the real
//! window as an officer would, and for measuring it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// Between two looks at the screen when waiting for it to stand still. An idle window paints nothing.
const LOOK: Duration = Duration::from_millis(120);
/// Looks that must be equal.
const N_EQUAL: usize = 3;
/// Looks until something is wrong: a slow machine paints a frame in 100 ms.
const MAX_LOOKS: usize = 250;

/// What the window manager says when it is ready.
const READY: &str = "ready";

/// Key codes from here on carry no letters on a usual keyboard.
const FIRST_FREE_KEY: u32 = 200;

/// Vietnamese letters that texts typed here may have.
const LETTERS: &str = "ãìễịầăĐứôếả";

/// A virtual screen; gone when dropped.
#[derive(Debug)]
pub struct Display {
    server: Child,
    manager: Child,
    /// Kept open: the manager would end when it has something to say and nobody listens.
    said: BufReader<ChildStdout>,
    name: String,
}

impl Display {
    /// Starts a screen of this size with a window manager, without which keys go nowhere, and waits for both: a window that is
    /// shown while openbox is starting may stay hidden for good.
    ///
    /// # Errors
    /// When Xvfb or openbox is not installed or does not start.
    pub fn start(width: u32, height: u32) -> Result<Self> {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"])
            .arg(format!("{width}x{height}x24"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb is not installed")?;
        let mut number = String::new();
        let out = server.stdout.take().context("no output of Xvfb")?;
        BufReader::new(out).read_line(&mut number)?;
        let name = format!(":{}", number.trim());
        let mut manager = Command::new("openbox")
            .args(["--startup", &format!("echo {READY}")])
            .env("DISPLAY", &name)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("openbox is not installed")?;
        let said = manager.stdout.take().context("no output of openbox")?;
        let mut display = Self {
            server,
            manager,
            said: BufReader::new(said),
            name,
        };
        for line in display.said.by_ref().lines() {
            if line? == READY {
                return Ok(display);
            }
        }
        bail!("openbox does not start on {}", display.name)
    }

    /// Its name, for `DISPLAY`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Makes a program show its windows here, painted in software as on a PC without a graphics driver.
    pub fn show<'a>(&self, program: &'a mut Command) -> &'a mut Command {
        show_on(&self.name, program)
    }

    /// Waits until a window of this process is on the screen; its number.
    ///
    /// # Errors
    /// When none comes.
    pub fn window_of(&self, pid: u32) -> Result<String> {
        let pid = pid.to_string();
        for _ in 0..MAX_LOOKS {
            let found = self.output("xdotool", &["search", "--onlyvisible", "--pid", &pid])?;
            if let Some(window) = found.lines().next() {
                return Ok(window.to_owned());
            }
            std::thread::sleep(LOOK);
        }
        bail!("no window of process {pid}")
    }

    /// Gives a window the keyboard.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn focus(&self, window: &str) -> Result<()> {
        self.output("xdotool", &["windowactivate", "--sync", window])
            .map(drop)
    }

    /// Presses keys one after the other: `F2`, `ctrl+k`, `Tab`.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn keys(&self, keys: &[&str]) -> Result<()> {
        let mut arguments = vec!["key", "--delay", "40"];
        arguments.extend(keys);
        self.output("xdotool", &arguments).map(drop)
    }

    /// Types a text, letter by letter.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn type_text(&self, text: &str) -> Result<()> {
        self.lend_keys(text)?;
        self.output("xdotool", &["type", "--delay", "25", "--", text])
            .map(drop)
    }

    /// Types a text as fast as a scanner.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn burst(&self, text: &str) -> Result<()> {
        self.lend_keys(text)?;
        self.output("xdotool", &["type", "--delay", "2", "--", text])
            .map(drop)
    }

    /// Gives the keyboard a key for each letter of [`LETTERS`] when a text needs them. The server forgets such keys when
    /// another keyboard of its own takes over, so this is done before every such text; programs need a moment to take the new
    /// keys in.
    fn lend_keys(&self, text: &str) -> Result<()> {
        if text.is_ascii() {
            return Ok(());
        }
        let keys: Vec<String> = (FIRST_FREE_KEY..)
            .zip(LETTERS.chars())
            .map(|(code, letter)| format!("keycode {code} = U{:04X}", u32::from(letter)))
            .collect();
        let arguments = keys.iter().flat_map(|key| ["-e", key.as_str()]);
        self.output("xmodmap", &arguments.collect::<Vec<_>>())?;
        self.settle()
    }

    /// Puts the mouse somewhere.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn pointer(&self, (x, y): (u32, u32)) -> Result<()> {
        let (x, y) = (x.to_string(), y.to_string());
        self.output("xdotool", &["mousemove", &x, &y]).map(drop)
    }

    /// Clicks at a place of the screen.
    ///
    /// # Errors
    /// When xdotool fails.
    pub fn click(&self, place: (u32, u32)) -> Result<()> {
        self.pointer(place)?;
        self.output("xdotool", &["click", "1"]).map(drop)
    }

    /// Waits until the screen stands still.
    ///
    /// # Errors
    /// When it never does, or no picture can be taken.
    pub fn settle(&self) -> Result<()> {
        let mut last = Vec::new();
        let mut n_equal = 0;
        for _ in 0..MAX_LOOKS {
            let now = self.picture("rgb:-")?;
            n_equal = if now == last { n_equal + 1 } else { 0 };
            if n_equal == N_EQUAL {
                return Ok(());
            }
            last = now;
            std::thread::sleep(LOOK);
        }
        bail!("the screen never stands still")
    }

    /// Takes a picture of the whole screen.
    ///
    /// # Errors
    /// When `import` is not installed or the file cannot be written.
    pub fn screenshot(&self, file: &Path) -> Result<()> {
        self.picture(&file.to_string_lossy()).map(drop)
    }

    fn picture(&self, target: &str) -> Result<Vec<u8>> {
        let done = Command::new("import")
            .args(["-window", "root", target])
            .env("DISPLAY", &self.name)
            .output()
            .context("imagemagick is not installed")?;
        if !done.status.success() {
            bail!("no picture: {}", String::from_utf8_lossy(&done.stderr));
        }
        Ok(done.stdout)
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let done = Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.name)
            .output()
            .with_context(|| format!("{program} is not installed"))?;
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }
}

/// Makes a program show its windows on this display, painted in software.
pub(crate) fn show_on<'a>(display: &str, program: &'a mut Command) -> &'a mut Command {
    program
        .env("DISPLAY", display)
        .env_remove("WAYLAND_DISPLAY")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
}

impl Drop for Display {
    fn drop(&mut self) {
        for process in [&mut self.manager, &mut self.server] {
            if let Err(error) = process.kill().and_then(|()| process.wait().map(drop)) {
                tracing::warn!(%error, "the virtual screen could not be stopped");
            }
        }
    }
}
