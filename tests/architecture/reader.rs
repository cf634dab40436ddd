//! From tokens to facts.

use proc_macro2::Delimiter;

use super::shape::{BEFORE_AN_ITEM, ITEM_WORDS, item_at, path_at, words_with_brackets};
use super::source::{Attribute, Import, Module, Path, PathUse, Seen, Source};
use super::token::{Piece, Token, move_to, tokens};

#[derive(Clone)]
struct Place {
    module: Path,
    in_test: bool,
    /// Whether items here are the module's own, not a function's.
    at_top: bool,
}

/// Reads one file.
pub(crate) fn read<'a>(path: &'a str, text: &'a str) -> Result<Source<'a>, String> {
    let module = module_of(path);
    let pieces = tokens(text).map_err(|error| format!("{path}: is not Rust: {error}"))?;
    let mut source = Source { path, text, module: module.clone(), ..Source::default() };
    source.walk(&pieces, &Place { module, in_test: false, at_top: true });
    Ok(source)
}

/// `src/config/check/mod.rs` is `crate::config::check`. The program is not the library: it is `crate::main`.
fn module_of(path: &str) -> Path {
    let inside = path.trim_start_matches("src/").trim_start_matches("tests/").trim_end_matches(".rs");
    let mut module = vec!["crate".to_owned()];
    module.extend(inside.split('/').filter(|part| !matches!(*part, "lib" | "mod")).map(str::to_owned));
    module
}

