//! An image that was resolved, for a person and for a program.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::plan_data::{schema_of, version_one};
use crate::config::reference::Tag;
use crate::image::{Inspected, Resolved, Wanted};

/// What was asked for, the digest, and each platform.
#[must_use]
pub fn for_person(wanted: &Wanted, resolved: &Resolved, images: &[Inspected]) -> String {
    let repository = resolved.repository();
    let mut lines = vec![format!("image      {wanted}")];
    if let Some(tag) = resolved.tag() {
        lines.push(format!("tag        {tag}"));
    }
    lines.push(format!("digest     {}", resolved.digest()));
    lines.push(format!("deploy as  {repository}@{}", resolved.digest()));
    lines.push(String::new());
    let rows = images.iter().map(|image| {
        let created = image.created.as_deref().unwrap_or("-");
        [platform(image), size(image.size), created.to_owned(), image.digest.to_string()]
    });
    let titles = ["PLATFORM", "SIZE", "CREATED", "DIGEST"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(titles).chain(rows).collect();
    let mut widths = [0; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    lines.extend(rows.iter().map(|row| {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    }));
    lines.join("\n") + "\n"
}

/// The same for a program.
#[must_use]
pub fn for_program(wanted: &Wanted, resolved: &Resolved, images: &[Inspected]) -> Value {
    let (repository, digest) = (resolved.repository().to_string(), resolved.digest().as_str());
    let data = ImageData {
        format_version: "1",
        written: wanted.to_string(),
        reference: format!("{repository}@{digest}"),
        repository,
        tag: resolved.tag().map(Tag::as_str),
        digest,
        index: resolved.platforms().is_index(),
        platforms: images.iter().map(PlatformData::of).collect(),
    };
    // Serialising cannot fail: every key is text, and nothing is written but memory.
    serde_json::to_value(data).unwrap_or_default()
}

/// Where the published schema is found.
pub const ADDRESS: &str = "https://sindri.dev/schemas/image.schema.json";

/// Which image is meant, as `sindri image resolve` says it.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "image")]
struct ImageData<'a> {
    /// The version of this format. A new key does not change it; a key that goes or changes its meaning does.
    #[schemars(schema_with = "version_one")]
    format_version: &'static str,
    /// The image as it was asked for.
    written: String,
    /// Where it lives.
    repository: String,
    /// The tag that it was found by; null if a digest was asked for.
    tag: Option<&'a str>,
    /// Its digest: that of the index where it is for several platforms.
    digest: &'a str,
    /// The image by digest, as it is deployed.
    reference: String,
    /// Whether it is an index of images for platforms.
    index: bool,
    /// The image of each platform.
    platforms: Vec<PlatformData<'a>>,
}

/// The image of a platform.
#[derive(Serialize, JsonSchema)]
#[serde(rename = "platform")]
struct PlatformData<'a> {
    /// The platform, for example `linux/amd64`; null if the image does not say it.
    platform: Option<String>,
    /// The digest of its manifest.
    digest: &'a str,
    /// How many bytes are fetched to run it, as the manifest says.
    size: u64,
    /// When it was made, as it says itself; null if it does not.
    created: Option<&'a str>,
}

impl<'a> PlatformData<'a> {
    fn of(image: &'a Inspected) -> Self {
        Self {
            platform: image.platform.as_ref().map(ToString::to_string),
            digest: image.digest.as_str(),
            size: image.size,
            created: image.created.as_deref(),
        }
    }
}

/// The schema of the format, as it is kept in `schemas/`.
#[must_use]
pub fn schema() -> String {
    schema_of::<ImageData<'_>>(ADDRESS)
}

fn platform(image: &Inspected) -> String {
    image.platform.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// Bytes as registries show them: in powers of ten.
fn size(bytes: u64) -> String {
    for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")] {
        if bytes >= unit {
            return format!("{}.{} {name}", bytes / unit, bytes % unit / (unit / 10));
        }
    }
    format!("{bytes} B")
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        for (bytes, text) in
            [(0, "0 B"), (999, "999 B"), (1_000, "1.0 kB"), (2_250_000, "2.2 MB"), (1_999_999_999, "1.9 GB")]
        {
            assert_eq!(size(bytes), text);
        }
    }
}
