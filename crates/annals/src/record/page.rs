//! The step that cuts the page down to its path: queries and fragments carry searches, ids and
//! secrets, and would make a thousand pages of one.

use super::{Refusal, Work};

/// Cuts `page.path` down to the path.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    if let Some(page) = &mut work.draft.page
        && let Some(path) = &mut page.path
    {
        let only = path_only(path);
        if only.len() != path.len() {
            *path = only.to_owned();
        }
    }
    Ok(())
}

/// Returns the path of a path or URL.
fn path_only(url: &str) -> &str {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let url = &url[..end];
    let Some((scheme, behind)) = url.split_once("://") else {
        return url;
    };
    // A path may itself contain "://"; then the part before is no scheme.
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric());
    match behind.find('/') {
        _ if !is_scheme => url,
        Some(slash) => &behind[slash..],
        None => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::path_only;

    #[test]
    fn leaves_the_path() {
        for (url, path) in [
            ("/quests/1?tab=2#top", "/quests/1"),
            ("https://example.org/a/b?x", "/a/b"),
            ("https://example.org", "/"),
            ("/go/https://example.org/x", "/go/https://example.org/x"),
            ("#/hash", ""),
            ("/", "/"),
        ] {
            assert_eq!(path_only(url), path, "{url}");
        }
    }
}
