//! `annals health`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::body::Body;
use clap::Args;
use http::{Request, StatusCode, Uri, header};
use http_body_util::BodyExt as _;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;

use super::Context;
use super::client::problem;

/// Time after which a server that does not answer counts as not ready.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Args)]
pub(super) struct Options {
    /// Address of the server, with its base path [default: the configured `listen` on this machine]
    #[arg(long, value_name = "URL")]
    url: Option<Uri>,
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    let base = match options.url {
        Some(url) => url.to_string(),
        None => format!("http://{}/", reachable(context.config.listen)),
    };
    let url = format!("{}/readyz", base.trim_end_matches('/'));
    let asked = tokio::time::timeout(PATIENCE, ask(&url)).await;
    asked.with_context(|| format!("{url} does not answer within {PATIENCE:?}"))??;
    if context.json {
        println!("{}", json!({ "status": "ok", "url": url }));
    } else {
        println!("ready: {url}");
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the address at which this machine reaches a server that listens on `listen`.
pub(super) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

async fn ask(url: &str) -> Result<()> {
    let uri: Uri = url.parse().with_context(|| format!("{url} is not an address"))?;
    let Some(authority) = uri.authority().filter(|_| uri.scheme_str() == Some("http")) else {
        bail!("--url must begin with http://, such as http://127.0.0.1:8787");
    };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((host, port)).await;
    let stream = stream.with_context(|| format!("no server answers at {url}"))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get(uri.path()).header(header::HOST, authority.as_str());
    let response = sender.send_request(request.body(Body::empty())?).await;
    let response = response.with_context(|| format!("no web server answers at {url}"))?;
    let status = response.status();
    if status == StatusCode::OK {
        return Ok(());
    }
    let body = response.into_body().collect().await?.to_bytes();
    bail!("not ready: {}", problem(status, &body))
}
