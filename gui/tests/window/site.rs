//! A real site for a window under test: a node without a network in a temporary folder, and a harness on its desk.
#![allow(dead_code, reason = "each flow uses some of it")]

use eframe::egui_wgpu::WgpuSetup;
use eframe::egui_wgpu::wgpu::Backends;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::wgpu::default_wgpu_setup;
use lienquay_core::event::{Control, Found};
use lienquay_gui::desk::Desk;
use lienquay_gui::link::{Link, Work};
use lienquay_gui::theme;
use lienquay_gui::wake::Wake;
use lienquay_gui::words::Lang;
use lienquay_node::clock::Clock;
use lienquay_node::data_folder::{DataFolder, KeySeal, MachineId};
use lienquay_node::handle::NodeHandle;
use lienquay_node::runtime::{self, NetOptions, NodeOptions, Runtime};
use lienquay_shared::command::{Command, Outcome};
use lienquay_shared::query::{Answer, Query};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

/// Screens of old PCs, points.
pub(crate) const WIDE: [f32; 2] = [1366.0, 768.0];
/// The smallest screen that must do.
pub(crate) const NARROW: [f32; 2] = [1024.0, 768.0];

/// Frames until something must have happened: each frame that waits for the node sleeps a little, so this is seconds.
const PATIENCE: usize = 2_000;

/// A node with a runtime of its own.
pub(crate) struct TestSite {
    pub(crate) tokio: tokio::runtime::Runtime,
    node: Option<Runtime>,
    net: Option<NetOptions>,
    pub(crate) folder: tempfile::TempDir,
}

impl TestSite {
    /// A node that belongs to no site.
    pub(crate) fn empty() -> Self {
        Self::empty_with(None)
    }

    /// A node that belongs to no site, reachable from this machine alone.
    pub(crate) fn empty_on_loopback() -> Self {
        Self::empty_with(Some(loopback()))
    }

    fn empty_with(net: Option<NetOptions>) -> Self {
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut site = Self {
            tokio,
            node: None,
            net,
            folder,
        };
        site.start(true);
        site
    }

    /// "Xã Bình Minh", founded by Nguyễn Thị Hoa at counter 1 with lane A, and the starter catalogue.
    pub(crate) fn founded() -> Self {
        let site = Self::empty();
        site.found();
        site.import_catalogue();
        site
    }

    /// The same site, where legal times begin at a moment of our choosing.
    pub(crate) fn founded_at(utc_millis: u64) -> Self {
        let site = Self::empty();
        let anchor = Control::Anchor { utc_millis };
        site.wait(site.handle().control(anchor)).unwrap();
        site.found();
        site.import_catalogue();
        site
    }

    fn import_catalogue(&self) {
        for record in catalogue() {
            self.command(Command::ImportProcedure {
                record,
                effective_from: None,
            });
        }
    }

    /// The same site without a catalogue, reachable from this machine alone.
    pub(crate) fn founded_on_loopback() -> Self {
        let site = Self::empty_on_loopback();
        site.found();
        site
    }

    fn found(&self) {
        let found = Control::Found(Found {
            site_secret: [7; 32],
            site_name: "Xã Bình Minh".to_owned(),
            unit: "H26.15".to_owned(),
            officer_name: "Nguyễn Thị Hoa".to_owned(),
            node_name: "Quầy 1".to_owned(),
        });
        self.wait(self.handle().control(found)).unwrap();
    }

    /// Ends the node in order and starts it again: what is on disk is all that is left.
    pub(crate) fn restart(&mut self) {
        self.stop();
        self.start(false);
    }

    /// The same, on the network of this machine alone from now on.
    pub(crate) fn restart_on(&mut self, net: NetOptions) {
        self.net = Some(net);
        self.restart();
    }

    /// Ends the node in order.
    pub(crate) fn stop(&mut self) {
        let node = self.node.take().unwrap();
        self.tokio.block_on(node.shutdown()).unwrap();
    }

