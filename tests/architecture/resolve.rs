//! From a path as it is written to every place it leads to: through imports, `super`, and re-exports.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::source::{Path, Source};

/// The names that are being looked up: a chain of re-exports that goes round ends where it began.
type Trail = [(Path, String)];

/// `mod one; pub use one::one;` can be followed for ever: more places than any honest chain has are not looked at.
const MOST_PLACES: usize = 64;

/// What every module of the crate calls what.
#[derive(Debug, Default)]
pub(crate) struct Names {
    modules: BTreeSet<Path>,
    declared: BTreeSet<(Path, String)>,
    imports: BTreeMap<(Path, String), Vec<Path>>,
    globs: BTreeMap<Path, Vec<Path>>,
    /// What was found before: the same names are used many times.
    known: RefCell<BTreeMap<(Path, Path), Vec<Path>>>,
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
        let key = (module.to_vec(), path.to_vec());
        if let Some(known) = self.known.borrow().get(&key) {
            return known.clone();
        }
        let places = self.find_places(module, path);
        self.known.borrow_mut().insert(key, places.clone());
        places
    }

    fn find_places(&self, module: &[String], path: &[String]) -> Vec<Path> {
        let mut places = self.absolute(module, path, &[]);
        let mut next = 0;
        while let Some(place) = places.get(next).cloned() {
            for further in self.through_reexports(&place) {
                if !places.contains(&further) && places.len() < MOST_PLACES {
                    places.push(further);
                }
            }
            next += 1;
        }
        places
    }

    fn absolute(&self, module: &[String], path: &[String], trail: &Trail) -> Vec<Path> {
        let Some((first, rest)) = path.split_first() else { return Vec::new() };
        match first.as_str() {
            "crate" => vec![path.to_vec()],
            // The program calls the library by the name of the package.
            "sindri" => vec![joined(&["crate".to_owned()], rest)],
            "self" => vec![joined(module, rest)],
            "super" => {
                let parent = module.get(..module.len().saturating_sub(1)).unwrap_or_default();
                match rest.split_first() {
                    Some((next, _)) if next == "super" => self.absolute(parent, rest, trail),
                    _ => vec![joined(parent, rest)],
                }
            }
            "core" | "alloc" => vec![joined(&["std".to_owned()], rest)],
            _ => {
                let mut found = self.named(module, first, trail);
                if found.is_empty() {
                    found.push(vec![first.clone()]);
                    found.extend(self.taken_from_outside(module, first, trail));
                }
                found.iter().map(|place| joined(place, rest)).collect()
            }
        }
    }

    /// What `name` is in a module of this crate: an import, an item, or something that an own module gives away.
    fn named(&self, module: &[String], name: &str, trail: &Trail) -> Vec<Path> {
        let Some(trail) = &one_further(trail, module, name) else { return Vec::new() };
        let mut places = Vec::new();
        for target in self.imports.get(&(module.to_vec(), name.to_owned())).into_iter().flatten() {
            if target.first().is_none_or(|first| first != name) {
                places.extend(self.absolute(module, target, trail));
            } else if self.is_own(module, name) {
                places.push(joined(module, target));
            } else {
                // `use clap;` stands for itself.
                places.push(target.clone());
            }
        }
        if self.is_own(module, name) {
            places.push(joined(module, &[name.to_owned()]));
        }
        if places.is_empty() {
            let origins = self.glob_origins(module, trail).into_iter().filter(|origin| is_in_crate(origin));
            places.extend(
                origins
                    .filter(|origin| self.holds(origin, name, trail))
                    .map(|origin| joined(&origin, &[name.to_owned()])),
            );
        }
        places
    }

    /// What `name` may be if it comes from a `use elsewhere::*`.
    fn taken_from_outside(&self, module: &[String], name: &str, trail: &Trail) -> Vec<Path> {
        let Some(trail) = &one_further(trail, module, name) else { return Vec::new() };
        let origins = self.glob_origins(module, trail).into_iter().filter(|origin| !is_in_crate(origin));
        origins.map(|origin| joined(&origin, &[name.to_owned()])).collect()
    }

    fn glob_origins(&self, module: &[String], trail: &Trail) -> Vec<Path> {
        let globs = self.globs.get(module).map(Vec::as_slice).unwrap_or_default();
        globs.iter().flat_map(|glob| self.absolute(module, glob, trail)).collect()
    }

    fn is_own(&self, module: &[String], name: &str) -> bool {
        self.declared.contains(&(module.to_vec(), name.to_owned()))
            || self.modules.contains(&joined(module, &[name.to_owned()]))
    }

    /// Whether a module has something of that name.
    fn holds(&self, module: &[String], name: &str, trail: &Trail) -> bool {
        if self.is_own(module, name) || self.imports.contains_key(&(module.to_vec(), name.to_owned())) {
            return true;
        }
        let Some(trail) = &one_further(trail, module, name) else { return false };
        self.glob_origins(module, trail).iter().any(|origin| self.holds(origin, name, trail))
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
            let mut found = self.named(module, name, &[]);
            if found.is_empty() {
                found = self.taken_from_outside(module, name, &[]);
            }
            further.extend(found.iter().map(|found| joined(found, rest)));
        }
        further
    }
}

fn one_further(trail: &Trail, module: &[String], name: &str) -> Option<Vec<(Path, String)>> {
    let next = (module.to_vec(), name.to_owned());
    let is_new = !trail.contains(&next);
    is_new.then(|| trail.iter().cloned().chain([next]).collect())
}

fn is_in_crate(place: &[String]) -> bool {
    place.first().is_some_and(|first| first == "crate")
}

fn joined(front: &[String], back: &[String]) -> Path {
    front.iter().chain(back).cloned().collect()
}
