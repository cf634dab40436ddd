//! How much is read of what a registry sends, and how long it may take. Pure.

use std::time::Duration;

/// How long one attempt may take.
pub(super) const ATTEMPT: Duration = Duration::from_secs(30);
/// How many redirects are followed, one after the other.
pub(super) const REDIRECTS: u32 = 5;
/// A manifest or an index: what the specification has registries accept at least.
pub(super) const MANIFEST: usize = 4 << 20;
/// The configuration of an image.
pub(super) const CONFIGURATION: usize = 4 << 20;
/// A signature, a bundle or an attestation. Provenance lists what a build has used, and can be long.
pub(in crate::image) const ATTACHMENT: usize = 4 << 20;
/// One page of the list of what refers to an image, and how many of its entries are read.
pub(super) const REFERRERS: usize = 4 << 20;
pub(super) const REFERRED: usize = 1000;
/// A token.
pub(super) const TOKEN: usize = 64 << 10;
/// What a registry has to say about an error.
pub(super) const COMPLAINT: usize = 64 << 10;
/// One page of a list of tags, and how many pages and tags are read.
pub(super) const PAGE: usize = 1 << 20;
pub(super) const PAGES: usize = 1000;
pub(super) const TAGS: usize = 100_000;
