//! Circles between the modules of one crate, where a module is a file.
//!
//! A file uses the file that *defines* what it names: re-exports are followed, so a parent that declares and re-exports its
//! children does not use them. Paths are read from the syntax, in macros and attributes from their words. What only tests
//! use does not count.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use syn::buffer::{Cursor, TokenBuffer};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree, Visibility};

/// `[]` is the root, `["output", "json"]` the module `crate::output::json`.
type ModulePath = Vec<String>;

/// A module: a file, or a block in one.
#[derive(Default)]
struct Module {
    file: PathBuf,
    defines: BTreeSet<String>,
    imports: BTreeMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    /// Paths as written, without the imports that only pass a name on.
    uses: BTreeSet<Vec<String>>,
}

#[derive(Default)]
struct Crate {
    modules: BTreeMap<ModulePath, Module>,
}

/// Which file uses which, by name.
type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The circles of the crates with these root files, each as a line.
pub(super) fn find_circles<'a>(roots: impl Iterator<Item = &'a Path>) -> anyhow::Result<Vec<String>> {
    let mut arrows = Arrows::new();
    for root in roots {
        arrows.extend(read_arrows(root)?);
    }
    Ok(describe_circles(&arrows))
}

fn read_arrows(root: &Path) -> anyhow::Result<Arrows> {
    let folder = root.parent().context("a root file lies in a folder")?;
    let mut found = Crate::default();
    found.read_file(root, folder, Vec::new())?;
    let named = |files: BTreeSet<&Path>| files.into_iter().map(|file| name_of(file, folder)).collect();
    Ok(found.arrows().into_iter().map(|(file, used)| (name_of(file, folder), named(used))).collect())
}

impl Crate {
    /// Reads a file and those that it declares; these are in `folder`.
    fn read_file(&mut self, file: &Path, folder: &Path, path: ModulePath) -> anyhow::Result<()> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let syntax = syn::parse_file(&text).map_err(|error| anyhow!("{}: {error}", file.display()))?;
        self.read_items(&syntax.items, file, folder, path)
    }

    fn read_items(&mut self, items: &[Item], file: &Path, folder: &Path, path: ModulePath) -> anyhow::Result<()> {
        let mut module = Module { file: file.to_owned(), ..Module::default() };
        for item in items {
            if let Item::Mod(child) = item {
                self.read_child(child, file, folder, &path)?;
            } else {
                module.defines.extend(defined_name(item));
                module.visit_item(item);
            }
        }
        self.modules.insert(path, module);
        Ok(())
    }

    fn read_child(&mut self, child: &ItemMod, file: &Path, folder: &Path, parent: &ModulePath) -> anyhow::Result<()> {
        if child.attrs.iter().any(is_for_tests) {
            return Ok(());
        }
        let name = child.ident.to_string();
        let path = [parent.as_slice(), std::slice::from_ref(&name)].concat();
        let below = folder.join(&name);
        if let Some((_, items)) = &child.content {
            return self.read_items(items, file, &below, path);
        }
        let flat = folder.join(format!("{name}.rs"));
        let nested = below.join("mod.rs");
        self.read_file(if flat.exists() { &flat } else { &nested }, &below, path)
    }

    /// For each file, the other files that define what it uses.
    fn arrows(&self) -> BTreeMap<&Path, BTreeSet<&Path>> {
        let mut arrows: BTreeMap<&Path, BTreeSet<&Path>> = BTreeMap::new();
        for (path, module) in &self.modules {
            let used = module.uses.iter().filter_map(|name| self.defining_file(path, name, 0));
            arrows.entry(&module.file).or_default().extend(used.filter(|file| *file != module.file));
        }
        arrows
    }

    /// The file that defines what `name` means in the module `from`; `None` for what other crates define.
    fn defining_file(&self, from: &ModulePath, name: &[String], depth: usize) -> Option<&Path> {
        const MAX_REEXPORTS: usize = 16;
        if depth > MAX_REEXPORTS {
            return None;
        }
        let (mut module, mut rest) = starting_point(from, name)?;
        while let Some((first, after)) = rest.split_first() {
            let child = [module.as_slice(), std::slice::from_ref(first)].concat();
            if !self.modules.contains_key(&child) {
                break;
            }
            (module, rest) = (child, after);
        }
        let here = self.modules.get(&module)?;
        let (item, after) = rest.split_first()?;
        if here.defines.contains(item) {
            return Some(&here.file);
        }
        if let Some(imported) = here.imports.get(item).filter(|imported| *imported != name) {
            return self.defining_file(&module, &[imported.as_slice(), after].concat(), depth + 1);
        }
        let through = |glob: &Vec<String>| self.defining_file(&module, &[glob.as_slice(), rest].concat(), depth + 1);
        here.globs.iter().find_map(through)
    }
}

