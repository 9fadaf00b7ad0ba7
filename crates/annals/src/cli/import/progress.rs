//! The progress of an import, as it is shown to a person.

use indicatif::{ProgressBar, ProgressStyle};

/// A receiver of an import's progress. Several threads call it often, so it must be quick.
pub trait Progress: Send + Sync {
    /// Reports how many bytes of the file were read, and how many there are.
    fn reading(&self, _bytes: u64, _of: u64) {}
    /// Reports how many events the server has answered, and how many there are.
    fn sending(&self, _events: u64, _of: u64) {}
    /// Shows a sentence to the person who waits.
    fn note(&self, _text: &str) {}
    /// Ends the display.
    fn finish(&self) {}
}

/// A receiver that shows nothing: for `--json` and tests.
pub struct Quiet;

impl Progress for Quiet {}

/// A bar on standard error; if that is no terminal, only the notes are printed.
pub struct Bar(ProgressBar);

impl Bar {
    /// Makes a bar that appears with the first progress.
    pub fn new() -> Bar {
        Bar(ProgressBar::new(0))
    }

    fn show(&self, template: &str, at: u64, of: u64) {
        if self.0.length() != Some(of) || at < self.0.position() {
            // The templates are the constants below; an invalid one leaves the default style.
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
        // `println` of a hidden bar prints nothing, and a note must not be lost.
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
