//! A reader of `User-Agent`: device, operating system, browser
//! (`docs/decisions/0002-user-agents.md`).

use std::sync::LazyLock;

use quick_cache::sync::Cache;
use ua_parser::{Regexes, os, user_agent};

/// Number of user agents whose results are kept.
const REMEMBERED: usize = 2_000;

/// A program, as far as its user agent describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// `mobile`, `tablet`, `desktop` or `bot`; absent for programs that nobody knows.
    pub device: Option<&'static str>,
    /// The operating system's family.
    pub os: Option<String>,
    /// The browser's family.
    pub browser: Option<String>,
}

/// The patterns, compiled when the first user agent is read: about 60 ms and 11 MB.
struct Patterns {
    browsers: user_agent::Extractor<'static>,
    systems: os::Extractor<'static>,
}

static PATTERNS: LazyLock<Option<Patterns>> = LazyLock::new(|| {
    let file = include_str!("../../../data/user-agents.json");
    let regexes: Regexes<'static> = serde_json::from_str(file).ok()?;
    let browsers = regexes
        .user_agent_parsers
        .into_iter()
        .try_fold(user_agent::Builder::new(), user_agent::Builder::push)
        .ok()?;
    let systems =
        regexes.os_parsers.into_iter().try_fold(os::Builder::new(), os::Builder::push).ok()?;
    Some(Patterns { browsers: browsers.build().ok()?, systems: systems.build().ok()? })
});

/// A reader of user agents with a cache, because few different ones make most of the traffic.
pub struct UserAgents {
    known: Cache<String, Program>,
}

impl Default for UserAgents {
    fn default() -> UserAgents {
        UserAgents { known: Cache::new(REMEMBERED) }
    }
}

impl UserAgents {
    /// Returns the program that this user agent describes.
    pub fn parse(&self, agent: &str) -> Program {
        if let Some(program) = self.known.get(agent) {
            return program;
        }
        // Parse outside the cache's lock: a slow one must not hold up the others.
        let program = parse(agent);
        self.known.insert(agent.to_owned(), program.clone());
        program
    }
}

fn parse(agent: &str) -> Program {
    if agent.trim().is_empty() {
        return Program::default();
    }
    let patterns = PATTERNS.as_ref();
    let browser = patterns
        .and_then(|patterns| patterns.browsers.extract(agent))
        .map(|found| plain(&found.family).to_owned());
    let os = patterns
        .and_then(|patterns| patterns.systems.extract(agent))
        .map(|found| plain(&found.os).to_owned());
    Program { device: device(agent), os, browser }
}

/// Returns one name for a family: `device` already says that it is the phone's edition.
fn plain(family: &str) -> &str {
    match family {
        "Mac OS X" => "macOS",
        "Mobile Safari" => "Safari",
        "Chrome Mobile" | "Chrome Mobile iOS" => "Chrome",
        "Firefox Mobile" | "Firefox iOS" => "Firefox",
        "Edge Mobile" => "Edge",
        "Opera Mobile" => "Opera",
        _ => family,
    }
}

/// Returns the type of device; `None` for a program that does not say that it is a browser. Words of
/// programs that are not a person at a screen come first, because such programs pretend to be browsers.
fn device(agent: &str) -> Option<&'static str> {
    const BOTS: [&str; 25] = [
        "crawl",
        "spider",
        "slurp",
        "headless",
        "curl/",
        "wget/",
        "python",
        "java/",
        "okhttp",
        "go-http-client",
        "libwww",
        "http-client",
        "httpclient",
        "axios/",
        "node-fetch",
        "undici",
        "reqwest",
        "lighthouse",
        "phantomjs",
        "facebookexternalhit",
        "preview",
        "monitor",
        "scrapy",
        "feedfetcher",
        "postman",
    ];
    const DESKTOPS: [&str; 8] =
        ["windows", "macintosh", "x11", "linux", "cros", "freebsd", "openbsd", "os/2"];
    const TABLETS: [&str; 5] = ["ipad", "tablet", "kindle", "silk/", "playbook"];
    const PHONES: [&str; 6] =
        ["mobi", "iphone", "ipod", "windows phone", "blackberry", "opera mini"];
    let agent = agent.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| agent.contains(word));
    if has(&BOTS) || is_bot(&agent) {
        Some("bot")
    } else if has(&TABLETS) {
        Some("tablet")
    } else if has(&PHONES) {
        Some("mobile")
    } else if agent.contains("android") {
        // Android says "Mobile" on phones, and not on tablets.
        Some("tablet")
    } else {
        // Every browser since 1994 begins with one of these; an application's library does not.
        let browser = agent.starts_with("mozilla/") || agent.starts_with("opera/");
        (browser && has(&DESKTOPS)).then_some("desktop")
    }
}

/// Returns `true` if a word ends with `bot`: Googlebot, but not Abbott, and not the phones of Cubot.
fn is_bot(agent: &str) -> bool {
    agent.match_indices("bot").any(|(at, bot)| {
        let after = agent.get(at + bot.len()..).unwrap_or_default();
        let after = after.strip_prefix('s').unwrap_or(after);
        !after.starts_with(char::is_alphabetic)
            && !agent.get(..at).is_some_and(|before| before.ends_with("cu"))
    })
}

#[cfg(test)]
mod tests;
