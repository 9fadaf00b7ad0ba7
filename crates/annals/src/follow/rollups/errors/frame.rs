//! The uppermost frame of a stack that is in the application's own code: function and file, without
//! the line, which changes with every release.
//!
//! Stacks are distinguished by their form, in the order of [`FORMS`]. Python's have the last call
//! last; the others begin with it. Rust and Go put files on lines of their own.

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
static RUST_FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s+at (\S.*?):\d+(?::\d+)?$"));
static RUST_HASH: LazyLock<Regex> = LazyLock::new(|| pattern(r"::h[0-9a-f]{16}$"));
static GO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([\w.-]+(?:/[\w.~-]+)*\.[\w.*()\[\]…-]+?)(?:\(.*\))?$"));
static GO_FILE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^\s+(\S.*\.go):(\d+)(?: \+0x[0-9a-f]+)?$"));
/// Matches frames of Java, Kotlin and Scala, whose files have no folder.
static JAVA: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*at ([\w.$/<>@-]+\.[\w$<>]+)\((Native Method|Unknown Source|<\w+>|[^():/\\]+\.\w+)(?::(\d+))?\)$",
    )
});
static DOTNET: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*at ([\w.<>`+|$,\[\]]+\.[\w.<>`+|$,\[\]]+)\(.*\)(?: in (\S.*):line (\d+))?$")
});
static PHP: LazyLock<Regex> = LazyLock::new(|| pattern(r"^#\d+ (\S.*?)\((\d+)\): ([^(]+)\(.*$"));
static RUBY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:from )?(\S.*?\.(?:rb|erb|ru|rake)|<internal:[^>]*>):(\d+)(?::in ['`](.+?)')?(?::.*)?$",
    )
});
/// Matches frames of Chromium and Node.
static V8: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^\s*at (?:async )?(?:(?:new )?(\S.*?) \()?(\S.*?):(\d+)(?::\d+)?\)?$")
});
/// Matches frames of Firefox and Safari.
static GECKO: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\s*([^@\s]*)@(\S.*?):(\d+)(?::\d+)?$"));
static ORIGIN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^[a-z][a-z0-9+.-]*://[^/]*"));
/// Matches the part of a name that a build adds: `index-DiwrgTda.js`, `main.3f2a9c1b.js`.
static BUILD: LazyLock<Regex> = LazyLock::new(|| pattern(r"[.-]([0-9A-Za-z_]{6,})(\.[a-z]{2,3})$"));
/// Matches a script that a bundler makes of other people's code: `vendor.js`, `vendors~main.js`.
static VENDOR_SCRIPT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|/)(?:vendors?|framework|polyfills?)[^/]*\.m?js$"));

/// A form of stacks.
struct Form {
    /// Returns the frames, the last call first; none if the stack has another form.
    read: for<'a> fn(&[&'a str]) -> Vec<Frame<'a>>,
    /// Parts of the paths of code that is not the application's own.
    foreign_files: &'static [&'static str],
    /// Prefixes of functions that are not the application's own.
    foreign_names: &'static [&'static str],
}

const FORMS: [Form; 9] = [
    Form {
        read: |lines| frames(lines.iter().rev(), &PYTHON, [2, 0, 1]),
        foreign_files: &["site-packages/", "dist-packages/", "/lib/python", "<frozen ", "<string>"],
        foreign_names: &[],
    },
    Form {
        read: go,
        foreign_files: &["/go/src/", "/pkg/mod/", "/vendor/"],
        foreign_names: &["runtime.", "runtime/", "panic", "created by "],
    },
    Form {
        read: rust,
        foreign_files: &["/rustc/", ".cargo/registry", ".cargo/git"],
        foreign_names: &[
            "rust_begin_unwind",
            "__rust",
            "std::",
            "core::",
            "alloc::",
            "backtrace::",
            "tokio::",
            "futures_util::",
        ],
    },
    Form {
        read: |lines| frames(lines.iter(), &JAVA, [0, 1, 2]),
        foreign_files: &[],
        foreign_names: &[
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
        ],
    },
    Form {
        read: |lines| frames(lines.iter(), &DOTNET, [0, 1, 2]),
        foreign_files: &[],
        foreign_names: &["System.", "Microsoft."],
    },
    Form {
        read: |lines| frames(lines.iter(), &PHP, [2, 0, 1]),
        foreign_files: &["/vendor/"],
        foreign_names: &[],
    },
    Form {
        read: |lines| frames(lines.iter(), &RUBY, [2, 0, 1]),
        foreign_files: &["/gems/", "/lib/ruby/", "/vendor/bundle/", "<internal:"],
        foreign_names: &[],
    },
    Form { read: |lines| frames(lines.iter(), &V8, [0, 1, 2]), ..SCRIPT },
    Form { read: |lines| frames(lines.iter(), &GECKO, [0, 1, 2]), ..SCRIPT },
];

/// Names JavaScript code that is not the application's own.
const SCRIPT: Form = Form {
    read: |_| Vec::new(),
    foreign_files: &[
        "node_modules/",
        "/vendor/",
        "node:",
        "<anonymous>",
        "extension://",
        "webpack/bootstrap",
        "webpack/runtime",
        "/@vite/",
        "native code",
    ],
    foreign_names: &[],
};

/// A frame of a stack.
struct Frame<'a> {
    function: &'a str,
    file: &'a str,
    line: &'a str,
}

/// Returns the uppermost own frame, such as `QuestMap (/assets/app.js)`.
pub(super) fn top(stack: &str) -> Option<String> {
    let lines: Vec<&str> = stack.lines().collect();
    let read = |form: &'static Form| Some((form, (form.read)(&lines)));
    let (form, frames) = FORMS.iter().filter_map(read).find(|(_, frames)| !frames.is_empty())?;
    frames.iter().find(|frame| frame.is_ours(form)).map(Frame::render)
}

/// Returns the frames of lines that have a form; `places` are those of function, file and line among
/// its groups.
fn frames<'a, 'b: 'a>(
    lines: impl Iterator<Item = &'a &'b str>,
    form: &Regex,
    places: [usize; 3],
) -> Vec<Frame<'b>> {
    let found = lines.filter_map(|line| {
        let parts = form.captures(line)?;
        let part = |n: usize| parts.get(n + 1).map_or("", |part| part.as_str());
        let [function, file, line] = places.map(part);
        Some(Frame { function, file, line })
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

fn go<'a>(lines: &[&'a str]) -> Vec<Frame<'a>> {
    let frame = |pair: &[&'a str]| {
        let parts = GO_FILE.captures(pair[1])?;
        let part = |n| parts.get(n).map_or("", |part: regex::Match<'a>| part.as_str());
        let function = GO.captures(pair[0]).and_then(|parts| parts.get(1));
        let function = function.map_or(pair[0], |function| function.as_str());
        Some(Frame { function, file: part(1), line: part(2) })
    };
    lines.windows(2).filter_map(frame).collect()
}

impl Frame<'_> {
    fn is_ours(&self, form: &Form) -> bool {
        let name = self.function.trim_start_matches('<');
        let file = self.file.split(['?', '#']).next().unwrap_or_default();
        !form.foreign_files.iter().any(|part| self.file.contains(part))
            && !form.foreign_names.iter().any(|begin| name.starts_with(begin))
            && !VENDOR_SCRIPT.is_match(file)
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
