//! What the command line of the window says.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use lienquay_node::runtime::NetOptions;

/// Liên Quầy: the desk of a public administration service point.
#[derive(Debug, Clone, Parser)]
#[command(name = "lienquay", version)]
pub struct Options {
    /// The data folder of this PC; otherwise LIENQUAY_DATA, otherwise this user's own.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Where to listen for the other PCs; usually not needed.
    #[arg(long)]
    pub listen: Vec<SocketAddr>,
    /// The address of another PC, where the network does not show it by itself.
    #[arg(long)]
    pub peer: Vec<SocketAddr>,
    /// Do not look for other PCs by mDNS.
    #[arg(long)]
    pub no_mdns: bool,
    /// What paints the window; by itself the best that this PC has.
    #[arg(long, value_enum)]
    pub renderer: Option<Painter>,
    /// Size of the window in points, such as 1366x768; as large as the screen unless given.
    #[arg(long, value_parser = size)]
    pub size: Option<(u16, u16)>,
    /// Where the window opens, in points from the top left corner, such as 0x0.
    #[arg(long, value_parser = size)]
    pub at: Option<(u16, u16)>,
    /// Tell on the standard output, a JSON line each, when the first frame and the desk are on the screen.
    #[arg(long, hide = true)]
    pub tell: bool,
    /// Scroll through the list of dossiers for so many frames, telling when it begins and ends.
    #[arg(long, hide = true)]
    pub measure_scroll: Option<u32>,
    /// Paint the list of dossiers so many times without scrolling.
    #[arg(long, hide = true)]
    pub measure_still: Option<u32>,
}

/// What paints the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Painter {
    /// OpenGL.
    Glow,
    /// Vulkan, Direct3D 12 or Metal.
    Wgpu,
}

impl Options {
    /// The data folder: the one given, or this user's own.
    ///
    /// # Errors
    /// When the system does not say where users keep data.
    pub fn data_folder(&self) -> Result<PathBuf, NoHome> {
        let named = std::env::var_os("LIENQUAY_DATA").map(PathBuf::from);
        if let Some(folder) = self.data.clone().or(named) {
            return Ok(folder);
        }
        let base = if cfg!(windows) {
            std::env::var_os("LOCALAPPDATA").map(PathBuf::from)
        } else {
            std::env::var_os("XDG_DATA_HOME")
                .map(PathBuf::from)
                .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")))
        };
        base.map(|base| base.join("lienquay")).ok_or(NoHome)
    }

    /// How the node takes part in the LAN.
    #[must_use]
    pub fn net(&self) -> NetOptions {
        NetOptions {
            listen: self.listen.clone(),
            peers: self.peer.clone(),
            mdns: !self.no_mdns,
        }
    }

    /// Painters to try, best first: on Linux OpenGL, which every Mesa has; on Windows old PCs have no OpenGL worth the
    /// name but always Direct3D 12 in software.
    #[must_use]
    pub fn painters(&self) -> Vec<Painter> {
        match self.renderer {
            Some(painter) => vec![painter],
            None if cfg!(windows) => vec![Painter::Wgpu, Painter::Glow],
            None => vec![Painter::Glow, Painter::Wgpu],
        }
    }
}

/// The system does not say where users keep data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home folder: say where the data lies with --data")]
pub struct NoHome;

fn size(text: &str) -> Result<(u16, u16), String> {
    let parts = text
        .split_once('x')
        .ok_or("two numbers with an x between")?;
    let number = |text: &str| {
        text.parse()
            .map_err(|_no_number| format!("{text} is no number"))
    };
    Ok((number(parts.0)?, number(parts.1)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renderer_that_is_named_is_the_only_one_tried() {
        let options = |args: &[&str]| Options::try_parse_from(args).unwrap();
        assert_eq!(
            options(&["lienquay", "--renderer", "wgpu"]).painters(),
            [Painter::Wgpu]
        );
        assert_eq!(options(&["lienquay"]).painters().len(), 2);
    }

    #[test]
    fn sizes_are_two_numbers() {
        assert_eq!(size("1366x768"), Ok((1366, 768)));
        assert!(size("1366").is_err());
        assert!(size("1366xa").is_err());
    }
}
