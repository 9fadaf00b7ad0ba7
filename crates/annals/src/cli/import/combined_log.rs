//! A parser of the combined log format of Apache and nginx, one line a request:
//! `host ident user [time] "request" status bytes "referrer" "user agent"`, also with the virtual
//! host before it, and without the last two. Whatever a server writes in these places is read: no line
//! of a valid log is lost.

use std::net::IpAddr;

use csv::StringRecord;

/// The columns of a line.
pub const COLUMNS: [&str; 15] = [
    "host",
    "user",
    "time",
    "method",
    "target",
    "path",
    "query",
    "protocol",
    "status",
    "bytes",
    "referrer",
    "user_agent",
    "ip",
    "vhost",
    "request",
];

/// Characters of a request that is none; a client may send anything.
const REQUEST_CHARS: usize = 2_000;

/// Splits a line into [`COLUMNS`]; `-` becomes an empty cell.
pub fn parse(line: &str, cells: &mut StringRecord) -> Result<(), String> {
    // An address in brackets may come first, and a user's name may have blanks.
    let (who, line) = line.split_once(" [").ok_or("no `[time]` in its place")?;
    let Caller { vhost, host, user } = caller(who)?;
    let (time, line) = line.split_once(']').ok_or("no `[time]` in its place")?;
    let mut rest = Rest(line);
    let request = rest.quoted().ok_or("no quoted request in its place")?;
    let status = rest.word("status")?;
    let bytes = rest.word("bytes")?;
    // The common log format ends here; its missing columns stay empty.
    let referrer = rest.quoted().unwrap_or_default();
    let user_agent = rest.quoted().unwrap_or_default();
    if status != "-" && (status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit())) {
        return Err(format!("`{status}` is not an HTTP status"));
    }
    // nginx writes 000 when there was no answer.
    let status = if ("100".."600").contains(&status) { status } else { "" };

    let Target { method, target, protocol } = target(&request).unwrap_or_default();
    // A broken client sends anything in place of `GET /path HTTP/1.1`.
    let other: String = if method.is_empty() {
        request.chars().take(REQUEST_CHARS).collect()
    } else {
        String::new()
    };
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.split('#').next().unwrap_or_default();
    let ip = address(host).map(|ip| ip.to_string()).unwrap_or_default();

    cells.clear();
    for cell in [
        host,
        &user,
        time,
        method,
        target,
        path,
        query,
        protocol,
        status,
        bytes,
        &referrer,
        &user_agent,
        &ip,
        vhost,
        &other,
    ] {
        match cell {
            "-" => cells.push_field(""),
            _ if cell.contains(char::is_control) => {
                cells.push_field(&cell.replace(char::is_control, " "));
            }
            _ => cells.push_field(cell),
        }
    }
    Ok(())
}

/// The words before the time.
struct Caller<'a> {
    vhost: &'a str,
    host: &'a str,
    user: String,
}

fn caller(who: &str) -> Result<Caller<'_>, String> {
    let words: Vec<&str> = who.split(' ').filter(|word| !word.is_empty()).collect();
    match words.as_slice() {
        [vhost, host, _, user @ ..] if !user.is_empty() && is_vhost(vhost, host) => {
            Ok(Caller { vhost, host, user: user.join(" ") })
        }
        [host, _, user @ ..] if !user.is_empty() => {
            Ok(Caller { vhost: "", host, user: user.join(" ") })
        }
        _ => Err("host, identity and user are not in their places".to_owned()),
    }
}

/// Returns `true` if the first of four words is the virtual host and the second the client's.
fn is_vhost(first: &str, second: &str) -> bool {
    let port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let with_port = first.rsplit_once(':').is_some_and(|(_, end)| port(end));
    (with_port && address(first).is_none()) || (second != "-" && address(first).is_none())
}

/// Returns the address of a client: without brackets, and without the name of a network card, which
/// means something on the server alone (`fe80::1%eth0`).
fn address(host: &str) -> Option<IpAddr> {
    let plain = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    plain.split('%').next().unwrap_or(plain).parse().ok()
}

/// The parts of a request.
#[derive(Default)]
struct Target<'a> {
    method: &'a str,
    target: &'a str,
    protocol: &'a str,
}

/// Splits `GET /path HTTP/1.1`; `None` if the request is something else, such as the greeting of TLS.
fn target(request: &str) -> Option<Target<'_>> {
    let (method, rest) = request.split_once(' ')?;
    let is_method = |c: char| c.is_ascii_uppercase() || matches!(c, '-' | '_');
    if method.is_empty() || method.len() > 30 || !method.chars().all(is_method) {
        return None;
    }
    let (target, protocol) = match rest.rsplit_once(' ') {
        Some((target, protocol)) if protocol.starts_with("HTTP/") => (target, protocol),
        _ => (rest, ""),
    };
    (!target.trim().is_empty()).then_some(Target { method, target, protocol })
}

