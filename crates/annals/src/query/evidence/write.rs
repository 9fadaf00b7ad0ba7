//! Writes a bundle as a stream, in constant memory.

use std::io::{self, Write};
use std::sync::Arc;

use annals_event::digest::{GrowingTree, Hash, TILE, commitment, personal, tree_root};
use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use parking_lot::Mutex;
use zip::write::{SimpleFileOptions, StreamWriter};
use zip::{CompressionMethod, ZipWriter};

use super::{
    EVENTS_NAME, Hashing, Line, MANIFEST_NAME, Manifest, README, README_NAME, TILES_NAME, path_of,
    tiles_upto,
};
use crate::id::hex;
use crate::journal::Cursors;
use crate::store::seal::{Sealed, first_of, leaf_of, tile_of};
use crate::store::{By, Order, Result, Scoped, Seen, Selection, Store, StoreError};

/// Number of events written at once.
const EVENTS: usize = 256;
/// Number of tiles whose roots are read at once.
const TILES: u64 = 1_024;

/// What to export, and what the manifest says of it.
pub struct Bundle {
    /// The journal.
    pub store: Arc<dyn Store>,
    /// Its cursors.
    pub cursors: Cursors,
    /// The events.
    pub filter: Scoped,
    /// Their order.
    pub order: Order,
    /// The manifest; what is known at the end only is filled in then.
    pub manifest: Manifest,
}

/// Returns a bundle of all matching events up to the manifest's head. An error ends the stream
/// before the zip's directory, so that no program opens what came of it.
pub fn bundle(bundle: Bundle) -> impl Stream<Item = Result<Bytes>> + Send {
    let sink = Sink::default();
    let writing = Writing {
        zip: ZipWriter::new_stream(sink.clone()),
        sink,
        selection: Selection {
            filter: bundle.filter,
            range: 1..bundle.manifest.head + 1,
            by: By::Recorded,
            order: bundle.order,
            limit: EVENTS,
        },
        store: bundle.store,
        cursors: bundle.cursors,
        manifest: bundle.manifest,
        hashing: Hashing::default(),
        tree: GrowingTree::default(),
        tile: None,
        step: Step::Readme,
    };
    stream::unfold(Some(writing), |state| async {
        let mut writing = state?;
        match writing.step().await {
            Ok(()) => {
                let bytes = Bytes::from(std::mem::take(&mut *writing.sink.0.lock()));
                let more = !matches!(writing.step, Step::Done);
                Some((Ok(bytes), more.then_some(writing)))
            }
            Err(error) => Some((Err(error), None)),
        }
    })
    .fuse()
}

/// The part that is written next.
enum Step {
    Readme,
    Tiles(u64),
    Events,
    Manifest,
    Done,
}

/// Bytes of the zip that were not sent yet.
#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A tile whose events are written.
struct Tile {
    number: u64,
    events: Vec<Sealed>,
    leaves: Vec<Hash>,
}

struct Writing {
    zip: ZipWriter<StreamWriter<Sink>>,
    sink: Sink,
    selection: Selection,
    store: Arc<dyn Store>,
    cursors: Cursors,
    manifest: Manifest,
    /// The file being written.
    hashing: Hashing,
    tree: GrowingTree,
    /// The tile read last: the next event is often in it too.
    tile: Option<Tile>,
    step: Step,
}

impl Writing {
    async fn step(&mut self) -> Result<()> {
        match self.step {
            Step::Readme => {
                self.begin(README_NAME)?;
                self.put(README.as_bytes())?;
                self.end(README_NAME);
                self.begin(TILES_NAME)?;
                self.step = Step::Tiles(0);
            }
            Step::Tiles(first) => self.tiles(first).await?,
            Step::Events => self.events().await?,
            Step::Manifest => {
                self.manifest.digest = self.manifest.own_digest();
                let text = serde_json::to_vec_pretty(&self.manifest).map_err(io::Error::from);
                self.begin(MANIFEST_NAME)?;
                self.put(&text.map_err(broken)?)?;
                let done = ZipWriter::new_stream(Sink::default());
                std::mem::replace(&mut self.zip, done).finish().map_err(broken)?;
                self.step = Step::Done;
            }
            Step::Done => {}
        }
        Ok(())
    }

    fn begin(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(1))
            // Its length is not known yet.
            .large_file(true);
        self.zip.start_file(name, options).map_err(broken)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<()> {
        self.hashing.update(bytes);
        self.zip.write_all(bytes).map_err(broken)
    }

    fn end(&mut self, name: &str) {
        let file = std::mem::take(&mut self.hashing).file();
        self.manifest.files.insert(name.to_owned(), file);
    }

