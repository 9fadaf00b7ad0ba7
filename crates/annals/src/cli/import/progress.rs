//! What an import tells while it works.

use indicatif::{ProgressBar, ProgressStyle};

/// Is told how far an import has come. Called from several threads, often: it must be quick.
pub trait Progress: Send + Sync {
    /// Bytes of the file read, of all.
    fn reading(&self, _bytes: u64, _of: u64) {}
    /// Events answered by the server, of all.
    fn sending(&self, _events: u64, _of: u64) {}
    /// A sentence for the person who waits.
    fn note(&self, _text: &str) {}
    /// Nothing more comes.
    fn finish(&self) {}
}

/// Tells nothing: for `--json` and tests.
pub struct Quiet;

impl Progress for Quiet {}

/// A bar on standard error; where that is no terminal, only the notes.
pub struct Bar(ProgressBar);

impl Bar {
    /// A bar that is shown once there is something to show.
    pub fn new() -> Bar {
        Bar(ProgressBar::new(0))
    }

    fn show(&self, template: &str, at: u64, of: u64) {
        if self.0.length() != Some(of) || at < self.0.position() {
            // A template is a constant below; a bad one leaves the default style.
            if let Ok(style) = ProgressStyle::with_template(template) {
                self.0.set_style(style);
            }
            self.0.set_length(of);
            self.0.reset_eta();
        }
        self.0.set_position(at);
    }
}

impl Default for Bar {
    fn default() -> Bar {
        Bar::new()
    }
}

impl Progress for Bar {
    fn reading(&self, bytes: u64, of: u64) {
        self.show("reading {wide_bar} {bytes}/{total_bytes} {eta}", bytes, of);
    }

    fn sending(&self, events: u64, of: u64) {
        self.show("sending {wide_bar} {human_pos}/{human_len} {per_sec} {eta}", events, of);
    }

    fn note(&self, text: &str) {
        // `println` of a hidden bar says nothing, and a note must not be lost.
        if self.0.is_hidden() {
            eprintln!("{text}");
        } else {
            self.0.println(text);
        }
    }

    fn finish(&self) {
        self.0.finish_and_clear();
    }
}
