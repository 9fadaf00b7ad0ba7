//! `annals verify --export`: checks a bundle, alone or against its journal.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use zip::ZipArchive;

use super::Context;
use super::terminal::{number, printable};
use crate::app::open_existing;
use crate::query::evidence::{Checked, Compared, check, compare};

pub(super) async fn run(context: &Context, path: &Path, with_journal: bool) -> Result<ExitCode> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let zip = ZipArchive::new(BufReader::new(file));
    let mut zip = zip
        .with_context(|| format!("{} is not a complete bundle; export it again", path.display()))?;
    let mut checked = match check(&mut zip) {
        Ok(checked) => checked,
        Err(what) => bail!("{} cannot be checked: {what}", path.display()),
    };
    let compared = if with_journal {
        let store = open_existing(&context.config).await?;
        let compared = compare(&*store, &mut zip, &mut checked).await;
        store.close().await;
        Some(compared.map_err(anyhow::Error::msg)?)
    } else {
        None
    };
    if context.json {
        let report = json!({
            "manifest": checked.manifest, "verified": checked.verified,
            "unproven": checked.unproven, "problems": checked.problems,
            "named": checked.named, "journal": compared,
        });
        println!("{report}");
    } else {
        print(&checked, compared.as_ref());
    }
    Ok(if checked.problems == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print(checked: &Checked, compared: Option<&Compared>) {
    let manifest = &checked.manifest;
    let filter: Vec<String> = manifest
        .filter
        .iter()
        .map(|(k, v)| format!("{k}={}", v.as_str().unwrap_or_default()))
        .collect();
    let filter = if filter.is_empty() { "everything".to_owned() } else { filter.join(" ") };
    let by = manifest.exported_by.name.as_ref().or(manifest.exported_by.id.as_ref());
    let by = by.map_or("somebody", |name| name.as_str());
    println!("Exported at {} by {}: {}", manifest.exported_at, printable(by), printable(&filter));
    println!("Journal {} up to position {}", manifest.journal, manifest.head);
    println!("Root {}", printable(&manifest.root));
    println!("{:>12} verified", number(checked.verified));
    if checked.unproven > 0 {
        println!("{:>12} without their texts, which are not proven", number(checked.unproven));
    }
    if let Some(compared) = compared {
        println!("{:>12} in the journal", number(compared.present));
        if compared.anonymised_since > 0 {
            println!("{:>12} anonymised since", number(compared.anonymised_since));
        }
        for (reason, count) in &compared.deleted_since {
            println!("{:>12} deleted since: {}", number(*count), printable(reason));
        }
        for note in &compared.notes {
            println!("note: {}", printable(note));
        }
    }
    for problem in &checked.named {
        println!("PROBLEM: {}", printable(problem));
    }
    if checked.problems > checked.named.len() as u64 {
        println!("{} problems in all", number(checked.problems));
    }
    println!(
        "{}",
        match (checked.problems, compared) {
            (0, Some(compared)) if !compared.notes.is_empty() =>
                "The bundle fits its root, and the journal agrees as far as it can be asked: see the notes.",
            (0, Some(_)) => "The bundle is as it was exported, and the journal agrees.",
            (0, None) =>
                "The bundle fits its root. Compare the root with one noted elsewhere, or add --with-journal.",
            _ => "The bundle is NOT as it was exported.",
        }
    );
}