    /// Writes the roots of the next tiles.
    async fn tiles(&mut self, first: u64) -> Result<()> {
        let (head, all) = (self.manifest.head, tiles_upto(self.manifest.head));
        let end = all.min(first + TILES);
        // The last tile has grown since, unless it was full.
        let full = end.min(head / TILE);
        let mut roots = Vec::new();
        if first < full {
            let tiles = self.store.tiles(first_of(first)..first_of(full)).await?;
            roots.extend(tiles.iter().map(|tile| tile.root));
            let whole = tiles.iter().zip(first..).all(|(t, n)| t.tile == n && t.size == TILE);
            if !whole || roots.len() as u64 != full - first {
                return Err(StoreError::Damaged(format!("tiles {first} to {full} are not whole")));
            }
        }
        if full < end {
            roots.push(tree_root(&self.tile(full).await?.leaves));
        }
        for root in roots {
            self.tree.push(root);
            self.put(format!("{}\n", hex(&root)).as_bytes())?;
        }
        if end < all {
            self.step = Step::Tiles(end);
            return Ok(());
        }
        self.manifest.root = hex(&self.tree.root());
        self.end(TILES_NAME);
        self.begin(EVENTS_NAME)?;
        self.step = Step::Events;
        Ok(())
    }

    /// Writes the next events.
    async fn events(&mut self) -> Result<()> {
        let found = |out: &mut Vec<u8>, seen: Seen<'_>| {
            out.extend(seen.seq().to_be_bytes());
            out.push(seen.client.into());
            Ok(())
        };
        let page = self.store.lines(self.selection.clone(), usize::MAX, Arc::new(found)).await?;
        for entry in page.bytes.as_chunks::<9>().0 {
            let [seq @ .., client] = *entry;
            self.event(u64::from_be_bytes(seq), client != 0).await?;
        }
        match page.last.filter(|_| page.more) {
            Some(last) => match self.selection.order {
                Order::Desc => self.selection.range.end = last.seq,
                Order::Asc => self.selection.range.start = last.seq + 1,
            },
            None => {
                self.end(EVENTS_NAME);
                self.step = Step::Manifest;
            }
        }
        Ok(())
    }

    async fn event(&mut self, seq: u64, client: bool) -> Result<()> {
        let cursor = self.cursors.event(seq);
        let tile = self.tile(tile_of(seq)).await?;
        // An event that was deleted since it was found is left out.
        let Ok(at) = tile.events.binary_search_by_key(&seq, |sealed| sealed.seq) else {
            return Ok(());
        };
        let sealed = &tile.events[at];
        let mut event = sealed.event.clone().map_err(StoreError::Damaged)?;
        let bound = sealed.salt.map(|salt| commitment(&salt, personal(&event).as_bytes()));
        let bound = bound.or(sealed.commitment).ok_or_else(|| unsealed(seq))?;
        let whole = client || event.client.is_none();
        event.client = event.client.filter(|_| client);
        event.cursor = cursor;
        // Positions in a tile are below 256.
        let index = (seq - first_of(tile.number)) as usize;
        let line = Line {
            seq,
            digest: tile.leaves.get(index).map(|leaf| hex(leaf)).ok_or_else(|| unsealed(seq))?,
            commitment: hex(&bound),
            salt: sealed.salt.filter(|_| whole).map(|salt| hex(&salt)),
            path: path_of(&tile.leaves, index).iter().map(|hash| hex(hash)).collect(),
            event,
        };
        let mut text = serde_json::to_vec(&line).map_err(io::Error::from).map_err(broken)?;
        text.push(b'\n');
        self.manifest.count += 1;
        self.put(&text)
    }

    /// Reads a tile as it was at the head, and checks it: a broken journal gives no evidence.
    async fn tile(&mut self, number: u64) -> Result<&Tile> {
        let tile = match self.tile.take().filter(|tile| tile.number == number) {
            Some(tile) => tile,
            None => {
                let range = first_of(number)..first_of(number + 1).min(self.manifest.head + 1);
                let (events, leaves) = read_tile(&*self.store, range.clone()).await?;
                if leaves.len() as u64 == TILE {
                    let kept = self.store.tiles(range).await?.pop().map(|tile| tile.root);
                    if kept != Some(tree_root(&leaves)) {
                        return Err(StoreError::Damaged(format!("tile {number} is not its root")));
                    }
                }
                Tile { number, events, leaves }
            }
        };
        Ok(self.tile.insert(tile))
    }
}

/// Reads the events at some positions of one tile, and all their leaves.
///
/// # Errors
/// A position has no leaf: the event was changed, or is missing.
pub(super) async fn read_tile(
    store: &dyn Store,
    range: std::ops::Range<u64>,
) -> Result<(Vec<Sealed>, Vec<Hash>)> {
    let events = store.sealed(range.clone(), usize::MAX >> 1).await?;
    let tombstones = store.tombstones(range.clone()).await?;
    let mut next = events.iter().peekable();
    let mut leaves = Vec::new();
    for seq in range {
        let leaf = match next.next_if(|sealed| sealed.seq == seq) {
            Some(sealed) => leaf_of(sealed),
            None => tombstones.iter().find(|t| (t.first..=t.last).contains(&seq)).and_then(|t| {
                let offset = usize::try_from(seq - t.first).ok()?;
                t.leaves.get(offset).copied()
            }),
        };
        leaves.push(leaf.ok_or_else(|| unsealed(seq))?);
    }
    Ok((events, leaves))
}

fn unsealed(seq: u64) -> StoreError {
    StoreError::Damaged(format!("the event at position {seq} is not the one written, or missing"))
}

/// Names a failure of the zip itself.
fn broken(error: impl Into<zip::result::ZipError>) -> StoreError {
    StoreError::Unsupported(format!("the bundle cannot be written: {}", error.into()))
}
