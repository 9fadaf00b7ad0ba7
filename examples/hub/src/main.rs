//! A small home-lighting hub with Annals inside.
//!
//! ```text
//! HTTP ─► who.rs ─► lights.rs ──► home.rs (its tables) ──┐
//!                   capture.rs                           ├─► hub.db, where Annals' tables are too
//!         radio.rs (a plain thread) ──► Recorder ────────┘
//!         /annals ─► Annals: its API and its dashboard
//! ```
//!
//! `hub FILE ADDRESS`; the environment's `ANNALS_ADMIN_KEY` lets an admin in to `/annals`.

mod capture;
mod home;
mod lights;
mod radio;
mod who;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use annals::{Annals, Recorder};
use anyhow::{Context as _, Result};
use axum::Router;
use axum::middleware::from_fn;
use axum::routing::{get, patch, post};
use tokio::net::TcpListener;

use capture::Capture;
use home::Home;
use radio::Radio;

/// What every handler can need.
#[derive(Clone)]
struct Hub {
    home: Arc<Mutex<Home>>,
    recorder: Recorder,
    radio: Radio,
    capture: Capture,
}

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = PathBuf::from(arguments.next().unwrap_or_else(|| "hub.db".to_owned()));
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let home = Home::open(&file)?;
    let annals = open_annals(&file).await?;
    let hub = start(home, annals.recorder())?;

    let router = Router::new()
        .route("/lights", get(lights::list).post(lights::add))
        .route("/lights/{id}", patch(lights::change).delete(lights::remove))
        .route("/radio", post(radio::receive))
        .route("/capture", post(capture::start).delete(capture::stop))
        .with_state(hub)
        .layer(from_fn(who::is_it))
        .merge(annals.router());
    let listener = TcpListener::bind(&address).await?;
    println!("hub: listening on http://{}", listener.local_addr()?);
    let service = router.into_make_service_with_connect_info::<std::net::SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(told_to_end()).await?;
    // Nobody is served any more: now the last events are written.
    annals.stop().await
}

/// Annals in the hub's own file; its lock and socket stand beside it.
async fn open_annals(file: &Path) -> Result<Annals> {
    let mut annals = Annals::builder()
        .data_dir(file.with_extension("annals"))
        .host_file(file)
        .base_path("/annals/");
    if let Ok(key) = std::env::var("ANNALS_ADMIN_KEY") {
        annals = annals.admin_key(key);
    }
    annals.open().await.context("cannot open the record")
}

fn start(mut home: Home, recorder: Recorder) -> Result<Hub> {
    if home.is_new()? {
        // A dozen entries that nobody needs one by one: they become one event.
        let _setting_up = recorder.set_up("the first rooms");
        for name in ["Hall", "Kitchen", "Stairs"] {
            let light = home.add(name)?;
            recorder.record(lights::event("created", &light));
        }
    }
    Ok(Hub {
        home: Arc::new(Mutex::new(home)),
        radio: Radio::start(recorder.clone())?,
        capture: Capture::default(),
        recorder,
    })
}

/// Resolves at SIGTERM or Ctrl-C.
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