/// The rest of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn word(&mut self, what: &str) -> Result<&'a str, String> {
        let text = self.0.trim_start_matches(' ');
        let end = text.find(' ').unwrap_or(text.len());
        let (word, rest) = text.split_at(end);
        self.0 = rest;
        if word.is_empty() {
            return Err(format!("the line ends before its {what}"));
        }
        Ok(word)
    }

    /// Reads a quoted text. Without a closing quote (a cut line) it goes to the end.
    fn quoted(&mut self) -> Option<String> {
        let inside = self.0.trim_start_matches(' ').strip_prefix('"')?;
        let mut text = String::new();
        let mut chars = inside.char_indices();
        self.0 = "";
        while let Some((at, char)) = chars.next() {
            match char {
                '"' => {
                    self.0 = inside.get(at + 1..).unwrap_or_default();
                    break;
                }
                // Apache escapes quotes and backslashes; `\xhh` and the rest stay as written.
                '\\' => match chars.next() {
                    Some((_, escaped @ ('"' | '\\'))) => text.push(escaped),
                    Some((_, other)) => text.extend(['\\', other]),
                    None => text.push('\\'),
                },
                other => text.push(other),
            }
        }
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(line: &str) -> Vec<(&'static str, String)> {
        let mut cells = StringRecord::new();
        parse(line, &mut cells).unwrap();
        let named = COLUMNS.into_iter().zip(cells.iter().map(str::to_owned));
        named.filter(|(_, cell)| !cell.is_empty()).collect()
    }

    #[test]
    fn a_line_is_cut_into_its_columns() {
        let line = r#"83.149.9.216 - ada [17/May/2015:10:05:03 +0000] "GET /a/b.html?q=1 HTTP/1.1" 200 203 "http://x/" "Mozilla \"5\"""#;
        let cells = cells(line);
        for expected in [
            ("host", "83.149.9.216"),
            ("user", "ada"),
            ("time", "17/May/2015:10:05:03 +0000"),
            ("method", "GET"),
            ("path", "/a/b.html"),
            ("query", "q=1"),
            ("status", "200"),
            ("bytes", "203"),
            ("user_agent", "Mozilla \"5\""),
        ] {
            let expected = (expected.0, expected.1.to_owned());
            assert!(cells.contains(&expected), "{expected:?} in {cells:?}");
        }
    }

    #[test]
    fn cut_and_strange_lines() {
        let cut = cells(r#"::1 - - [x] "GET / HTTP/1.1" 200 5 "-" "Mozilla/5.0 (comp"#);
        assert!(cut.contains(&("user_agent", "Mozilla/5.0 (comp".into())));
        let strange = cells(r#"::1 - - [x] "\x16\x03" 400 0 "-" "-""#);
        assert!(strange.contains(&("request", r"\x16\x03".into())));
        assert!(strange.iter().all(|(name, _)| *name != "method"), "{strange:?}");
        let common = cells(r#"::1 - - [x] "GET / HTTP/1.0" 304 -"#);
        assert!(common.contains(&("status", "304".into())));
        let mut cells = StringRecord::new();
        for bad in [
            "",
            "::1",
            "a [x] \"GET / HTTP/1.0\" 200 5",
            "::1 - - nothing",
            r#"::1 - - [x] "GET /" ok 5"#,
        ] {
            assert!(parse(bad, &mut cells).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_line_of_a_valid_log_is_lost() {
        let tail = r#"[17/May/2015:10:05:03 +0000] "GET /a b?q HTTP/1.1" 200 203 "-" "-""#;
        let has = |who: &str, expected: &[(&'static str, &str)]| {
            let cells = cells(&format!("{who} {tail}"));
            for (name, value) in expected {
                assert!(cells.contains(&(*name, (*value).to_owned())), "{who}: {cells:?}");
            }
        };
        has("ppp-1.example.net - -", &[("host", "ppp-1.example.net"), ("path", "/a b")]);
        has("unix: - -", &[("host", "unix:"), ("query", "q")]);
        has("- - -", &[("method", "GET"), ("protocol", "HTTP/1.1")]);
        has("fe80::1%eth0 - -", &[("ip", "fe80::1"), ("host", "fe80::1%eth0")]);
        has("[2001:db8::1] - ada", &[("ip", "2001:db8::1"), ("user", "ada")]);
        has("::ffff:192.0.2.1 - Ada King", &[("ip", "::ffff:192.0.2.1"), ("user", "Ada King")]);
        has(
            "example.org:443 192.0.2.1 - ada",
            &[("vhost", "example.org:443"), ("ip", "192.0.2.1"), ("user", "ada")],
        );
        has("example.org 2001:db8::1 - -", &[("vhost", "example.org"), ("ip", "2001:db8::1")]);
        for request in ["", "-", r"\x16\x03\x01\x02\x00", "GET", "quit now please", "\u{1}\u{2}"] {
            let line = format!(r#"::1 - - [x] "{request}" 400 0 "-" "-""#);
            let cells = cells(&line);
            assert!(
                cells.iter().all(|(name, _)| *name != "method" && *name != "path"),
                "{cells:?}"
            );
        }
        for status in ["000", "-", "999"] {
            let cells = cells(&format!(r#"::1 - - [x] "GET / HTTP/1.1" {status} 0 "-" "-""#));
            assert!(cells.iter().all(|(name, _)| *name != "status"), "{cells:?}");
        }
    }
}
