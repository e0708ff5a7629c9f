//! The command line. Each command uses the node that runs on the data folder, or opens the folder itself for the moment
//! when none runs.

mod args;
mod catalogue;
mod dossier_words;
mod exit;
mod files;
mod founding;
mod generic;
mod joining;
mod logging;
mod looking;
mod membership;
mod out;
mod proving;
mod running;
mod session;
mod working;

use std::process::ExitCode;

use clap::Parser as _;

pub use logging::NODE_LOG;

use args::{Args, Verb};
use exit::CliResult;
use out::Out;

/// Runs the command line to its exit code.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let out = Out::new(args.json);
    let logged = logging::start(&args);
    match logged.and_then(|()| block_on(args, out)) {
        Ok(code) => code.into(),
        Err(error) => out.error(&error),
    }
}

fn block_on(args: Args, out: Out) -> CliResult<exit::Code> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("lienquay-io")
        .enable_all()
        .build()?;
    runtime.block_on(run(args, out))
}

async fn run(args: Args, out: Out) -> CliResult<exit::Code> {
    let folder = args.folder()?;
    match args.verb {
        Verb::Found(found) => founding::found(&folder, &found, out).await,
        Verb::Join(join) => joining::join(&folder, &join, out).await,
        Verb::Run(run) => running::run(&folder, &run, out).await,
        Verb::Stop => running::stop(&folder, out).await,
        Verb::Waiting => membership::waiting(&folder, out).await,
        Verb::Admit(admit) => membership::admit(&folder, &admit, out).await,
        Verb::Recover => membership::recover(&folder, out).await,
        Verb::Reject(peer) => membership::reject(&folder, &peer.peer, out).await,
        Verb::Members => membership::members(&folder, out).await,
        Verb::Revoke(revoke) => membership::revoke(&folder, &revoke, out).await,
        Verb::Retire(node) => membership::retire(&folder, &node.node, out).await,
        Verb::Import(import) => catalogue::import(&folder, &import, out).await,
        Verb::Ticket(ticket) => working::ticket(&folder, &ticket, out).await,
        Verb::Call(call) => working::call(&folder, &call, out).await,
        Verb::Receive(receive) => working::receive(&folder, &receive, out).await,
        Verb::Find(find) => looking::find(&folder, &find, out).await,
        Verb::Show(show) => looking::show(&folder, &show.dossier, out).await,
        Verb::File(verb) => files::file(&folder, &verb, out).await,
        Verb::Files(ask) => files::files(&folder, &ask, out).await,
        Verb::Queue => looking::queue(&folder, out).await,
        Verb::Status => looking::status(&folder, out).await,
        Verb::Health => looking::health(&folder, out).await,
        Verb::Verify => proving::verify(&folder, out).await,
        Verb::Cccd(card) => looking::cccd(&card.text, out),
        Verb::Do(json) => generic::submit(&folder, &json.text, out).await,
        Verb::Ask(json) => generic::ask(&folder, &json.text, out).await,
    }
}
