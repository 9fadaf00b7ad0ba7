//! The example files, embedded in the binary so that the demo works anywhere.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Read};
use std::path::PathBuf;

use anyhow::Context;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../examples/data"]
#[prefix = "data/"]
struct Data;

#[derive(RustEmbed)]
#[folder = "../../examples/mappings"]
#[prefix = "mappings/"]
struct Mappings;

/// The source of the example files.
#[derive(Clone, Debug, Default)]
pub enum Examples {
    /// The binary.
    #[default]
    Embedded,
    /// A directory laid out like `examples/`.
    Dir(PathBuf),
}

impl Examples {
    /// Opens a file by its path in `examples/`.
    pub fn open(&self, path: &str) -> anyhow::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Examples::Embedded => {
                let file = Data::get(path).or_else(|| Mappings::get(path));
                let file = file.with_context(|| format!("example {path} is not in the binary"))?;
                match file.data {
                    Cow::Borrowed(bytes) => Box::new(bytes),
                    Cow::Owned(bytes) => Box::new(Cursor::new(bytes)),
                }
            }
            Examples::Dir(dir) => {
                let path = dir.join(path);
                let file = File::open(&path);
                Box::new(file.with_context(|| path.display().to_string())?)
            }
        })
    }

    /// Reads a small file completely.
    pub fn text(&self, path: &str) -> anyhow::Result<String> {
        let mut text = String::new();
        let read = self.open(path)?.read_to_string(&mut text);
        read.with_context(|| path.to_owned())?;
        Ok(text)
    }
}

/// Returns a built-in mapping by its bare name, such as `web-log`.
pub fn mapping(name: &str) -> Option<String> {
    let name = name.strip_suffix(".toml").unwrap_or(name);
    let path = format!("mappings/{name}.toml");
    Examples::Embedded.text(&path).ok()
}
