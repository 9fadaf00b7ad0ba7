//! Output for people: progress bars, numbers, texts.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Returns a bar over `length` items, or a spinner if the length is not known. Nothing is drawn
/// with `json`, or if standard error is no terminal.
pub(super) fn progress(length: Option<u64>, what: &'static str, json: bool) -> ProgressBar {
    let target = if json { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
    let bar = ProgressBar::with_draw_target(length, target);
    let template = if length.is_some() {
        "{msg} [{bar:30}] {human_pos} of {human_len} ({per_sec}, {eta} left)"
    } else {
        "{msg} {spinner} {human_pos} ({per_sec})"
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸ "));
    }
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// Returns a number with separators between thousands.
pub(super) fn number(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// Returns foreign text made safe for a terminal, without control characters.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