/// The module where a path begins, and what of the path remains.
fn starting_point<'n>(from: &ModulePath, name: &'n [String]) -> Option<(ModulePath, &'n [String])> {
    match name.first()?.as_str() {
        "crate" => Some((Vec::new(), &name[1..])),
        "self" => Some((from.clone(), &name[1..])),
        "super" => {
            let up = name.iter().take_while(|word| *word == "super").count();
            Some((from[..from.len().checked_sub(up)?].to_vec(), &name[up..]))
        }
        _ => Some((from.clone(), name)),
    }
}

impl Module {
    fn add_import(&mut self, tree: &UseTree, before: &[String], is_reexport: bool) {
        match tree {
            UseTree::Path(part) => {
                self.add_import(&part.tree, &[before, &[part.ident.to_string()]].concat(), is_reexport);
            }
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.add_import(tree, before, is_reexport)),
            UseTree::Glob(_) => self.globs.push(before.to_vec()),
            UseTree::Name(name) if name.ident == "self" => {
                self.add_name(before.to_vec(), before.last().cloned(), is_reexport);
            }
            UseTree::Name(name) => {
                let name = name.ident.to_string();
                self.add_name([before, std::slice::from_ref(&name)].concat(), Some(name), is_reexport);
            }
            UseTree::Rename(rename) => {
                let path = [before, &[rename.ident.to_string()]].concat();
                self.add_name(path, Some(rename.rename.to_string()), is_reexport);
            }
        }
    }

    fn add_name(&mut self, path: Vec<String>, name: Option<String>, is_reexport: bool) {
        if !is_reexport {
            self.uses.insert(path.clone());
        }
        self.imports.extend(name.map(|name| (name, path)));
    }

    /// Every path among the words of a macro or an attribute.
    fn add_words(&mut self, mut cursor: Cursor<'_>) {
        let mut path: Vec<String> = Vec::new();
        while !cursor.eof() {
            if let Some((word, next)) = cursor.ident() {
                path.push(word.to_string());
                cursor = next;
                if let Some(after) = skip_colons(cursor) {
                    cursor = after;
                    continue;
                }
            } else if let Some((inside, _, _, next)) = cursor.any_group() {
                self.add_words(inside);
                cursor = next;
            } else if let Some((_, next)) = cursor.token_tree() {
                cursor = next;
            }
            self.uses.insert(std::mem::take(&mut path));
        }
    }
}

