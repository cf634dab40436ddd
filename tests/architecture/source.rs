//! From tokens to facts: which paths a source uses, what it imports and declares, which attributes it wears.

use proc_macro2::Delimiter;

use super::token::{Piece, Token, tokens};

/// The names between the colons.
pub(crate) type Path = Vec<String>;

/// Everything that the rules ask about one file.
#[derive(Debug, Default)]
pub(crate) struct Source<'a> {
    /// Where it is: `src/config/load.rs`.
    pub(crate) path: &'a str,
    pub(crate) text: &'a str,
    /// The module that the file is: `crate`, `config`, `load`.
    pub(crate) module: Path,
    pub(crate) paths: Vec<PathUse>,
    pub(crate) imports: Vec<Import>,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) methods: Vec<Seen>,
    /// Names at the top of a module, with the module.
    pub(crate) declared: Vec<(Path, String)>,
    pub(crate) modules: Vec<Module>,
    pub(crate) tests: Vec<Seen>,
    /// `_ =`: an outcome that nobody looks at.
    pub(crate) discarded: Vec<usize>,
    /// `extern crate`, which gives a crate another name.
    pub(crate) renamed_crates: Vec<usize>,
    /// The lines of items that exist in tests only.
    pub(crate) test_lines: Vec<(usize, usize)>,
}

/// A path somewhere in the code.
#[derive(Debug)]
pub(crate) struct PathUse {
    pub(crate) path: Path,
    /// The module it is written in.
    pub(crate) module: Path,
    pub(crate) line: usize,
    pub(crate) in_test: bool,
    /// Whether it is followed by `!` and brackets.
    pub(crate) is_macro: bool,
    /// Whether it is part of a `use`.
    pub(crate) is_import: bool,
}

/// A name that stands for something else: a `use`, or `type New = Old;`.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) module: Path,
    /// The new name; none takes everything.
    pub(crate) name: Option<String>,
    pub(crate) target: Path,
    pub(crate) line: usize,
}

/// `#[…]` or `#![…]`.
#[derive(Debug)]
pub(crate) struct Attribute {
    pub(crate) line: usize,
    pub(crate) last_line: usize,
    /// Whether it speaks of what it stands in.
    pub(crate) is_inner: bool,
    /// Each word in it that brackets follow, with the paths in those brackets: `expect`, `clippy::disallowed_methods`.
    pub(crate) words: Vec<(String, Vec<String>)>,
    /// Its first word.
    pub(crate) name: String,
}

impl Attribute {
    /// Whether it lifts a ban whose name begins like this.
    pub(crate) fn expects(&self, lint: &str) -> bool {
        let expected = |path: &String| path.strip_prefix("clippy::").is_some_and(|path| path.starts_with(lint));
        self.words.iter().any(|(word, inside)| word == "expect" && inside.iter().any(expected))
    }
}

/// A name and where it is.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) in_test: bool,
}

/// A module that a file declares or contains.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) path: Path,
    pub(crate) line: usize,
    pub(crate) in_test: bool,
}

#[derive(Clone)]
struct Place {
    module: Path,
    in_test: bool,
    /// Whether items here are the module's own, not a function's.
    at_top: bool,
}

const ITEM_WORDS: &[&str] = &["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules"];
const BEFORE_AN_ITEM: &[&str] = &["pub", "async", "unsafe", "extern"];

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
    /// The whole file exists in tests only.
    pub(crate) fn become_test(&mut self) {
        self.paths.iter_mut().for_each(|path| path.in_test = true);
        self.methods.iter_mut().for_each(|method| method.in_test = true);
        self.test_lines.push((1, self.text.lines().count()));
    }

    /// Whether the file begins with the attribute that declares what it reaches: `#![expect(lint, …)]`.
    pub(crate) fn declares(&self, lint: &str) -> bool {
        self.declaration().is_some_and(|declaration| declaration.expects(lint))
    }

    /// `#![expect(clippy::disallowed_…)]` on the first line.
    pub(crate) fn declaration(&self) -> Option<&Attribute> {
        self.attributes.first().filter(|first| first.line == 1 && first.is_inner && first.expects("disallowed_"))
    }

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

