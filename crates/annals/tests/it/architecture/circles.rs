//! Files that import each other in a circle.
//!
//! A file depends on each file of the crate that it names by a path of modules. A re-exported name
//! (`pub use child::Name`) counts as the file that defines it. A module and the files below it are
//! one part, within which imports do not count.

use std::collections::{BTreeMap, BTreeSet};

use super::{Source, without_comments};

/// A module's path from the crate's root.
type Module = Vec<String>;

struct File<'a> {
    path: &'a str,
    code: String,
    /// Names that the module re-exports, with the modules that define them.
    passed_on: BTreeMap<String, Module>,
}

/// Every circle once, by the paths of its files.
pub(super) fn circles(sources: &[Source]) -> Vec<String> {
    let files = files(sources);
    let arrows: BTreeMap<&Module, BTreeSet<&Module>> =
        files.keys().map(|module| (module, arrows(module, &files))).collect();
    let mut reported = BTreeSet::new();
    let mut found = Vec::new();
    for module in files.keys() {
        let Some(circle) = circle(module, &arrows) else { continue };
        if circle.iter().all(|module| reported.contains(module)) {
            continue;
        }
        let paths: Vec<&str> = circle.iter().map(|module| files[*module].path).collect();
        found.push(format!("{}: imports itself: {} → …", paths[0], paths.join(" → ")));
        reported.extend(circle);
    }
    found
}

fn files(sources: &[Source]) -> BTreeMap<Module, File<'_>> {
    let known = sources.iter().filter(|source| !source.path.contains("tests"));
    known
        .map(|source| {
            let module = module_of(&source.path);
            let text = source.text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
            let code = without_comments(text);
            let passed_on = passed_on(&module, &code);
            (module, File { path: &source.path, code, passed_on })
        })
        .collect()
}

fn module_of(path: &str) -> Module {
    let mut module: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if module.last().is_some_and(|last| last == "mod" || last == "lib") {
        module.pop();
    }
    module
}

fn passed_on(module: &Module, code: &str) -> BTreeMap<String, Module> {
    let mut passed_on = BTreeMap::new();
    for line in code.split_inclusive(';') {
        let Some((visibility, path)) = line.rsplit_once("use ") else { continue };
        let visibility = visibility.trim_end().rsplit('\n').next().unwrap_or_default().trim();
        if !visibility.starts_with("pub") || path.starts_with("crate") || path.starts_with("super")
        {
            continue;
        }
        for names in paths(path.trim_start_matches("self::")) {
            if let Some(name) = names.last() {
                passed_on.insert(name.clone(), [module.clone(), names.clone()].concat());
            }
        }
    }
    passed_on
}

fn arrows<'a>(module: &Module, files: &'a BTreeMap<Module, File<'_>>) -> BTreeSet<&'a Module> {
    let code = &files[module].code;
    let mut arrows = BTreeSet::new();
    for (start, base) in starts(module, code) {
        for names in paths(&code[start..]) {
            let target = origin([base.clone(), names].concat(), files);
            arrows.extend(target.filter(|to| !to.starts_with(module) && !module.starts_with(to)));
        }
    }
    arrows
}

/// The offsets after each `crate::`, `self::` or `super::` in a text, with the module they mean.
fn starts(module: &Module, code: &str) -> Vec<(usize, Module)> {
    let mut starts = Vec::new();
    for (word, up) in [("crate::", module.len()), ("self::", 0), ("super::", 1)] {
        for (at, _) in code.match_indices(word) {
            let before = code[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
                continue;
            }
            let (mut start, mut up) = (at + word.len(), up);
            while code[start..].starts_with("super::") {
                start += "super::".len();
                up += 1;
            }
            starts.push((start, module[..module.len().saturating_sub(up)].to_vec()));
        }
    }
    starts
}

/// The paths that a text begins with: one, or those in its braces.
fn paths(text: &str) -> Vec<Vec<String>> {
    paths_at(text.trim_start()).0
}

fn paths_at(text: &str) -> (Vec<Vec<String>>, &str) {
    if let Some(mut rest) = text.strip_prefix('{') {
        let mut all = Vec::new();
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
            if let Some(rest) = rest.strip_prefix('}') {
                return (all, rest);
            }
            let (paths, after) = paths_at(rest);
            if after.len() == rest.len() {
                return (all, rest);
            }
            all.extend(paths);
            rest = after;
        }
    }
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    let (name, mut rest) = text.split_at(end);
    if name.is_empty() {
        return (Vec::new(), text);
    }
    if let Some(after) = rest.strip_prefix("::") {
        let (below, after) = paths_at(after);
        if !below.is_empty() {
            let first = vec![name.to_owned()];
            return (below.into_iter().map(|path| [first.clone(), path].concat()).collect(), after);
        }
    }
    if let Some(alias) = rest.strip_prefix(" as ") {
        rest = alias.trim_start_matches(|c: char| c.is_alphanumeric() || c == '_');
    }
    (vec![vec![name.to_owned()]], rest)
}

/// The file that a path leads to.
fn origin<'a>(mut path: Module, files: &'a BTreeMap<Module, File<'_>>) -> Option<&'a Module> {
    // A name may be passed on a few times; no more than the crate is deep.
    for _ in 0..5 {
        let length = (0..=path.len()).rev().find(|length| files.contains_key(&path[..*length]))?;
        let (module, file) = files.get_key_value(&path[..length])?;
        match path.get(length).and_then(|name| file.passed_on.get(name)) {
            Some(origin) if *origin != path => path = origin.clone(),
            _ => return Some(module),
        }
    }
    None
}

/// The shortest way from a file back to itself.
fn circle<'a>(
    from: &'a Module,
    arrows: &BTreeMap<&'a Module, BTreeSet<&'a Module>>,
) -> Option<Vec<&'a Module>> {
    let mut came_from: BTreeMap<&Module, &Module> = BTreeMap::new();
    let mut edge = vec![from];
    while !edge.is_empty() {
        let mut next = Vec::new();
        for at in edge {
            for to in &arrows[at] {
                if *to == from {
                    let mut way = vec![at];
                    while let Some(before) = came_from.get(way[way.len() - 1]) {
                        way.push(before);
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(to) {
                    came_from.insert(to, at);
                    next.push(*to);
                }
            }
        }
        edge = next;
    }
    None
}
