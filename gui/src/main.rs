//! The program `lienquay`: the window of one counter PC.

use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser as _;
use lienquay_gui::app::App;
use lienquay_gui::options::{Options, Painter};
use lienquay_gui::tell::Tell;
use lienquay_node::cli::NODE_LOG;

fn main() -> ExitCode {
    let options = Options::parse();
    let filter =
        tracing_subscriber::EnvFilter::try_from_env("LIENQUAY_LOG").unwrap_or_else(|_unset| {
            tracing_subscriber::EnvFilter::new(format!("{NODE_LOG},wgpu=warn,naga=warn"))
        });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> anyhow::Result<()> {
    let folder = options.data_folder()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("no threads from the system")?;
    let mut last = None;
    for painter in options.painters() {
        let native = native_options(options, painter);
        let handle = runtime.handle().clone();
        let (folder, net) = (folder.clone(), options.net());
        let tell = Tell::new(options);
        let created = eframe::run_native(
            "lienquay",
            native,
            Box::new(move |cc| {
                let _inside = handle.enter();
                let app = App::open(&cc.egui_ctx, handle.clone(), folder, net);
                Ok(Box::new(app.telling(tell)))
            }),
        );
        match created {
            Ok(()) => return Ok(()),
            Err(error) => {
                tracing::warn!(?painter, %error, "this painter does not work here");
                last = Some(error);
            }
        }
    }
    match last {
        Some(error) => Err(anyhow::anyhow!(
            "no window can be painted on this PC ({error}); install a graphics driver with OpenGL 2 or Direct3D 12, \
             or name another painter with --renderer"
        )),
        None => Ok(()),
    }
}

fn native_options(options: &Options, painter: Painter) -> eframe::NativeOptions {
    let mut viewport = egui::ViewportBuilder::default()
        .with_title("Liên Quầy")
        .with_app_id("lienquay")
        .with_min_inner_size([900.0, 600.0]);
    viewport = match options.size {
        Some((width, height)) => viewport.with_inner_size([f32::from(width), f32::from(height)]),
        None => viewport
            .with_inner_size([1366.0, 700.0])
            .with_maximized(true),
    };
    if let Some((x, y)) = options.at {
        viewport = viewport.with_position([f32::from(x), f32::from(y)]);
    }
    eframe::NativeOptions {
        viewport,
        renderer: match painter {
            Painter::Glow => eframe::Renderer::Glow,
            Painter::Wgpu => eframe::Renderer::Wgpu,
        },
        ..eframe::NativeOptions::default()
    }
}