/// The path at the beginning of `rest`, and how many pieces to go on after: what is between angle brackets is looked
/// at on its own.
fn path_at(rest: &[Piece], before: Option<&Token>) -> (Path, usize) {
    let mut path = Path::new();
    let mut index = 0;
    let mut length = None;
    while let Some(Piece { token: Token::Word(word), .. }) = rest.get(index) {
        path.push(word.clone());
        index += 1;
        let closes = rest.get(index).is_some_and(|piece| piece.token == Token::Sign('>'));
        // `<File>::open`
        if closes && before == Some(&Token::Sign('<')) {
            length.get_or_insert(index);
            index += 1;
        }
        if rest.get(index).is_none_or(|piece| piece.token != Token::Colons) {
            break;
        }
        index += 1;
        // `Vec::<u8>::new`
        if rest.get(index).is_some_and(|piece| piece.token == Token::Sign('<')) {
            length.get_or_insert(index - 1);
            index += angle_brackets(rest.get(index..).unwrap_or_default());
            if rest.get(index).is_none_or(|piece| piece.token != Token::Colons) {
                break;
            }
            index += 1;
        }
    }
    (path, length.unwrap_or(index).max(1))
}

/// How many pieces the angle brackets at the beginning of `rest` hold, with both brackets.
fn angle_brackets(rest: &[Piece]) -> usize {
    let mut depth = 0_usize;
    for (index, piece) in rest.iter().enumerate() {
        match piece.token {
            Token::Sign('<') => depth += 1,
            Token::Sign('>') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index + 1;
        }
    }
    rest.len()
}

/// The item at the beginning of `rest`, up to its braces or its semicolon; none if it is something less than an item.
fn item_at(rest: &[Piece]) -> Option<&[Piece]> {
    let mut attribute = false;
    let keyword = rest.iter().find_map(|piece| match &piece.token {
        Token::Sign('#') => {
            attribute = true;
            None
        }
        Token::Group(Delimiter::Bracket, _) if std::mem::take(&mut attribute) => None,
        Token::Group(Delimiter::Parenthesis, _) => None,
        Token::Literal(_) => None,
        Token::Word(word) if BEFORE_AN_ITEM.contains(&word.as_str()) => None,
        Token::Word(word) => Some(word.as_str()),
        _ => Some(""),
    })?;
    if !ITEM_WORDS.contains(&keyword) && !matches!(keyword, "mod" | "use" | "impl") {
        return None;
    }
    let ends = |piece: &Piece| match &piece.token {
        Token::Sign(';') => true,
        Token::Group(Delimiter::Brace, _) => keyword != "use",
        _ => false,
    };
    rest.get(..=rest.iter().position(ends)?)
}

fn words_with_brackets(pieces: &[Piece]) -> Vec<(String, Vec<String>)> {
    let mut words = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let Token::Group(_, inner) = &piece.token else { continue };
        if let Some(Piece { token: Token::Word(word), .. }) = index.checked_sub(1).and_then(|before| pieces.get(before))
        {
            words.push((word.clone(), paths_in(inner)));
        }
        words.extend(words_with_brackets(inner));
    }
    words
}

fn paths_in(pieces: &[Piece]) -> Vec<String> {
    let mut paths = Vec::new();
    let mut index = 0;
    while index < pieces.len() {
        let (path, length) = path_at(pieces.get(index..).unwrap_or_default(), None);
        if !path.is_empty() {
            paths.push(path.join("::"));
        }
        index += length;
    }
    paths
}

fn move_to(pieces: &mut [Piece], line: usize) {
    for piece in pieces {
        piece.line = line;
        piece.last_line = line;
        if let Token::Group(_, inner) = &mut piece.token {
            move_to(inner, line);
        }
    }
}
