//! Where one server points to another, and whether anybody goes there. Pure.

use std::net::IpAddr;

use http::Uri;
use http::uri::Authority;

/// Why nobody goes where a server points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Detour {
    /// It is no address.
    #[error("it is no address of the web")]
    Unclear,
    /// What is said there could be read and changed on the way.
    #[error("it is not encrypted")]
    Plain,
    /// Others have led there before.
    #[error("it is one redirect after another")]
    Endless,
    /// A login belongs to one registry.
    #[error("a login goes to its own registry only")]
    Login,
}

/// Where a redirect leads, seen from where it was given. It never leads from TLS to something that has none, and without
/// TLS only to those who may be spoken to like that.
pub(crate) fn redirected(from: &Uri, location: &str, may_be_plain: impl Fn(&str) -> bool) -> Result<Uri, Detour> {
    let to = absolute(from, location).ok_or(Detour::Unclear)?;
    let authority = to.authority().filter(|authority| !authority.as_str().contains('@')).ok_or(Detour::Unclear)?;
    match to.scheme_str() {
        Some("https") => Ok(to),
        Some("http") if from.scheme_str() == Some("http") && may_be_plain(authority.as_str()) => Ok(to),
        Some("http") => Err(Detour::Plain),
        _ => Err(Detour::Unclear),
    }
}

fn absolute(from: &Uri, location: &str) -> Option<Uri> {
    if location.contains("://") {
        return location.parse().ok();
    }
    let (scheme, authority) = (from.scheme_str()?, from.authority()?);
    if location.starts_with("//") {
        return format!("{scheme}:{location}").parse().ok();
    }
    // A path from the root. Nobody writes another one here.
    location.starts_with('/').then(|| format!("{scheme}://{authority}{location}").parse().ok())?
}

/// Whether a host is this machine.
pub(crate) fn is_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else { return false };
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
