//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use lienquay_shared::wire::link::NodeMode;

use crate::cli::exit::{CliError, CliResult};

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  an unexpected error
  2  wrong usage, or an input that cannot be read
  3  refused (with what to do about it), or done only in part
  4  no such data folder, or it belongs to no site yet
  5  the data folder is in use by another program, or damaged
  6  not found
  7  verify found differences

Environment:
  LIENQUAY_DATA        the data folder, instead of --data
  LIENQUAY_PASSPHRASE  opens a data folder that is sealed with a passphrase
  LIENQUAY_LOG         what is logged to the standard error stream, e.g. info or lienquay_node=debug";

/// Liên Quầy: linked counters for the service points of communes.
#[derive(Debug, Parser)]
#[command(name = "lienquay-node", version, about, after_help = EXIT_CODES)]
pub(crate) struct Args {
    /// The data folder of the node [default: $LIENQUAY_DATA, or a folder of this user].
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write JSON, one value a line.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Found a site with this PC and print its recovery sheet, once.
    Found(Found),
    /// Join a site: both screens show six digits to compare.
    Join(Join),
    /// Run the node until it is stopped.
    Run(Run),
    /// Stop the running node; it hands its tickets over first.
    Stop,
    /// List the PCs that wait to join, with the digits to compare.
    Waiting,
    /// Admit a waiting PC whose digits were compared.
    Admit(Admit),
    /// Turn a waiting PC away.
    Reject(Peer),
    /// Make this PC an administrator with the recovery sheet, read from the standard input
    Recover,
    /// List the PCs of the site.
    Members,
    /// Shut a PC out: lost, stolen or misused.
    Revoke(Revoke),
    /// Let a PC leave for good.
    Retire(NodeArg),
    /// Import procedures from files or folders of the national catalogue.
    Import(Import),
    /// Give out a ticket.
    Ticket(Ticket),
    /// Call the next citizen to this PC's counter.
    Call(Call),
    /// Receive a dossier. Other users of this PC can see arguments while it runs: where that matters, use `do -`.
    Receive(Box<Receive>),
    /// Find dossiers by name, code, number or procedure.
    Find(Find),
    /// Show one dossier.
    Show(Show),
    /// Show today's queue.
    Queue,
    /// Scans and results of dossiers: add, list, save.
    #[command(subcommand)]
    File(FileVerb),
    /// Show how this PC is doing with the files of dossiers, or set how much those of others may take.
    Files(Files),
    /// Show how this node is.
    Status,
    /// Show the health board: links, delays, refusals.
    Health,
    /// Walk every chain and signature and compare what screens read with the documents.
    Verify,
    /// Read the QR of an identity card; `-` reads it from the standard input.
    Cccd(Card),
    /// Have any command done, as JSON; `-` reads it from the standard input.
    Do(Json),
    /// Answer any query, as JSON; `-` reads it from the standard input.
    Ask(Json),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Found {
    /// The site's name.
    #[arg(long)]
    pub(crate) site: String,
    /// The unit's code, first part of dossier codes: H26.15.
    #[arg(long)]
    pub(crate) unit: String,
    /// The first officer's full name.
    #[arg(long)]
    pub(crate) officer: String,
    /// What this PC is called.
    #[arg(long, default_value = "PC 1")]
    pub(crate) name: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Join {
    /// The address of a member, where the LAN does not find it.
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) addr: Vec<SocketAddr>,
    /// What this PC is called.
    #[arg(long, default_value = "PC")]
    pub(crate) name: String,
    /// What this PC is used for.
    #[arg(long, value_enum, default_value = "desk")]
    pub(crate) mode: Mode,
    /// Compare with these digits instead of asking.
    #[arg(long, value_name = "NNNNNN", conflicts_with = "yes")]
    pub(crate) yes_code: Option<String>,
    /// Take the digits as equal: only where nobody else can be on the LAN.
    #[arg(long)]
    pub(crate) yes: bool,
    /// Where to listen.
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) listen: Vec<SocketAddr>,
    /// Do not look for members through mDNS (implied by --addr).
    #[arg(long)]
    pub(crate) no_mdns: bool,
    /// Give up after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Mode {
    /// A counter PC that stays.
    Desk,
    /// A laptop that leaves.
    Laptop,
    /// A ticket kiosk.
    Kiosk,
}

