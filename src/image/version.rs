//! Which tag of a list is meant by a range of versions. Pure.

use std::cmp::Ordering;

use semver::{BuildMetadata, Op, Prerelease, Version, VersionReq};

use crate::config::reference::Tag;

/// How many tags an error lists.
const NEAREST: usize = 5;

/// A tag that is a version.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Versioned {
    version: Version,
    tag: Tag,
}

impl Versioned {
    /// `1.4.0`, `v1.4.0`, `1.4.0-rc.1`, and `1.4.0_5`: a tag cannot hold the `+` of a build, and `_` stands for it.
    /// `1.4` and `latest` are no versions: what they mean changes.
    fn of(tag: &Tag) -> Option<Self> {
        let text = tag.as_str();
        let version = Version::parse(&text.strip_prefix('v').unwrap_or(text).replacen('_', "+", 1)).ok()?;
        Some(Self { version, tag: tag.clone() })
    }

    /// By version; of the same version, the plainest tag is the highest: without a build, then without `v`.
    fn order(&self, other: &Self) -> Ordering {
        let plainness = |versioned: &Self| (versioned.version.build == BuildMetadata::EMPTY, !versioned.has_prefix());
        let (own, others) = (plainness(self), plainness(other));
        self.version
            .cmp_precedence(&other.version)
            .then_with(|| own.0.cmp(&others.0))
            .then_with(|| self.version.build.cmp(&other.version.build))
            .then_with(|| own.1.cmp(&others.1))
    }

    fn has_prefix(&self) -> bool {
        self.tag.as_str().starts_with('v')
    }
}

/// The tag with the highest version in the range.
#[must_use]
pub(super) fn highest(range: &VersionReq, allow_prerelease: bool, tags: &[Tag]) -> Option<Tag> {
    let versions = tags.iter().filter_map(Versioned::of);
    let fitting = versions.filter(|versioned| fits(range, allow_prerelease, &versioned.version));
    fitting.max_by(Versioned::order).map(|versioned| versioned.tag)
}

/// Without being asked, a range takes a pre-release only where it names one of the same version itself.
fn fits(range: &VersionReq, allow_prerelease: bool, version: &Version) -> bool {
    if range.matches(version) {
        return true;
    }
    if !allow_prerelease || version.pre == Prerelease::EMPTY {
        return false;
    }
    // Where the release would fit, the pre-release does too, unless it is below the release that is asked for.
    let release = Version::new(version.major, version.minor, version.patch);
    range.matches(&release)
        && range.comparators.iter().all(|comparator| {
            let same = (comparator.major, comparator.minor, comparator.patch)
                == (release.major, Some(release.minor), Some(release.patch));
            let wanted = Version { pre: comparator.pre.clone(), ..release.clone() };
            match comparator.op {
                Op::Exact => !same || version.cmp_precedence(&wanted) == Ordering::Equal,
                Op::Greater | Op::GreaterEq | Op::Tilde | Op::Caret => {
                    !same || version.cmp_precedence(&wanted) != Ordering::Less
                }
                _ => true,
            }
        })
}

/// Tags that are versions near to what a range asks for, the lowest first.
#[must_use]
pub(super) fn near_range(range: &VersionReq, tags: &[Tag]) -> Vec<Tag> {
    let first = range.comparators.first();
    let centre = first.map_or_else(
        || Version::new(0, 0, 0),
        |first| Version::new(first.major, first.minor.unwrap_or_default(), first.patch.unwrap_or_default()),
    );
    near(&centre, tags)
}

/// Tags near to one that does not exist: versions near to a version, otherwise the ones that are spelled alike.
#[must_use]
pub(super) fn near_tag(tag: &Tag, tags: &[Tag]) -> Vec<Tag> {
    if let Some(versioned) = Versioned::of(tag) {
        let near = near(&versioned.version, tags);
        if !near.is_empty() {
            return near;
        }
    }
    let spelled = crate::config::suggest::nearest(tag.as_str(), tags.iter().map(Tag::as_str));
    let found: Vec<Tag> = tags.iter().filter(|known| Some(known.as_str()) == spelled).cloned().collect();
    if !found.is_empty() {
        return found;
    }
    let mut versions: Vec<Versioned> = tags.iter().filter_map(Versioned::of).collect();
    versions.sort_by(Versioned::order);
    let skipped = versions.len().saturating_sub(NEAREST);
    let highest: Vec<Tag> = versions.into_iter().skip(skipped).map(|versioned| versioned.tag).collect();
    if highest.is_empty() { tags.iter().take(NEAREST).cloned().collect() } else { highest }
}

