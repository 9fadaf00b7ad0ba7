//! `annals serve`.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use anyhow::{Result, anyhow};
use clap::Args;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, ServeFlags};
use crate::app::App;
use crate::config::Database;

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

/// Serves until the process receives a signal to end; prints a sign-in link if `link` is set, else the command that
/// makes one.
pub(super) async fn serve(context: &Context, app: App, link: bool) -> Result<ExitCode> {
    allow_many_files();
    // Install the handler first: a supervisor may stop us as soon as it reads that we listen.
    let end = end_signal()?;
    let listener = bind(context.config.listen).await?;
    let address = listener.local_addr()?;
    app.http().set_origin(match &context.config.public_url {
        Some(url) => url.clone(),
        None => local_origin(address),
    });
    // Before the address is printed: whoever reads it expects that commands reach the server.
    log_start(context, &app, link).await?;
    let link = if link { Some(app.services().access.new_link().await?) } else { None };
    let base_path = &context.config.base_path;
    let every = if address.ip().is_unspecified() { " (every address of this machine)" } else { "" };
    println!(
        "annals {}: listening on {}{base_path}{every}",
        env!("CARGO_PKG_VERSION"),
        local_origin(address)
    );
    match link {
        Some(token) => {
            println!("sign in: {}", app.http().sign_in_url(&token));
            println!("         (works once, within ten minutes; `annals link` makes another)");
        }
        None => println!(
            "sign in: `annals link` prints a link, `annals key create --role admin --name NAME` a key"
        ),
    }
    app.serve(listener, end).await?;
    Ok(ExitCode::SUCCESS)
}

/// Puts into the log what an operator looks for first. Sign-in links are secrets and not among it.
async fn log_start(context: &Context, app: &App, link: bool) -> Result<()> {
    let config = &context.config;
    let (engine, database) = match config.journal()? {
        journal @ Database::Sqlite(_) => ("SQLite", journal.to_string()),
        journal @ Database::Postgres(_) => ("PostgreSQL", journal.to_string()),
    };
    let data_dir = config.data_dir.display();
    tracing::info!(version = env!("CARGO_PKG_VERSION"), %data_dir, engine, database, "annals serves");
    let next = app.services().retention.next_run().await?;
    tracing::info!(%next, "the next retention run");
    let hint = if link {
        "a sign-in link is on standard output; `annals link` makes another"
    } else {
        "`annals link` makes a sign-in link, `annals key create` a key"
    };
    tracing::info!("to sign in: {hint}");
    Ok(())
}

/// Returns the origin at which a browser on this machine reaches a server that listens on `address`.
fn local_origin(address: SocketAddr) -> String {
    if address.ip().is_unspecified() {
        return format!("http://localhost:{}", address.port());
    }
    format!("http://{address}")
}

/// Fails if nobody can listen on this address now.
pub(super) async fn check_port(address: SocketAddr) -> Result<()> {
    bind(address).await.map(drop)
}

async fn bind(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address).await.map_err(|error| cannot_listen(address, &error))
}

/// Says why nobody can listen on an address, and what to do.
fn cannot_listen(address: SocketAddr, error: &io::Error) -> anyhow::Error {
    let (ip, port) = (address.ip(), address.port());
    let with_port = |port: u16| match ip {
        ip if ip == Ipv4Addr::LOCALHOST => port.to_string(),
        ip if ip == Ipv4Addr::UNSPECIFIED => format!(":{port}"),
        ip => SocketAddr::new(ip, port).to_string(),
    };
    match error.kind() {
        io::ErrorKind::AddrInUse => {
            let next = with_port(port.checked_add(1).unwrap_or(8787));
            anyhow!(
                "port {port} is in use: another program listens there, perhaps another Annals; stop it, or choose \
                 another port with `--listen {next}`"
            )
        }
        io::ErrorKind::PermissionDenied => anyhow!(
            "port {port} is reserved for the administrator; choose one from 1024 on, such as `--listen {}`",
            with_port(8787)
        ),
        io::ErrorKind::AddrNotAvailable => anyhow!(
            "{ip} is no address of this machine; `--listen :{port}` listens on every address it has"
        ),
        _ => anyhow!("cannot listen on {address}: {error}"),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_from_listening_names_a_way_out() {
        for (address, kind, wanted) in [
            ("127.0.0.1:8788", io::ErrorKind::AddrInUse, "`--listen 8789`"),
            ("0.0.0.0:8788", io::ErrorKind::AddrInUse, "`--listen :8789`"),
            ("[::]:8788", io::ErrorKind::AddrInUse, "`--listen [::]:8789`"),
            ("127.0.0.1:65535", io::ErrorKind::AddrInUse, "`--listen 8787`"),
            ("127.0.0.1:80", io::ErrorKind::PermissionDenied, "`--listen 8787`"),
            ("192.0.2.7:80", io::ErrorKind::AddrNotAvailable, "`--listen :80`"),
        ] {
            let said = cannot_listen(address.parse().unwrap(), &kind.into()).to_string();
            assert!(said.contains(wanted), "{address}: {said}");
        }
    }

    #[test]
    fn a_link_can_be_opened() {
        for (address, origin) in [
            ("0.0.0.0:8787", "http://localhost:8787"),
            ("[::]:8787", "http://localhost:8787"),
            ("127.0.0.1:8787", "http://127.0.0.1:8787"),
            ("[::1]:8787", "http://[::1]:8787"),
        ] {
            assert_eq!(local_origin(address.parse().unwrap()), origin);
        }
    }
}
