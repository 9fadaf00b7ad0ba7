//! `annals completions` and `annals man`: the command line, described for shells and readers.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

use super::file::NewFile;

#[derive(Args)]
pub(super) struct CompletionsOptions {
    /// Shell
    shell: Shell,
}

#[derive(Args)]
pub(super) struct ManOptions {
    /// Directory for one page for each command [default: `annals.1` alone, to standard output]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace existing pages
    #[arg(long, requires = "out")]
    force: bool,
}

pub(super) fn completions(mut program: Command, options: &CompletionsOptions) -> ExitCode {
    clap_complete::generate(options.shell, &mut program, "annals", &mut std::io::stdout());
    ExitCode::SUCCESS
}

pub(super) fn man(program: Command, options: &ManOptions) -> Result<ExitCode> {
    let Some(directory) = &options.out else {
        Man::new(program).render(&mut std::io::stdout())?;
        return Ok(ExitCode::SUCCESS);
    };
    // Rendered elsewhere first, and all of them: either every page is written, or none.
    let rendered = tempfile::tempdir()?;
    clap_mangen::generate_to(program, rendered.path()).context("cannot render the pages")?;
    let mut files = Vec::new();
    for page in std::fs::read_dir(rendered.path())? {
        let page = page?;
        let mut file = NewFile::create(&directory.join(page.file_name()), options.force)?;
        file.write(&std::fs::read(page.path())?)?;
        files.push(file);
    }
    let pages = files.len();
    for file in files {
        file.keep()?;
    }
    println!("{pages} pages in {}", directory.display());
    Ok(ExitCode::SUCCESS)
}
