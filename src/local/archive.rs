//! What an archive of images says that it holds, read while it goes by. Pure.

use std::collections::BTreeSet;

use serde_json::Value;

/// The size of a block of a tape archive.
const BLOCK: usize = 512;
/// The files that name images: the first as Docker writes it, the second as the OCI has it.
const INDEXES: [&str; 2] = ["manifest.json", "index.json"];
/// More than any of them needs.
const LARGEST: u64 = 4 * 1024 * 1024;
/// What compressed files begin with: gzip, zstd, bzip2 and xz.
const COMPRESSED: [&[u8]; 4] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z']];

/// Whether these are the first bytes of a compressed file.
pub(super) fn is_compressed(beginning: &[u8]) -> bool {
    COMPRESSED.iter().any(|mark| beginning.starts_with(mark))
}

/// A tape archive that goes by.
#[derive(Debug, Default)]
pub(super) struct Contents {
    block: Vec<u8>,
    /// What is left of the file that is going by, and of the filling behind it.
    left: u64,
    filling: u64,
    kept: Option<Vec<u8>>,
    indexes: Vec<Vec<u8>>,
    is_archive: bool,
}

impl Contents {
    /// Takes the next piece.
    pub(super) fn take(&mut self, mut piece: &[u8]) {
        while !piece.is_empty() {
            piece = match (self.left, self.filling) {
                (0, 0) => self.header(piece),
                (0, filling) => {
                    let (passed, rest) = split(piece, filling);
                    self.filling -= passed;
                    rest
                }
                (left, _) => {
                    let (passed, rest) = split(piece, left);
                    let body = piece.get(..piece.len() - rest.len()).unwrap_or_default();
                    self.left -= passed;
                    if let Some(kept) = &mut self.kept {
                        kept.extend_from_slice(body);
                        if self.left == 0 {
                            self.indexes.extend(self.kept.take());
                        }
                    }
                    rest
                }
            };
        }
    }

    fn header<'a>(&mut self, piece: &'a [u8]) -> &'a [u8] {
        let wanted = BLOCK - self.block.len();
        let (taken, rest) = piece.split_at(wanted.min(piece.len()));
        self.block.extend_from_slice(taken);
        if self.block.len() < BLOCK {
            return rest;
        }
        let block = std::mem::take(&mut self.block);
        self.is_archive |= block.get(257..262) == Some(b"ustar");
        let size = size(block.get(124..136).unwrap_or_default()).unwrap_or_default();
        let name = block.get(..100).unwrap_or_default();
        let name = String::from_utf8_lossy(name).trim_end_matches('\0').to_owned();
        let name = name.strip_prefix("./").unwrap_or(&name);
        let is_wanted = INDEXES.contains(&name) && size <= LARGEST && size > 0;
        self.kept = is_wanted.then(Vec::new);
        let blocks = size.div_ceil(512) * 512;
        (self.left, self.filling) = (size, blocks - size);
        rest
    }

    /// Whether it is one.
    pub(super) fn is_archive(&self) -> bool {
        self.is_archive
    }

    /// The images that it names.
    pub(super) fn names(&self) -> BTreeSet<String> {
        let parsed = self.indexes.iter().filter_map(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        parsed.flat_map(|index| named(&index)).collect()
    }
}

fn split(piece: &[u8], most: u64) -> (u64, &[u8]) {
    let length = usize::try_from(most).unwrap_or(usize::MAX).min(piece.len());
    (u64::try_from(length).unwrap_or_default(), piece.get(length..).unwrap_or_default())
}

/// A number in octal digits, or in binary where it is too large for them.
fn size(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|first| first & 0x80 != 0) {
        let tail = field.get(field.len().checked_sub(8)?..)?;
        return tail.try_into().ok().map(u64::from_be_bytes);
    }
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(['\0', ' ']), 8).ok()
}

fn named(index: &Value) -> Vec<String> {
    let texts = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(images) = index.as_array() {
        let tags = images.iter().filter_map(|image| image.get("RepoTags")?.as_array());
        return tags.flatten().filter_map(texts).collect();
    }
    let manifests = index.get("manifests").and_then(Value::as_array).into_iter().flatten();
    let name = |manifest: &Value| {
        let annotations = manifest.get("annotations")?;
        let name = annotations.get("io.containerd.image.name").or_else(|| {
            // A tag alone is no name.
            let reference = annotations.get("org.opencontainers.image.ref.name");
            reference.filter(|name| name.as_str().is_some_and(|name| name.contains([':', '/'])))
        });
        name.and_then(texts)
    };
    manifests.filter_map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::{Contents, is_compressed};

    fn file(name: &str, body: &[u8]) -> Vec<u8> {
        let mut block = vec![0; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..135].copy_from_slice(format!("{:011o}", body.len()).as_bytes());
        block[257..262].copy_from_slice(b"ustar");
        block.extend_from_slice(body);
        block.resize(block.len().div_ceil(512) * 512, 0);
        block
    }

    fn names(archive: &[u8], at_once: usize) -> Vec<String> {
        let mut contents = Contents::default();
        archive.chunks(at_once).for_each(|piece| contents.take(piece));
        assert!(contents.is_archive());
        contents.names().into_iter().collect()
    }

    #[test]
    fn names_are_found_however_the_archive_comes() {
        let mut archive = file("blobs/sha256/a", &[7; 1300]);
        archive.extend(file("manifest.json", br#"[{"Config": "c", "RepoTags": ["sindri:latest", "a.io/b:1"]}]"#));
        archive.extend(file("index.json", br#"{"manifests": [
            {"annotations": {"io.containerd.image.name": "docker.io/library/sindri:latest", "org.opencontainers.image.ref.name": "latest"}},
            {"annotations": {"org.opencontainers.image.ref.name": "latest"}}, {}]}"#));
        archive.extend([0; 1024]);
        for at_once in [1, 7, 511, 512, 4096, 1 << 20] {
            assert_eq!(names(&archive, at_once), ["a.io/b:1", "docker.io/library/sindri:latest", "sindri:latest"]);
        }
    }

    #[test]
    fn an_archive_without_names_has_none_and_other_bytes_are_no_archive() {
        assert!(names(&file("index.json", br#"{"manifests": [{"digest": "sha256:a"}]}"#), 512).is_empty());
        let mut contents = Contents::default();
        contents.take(&[b'x'; 2000]);
        assert!(!contents.is_archive() && contents.names().is_empty());
        assert!(is_compressed(&[0x1f, 0x8b, 8]) && !is_compressed(b"manifest.json"));
    }
}
