//! From a path as it is written to every place it leads to: through imports, `super`, and re-exports.

use std::collections::{BTreeMap, BTreeSet};

use super::source::{Path, Source};

/// Longer than any honest chain of re-exports; ends those that go round.
const LONGEST_CHAIN: usize = 64;

/// What every module of the crate calls what.
#[derive(Debug, Default)]
pub(crate) struct Names {
    modules: BTreeSet<Path>,
    declared: BTreeSet<(Path, String)>,
    imports: BTreeMap<(Path, String), Vec<Path>>,
    globs: BTreeMap<Path, Vec<Path>>,
}

impl Names {
    pub(crate) fn new(sources: &[Source<'_>]) -> Self {
        let mut names = Self::default();
        for source in sources {
            names
                .modules
                .extend((1..=source.module.len()).filter_map(|end| source.module.get(..end)).map(<[_]>::to_vec));
            names.modules.extend(source.modules.iter().map(|module| module.path.clone()));
            names.declared.extend(source.declared.iter().cloned());
            for import in &source.imports {
                let (module, target) = (import.module.clone(), import.target.clone());
                match &import.name {
                    Some(name) => names.imports.entry((module, name.clone())).or_default().push(target),
                    None => names.globs.entry(module).or_default().push(target),
                }
            }
        }
        names
    }

    /// Every place that `path` may mean, beginning with the nearest. A place in this crate begins with `crate`; what
    /// is not known is left as it is written.
    pub(crate) fn places(&self, module: &[String], path: &[String]) -> Vec<Path> {
        let mut places = self.absolute(module, path, 0);
        let mut next = 0;
        while let Some(place) = places.get(next).cloned() {
            for further in self.through_reexports(&place) {
                if !places.contains(&further) && places.len() < LONGEST_CHAIN {
                    places.push(further);
                }
            }
            next += 1;
        }
        places
    }

    fn absolute(&self, module: &[String], path: &[String], depth: usize) -> Vec<Path> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        if depth > LONGEST_CHAIN {
            return vec![path.to_vec()];
        }
        match first.as_str() {
            "crate" => vec![path.to_vec()],
            // The program calls the library by the name of the package.
            "sindri" => vec![joined(&["crate".to_owned()], rest)],
            "self" => vec![joined(module, rest)],
            "super" => {
                let parent = module.get(..module.len().saturating_sub(1)).unwrap_or_default();
                match rest.split_first() {
                    Some((next, _)) if next == "super" => self.absolute(parent, rest, depth + 1),
                    _ => vec![joined(parent, rest)],
                }
            }
            "core" | "alloc" => vec![joined(&["std".to_owned()], rest)],
            _ => {
                let mut found = self.named(module, first, depth);
                if found.is_empty() {
                    found.push(vec![first.clone()]);
                    found.extend(self.taken_from_outside(module, first, depth));
                }
                found.iter().map(|place| joined(place, rest)).collect()
            }
        }
    }

    /// What `name` is in a module of this crate: an import, an item, or something that an own module gives away.
    fn named(&self, module: &[String], name: &str, depth: usize) -> Vec<Path> {
        let mut places = Vec::new();
        for target in self.imports.get(&(module.to_vec(), name.to_owned())).into_iter().flatten() {
            // `use clap;` stands for itself.
            let is_itself = target.first().is_some_and(|first| first == name);
            places.extend(if is_itself { vec![target.clone()] } else { self.absolute(module, target, depth + 1) });
        }
        if self.is_own(module, name) {
            places.push(joined(module, &[name.to_owned()]));
        }
        if places.is_empty() {
            let origins = self.glob_origins(module, depth).into_iter().filter(|origin| is_in_crate(origin));
            places.extend(
                origins
                    .filter(|origin| self.holds(origin, name, depth + 1))
                    .map(|origin| joined(&origin, &[name.to_owned()])),
            );
        }
        places
    }

    /// What `name` may be if it comes from a `use elsewhere::*`.
    fn taken_from_outside(&self, module: &[String], name: &str, depth: usize) -> Vec<Path> {
        let origins = self.glob_origins(module, depth).into_iter().filter(|origin| !is_in_crate(origin));
        origins.map(|origin| joined(&origin, &[name.to_owned()])).collect()
    }

    fn glob_origins(&self, module: &[String], depth: usize) -> Vec<Path> {
        let globs = self.globs.get(module).map(Vec::as_slice).unwrap_or_default();
        globs.iter().flat_map(|glob| self.absolute(module, glob, depth + 1)).collect()
    }

    fn is_own(&self, module: &[String], name: &str) -> bool {
        self.declared.contains(&(module.to_vec(), name.to_owned()))
            || self.modules.contains(&joined(module, &[name.to_owned()]))
    }

    /// Whether a module has something of that name.
    fn holds(&self, module: &[String], name: &str, depth: usize) -> bool {
        depth < LONGEST_CHAIN
            && (self.is_own(module, name)
                || self.imports.contains_key(&(module.to_vec(), name.to_owned()))
                || self.glob_origins(module, depth).iter().any(|origin| self.holds(origin, name, depth + 1)))
    }

    /// One step further, where a name on the way stands for something else.
    fn through_reexports(&self, place: &[String]) -> Vec<Path> {
        let mut further = Vec::new();
        for end in 1..place.len() {
            let (module, rest) = place.split_at(end);
            let Some((name, rest)) = rest.split_first() else { break };
            if !is_in_crate(place) || !self.modules.contains(module) {
                break;
            }
            let mut found = self.named(module, name, 0);
            if found.is_empty() {
                found = self.taken_from_outside(module, name, 0);
            }
            further.extend(found.iter().map(|found| joined(found, rest)));
        }
        further
    }
}

fn is_in_crate(place: &[String]) -> bool {
    place.first().is_some_and(|first| first == "crate")
}

fn joined(front: &[String], back: &[String]) -> Path {
    front.iter().chain(back).cloned().collect()
}
