//! Which part of a file an answer holds. Pure.

/// Where the part begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Begins {
    /// Here.
    At(u64),
    /// It is not said so that it could be understood.
    Unclear,
}

/// Reads the header `Content-Range`: `bytes 100-199/200`.
pub(super) fn begins(header: Option<&str>) -> Begins {
    let start = header.and_then(|header| {
        let (start, _) = header.trim().strip_prefix("bytes ")?.split_once('-')?;
        start.parse().ok()
    });
    start.map_or(Begins::Unclear, Begins::At)
}

#[cfg(test)]
mod tests {
    use super::{Begins, begins};

    #[test]
    fn a_part_begins_where_the_server_says() {
        assert_eq!(begins(Some("bytes 100-199/200")), Begins::At(100));
        assert_eq!(begins(Some(" bytes 0-0/*")), Begins::At(0));
        for odd in
            [None, Some(""), Some("bytes */200"), Some("100-199/200"), Some("bytes -100/200"), Some("items 1-2/3")]
        {
            assert_eq!(begins(odd), Begins::Unclear, "{odd:?}");
        }
    }
}