impl Source<'_> {
    fn walk(&mut self, pieces: &[Piece], place: &Place) {
        let mut index = 0;
        while let Some(rest) = pieces.get(index..).filter(|rest| !rest.is_empty()) {
            let before = index.checked_sub(1).and_then(|index| pieces.get(index)).map(|piece| &piece.token);
            index += self.step(rest, before, place).max(1);
        }
    }

    /// Takes what stands at the beginning of `rest`; answers how many pieces it was.
    fn step(&mut self, rest: &[Piece], before: Option<&Token>, place: &Place) -> usize {
        let [first, ..] = rest else { return 0 };
        let second = rest.get(1).map(|piece| &piece.token);
        match (&first.token, second) {
            (Token::Sign('#'), Some(Token::Group(Delimiter::Bracket, _) | Token::Sign('!'))) => {
                self.attribute(rest, place)
            }
            (Token::Group(_, inner), _) => {
                self.walk(inner, &Place { at_top: false, ..place.clone() });
                1
            }
            (Token::Word(word), Some(next)) if word == "use" && *next != Token::Sign('<') => self.import(rest, place),
            (Token::Word(word), Some(Token::Word(name))) if word == "mod" => self.module(name, rest, place),
            (Token::Word(word), Some(Token::Word(next))) if word == "extern" && next == "crate" => {
                self.renamed_crates.push(first.line);
                2
            }
            (Token::Word(word), Some(next)) if word == "_" => {
                let is_let = before == Some(&Token::Word("let".to_owned()));
                if *next == Token::Sign('=') || (is_let && *next == Token::Sign(':')) {
                    self.discarded.push(first.line);
                }
                1
            }
            (Token::Word(_), _) if before == Some(&Token::Sign('.')) => self.method(rest, place),
            (Token::Word(word), Some(_)) if ITEM_WORDS.contains(&word.as_str()) => self.item(word, rest, place),
            (Token::Word(_), _) => self.path(rest, before, place),
            (Token::Colons, Some(Token::Word(_))) => match before {
                // The end of a path that has been taken already.
                Some(Token::Word(_) | Token::Sign('>')) => 2,
                _ => 1 + self.path(rest.get(1..).unwrap_or_default(), None, place),
            },
            _ => 1,
        }
    }

    fn method(&mut self, rest: &[Piece], place: &Place) -> usize {
        if let [Piece { token: Token::Word(name), line, .. }, Piece { token: next, .. }, ..] = rest
            && matches!(next, Token::Group(Delimiter::Parenthesis, _) | Token::Colons)
        {
            self.methods.push(Seen { name: name.clone(), line: *line, in_test: place.in_test });
        }
        1
    }

    fn item(&mut self, word: &str, rest: &[Piece], place: &Place) -> usize {
        let name = rest.iter().skip(1).find(|piece| piece.token != Token::Sign('!'));
        let Some(Piece { token: Token::Word(name), line, .. }) = name else { return 1 };
        if ITEM_WORDS.contains(&name.as_str()) || BEFORE_AN_ITEM.contains(&name.as_str()) {
            return 1;
        }
        if place.at_top {
            self.declared.push((place.module.clone(), name.clone()));
        }
        if let (
            "type",
            [
                _,
                _,
                Piece { token: Token::Sign('='), .. },
                target @ Piece { token: Token::Word(_) | Token::Colons, .. },
                ..,
            ],
        ) = (word, rest)
        {
            let skipped = if target.token == Token::Colons { 4 } else { 3 };
            let (target, _) = path_at(rest.get(skipped..).unwrap_or_default(), None);
            self.imports.push(Import { module: place.module.clone(), name: Some(name.clone()), target, line: *line });
        }
        2
    }

    fn module(&mut self, name: &str, rest: &[Piece], place: &Place) -> usize {
        let Some(first) = rest.first() else { return 1 };
        let path: Path = place.module.iter().cloned().chain([name.to_owned()]).collect();
        self.modules.push(Module { path: path.clone(), line: first.line, in_test: place.in_test });
        if let Some(Piece { token: Token::Group(Delimiter::Brace, inner), .. }) = rest.get(2) {
            self.walk(inner, &Place { module: path, in_test: place.in_test, at_top: true });
            return 3;
        }
        2
    }

    fn attribute(&mut self, rest: &[Piece], place: &Place) -> usize {
        let is_inner = rest.get(1).is_some_and(|piece| piece.token == Token::Sign('!'));
        let length = if is_inner { 3 } else { 2 };
        let (Some(first), Some(Piece { token: Token::Group(Delimiter::Bracket, inner), last_line, .. })) =
            (rest.first(), rest.get(length - 1))
        else {
            return 1;
        };
        let name = match inner.first() {
            Some(Piece { token: Token::Word(word), .. }) => word.clone(),
            _ => String::new(),
        };
        let attribute = Attribute {
            line: first.line,
            last_line: *last_line,
            is_inner,
            words: words_with_brackets(inner),
            name: name.clone(),
        };
        let is_test_only = attribute.words.iter().any(|(word, inside)| word == "cfg" && inside == &["test"]);
        self.attributes.push(attribute);
        if name == "doc" {
            return length;
        }
        self.walk(inner, &Place { at_top: false, ..place.clone() });
        self.paths_in_strings(inner, place);
        let is_test = name == "test" && inner.len() == 1;
        if is_inner || !(is_test || is_test_only) {
            return length;
        }
        let item = rest.get(length..).unwrap_or_default();
        let Some(item) = item_at(item) else { return length };
        self.walk(item, &Place { in_test: true, ..place.clone() });
        let last = item.last().map_or(*last_line, |piece| piece.last_line);
        self.test_lines.push((first.line, last));
        if is_test {
            self.test_name(item);
        }
        length + item.len()
    }

    fn test_name(&mut self, item: &[Piece]) {
        let keyword = item.iter().position(|piece| piece.token == Token::Word("fn".to_owned()));
        if let Some(Piece { token: Token::Word(name), line, .. }) = keyword.and_then(|keyword| item.get(keyword + 1)) {
            self.tests.push(Seen { name: name.clone(), line: *line, in_test: true });
        }
    }

    /// Derived code takes paths in strings: `#[serde(with = "crate::…")]`.
    fn paths_in_strings(&mut self, pieces: &[Piece], place: &Place) {
        for piece in pieces {
            match &piece.token {
                Token::Group(_, inner) => self.paths_in_strings(inner, place),
                Token::Literal(text) if text.starts_with('"') && text.contains("::") && !text.contains(' ') => {
                    if let Ok(mut inside) = tokens(text.trim_matches('"')) {
                        move_to(&mut inside, piece.line);
                        self.walk(&inside, &Place { at_top: false, ..place.clone() });
                    }
                }
                _ => {}
            }
        }
    }

    fn path(&mut self, rest: &[Piece], before: Option<&Token>, place: &Place) -> usize {
        let (path, length) = path_at(rest, before);
        let Some(line) = rest.first().map(|first| first.line) else { return 1 };
        let next = rest.get(length..).unwrap_or_default();
        let is_macro =
            matches!(next, [Piece { token: Token::Sign('!'), .. }, Piece { token: Token::Group(..), .. }, ..]);
        let module = place.module.clone();
        self.paths.push(PathUse { path, module, line, in_test: place.in_test, is_macro, is_import: false });
        length
    }

    fn import(&mut self, rest: &[Piece], place: &Place) -> usize {
        let end = rest.iter().position(|piece| piece.token == Token::Sign(';')).unwrap_or(rest.len());
        self.import_tree(&[], rest.get(1..end).unwrap_or_default(), place);
        end
    }

    /// `a::{b, c::{self, d as e}, f::*}`, after `prefix`.
    fn import_tree(&mut self, prefix: &[String], tree: &[Piece], place: &Place) {
        for branch in tree.split(|piece| piece.token == Token::Sign(',')) {
            let mut target = prefix.to_vec();
            let mut name = None;
            let mut is_leaf = !branch.is_empty();
            let mut line = 0;
            for (index, piece) in branch.iter().enumerate() {
                line = piece.line;
                match &piece.token {
                    Token::Word(word) if word == "as" => {
                        if let Some(Piece { token: Token::Word(new), .. }) = branch.get(index + 1) {
                            name = Some(new.clone());
                        }
                        break;
                    }
                    Token::Word(word) if word == "self" && !target.is_empty() => {}
                    Token::Word(word) => target.push(word.clone()),
                    Token::Sign('*') => {
                        self.import_leaf(target.clone(), None, line, place);
                        is_leaf = false;
                    }
                    Token::Group(_, inner) => {
                        self.import_tree(&target, inner, place);
                        is_leaf = false;
                    }
                    _ => {}
                }
            }
            if is_leaf {
                let name = name.or_else(|| target.last().cloned());
                self.import_leaf(target, name, line, place);
            }
        }
    }

    fn import_leaf(&mut self, target: Path, name: Option<String>, line: usize, place: &Place) {
        let module = place.module.clone();
        self.paths.push(PathUse {
            path: target.clone(),
            module: module.clone(),
            line,
            in_test: place.in_test,
            is_macro: false,
            is_import: true,
        });
        self.imports.push(Import { module, name, target, line });
    }
}
