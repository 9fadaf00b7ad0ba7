//! A small home-lighting hub with Annals inside.
//!
//! ```text
//! HTTP ─► who.rs ─► lights.rs ──► home.rs (its tables) ──┐
//!                   capture.rs                           ├─► hub.db, where Annals' tables are too
//!         radio.rs (a plain thread) ──► Recorder ────────┘
//!         /annals ─► Annals: its API and its dashboard
//! ```
//!
//! `hub FILE ADDRESS`; the environment variable `ANNALS_ADMIN_KEY` is the admin's key for `/annals`.

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

/// The state that handlers share.
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
    axum::serve(listener, service).with_graceful_shutdown(shutdown_signal()).await?;
    // No request is running any more: write the last events.
    annals.stop().await
}

/// Opens Annals in the hub's own file; its lock and socket are beside it.
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
        // A dozen events of little interest become one.
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
async fn shutdown_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = terminate.recv() => {}
            _ = tokio::signal::ctrl_c() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
