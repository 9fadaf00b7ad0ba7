//! The uppermost frame of a stack that is in the application's own code: function and file, without
//! the line, which changes with every release.
//!
//! Stacks are distinguished by their form. Python's have the last call last. Rust's number their
//! frames and put files on lines of their own. Java's and those of browsers begin with the last
//! call.

use std::sync::LazyLock;

use regex::Regex;

/// Number of characters of a frame at most.
const LONGEST: usize = 300;

fn pattern(text: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "the patterns are fixed, and tests use each")]
    Regex::new(text).expect("a pattern")
}

static PYTHON: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$"#));
static RUST: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*\d+:\s+(?:0x[0-9a-f]+ - )?(\S.*)$"));
static RUST_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s+at (\S+?):\d+(?::\d+)?$"));
static RUST_HASH: LazyLock<Regex> = LazyLock::new(|| pattern(r"::h[0-9a-f]{16}$"));
static JAVA: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s*at ([\w.$/<>@-]+\.[\w$<>]+)\(([^():]*)(?::(\d+))?\)$"));
/// Matches frames of Chromium and Node.
static V8: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*at (?:async )?(?:(?:new )?(\S.*?) \()?([^()\s]+?):(\d+)(?::\d+)?\)?$")
});
/// Matches frames of Firefox and Safari.
static GECKO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*([^@\s]*)@(\S+?):(\d+)(?::\d+)?$"));
static ORIGIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z][a-z0-9+.-]*://[^/]*"));
/// Matches the part of a name that a build adds: `index-DiwrgTda.js`, `main.3f2a9c1b.js`.
static BUILD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.-]([0-9A-Za-z_]{6,})(\.[a-z]{2,3})$"));

/// Parts of paths of code that is not the application's own.
const FOREIGN_FILES: [&str; 14] = [
    "node_modules/",
    "/vendor",
    "vendors",
    "node:",
    "<anonymous>",
    "extension://",
    "webpack/bootstrap",
    "site-packages/",
    "dist-packages/",
    "/lib/python",
    "<frozen ",
    "<string>",
    "/rustc/",
    ".cargo/registry",
];
/// Prefixes of functions that are not the application's own.
const FOREIGN_NAMES: [&str; 18] = [
    "rust_begin_unwind",
    "__rust",
    "std::",
    "core::",
    "alloc::",
    "backtrace::",
    "tokio::",
    "futures_util::",
    "java.",
    "javax.",
    "jakarta.",
    "jdk.",
    "sun.",
    "com.sun.",
    "kotlin.",
    "kotlinx.",
    "scala.",
    "org.springframework.",
];

/// A frame of a stack.
struct Frame<'a> {
    function: &'a str,
    file: &'a str,
    line: &'a str,
}

/// Returns the uppermost own frame, such as `QuestMap (/assets/app.js)`.
pub(super) fn top(stack: &str) -> Option<String> {
    let lines: Vec<&str> = stack.lines().collect();
    let mut frames = frames(&lines).into_iter();
    frames.find(Frame::is_ours).map(|frame| frame.render())
}

/// Returns the frames, the last call first.
fn frames<'a>(lines: &[&'a str]) -> Vec<Frame<'a>> {
    let python = frames_by(lines.iter().rev(), &PYTHON, |[file, line, function]| Frame {
        function,
        file,
        line,
    });
    if !python.is_empty() {
        return python;
    }
    let rust = rust(lines);
    if !rust.is_empty() {
        return rust;
    }
    for form in [&JAVA, &V8, &GECKO] {
        let found =
            frames_by(lines.iter(), form, |[function, file, line]| Frame { function, file, line });
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

fn frames_by<'a, 'b: 'a>(
    lines: impl Iterator<Item = &'a &'b str>,
    form: &Regex,
    frame: impl Fn([&'b str; 3]) -> Frame<'b>,
) -> Vec<Frame<'b>> {
    let found = lines.filter_map(|line| {
        let parts = form.captures(line)?;
        let part = |n| parts.get(n).map_or("", |part| part.as_str());
        Some(frame([part(1), part(2), part(3)]))
    });
    found.collect()
}

fn rust<'a>(lines: &[&'a str]) -> Vec<Frame<'a>> {
    let frame = |(at, line): (usize, &&'a str)| {
        let function = RUST.captures(line)?.get(1)?.as_str();
        let next = lines.get(at + 1).and_then(|next| RUST_FILE.captures(next));
        let file = next.and_then(|parts| parts.get(1)).map_or("", |file| file.as_str());
        let end = RUST_HASH.find(function).map_or(function.len(), |hash| hash.start());
        Some(Frame { function: &function[..end], file, line: "" })
    };
    lines.iter().enumerate().filter_map(frame).collect()
}

impl Frame<'_> {
    fn is_ours(&self) -> bool {
        let name = self.function.trim_start_matches('<');
        !FOREIGN_FILES.iter().any(|part| self.file.contains(part))
            && !FOREIGN_NAMES.iter().any(|begin| name.starts_with(begin))
    }

    fn render(&self) -> String {
        let path = self.file.split(['?', '#']).next().unwrap_or_default();
        let path = ORIGIN.replace(path, "");
        let file = BUILD.replace(&path, |found: &regex::Captures<'_>| {
            // A part that is a word has neither digits nor capitals inside.
            let made = found[1].contains(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
            if made { found[2].to_owned() } else { found[0].to_owned() }
        });
        let rendered = match (self.function, &*file) {
            // Without a function only the line distinguishes it from others.
            ("" | "<module>" | "Object.<anonymous>", file) => format!("{file}:{}", self.line),
            (function, "") => function.to_owned(),
            (function, file) => format!("{function} ({file})"),
        };
        rendered.chars().take(LONGEST).collect()
    }
}

#[cfg(test)]
mod tests;
