//! Why there is no public root of trust. Pure.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::PathBuf;

use jiff::Timestamp;

use super::mirror::Mirror;
use crate::image::registry::{Distrust, Problem, Undelivered};

/// Why there is none.
#[derive(Debug, thiserror::Error)]
pub enum NoPublicRoot {
    /// The mirror does not give it, and what is kept cannot stand in.
    #[error("cannot fetch Sigstore's root of trust from {mirror}{kept}")]
    Undelivered {
        /// Who was asked.
        mirror: Mirror,
        /// Which file has not come, and why.
        source: Box<Undelivered>,
        /// What was kept.
        kept: Kept,
    },
    /// What the mirror serves does not verify, or is older than what was seen before.
    #[error("what {mirror} serves as Sigstore's root of trust is refused")]
    Refused {
        /// Who was asked.
        mirror: Mirror,
        /// What is wrong with it.
        source: sigstore_tuf::Error,
    },
    /// What everything is verified from does not verify itself.
    #[error("the root that Sigstore's root of trust is verified from is not one")]
    Pinned(#[source] sigstore_tuf::Error),
    /// Nobody can be asked from here.
    #[error("cannot ask {mirror} for Sigstore's root of trust")]
    Unasked {
        /// Who was to be asked.
        mirror: Mirror,
        /// Why not.
        source: Problem,
    },
    /// The mirror that is named is none.
    #[error("`{0}` is no mirror of Sigstore's root of trust: an address that begins with https:// or http:// is")]
    NoMirror(String),
}

/// What was kept from before, and why it does not help.
#[derive(Debug)]
pub enum Kept {
    /// Nothing, or what is there is not to be used after an answer like this.
    Unneeded,
    /// Nothing.
    Nothing,
    /// A file that cannot be read.
    Unreadable(PathBuf, io::Error),
    /// It has expired, or does not verify.
    Unusable(Timestamp, sigstore_tuf::Error),
}

impl fmt::Display for Kept {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unneeded => Ok(()),
            Self::Nothing => formatter.write_str(", and none is kept here"),
            Self::Unreadable(path, error) => {
                write!(formatter, ", and what is kept in {} cannot be read ({error})", path.display())
            }
            Self::Unusable(since, error) => {
                write!(formatter, ", and the one that is kept here since {since:.0} is refused ({error}")?;
                let mut cause = error.source();
                while let Some(next) = cause {
                    write!(formatter, ": {next}")?;
                    cause = next.source();
                }
                formatter.write_str(")")
            }
        }
    }
}

impl NoPublicRoot {
    /// What to type or to write.
    #[must_use]
    pub fn hint(&self) -> String {
        const OTHERWISE: &str = "write `trusted_root: FILE` under `trust`, or name a mirror of it that can be reached \
             from here: `SINDRI_SIGSTORE_MIRROR=URL`";
        match self {
            Self::Undelivered { kept: Kept::Unusable(_, sigstore_tuf::Error::Expired { .. }), .. } => {
                format!("is the clock of this machine right? `date -u`; if it is, {OTHERWISE}")
            }
            Self::Undelivered { source, .. } => match &source.problem {
                Problem::Untrusted { distrust: Distrust::Issuer, .. } => {
                    format!("name the file with the authority's certificate, `SSL_CERT_FILE=ca.pem`, or {OTHERWISE}")
                }
                Problem::Untrusted { distrust: Distrust::Time, .. } => {
                    format!("is the clock of this machine right? `date -u`; if it is, {OTHERWISE}")
                }
                Problem::Proxy(_) => "change HTTPS_PROXY, or leave the mirror out of it with NO_PROXY".to_owned(),
                Problem::Absent { .. } => {
                    format!("does the mirror hold Sigstore's signed files? `curl -sSI {}`", source.address)
                }
                _ => OTHERWISE.to_owned(),
            },
            Self::Refused { source: sigstore_tuf::Error::Expired { .. }, .. } => format!(
                "is the clock of this machine right? `date -u`; if it is, the mirror is not kept up to date: {OTHERWISE}"
            ),
            Self::Refused { .. } => {
                format!("somebody changes what is served, or serves what is old: do not go on with it; {OTHERWISE}")
            }
            Self::Pinned(_) => "install Sindri again".to_owned(),
            Self::Unasked { .. } => "write `trusted_root: FILE` under `trust`".to_owned(),
            Self::NoMirror(_) => {
                format!("`SINDRI_SIGSTORE_MIRROR={}`, or leave it out", Mirror::SIGSTORE)
            }
        }
    }
}
