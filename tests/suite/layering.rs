//! Who may import whom, as the guide's architecture page has it, and where its pages link to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Modules with what each may import beyond the levels below its own. A level may import every level before it.
const LEVELS: [&[(&str, &[&str])]; 6] = [
    &[("span", &[]), ("line", &[]), ("line_index", &["span", "line"]), ("printable", &[]), ("name", &[])],
    &[("text", &[]), ("dictionary", &[]), ("report", &[]), ("config", &["report"])],
    &[("candidates", &[]), ("fix", &[]), ("directive", &[]), ("decision", &["fix"])],
    &[("model", &[])],
    &[("unspinner", &[]), ("lookup", &["unspinner"])],
    &[("render", &[]), ("input", &[]), ("eval", &[]), ("learn", &["eval"])],
];

/// Modules that may import less than their level would let them.
const NARROWER: [(&str, &[&str]); 4] = [
    ("fix", &["span", "line_index", "report"]),
    ("directive", &["span", "line_index"]),
    ("decision", &["span", "line", "printable", "name", "report", "fix"]),
    ("input", &["span", "line_index", "printable", "name"]),
];

/// Files and directories that may import one module more than theirs: dictionaries are compiled and checked with the
/// tokens that texts are read with.
const WIDER: [(&str, &str); 4] = [
    ("src/dictionary/compile.rs", "text"),
    ("src/dictionary/coverage.rs", "text"),
    ("src/dictionary/spelling.rs", "text"),
    ("src/dictionary/verify/", "text"),
];

/// What the first five levels may not touch, of `std`: files, the network, the clock, the environment.
const OUTSIDE: [&str; 6] = ["fs", "net", "env", "time", "process", "io"];

/// The build script is a program of its own.
const BUILD: &str = "src/dictionary/build.rs";

fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("listed") {
        let path = entry.expect("listed").path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
}

/// The code of a file, without comments and the test module at its foot.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("read");
    let text = text.split("mod tests {").next().unwrap_or_default();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules that code names as parts of `root`; there is one without a name where several are named in braces.
fn imports<'c>(code: &'c str, root: &str) -> BTreeSet<&'c str> {
    let name = |rest: &str| rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    code.match_indices(root).map(|(at, found)| &code[at + found.len()..]).map(|rest| &rest[..name(rest)]).collect()
}

fn module(path: &Path) -> String {
    let inside = path.strip_prefix("src").expect("in src");
    let first = inside.components().next().expect("named").as_os_str().to_string_lossy();
    first.trim_end_matches(".rs").to_owned()
}

/// How code in a file of `src` names the modules of the crate by way of its own.
fn upward(path: &Path) -> String {
    let is_root = path.file_name().is_some_and(|name| name == "mod.rs");
    // `src` is one of them, and the name of the file another.
    "super::".repeat(path.components().count() - 1 - usize::from(is_root))
}

/// What code in a file of `src` imports and may not.
fn faults(path: &Path, code: &str) -> Vec<String> {
    let module = module(path);
    let shown = path.to_string_lossy().replace('\\', "/");
    if ["lib", "bin", "guide"].contains(&module.as_str()) || shown == BUILD {
        return Vec::new();
    }
    let Some(level) = LEVELS.iter().position(|level| level.iter().any(|(name, _)| *name == module)) else {
        return vec![format!("{shown}: module {module} has no level; give it one here and in the guide")];
    };
    let below: BTreeSet<&str> = LEVELS[..level].iter().flat_map(|level| level.iter().map(|(name, _)| *name)).collect();
    let beside = LEVELS[level].iter().find(|(name, _)| *name == module).map_or(&[][..], |(_, beside)| beside);
    let wider = WIDER.iter().find(|(start, _)| shown.starts_with(start)).map(|(_, module)| *module);
    let narrower = NARROWER.iter().find(|(name, _)| *name == module).map(|(_, only)| *only);
    let mut faults = Vec::new();
    for import in imports(code, "crate::").union(&imports(code, &upward(path))).copied() {
        let allowed = narrower.map_or_else(|| below.contains(import), |only| only.contains(&import));
        if import != module && !allowed && !beside.contains(&import) && wider != Some(import) {
            faults.push(format!("{shown}: imports {import}"));
        }
    }
    if level < 5 {
        let outside = imports(code, "std::").into_iter().filter(|name| name.is_empty() || OUTSIDE.contains(name));
        faults.extend(outside.map(|name| format!("{shown}: uses std::{name}")));
    }
    faults
}

#[test]
fn modules_import_only_what_lies_below() {
    let mut paths = Vec::new();
    files(Path::new("src"), "rs", &mut paths);
    paths.sort();
    let faults: Vec<String> = paths.iter().flat_map(|path| faults(path, &code(path))).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn what_is_imported_otherwise_is_found() {
    for (path, code, found) in [
        ("src/input/kind.rs", "use crate::model::Scorer;", "imports model"),
        ("src/input/kind.rs", "use super::super::model::Scorer;", "imports model"),
        ("src/input/mod.rs", "use super::model::Scorer;", "imports model"),
        ("src/fix.rs", "use super::text::Token;", "imports text"),
        ("src/fix.rs", "let now = std::time::Instant::now();", "uses std::time"),
        ("src/other.rs", "", "module other has no level; give it one here and in the guide"),
    ] {
        assert_eq!(faults(Path::new(path), code), [format!("{path}: {found}")], "{code}");
    }
    let own = "use super::super::c::d; use crate::model::Scorer;";
    assert_eq!(faults(Path::new("src/model/a/b.rs"), own), [""; 0], "its own parts");
}

#[test]
fn what_is_named_is_there() {
    let levels = LEVELS.iter().flat_map(|level| level.iter());
    let named: BTreeSet<&str> =
        levels.chain(&NARROWER).flat_map(|(module, others)| others.iter().chain([module])).copied().collect();
    for module in named {
        let [file, directory] = [format!("src/{module}.rs"), format!("src/{module}/mod.rs")];
        assert!(Path::new(&file).is_file() || Path::new(&directory).is_file(), "there is no module {module}");
    }
    for path in WIDER.iter().map(|(path, _)| *path).chain([BUILD]) {
        assert!(Path::new(path).exists(), "there is no {path}");
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut pages = vec![PathBuf::from("README.md"), PathBuf::from("dictionaries/README.md")];
    files(Path::new("src/guide"), "md", &mut pages);
    let defined = fs::read_to_string("src/guide/mod.rs").expect("read");
    let mut faults = Vec::new();
    for page in &pages {
        let text = fs::read_to_string(page).expect("read");
        let inline = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let below = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: "));
        for target in inline.clone().chain(below.clone().map(|(_, target)| target)) {
            let file = target.split('#').next().unwrap_or_default();
            if !target.contains("://") && !page.with_file_name(file).exists() && !file.is_empty() {
                faults.push(format!("{}: {target} is not there", page.display()));
            }
        }
        if page.starts_with("src/guide") {
            // In the documentation pages lie elsewhere.
            let relative = inline.filter(|target| !target.starts_with('#') && !target.contains("://"));
            faults.extend(relative.map(|target| format!("{}: {target} is to be defined at the foot", page.display())));
            let missing = below.filter(|(name, _)| !defined.contains(&format!("/// [{name}]: crate::guide::")));
            faults.extend(missing.map(|(name, _)| format!("src/guide/mod.rs: does not define [{name}]")));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}