    /// Where this node can be reached.
    pub(crate) fn address(&self) -> SocketAddr {
        for _ in 0..PATIENCE {
            if let Some(address) = self.wait(self.handle().listening()).unwrap().first() {
                return *address;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the node does not listen");
    }

    fn start(&mut self, is_new: bool) {
        let path = self.folder.path().join("data");
        let machine = MachineId::of_this_machine();
        let opened = if is_new {
            DataFolder::create(&path, &KeySeal::OwnerFile, &machine).unwrap()
        } else {
            DataFolder::open(&path, &KeySeal::OwnerFile, &machine).unwrap()
        };
        let net = self.net.clone();
        let options = NodeOptions { net };
        let _inside = self.tokio.enter();
        self.node = Some(runtime::start(opened, options).unwrap());
    }

    pub(crate) fn handle(&self) -> &NodeHandle {
        self.node.as_ref().unwrap().handle()
    }

    pub(crate) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.tokio.block_on(work)
    }

    /// Has something done behind the window's back.
    pub(crate) fn command(&self, command: Command) -> Outcome {
        self.wait(self.handle().command(command)).unwrap()
    }

    pub(crate) fn ask(&self, query: Query) -> Answer {
        self.wait(self.handle().ask(query)).unwrap()
    }

    /// The desk on this node.
    pub(crate) fn desk(&self, size: [f32; 2]) -> Window<Desk> {
        self.desk_in(size, Lang::Vi)
    }

    /// The desk in a language.
    pub(crate) fn desk_in(&self, size: [f32; 2], lang: Lang) -> Window<Desk> {
        let make = |link| Desk::new(link, Clock::start(), lang);
        self.window(size, make, Desk::frame)
    }

    /// Any screen of this node.
    pub(crate) fn window<T: 'static>(
        &self,
        size: [f32; 2],
        make: impl FnOnce(Link) -> T,
        frame: fn(&mut T, &mut egui::Ui),
    ) -> Window<T> {
        let _inside = self.tokio.enter();
        let make = |_ctx: &egui::Context, wake| {
            let work = Work::new(self.tokio.handle().clone(), wake);
            make(Link::new(self.handle().clone(), work))
        };
        window(size, make, frame)
    }
}

impl Drop for TestSite {
    fn drop(&mut self) {
        if let Some(node) = self.node.take()
            && !std::thread::panicking()
        {
            self.tokio.block_on(node.shutdown()).unwrap();
        }
    }
}

/// A screen under test.
pub(crate) type Window<T> = Harness<'static, Shown<T>>;

/// A screen as a program of its own.
pub(crate) struct Shown<T> {
    pub(crate) screen: T,
    frame: fn(&mut T, &mut egui::Ui),
    wake: Wake,
}

impl<T> eframe::App for Shown<T> {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.wake.frame_begins();
        (self.frame)(&mut self.screen, ui);
    }
}

/// Anything in a window.
pub(crate) fn window<T: 'static>(
    size: [f32; 2],
    make: impl FnOnce(&egui::Context, Wake) -> T,
    frame: fn(&mut T, &mut egui::Ui),
) -> Window<T> {
    Harness::builder()
        .with_size(size)
        .with_pixels_per_point(1.0)
        .with_max_steps(64)
        .wgpu_setup(opengl())
        .build_eframe(|cc| {
            theme::apply(&cc.egui_ctx);
            let wake = Wake::new(cc.egui_ctx.clone());
            Shown {
                screen: make(&cc.egui_ctx, wake.clone()),
                frame,
                wake,
            }
        })
}

/// OpenGL, which Mesa paints in software: pictures are the same whatever else a machine has, and need no variable set.
fn opengl() -> WgpuSetup {
    let mut setup = default_wgpu_setup();
    if let WgpuSetup::CreateNew(setup) = &mut setup {
        setup.instance_descriptor.backends = Backends::GL;
    }
    setup
}

/// Reachable from this machine alone.
pub(crate) fn loopback() -> NetOptions {
    NetOptions {
        listen: vec![SocketAddr::from((Ipv4Addr::LOCALHOST, 0))],
        peers: Vec::new(),
        mdns: false,
    }
}

/// Paints frames until something is so; the node works in the background meanwhile.
#[track_caller]
pub(crate) fn until<T>(
    window: &mut Window<T>,
    what: &str,
    mut is_so: impl FnMut(&Window<T>) -> bool,
) {
    for _ in 0..PATIENCE {
        window.step();
        if is_so(window) {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("never came: {what}\n{window:?}");
}

/// Waits until a widget with this name or text is there.
#[track_caller]
pub(crate) fn until_label<T>(window: &mut Window<T>, label: &str) {
    until(window, label, |window| {
        window.query_all_by_label(label).next().is_some()
    });
}

/// Waits until a widget whose name or text contains this is there.
#[track_caller]
pub(crate) fn until_contains<T>(window: &mut Window<T>, part: &str) {
    until(window, part, |window| {
        window.query_all_by_label_contains(part).next().is_some()
    });
}

/// Waits until a button can be pressed, and presses it.
#[track_caller]
pub(crate) fn press<T>(window: &mut Window<T>, label: &str) {
    until(window, label, |window| {
        window
            .query_all_by_role_and_label(Role::Button, label)
            .any(|button| !button.accesskit_node().is_disabled())
    });
    window.get_by_role_and_label(Role::Button, label).click();
    window.step();
}

/// Puts the cursor into the field of this name and types, key by key, as an input method without preedit sends it.
#[track_caller]
pub(crate) fn type_into<T>(window: &mut Window<T>, field: &str, text: &str) {
    until_label(window, field);
    window.get_by_role_and_label(Role::TextInput, field).focus();
    window.step();
    for letter in text.chars() {
        window.event(egui::Event::Text(letter.to_string()));
    }
    window.step();
}

/// The records of the project's own starter catalogue.
pub(crate) fn catalogue() -> Vec<serde_json::Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/catalogue");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    files.sort();
    files
        .iter()
        .map(|file| serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap())
        .collect()
}
