//! Checks a bundle by itself. Everything read is bounded, whatever the zip says of its lengths.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read, Seek};

use annals_event::digest::{GrowingTree, Hash, TILE, commitment, leaf, personal};
use zip::ZipArchive;

use super::{
    EVENTS_NAME, FILES, File, Hashing, Line, MANIFEST_NAME, Manifest, README_NAME, TILES_NAME,
    VERSION, root_by, tiles_upto, unhex,
};
use crate::id::hex;
use crate::store::filter::Filter;
use crate::store::seal::{first_of, tile_of};

/// Number of problems that are named; further ones are only counted.
const NAMED: usize = 100;
/// Maximum size of a manifest or readme, in bytes.
const SHORT: u64 = 1 << 20;
/// Maximum length of a line, in bytes: far more than an event may have.
const LINE: u64 = 8 << 20;
/// Maximum number of tiles: a thousand million events. Their roots are kept in memory.
const TILES: u64 = 1 << 22;

/// The result of a check.
#[derive(Debug)]
pub struct Checked {
    /// The manifest, if it could be read.
    pub manifest: Manifest,
    /// The roots of the tiles up to the head.
    pub tiles: Vec<Hash>,
    /// Events that are as they were written, to the last byte.
    pub verified: u64,
    /// Events without salt: the skeleton is the one written, and the texts are not proven.
    pub unproven: u64,
    /// Number of problems.
    pub problems: u64,
    /// The first problems.
    pub named: Vec<String>,
}

impl Checked {
    /// Adds a problem.
    pub fn problem(&mut self, what: String) {
        self.problems += 1;
        if self.named.len() < NAMED {
            self.named.push(what);
        }
    }
}

/// The events of a bundle, line by line.
pub(super) struct Lines<R> {
    input: R,
    hashing: Hashing,
    number: u64,
    /// The length that the manifest names: nothing is read far beyond it.
    bytes: u64,
}

impl<R: std::io::BufRead> Lines<R> {
    /// Reads the next line, or its fault; `None` at the end.
    ///
    /// # Errors
    /// The zip is broken, longer than its manifest says, or has a line longer than any event.
    pub(super) fn next(&mut self) -> Result<Option<Result<Line, String>>, String> {
        let mut text = Vec::new();
        let read = (&mut self.input).take(LINE).read_until(b'\n', &mut text);
        let read = read.map_err(|error| format!("{EVENTS_NAME} cannot be read: {error}"))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.hashing.update(&text);
        if self.hashing.bytes > self.bytes {
            return Err(format!("{EVENTS_NAME} is longer than the manifest says"));
        }
        if text.pop() != Some(b'\n') {
            return Err(format!("line {} has no end; the file was cut", self.number));
        }
        let line = serde_json::from_slice(&text);
        Ok(Some(line.map_err(|error| format!("line {} cannot be read: {error}", self.number))))
    }
}

/// Starts to read the events of a bundle that was checked.
///
/// # Errors
/// The zip is broken.
pub(super) fn lines<'z, R: Read + Seek>(
    zip: &'z mut ZipArchive<R>,
    manifest: &Manifest,
) -> Result<Lines<impl std::io::BufRead + 'z>, String> {
    let bytes = manifest.files.get(EVENTS_NAME).map_or(0, |file| file.bytes);
    let input = zip.by_name(EVENTS_NAME).map_err(|error| format!("{EVENTS_NAME}: {error}"))?;
    Ok(Lines { input: BufReader::new(input), hashing: Hashing::default(), number: 0, bytes })
}

/// Checks a bundle. Problems of its contents are in the result.
///
/// # Errors
/// The file is no bundle, or a zip that cannot be read to its end.
pub fn check<R: Read + Seek>(zip: &mut ZipArchive<R>) -> Result<Checked, String> {
    let names: Option<BTreeSet<String>> =
        zip.file_names().map(|name| Some(name.ok()?.into_owned())).collect();
    if zip.len() != FILES.len() || names != Some(FILES.map(str::to_owned).into()) {
        return Err(format!("a bundle has the files {}, and no others", FILES.join(", ")));
    }
    let text = short(zip, MANIFEST_NAME)?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| format!("{MANIFEST_NAME} cannot be read: {error}"))?;
    if manifest.annals_evidence != VERSION {
        let found = manifest.annals_evidence;
        return Err(format!("this bundle has version {found}; this Annals knows {VERSION}"));
    }
    let mut checked = Checked {
        manifest,
        tiles: Vec::new(),
        verified: 0,
        unproven: 0,
        problems: 0,
        named: Vec::new(),
    };
    if checked.manifest.own_digest() != checked.manifest.digest {
        checked.problem("the manifest was changed: its digest is another".to_owned());
    }
    let mut readme = Hashing::default();
    readme.update(&short(zip, README_NAME)?);
    same_file(&mut checked, README_NAME, readme.file());
    tiles(zip, &mut checked)?;
    events(zip, &mut checked)?;
    Ok(checked)
}

fn same_file(checked: &mut Checked, name: &str, found: File) {
    if checked.manifest.files.get(name) != Some(&found) {
        checked
            .problem(format!("{name} is not the file that was exported: its SHA-256 is another"));
    }
}

fn short<R: Read + Seek>(zip: &mut ZipArchive<R>, name: &str) -> Result<Vec<u8>, String> {
    let broken = |error: &dyn std::fmt::Display| format!("{name} cannot be read: {error}");
    let file = zip.by_name(name).map_err(|error| broken(&error))?;
    let mut text = Vec::new();
    file.take(SHORT + 1).read_to_end(&mut text).map_err(|error| broken(&error))?;
    if text.len() as u64 > SHORT {
        return Err(format!("{name} is too long for a bundle"));
    }
    Ok(text)
}

