//! From text to tokens, with the lines they are on: comments are gone, strings are strings.

use std::str::FromStr as _;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// What the rules need to tell apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A name or a keyword, without `r#`.
    Word(String),
    /// `::`
    Colons,
    /// `->` and `=>`, whose `>` closes nothing.
    Arrow,
    /// `..`, whose dots call nothing.
    Range,
    /// Any other sign.
    Sign(char),
    /// A string, a number, a letter, a lifetime: as it is written.
    Literal(String),
    /// Everything between two brackets.
    Group(Delimiter, Vec<Piece>),
}

/// A token and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) token: Token,
    pub(crate) line: usize,
    pub(crate) last_line: usize,
}

/// The tokens of a source, or why it has none.
pub(crate) fn tokens(text: &str) -> Result<Vec<Piece>, String> {
    TokenStream::from_str(text).map(pieces).map_err(|error| error.to_string())
}

fn pieces(stream: TokenStream) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    // A sign that is written together with the sign before it.
    let mut joined = false;
    for tree in stream {
        let span = tree.span();
        let (line, last_line) = (span.start().line, span.end().line);
        let token = match tree {
            TokenTree::Group(group) => Token::Group(group.delimiter(), self::pieces(group.stream())),
            TokenTree::Ident(word)
                if joined && pieces.last().is_some_and(|before| before.token == Token::Sign('\'')) =>
            {
                // `&'static str` declares nothing.
                pieces.pop();
                Token::Literal(format!("'{word}"))
            }
            TokenTree::Ident(word) => Token::Word(word.to_string().trim_start_matches("r#").to_owned()),
            TokenTree::Literal(literal) => Token::Literal(literal.to_string()),
            TokenTree::Punct(sign) => {
                let pair = pieces.last().filter(|_| joined).and_then(|before| pair(&before.token, sign.as_char()));
                joined = sign.spacing() == Spacing::Joint;
                if let Some(pair) = pair {
                    pieces.pop();
                    joined = joined && pair == Token::Range;
                    pieces.push(Piece { token: pair, line, last_line });
                    continue;
                }
                pieces.push(Piece { token: Token::Sign(sign.as_char()), line, last_line });
                continue;
            }
        };
        joined = false;
        pieces.push(Piece { token, line, last_line });
    }
    pieces
}

fn pair(first: &Token, second: char) -> Option<Token> {
    match (first, second) {
        (Token::Sign(':'), ':') => Some(Token::Colons),
        (Token::Sign('-' | '='), '>') => Some(Token::Arrow),
        (Token::Sign('.') | Token::Range, '.') => Some(Token::Range),
        _ => None,
    }
}

/// Gives tokens the line of the string that they were in.
pub(crate) fn move_to(pieces: &mut [Piece], line: usize) {
    for piece in pieces {
        piece.line = line;
        piece.last_line = line;
        if let Token::Group(_, inner) = &mut piece.token {
            move_to(inner, line);
        }
    }
}
