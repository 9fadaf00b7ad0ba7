//! `annals export`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use axum::body::Body;
use clap::Args;
use http::{Method, Response, header};
use http_body_util::BodyExt as _;
use serde_json::json;

use super::Context;
use super::client::{Client, filter_pair, request, success, with_query};
use super::file::NewFile;
use super::terminal::{number, progress};
use crate::query::export::{Columns, Format};
use crate::query::list::SortKey;

#[derive(Args)]
pub(super) struct Options {
    /// File to write, or a directory, in which the file is named by its filter and days; `-` is
    /// standard output [default: -]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    force: bool,
    /// Format: csv, json, ndjson or bundle, a zip that `annals verify --export` checks [default: by the file's ending, else ndjson]
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// Columns of a CSV file: names separated by commas, in this order; `default` for those an
    /// auditor reads, `all` for an import
    #[arg(long, value_name = "NAMES", value_parser = columns)]
    columns: Option<String>,
    /// Filter as in the API: category=quest, severity=!info, from=2026-11-01, q=words
    #[arg(long = "filter", short, value_name = "NAME=VALUE", value_parser = filter_pair)]
    filters: Vec<(String, String)>,
    /// Write the oldest events first, in the order that an import needs
    #[arg(long)]
    oldest_first: bool,
    /// What the order goes by: recorded (the journal's order) or occurred (when it happened)
    #[arg(long, value_name = "KEY", value_parser = sort_key, default_value = "recorded")]
    by: SortKey,
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| "must be csv, json, ndjson or bundle".to_owned())
}

fn sort_key(name: &str) -> Result<SortKey, String> {
    SortKey::from_name(name).ok_or_else(|| "must be recorded or occurred".to_owned())
}

fn columns(names: &str) -> Result<String, String> {
    Columns::parse(names).map(|_| names.to_owned())
}

pub(super) async fn run(context: Context, options: Options) -> Result<ExitCode> {
    // Before a server is asked for anything.
    let out = Output::open(options.output.as_deref(), options.force)?;
    let client = Client::to_existing(&context).await?;
    let exported = export(&context, &client, options, out).await;
    client.close().await?;
    exported.map(|()| ExitCode::SUCCESS)
}

async fn export(
    context: &Context,
    client: &Client,
    options: Options,
    mut out: Output,
) -> Result<()> {
    let ending = options.output.as_ref().and_then(|path| path.extension()?.to_str());
    let format =
        options.format.or_else(|| ending.and_then(Format::from_ending)).unwrap_or(Format::Ndjson);
    let mut pairs = options.filters;
    pairs.push(("format".to_owned(), format.as_str().to_owned()));
    if let Some(columns) = options.columns {
        if format != Format::Csv {
            bail!("--columns is for CSV alone; add --format csv");
        }
        pairs.push(("columns".to_owned(), columns));
    }
    if options.oldest_first {
        pairs.push(("order".to_owned(), "asc".to_owned()));
    }
    if options.by != SortKey::default() {
        pairs.push(("by".to_owned(), options.by.as_str().to_owned()));
    }
    let path = with_query("/api/v1/events/export", &pairs);
    let response = client.send(request(Method::GET, &path, "application/json", Body::empty())?);
    let response = success(response.await?).await?;
    out.name(&response)?;
    let mut body = response.into_body();

    let bar = progress(None, "exporting bytes", context.json);
    let mut end = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.context("the export was interrupted and is not complete; run it again")?;
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        out.write_all(&bytes)?;
        bar.inc(bytes.len() as u64);
        end.extend_from_slice(&bytes);
        end.drain(..end.len().saturating_sub(64));
    }
    bar.finish_and_clear();
    if format == Format::Bundle {
        // The zip's directory comes last, and ends with this mark.
        if !end.windows(4).any(|bytes| bytes == b"PK\x05\x06") {
            bail!("the export ended before its end and is not complete; run it again");
        }
        match out.finish()? {
            Some(path) if context.json => println!("{}", json!({ "path": path })),
            Some(path) => {
                println!("evidence in {0}; check it: annals verify --export {0}", path.display());
            }
            None => {}
        }
        return Ok(());
    }
    let Some(count) = counted(format, &end) else {
        bail!("the export ended without its end marker and is not complete; run it again");
    };
    let path = out.finish()?;
    match path {
        Some(path) if context.json => println!("{}", json!({ "events": count, "path": path })),
        Some(path) => println!("{} events in {}", number(count), path.display()),
        None => {}
    }
    Ok(())
}

/// Returns the count in the end marker; `None` if the marker is missing.
fn counted(format: Format, end: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(end.trim_ascii_end()).ok()?;
    let marker = match format {
        // Its manifest has the count.
        Format::Bundle => return None,
        Format::Csv => text.rsplit_once("#count,")?.1,
        Format::Json | Format::Ndjson => text.rsplit_once("\"count\":")?.1.strip_suffix('}')?,
    };
    marker.parse().ok()
}

/// Returns the plain name in `Content-Disposition`, unless it leads out of the directory.
fn quoted_name(disposition: &str) -> Option<&str> {
    let name = disposition.split_once("filename=\"")?.1.split_once('"')?.0;
    (name.starts_with("annals-events") && !name.contains(['/', '\\'])).then_some(name)
}

/// The target of an export.
enum Output {
    Stdout,
    /// A directory: the server names the file.
    Directory {
        path: PathBuf,
        force: bool,
    },
    File(NewFile),
}

impl Output {
    fn open(path: Option<&Path>, force: bool) -> Result<Output> {
        match path {
            None => Ok(Output::Stdout),
            Some(path) if path == Path::new("-") => Ok(Output::Stdout),
            Some(path) if path.is_dir() => Ok(Output::Directory { path: path.to_owned(), force }),
            Some(path) => NewFile::create(path, force).map(Output::File),
        }
    }

    /// Begins the file in a directory under the name that the server gives it.
    fn name(&mut self, response: &Response<Body>) -> Result<()> {
        if let Output::Directory { path, force } = self {
            let header = response.headers().get(header::CONTENT_DISPOSITION);
            let name = header.and_then(|value| value.to_str().ok()).and_then(quoted_name);
            let name = name.context("the server did not name the file; name one with -o FILE")?;
            *self = Output::File(NewFile::create(&path.join(name), *force)?);
        }
        Ok(())
    }

    fn write_all(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match self {
            Output::Stdout => std::io::stdout().lock().write_all(bytes),
            Output::Directory { .. } => Err(std::io::ErrorKind::IsADirectory.into()),
            Output::File(file) => file.write(bytes),
        };
        written.context("cannot write the export")
    }

    fn finish(self) -> Result<Option<PathBuf>> {
        match self {
            Output::Stdout => std::io::stdout().flush().map(|()| None).context("cannot write"),
            Output::Directory { .. } => Ok(None),
            Output::File(file) => file.keep().map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_marker_is_known_and_a_missing_one_too() {
        assert_eq!(counted(Format::Csv, b"a,b\r\n#count,12\r\n"), Some(12));
        assert_eq!(counted(Format::Ndjson, b"{}\n{\"count\":0}\n"), Some(0));
        assert_eq!(counted(Format::Json, b"\n],\"count\":7}\n"), Some(7));
        assert_eq!(counted(Format::Csv, b"a,b\r\n"), None);
        assert_eq!(counted(Format::Ndjson, b"{\"id\":1}\n"), None);
    }
}
