//! An image that was resolved, for a person and for a program.

use serde_json::{Value, json};

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
    let platforms: Vec<Value> = images
        .iter()
        .map(|image| {
            json!({
                "platform": image.platform.as_ref().map(ToString::to_string),
                "digest": image.digest.as_str(),
                "size": image.size,
                "created": image.created,
            })
        })
        .collect();
    json!({
        "format_version": "1",
        "written": wanted.to_string(),
        "repository": repository,
        "tag": resolved.tag().map(ToString::to_string),
        "digest": digest,
        "reference": format!("{repository}@{digest}"),
        "index": resolved.platforms().is_index(),
        "platforms": platforms,
    })
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