/// What follows `::`, where it is another word of the path.
fn skip_colons(cursor: Cursor<'_>) -> Option<Cursor<'_>> {
    let (_, second) = cursor.punct().filter(|(punct, _)| punct.as_char() == ':')?;
    let (_, next) = second.punct().filter(|(punct, _)| punct.as_char() == ':')?;
    next.ident().is_some().then_some(next)
}

impl<'a> Visit<'a> for Module {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.add_import(&item.tree, &[], !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_item(&mut self, item: &'a Item) {
        // A block of tests inside of a function, or a function that only tests have.
        if !attributes(item).iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.uses.insert(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'a Macro) {
        self.add_words(TokenBuffer::new2(call.tokens.clone()).begin());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.add_words(TokenBuffer::new2(list.tokens.clone()).begin());
        }
    }

    /// `pub(in crate::x)` uses nothing.
    fn visit_visibility(&mut self, _: &'a Visibility) {}
}

pub(super) fn is_for_tests(attribute: &Attribute) -> bool {
    matches!(&attribute.meta, Meta::List(list) if list.path.is_ident("cfg") && list.tokens.to_string() == "test")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn defined_name(item: &Item) -> Option<String> {
    let ident = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(ident.to_string())
}

/// The shortest circle through each file that is not part of one already named.
fn describe_circles(arrows: &Arrows) -> Vec<String> {
    let mut named = BTreeSet::new();
    let mut lines = Vec::new();
    for start in arrows.keys() {
        let Some(circle) = shortest_circle(arrows, start) else { continue };
        if circle.iter().all(|file| named.insert(*file)) {
            lines.push(circle.into_iter().chain([start.as_str()]).collect::<Vec<_>>().join(" → "));
        }
    }
    lines
}

fn shortest_circle<'a>(arrows: &'a Arrows, start: &'a str) -> Option<Vec<&'a str>> {
    let mut reached_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut open = VecDeque::from([start]);
    while let Some(file) = open.pop_front() {
        for next in arrows.get(file).into_iter().flatten() {
            if next == start {
                return Some(way_to(file, start, &reached_from));
            }
            reached_from.entry(next).or_insert_with(|| {
                open.push_back(next);
                file
            });
        }
    }
    None
}

fn way_to<'a>(end: &'a str, start: &str, reached_from: &BTreeMap<&'a str, &'a str>) -> Vec<&'a str> {
    let mut way = vec![end];
    while let Some(before) = way.last().filter(|file| **file != start).and_then(|file| reached_from.get(file)) {
        way.push(before);
    }
    way.reverse();
    way
}

/// `tandem-cli/src/output/json.rs`.
fn name_of(file: &Path, folder: &Path) -> String {
    let package = folder.parent().and_then(Path::parent).unwrap_or(folder);
    file.strip_prefix(package).unwrap_or(file).display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles of a crate of these files; the first is its root.
    fn circles_of(files: &[(&str, &str)]) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let source = folder.path().join("one/src");
        for (name, text) in files {
            let file = source.join(name);
            fs::create_dir_all(file.parent().expect("a folder")).expect("made");
            fs::write(file, text).expect("written");
        }
        describe_circles(&read_arrows(&source.join(files[0].0)).expect("Rust"))
    }

    #[test]
    fn planted_circles_are_found() {
        type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
        let rows: [Row<'_>; 9] = [
            (
                "a parent that declares and passes on",
                &[("lib.rs", "mod a; mod b; pub use a::A;"), ("a.rs", "pub struct A;"), ("b.rs", "use crate::A;")],
                &[],
            ),
            (
                "two that import each other",
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "use crate::b::B; pub struct A;"),
                    ("b.rs", "use super::a::A; pub struct B;"),
                ],
                &["one/src/a.rs → one/src/b.rs → one/src/a.rs"],
            ),
            (
                "a module imported, its item named later",
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "use crate::b; pub fn f() { b::g() }"),
                    ("b.rs", "use crate::a; pub fn g() { a::f() }"),
                ],
                &["one/src/a.rs → one/src/b.rs → one/src/a.rs"],
            ),
            (
                "a module imported, nothing of it named",
                &[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b;"), ("b.rs", "use crate::a;")],
                &[],
            ),
            (
                "a child that uses its parent's item, while the parent uses the child",
                &[
                    ("lib.rs", "mod a;"),
                    ("a/mod.rs", "mod b; pub struct A(b::B);"),
                    ("a/b.rs", "use super::A; pub struct B;"),
                ],
                &["one/src/a/b.rs → one/src/a/mod.rs → one/src/a/b.rs"],
            ),
            (
                "a re-export that the parent uses itself",
                &[
                    ("lib.rs", "mod a; pub use a::B; pub fn f(_: B) {}"),
                    ("a.rs", "pub struct B; fn g() { crate::f(B) }"),
                ],
                &["one/src/a.rs → one/src/lib.rs → one/src/a.rs"],
            ),
            (
                "in a macro",
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "fn f() { println!(\"{}\", crate::b::g()) } pub const A: u8 = 0;"),
                    ("b.rs", "pub fn g() { assert!(true, \"{}\", super::a::A) }"),
                ],
                &["one/src/a.rs → one/src/b.rs → one/src/a.rs"],
            ),
            (
                "through a glob",
                &[
                    ("lib.rs", "mod a; mod b; pub use a::*;"),
                    ("a.rs", "pub struct A; use crate::b::B;"),
                    ("b.rs", "pub struct B(crate::A);"),
                ],
                &["one/src/a.rs → one/src/b.rs → one/src/a.rs"],
            ),
            (
                "only in tests",
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
                    ("b.rs", "use crate::a::A; pub struct B;"),
                ],
                &[],
            ),
        ];
        for (name, files, expected) in rows {
            assert_eq!(circles_of(files), expected, "{name}");
        }
    }
}
