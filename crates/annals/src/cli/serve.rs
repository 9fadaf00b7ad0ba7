//! `annals serve`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, ServeFlags};
use crate::app::App;

#[derive(Args)]
pub(super) struct Options {
    #[command(flatten)]
    pub(super) flags: ServeFlags,
}

pub(super) async fn run(context: Context, _options: Options) -> Result<ExitCode> {
    let app = App::start(&context.config, context.clock.clone(), context.random.clone()).await?;
    let link = app.services().access.has_no_key();
    serve(&context, app, link).await
}

/// Serves until the process receives a signal to end; prints a sign-in link if `link` is set.
pub(super) async fn serve(context: &Context, app: App, link: bool) -> Result<ExitCode> {
    allow_many_files();
    // Install the handler first: a supervisor may stop us as soon as it reads that we listen.
    let end = end_signal()?;
    let listener = TcpListener::bind(context.config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", context.config.listen))?;
    let address = listener.local_addr()?;
    let url = format!("http://{address}{}", context.config.base_path);
    println!("annals {}: listening on {url}", env!("CARGO_PKG_VERSION"));
    if link {
        let token = app.services().access.new_link().await?;
        println!("sign in: {url}signin#link={token}");
        println!("         (works once, within ten minutes; `annals link` makes another)");
    }
    app.serve(listener, end).await?;
    Ok(ExitCode::SUCCESS)
}

/// Raises the limit of open files: every stream holds a socket, and many systems allow 1,024.
fn allow_many_files() {
    let limit = getrlimit(Resource::Nofile);
    // If the limit cannot be raised, the operator has set it.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit });
}

/// Waits for SIGTERM or SIGINT.
fn end_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
