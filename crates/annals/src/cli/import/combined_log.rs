//! A parser of the combined log format of Apache and nginx, one line a request:
//! `host ident user [time] "request" status bytes "referrer" "user agent"`.

use csv::StringRecord;

/// The columns of a line.
pub const COLUMNS: [&str; 12] = [
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
];

/// Splits a line into [`COLUMNS`]; `-` becomes an empty cell.
pub fn parse(line: &str, cells: &mut StringRecord) -> Result<(), String> {
    let mut rest = Rest(line);
    let host = rest.word("host")?;
    rest.word("identity")?;
    let user = rest.word("user")?;
    let time = rest.between('[', ']').ok_or("no `[time]` in its place")?;
    let request = rest.quoted().ok_or("no quoted request in its place")?;
    let status = rest.word("status")?;
    let bytes = rest.word("bytes")?;
    // The common log format ends here; its missing columns stay empty.
    let referrer = rest.quoted().unwrap_or_default();
    let user_agent = rest.quoted().unwrap_or_default();
    if status.len() != 3 || !status.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(format!("`{status}` is not an HTTP status"));
    }

    // A broken client sends anything in place of `GET /path HTTP/1.1`.
    let mut words = request.splitn(3, ' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let protocol = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.split('#').next().unwrap_or_default();

    cells.clear();
    for cell in [
        host,
        user,
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
    ] {
        cells.push_field(if cell == "-" { "" } else { cell });
    }
    Ok(())
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

    fn between(&mut self, open: char, close: char) -> Option<&'a str> {
        let text = self.0.trim_start_matches(' ').strip_prefix(open)?;
        let (inside, rest) = text.split_once(close)?;
        self.0 = rest;
        Some(inside)
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
        assert!(strange.contains(&("method", r"\x16\x03".into())));
        let common = cells(r#"::1 - - [x] "GET / HTTP/1.0" 304 -"#);
        assert!(common.contains(&("status", "304".into())));
        let mut cells = StringRecord::new();
        for bad in ["", "::1", "::1 - - nothing", r#"::1 - - [x] "GET /" ok 5"#] {
            assert!(parse(bad, &mut cells).is_err(), "{bad}");
        }
    }
}
