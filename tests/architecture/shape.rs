//! The few shapes that are told from tokens alone: a path, an item, a word with brackets.

use proc_macro2::Delimiter;

use super::source::Path;
use super::token::{Piece, Token};

/// What begins an item that has a name.
pub(crate) const ITEM_WORDS: &[&str] =
    &["struct", "enum", "union", "trait", "type", "fn", "const", "static", "macro_rules"];
/// What may stand before that.
pub(crate) const BEFORE_AN_ITEM: &[&str] = &["pub", "async", "unsafe", "extern"];

/// The path at the beginning of `rest`, and how many pieces to go on after: what is between angle brackets is looked
/// at on its own.
pub(crate) fn path_at(rest: &[Piece], before: Option<&Token>) -> (Path, usize) {
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
pub(crate) fn item_at(rest: &[Piece]) -> Option<&[Piece]> {
    let mut attribute = false;
    let keyword = rest.iter().find_map(|piece| match &piece.token {
        Token::Sign('#') => {
            attribute = true;
            None
        }
        Token::Group(Delimiter::Bracket, _) if std::mem::take(&mut attribute) => None,
        Token::Group(Delimiter::Parenthesis, _) | Token::Literal(_) => None,
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

/// Each word that brackets follow, with the paths in them.
pub(crate) fn words_with_brackets(pieces: &[Piece]) -> Vec<(String, Vec<String>)> {
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