impl From<Mode> for NodeMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Desk => Self::Desk,
            Mode::Laptop => Self::Laptop,
            Mode::Kiosk => Self::Kiosk,
        }
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Run {
    /// Where to listen [default: port 4717 on all interfaces].
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) listen: Vec<SocketAddr>,
    /// The address of another PC, where the LAN does not find it.
    #[arg(long, value_name = "IP:PORT")]
    pub(crate) peer: Vec<SocketAddr>,
    /// Do not look for others through mDNS.
    #[arg(long)]
    pub(crate) no_mdns: bool,
    /// Log into the file `node.log` of the data folder instead of the standard error stream.
    #[arg(long)]
    pub(crate) log_file: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Admit {
    /// The PC, or the six digits it shows.
    #[arg(value_name = "PEER|CODE")]
    pub(crate) peer: String,
    /// It may itself admit and shut out others.
    #[arg(long)]
    pub(crate) admin: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Peer {
    /// The PC, or the six digits it shows.
    #[arg(value_name = "PEER|CODE")]
    pub(crate) peer: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The PC: its key, the first digits of it, or its name.
    pub(crate) node: String,
    /// Why.
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct NodeArg {
    /// The PC: its key, the first digits of it, or its name.
    pub(crate) node: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// JSON files, or folders of them.
    #[arg(required = true, value_name = "FILE_OR_DIR")]
    pub(crate) from: Vec<PathBuf>,
    /// In force from this day [default: always].
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) effective_from: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Ticket {
    /// The lane.
    pub(crate) lane: String,
    /// Serve before others: elderly, disabled, near_poor, pregnant, small_children, other.
    #[arg(long)]
    pub(crate) priority: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Call {
    /// Only from these lanes [default: the counter's own].
    pub(crate) lanes: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Receive {
    /// The procedure's code.
    #[arg(long)]
    pub(crate) procedure: String,
    /// Full name of who stands at the counter.
    #[arg(long)]
    pub(crate) name: String,
    /// Identity number.
    #[arg(long, default_value = "")]
    pub(crate) id: String,
    /// Birth date.
    #[arg(long, default_value = "")]
    pub(crate) born: String,
    /// Residence.
    #[arg(long, default_value = "")]
    pub(crate) address: String,
    /// Telephone.
    #[arg(long, default_value = "")]
    pub(crate) phone: String,
    /// Whom it is about, when that is somebody else.
    #[arg(long)]
    pub(crate) subject: Option<String>,
    /// What is asked for.
    #[arg(long, default_value = "")]
    pub(crate) request: String,
    /// The chosen case, where the procedure has several.
    #[arg(long)]
    pub(crate) case: Option<String>,
    /// The chosen processing time by position, where there are several.
    #[arg(long)]
    pub(crate) processing: Option<u8>,
    /// How it came in: direct, online, post.
    #[arg(long, default_value = "direct")]
    pub(crate) channel: String,
    /// Receive it although papers are missing.
    #[arg(long)]
    pub(crate) accept_missing: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Find {
    /// Words to find; accents do not matter.
    #[arg(default_value = "")]
    pub(crate) text: Vec<String>,
    /// Rows of a page.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: u16,
    /// The cursor of the page before.
    #[arg(long)]
    pub(crate) after: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Its code or its document.
    #[arg(value_name = "CODE|ID")]
    pub(crate) dossier: String,
}

#[derive(Debug, Subcommand)]
pub(crate) enum FileVerb {
    /// Add a file to a dossier.
    Add(AddFile),
    /// List a dossier's files: ✓ on this PC only, ✓✓ on two or more, ▲ not here.
    List(Show),
    /// Write a file of a dossier to a place of your own; it is fetched first if it is not here.
    Save(SaveFile),
}

#[derive(Debug, clap::Args)]
pub(crate) struct AddFile {
    /// The dossier's code or its document.
    #[arg(value_name = "CODE|ID")]
    pub(crate) dossier: String,
    /// The file.
    pub(crate) path: PathBuf,
    /// It is the paper at this position, counted from 1 as `show` lists them.
    #[arg(long, value_name = "N", conflicts_with = "result")]
    pub(crate) component: Option<u8>,
    /// It is the result.
    #[arg(long)]
    pub(crate) result: bool,
    /// It was never a paper: signed or made electronically.
    #[arg(long)]
    pub(crate) electronic: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct SaveFile {
    /// The dossier's code or its document.
    #[arg(value_name = "CODE|ID")]
    pub(crate) dossier: String,
    /// The file by its position, counted from 1 as `file list` lists them.
    pub(crate) number: usize,
    /// Where to; nothing may stand there.
    pub(crate) to: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    /// Files of others may fill this many MiB; `none` for as many as the disk has.
    #[arg(long, value_name = "MIB|none")]
    pub(crate) quota: Option<String>,
    /// Ask others for at most this many KiB a second; `none` for as fast as they come.
    #[arg(long, value_name = "KIB|none")]
    pub(crate) rate: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Card {
    /// What the scanner typed.
    #[arg(value_name = "TEXT|-")]
    pub(crate) text: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Json {
    /// The command or query.
    #[arg(value_name = "JSON|-")]
    pub(crate) text: String,
}

impl Args {
    /// The data folder meant.
    pub(crate) fn folder(&self) -> CliResult<PathBuf> {
        let from_environment = || std::env::var_os("LIENQUAY_DATA").map(PathBuf::from);
        self.data
            .clone()
            .or_else(from_environment)
            .or_else(default_folder)
            .ok_or_else(|| CliError::Usage("no data folder: give --data DIR".to_owned()))
    }

    /// Where the log goes, if not to the standard error stream.
    pub(crate) fn log_file(&self) -> CliResult<Option<PathBuf>> {
        match &self.verb {
            Verb::Run(run) if run.log_file => Ok(Some(self.folder()?.join("node.log"))),
            _ => Ok(None),
        }
    }
}

/// Where programs of this user keep their data.
fn default_folder() -> Option<PathBuf> {
    let set = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if cfg!(windows) {
        return set("LOCALAPPDATA").map(|base| base.join("LienQuay"));
    }
    set("XDG_DATA_HOME")
        .or_else(|| set("HOME").map(|home| home.join(".local/share")))
        .map(|base| base.join("lienquay"))
}