/// The versions around one: as many below it as there are, up to the half, and the rest above.
fn near(centre: &Version, tags: &[Tag]) -> Vec<Tag> {
    let mut versions: Vec<Versioned> = tags.iter().filter_map(Versioned::of).collect();
    versions.sort_by(Versioned::order);
    let below = versions.partition_point(|versioned| versioned.version.cmp_precedence(centre) == Ordering::Less);
    let above = versions.len() - below;
    let kept_below = below.min(NEAREST - (NEAREST / 2).min(above));
    let near = versions.into_iter().skip(below - kept_below).take(NEAREST);
    near.map(|versioned| versioned.tag).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use semver::{Version, VersionReq};

    use super::{highest, near_range, near_tag};
    use crate::config::reference::Tag;

    fn tags(text: &str) -> Vec<Tag> {
        text.split_whitespace().map(|tag| Tag::parse(tag).unwrap()).collect()
    }

    fn found(range: &str, allow_prerelease: bool, list: &str) -> Option<String> {
        let found = highest(&VersionReq::parse(range).unwrap(), allow_prerelease, &tags(list));
        found.map(|tag| tag.to_string())
    }

    #[test]
    fn the_highest_version_in_the_range_wins() {
        for (range, list, expected) in [
            ("^1.0.0", "1.0.0 1.9.0 1.10.0 2.0.0", Some("1.10.0")),
            ("1.0.0", "1.0.0 1.9.0 2.0.0", Some("1.9.0")),
            ("=1.0.0", "1.0.0 1.9.0", Some("1.0.0")),
            ("~1.4", "1.4.0 1.4.9 1.5.0", Some("1.4.9")),
            (">=1.0, <2.0", "0.9.0 v1.2.3 2.0.0", Some("v1.2.3")),
            ("*", "latest stable 1 1.4 main-0a1b2c3", None),
            ("*", "1.0.0 1.4 v2 3.0", Some("1.0.0")),
            ("^1", "1.0.0 v1.0.0", Some("1.0.0")),
            ("^1", "v1.0.0 1.0.0_2 1.0.0_10", Some("v1.0.0")),
            ("^1", "1.0.0_2 1.0.0_10", Some("1.0.0_10")),
            ("^1", "01.0.0 1.0.0.0 V1.0.0 x1.0.0", None),
            ("^3", "1.0.0", None),
            ("^1", "1.0.0 sha256-0000.sig", Some("1.0.0")),
        ] {
            assert_eq!(found(range, false, list).as_deref(), expected, "{range} of {list}");
        }
    }

    #[test]
    fn a_pre_release_is_taken_only_when_it_is_asked_for() {
        let list = "1.0.0-rc.1 1.0.0 1.5.0-rc.1 1.5.0-rc.2 2.0.0-rc.1";
        for (range, without, with) in [
            ("^1.0.0", Some("1.0.0"), Some("1.5.0-rc.2")),
            ("^1", Some("1.0.0"), Some("1.5.0-rc.2")),
            ("*", Some("1.0.0"), Some("2.0.0-rc.1")),
            (">=1.5.0-rc.1", Some("1.5.0-rc.2"), Some("2.0.0-rc.1")),
            ("^1.5.0", None, None),
            ("<1.0.0", None, None),
            ("=1.0.0-rc.1", Some("1.0.0-rc.1"), Some("1.0.0-rc.1")),
            ("=1.5.0", None, None),
            (">1.0.0, <1.5.0", None, None),
            ("<=1.5.0", Some("1.0.0"), Some("1.5.0-rc.2")),
            ("^2", None, Some("2.0.0-rc.1")),
        ] {
            assert_eq!(found(range, false, list).as_deref(), without, "{range}");
            assert_eq!(found(range, true, list).as_deref(), with, "{range} with pre-releases");
        }
    }

    fn shown(tags: &[Tag]) -> String {
        tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_near_is_listed() {
        let list = tags("0.1.0 0.9.0 1.0.0 1.1.0 1.2.0 3.0.0 3.1.0 latest");
        let near = |range: &str| shown(&near_range(&VersionReq::parse(range).unwrap(), &list));
        assert_eq!(near("^2.0.0"), "1.0.0 1.1.0 1.2.0 3.0.0 3.1.0");
        assert_eq!(near("^9"), "1.0.0 1.1.0 1.2.0 3.0.0 3.1.0");
        assert_eq!(near("=0.0.1"), "0.1.0 0.9.0 1.0.0 1.1.0 1.2.0");
        let near = |tag: &str, list: &str| shown(&near_tag(&Tag::parse(tag).unwrap(), &tags(list)));
        assert_eq!(near("1.1.5", "1.0.0 1.1.0 1.2.0"), "1.0.0 1.1.0 1.2.0");
        assert_eq!(near("latst", "1.0.0 latest main"), "latest");
        assert_eq!(near("nightly-2026", "1.0.0 1.1.0 other"), "1.0.0 1.1.0");
        assert_eq!(near("nightly-2026", "main other"), "main other");
        assert_eq!(near("1.0.0", ""), "");
    }

    proptest! {
        #[test]
        fn what_is_found_is_in_the_range_and_nothing_is_higher(
            numbers in proptest::collection::vec((0_u64..3, 0_u64..3, 0_u64..3), 1..20), wanted in 0_u64..3
        ) {
            let list: Vec<Tag> = numbers.iter().map(|(a, b, c)| Tag::parse(&format!("{a}.{b}.{c}")).unwrap()).collect();
            let range = VersionReq::parse(&format!("^{wanted}.1")).unwrap();
            let fitting = numbers.iter().map(|(a, b, c)| Version::new(*a, *b, *c)).filter(|v| range.matches(v)).max();
            prop_assert_eq!(highest(&range, false, &list).map(|tag| tag.to_string()), fitting.map(|v| v.to_string()));
        }
    }
}