/// Reads the roots of the tiles and compares the root over them.
fn tiles<R: Read + Seek>(zip: &mut ZipArchive<R>, checked: &mut Checked) -> Result<(), String> {
    let wanted = tiles_upto(checked.manifest.head);
    if wanted > TILES {
        return Err("the journal is larger than this check can hold".to_owned());
    }
    let broken = |error: &dyn std::fmt::Display| format!("{TILES_NAME} cannot be read: {error}");
    let file = zip.by_name(TILES_NAME).map_err(|error| broken(&error))?;
    // A line is 64 digits and its end; one byte more shows a file that is longer.
    let mut file = BufReader::new(file.take(wanted * 65 + 1));
    let (mut hashing, mut tree, mut line) =
        (Hashing::default(), GrowingTree::default(), Vec::new());
    while file.read_until(b'\n', &mut line).map_err(|error| broken(&error))? > 0 {
        hashing.update(&line);
        let text = std::str::from_utf8(&line).ok().and_then(|text| text.strip_suffix('\n'));
        let Some(root) = text.and_then(unhex) else {
            return Err(format!("line {} of {TILES_NAME} is no root", checked.tiles.len() + 1));
        };
        tree.push(root);
        checked.tiles.push(root);
        line.clear();
    }
    if checked.tiles.len() as u64 != wanted {
        let what = format!(
            "{TILES_NAME} has {} roots, and a journal with this head has {wanted}",
            checked.tiles.len()
        );
        checked.problem(what);
    }
    if hex(&tree.root()) != checked.manifest.root {
        checked.problem("the root in the manifest is not the root over the tiles".to_owned());
    }
    same_file(checked, TILES_NAME, hashing.file());
    Ok(())
}

fn events<R: Read + Seek>(zip: &mut ZipArchive<R>, checked: &mut Checked) -> Result<(), String> {
    let pairs = checked.manifest.filter.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str().unwrap_or_default()));
    let filter = Filter::parse(pairs).ok();
    if filter.is_none() {
        checked.problem("the filter in the manifest cannot be read".to_owned());
    }
    let manifest = checked.manifest.clone();
    for (name, stated) in [("from", &manifest.from), ("to", &manifest.to)] {
        if manifest.filter.get(name).and_then(|value| value.as_str()) != stated.as_deref() {
            checked
                .problem(format!("the period in the manifest is not that of its filter: {name}"));
        }
    }
    let descending = match manifest.order.as_str() {
        "desc" => true,
        "asc" => false,
        _ => return Err("the order in the manifest must be asc or desc".to_owned()),
    };
    let mut lines = lines(zip, &manifest)?;
    let mut before = None;
    while let Some(line) = lines.next()? {
        let number = lines.number;
        let line = match line {
            Ok(line) => line,
            Err(what) => {
                checked.problem(what);
                continue;
            }
        };
        let follows = before.is_none_or(|seq| (line.seq < seq) == descending && line.seq != seq);
        if !follows {
            checked.problem(format!("line {number} is out of order"));
        }
        before = Some(line.seq);
        match event(&line, &manifest, &checked.tiles, filter.as_ref()) {
            Ok(true) => checked.verified += 1,
            Ok(false) => checked.unproven += 1,
            Err(what) => checked.problem(format!("line {number}, event {}: {what}", line.event.id)),
        }
    }
    if lines.number != manifest.count {
        let found = lines.number;
        checked.problem(format!("the manifest counts {} events, the file {found}", manifest.count));
    }
    same_file(checked, EVENTS_NAME, lines.hashing.file());
    Ok(())
}

/// Checks one event. `true` if its texts are proven too.
fn event(
    line: &Line,
    manifest: &Manifest,
    tiles: &[Hash],
    filter: Option<&Filter>,
) -> Result<bool, String> {
    if line.seq == 0 || line.seq > manifest.head {
        return Err("its position is beyond the head".to_owned());
    }
    let mut event = line.event.clone();
    event.seq = line.seq;
    let bound: Hash = unhex(&line.commitment).ok_or("its commitment cannot be read")?;
    let salt = line.salt.as_deref().map(|salt| unhex(salt).ok_or("its salt cannot be read"));
    if let Some(salt) = salt.transpose()?
        && commitment(&salt, personal(&event).as_bytes()) != bound
    {
        return Err("its texts are not those that were written".to_owned());
    }
    let digest = leaf(&event, &bound);
    if hex(&digest) != line.digest {
        return Err("it does not fit its digest".to_owned());
    }
    // A path in a tile has at most eight hashes.
    let path: Option<Vec<Hash>> = line.path.iter().take(9).map(|hash| unhex(hash)).collect();
    let path = path.ok_or("its path cannot be read")?;
    let tile = tile_of(line.seq);
    let first = first_of(tile);
    // Both are at most 256.
    let (index, size) =
        ((line.seq - first) as usize, (manifest.head + 1 - first).min(TILE) as usize);
    let root = usize::try_from(tile).ok().and_then(|tile| tiles.get(tile));
    if root.is_none() || root_by(digest, index, size, &path).as_ref() != root {
        return Err("it does not belong under the root of its tile".to_owned());
    }
    // What was hidden or anonymised may be what the filter asked for.
    if line.salt.is_some() && filter.is_some_and(|filter| !filter.matches(&event)) {
        return Err("it does not match the filter in the manifest".to_owned());
    }
    Ok(line.salt.is_some())
}
