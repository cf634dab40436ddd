//! What the rules ask about one file: its paths, imports, attributes, tests.

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
}
