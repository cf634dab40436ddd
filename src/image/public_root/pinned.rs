//! The root that everything else is verified from. Pure.
//!
//! `sigstore_root.json` is the 16th root of <https://tuf-repo-cdn.sigstore.dev>, as the Sigstore project ships it in
//! version 0.15.1 of its crate `sigstore-trust-root` (`repository/tuf_root.json`). Later roots are found from it, each
//! signed by the one before, so it need not be renewed, and may have expired. To start from a newer one, for fewer
//! requests at the first fetch: take the file from a newer version of that crate, and compare it with `N.root.json`
//! of the repository, in which `N` is its `version`. Nothing that a user can set replaces it.

/// What is trusted from the start.
pub(super) const PINNED: &[u8] = include_bytes!("sigstore_root.json");

#[cfg(test)]
mod tests {
    use sigstore_tuf::TrustedMetadataSet;

    use super::PINNED;

    #[test]
    fn the_root_that_is_shipped_verifies_itself() {
        let trusted = TrustedMetadataSet::from_root(PINNED).unwrap();
        assert_eq!(trusted.root().version, 16);
        assert!(trusted.root().consistent_snapshot);
        for role in ["root", "timestamp", "snapshot", "targets"] {
            assert!(trusted.root().role(role).is_some_and(|keys| keys.threshold >= 1), "{role}");
        }
        assert_eq!(trusted.root().role("root").unwrap().threshold, 3);
    }

    #[test]
    fn a_changed_root_does_not_verify_itself() {
        let text = std::str::from_utf8(PINNED).unwrap();
        let changed = text.replace("\"version\": 16", "\"version\": 17");
        assert_ne!(text, changed);
        TrustedMetadataSet::from_root(changed.as_bytes()).unwrap_err();
    }
}
