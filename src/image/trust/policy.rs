//! Who may vouch for an image, with the keys and roots that this takes. Pure.

use regex::Regex;

use super::key::PublicKey;
use super::root::Root;
use crate::config::spec::{Subject, Trust, Verification};

/// What has to be vouched for, and by whom.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Somebody trusted has to have signed the image.
    pub signature: bool,
    /// Somebody trusted has to have signed where it comes from.
    pub provenance: bool,
    /// Whoever is trusted; any of them suffices.
    pub entries: Vec<Entry>,
}

/// Somebody who is trusted.
#[derive(Clone, Debug)]
pub struct Entry {
    /// How the configuration calls it: `trust`, or `trust[1]`.
    pub place: String,
    /// Who.
    pub who: Who,
    /// What provenance has to say.
    pub limits: Limits,
    /// How the names of its signers start, where nobody wrote the entry.
    pub by_default: Option<String>,
}

/// How a signer is recognised.
#[derive(Clone, Debug)]
pub enum Who {
    /// By a key. With a root, the signature must be in one of its logs too.
    Key {
        /// The key.
        key: Box<PublicKey>,
        /// The logs.
        root: Option<Root>,
    },
    /// By a certificate for an account.
    Identity {
        /// Who vouches for the account.
        issuer: String,
        /// The account.
        subject: Account,
        /// The authorities and logs.
        root: Root,
    },
}

/// The account of a signer, or several.
#[derive(Clone, Debug)]
pub enum Account {
    /// This one.
    Exact(String),
    /// All that the expression matches from their start to their end.
    Pattern {
        /// As it is written.
        written: String,
        /// With its anchors.
        whole: Regex,
    },
}

/// What provenance has to say, besides being about the image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Who built it.
    pub builder: Option<String>,
    /// From which repository.
    pub source_repository: Option<String>,
    /// From which branch or tag.
    pub source_ref: Option<String>,
}

impl Policy {
    /// The policy of a configuration, whose signers have been read.
    #[must_use]
    pub fn new(verification: &Verification, signers: Vec<Who>) -> Self {
        let is_alone = verification.trust.len() == 1;
        let place = |index: usize| if is_alone { "trust".to_owned() } else { format!("trust[{index}]") };
        let entries = verification.trust.iter().zip(signers).enumerate();
        let entries = entries.map(|(index, (trust, who))| Entry {
            place: place(index),
            who,
            limits: Limits::of(trust),
            by_default: trust.by_default.clone(),
        });
        Self { signature: verification.signature, provenance: verification.provenance, entries: entries.collect() }
    }
}

impl Limits {
    fn of(trust: &Trust) -> Self {
        Self {
            builder: trust.builder.clone(),
            source_repository: trust.source_repository.clone(),
            source_ref: trust.source_ref.clone(),
        }
    }
}

impl Account {
    /// The account of a configuration.
    ///
    /// # Errors
    /// When its expression is none; whoever reads the configuration has seen to that.
    pub fn of(subject: &Subject) -> Result<Self, regex::Error> {
        match subject {
            Subject::Exact(exact) => Ok(Self::Exact(exact.clone())),
            Subject::Pattern(written) => {
                // By itself first: the brackets of `a)|(b` would close and open those of the anchors.
                Regex::new(written)?;
                Ok(Self::Pattern { written: written.clone(), whole: Regex::new(&format!("^(?:{written})$"))? })
            }
        }
    }

    pub(super) fn holds(&self, subject: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == subject,
            // Nobody's name holds a line break; a pattern such as `.*` or `[^/]+` could take one for anything.
            Self::Pattern { whole, .. } => whole.is_match(subject) && !subject.contains(char::is_control),
        }
    }

    /// The key of the configuration that says it, and what it says.
    pub(super) fn written(&self) -> (&'static str, &str) {
        match self {
            Self::Exact(exact) => ("subject", exact),
            Self::Pattern { written, .. } => ("subject_regexp", written),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Account;
    use crate::config::spec::Subject;

    fn pattern(text: &str) -> Account {
        Account::of(&Subject::Pattern(text.to_owned())).unwrap()
    }

    #[test]
    fn a_pattern_holds_the_whole_subject_and_nothing_around_it() {
        let one = pattern("https://github\\.com/org/.+");
        assert!(one.holds("https://github.com/org/dev/.github/workflows/a.yml@refs/heads/main"));
        for other in [
            "https://github.com/organisation/dev",
            "https://evil.example/?https://github.com/org/dev",
            "xhttps://github.com/org/dev",
            "https://github.com/org/dev\nhttps://github.com/evil",
            "https://github.com/org/dev\n",
        ] {
            assert!(!one.holds(other), "{other:?}");
        }
        let either = pattern("a|b");
        assert!(either.holds("a") && either.holds("b"));
        assert!(!either.holds("ax") && !either.holds("xb") && !either.holds("ab"));
        assert!(Account::of(&Subject::Pattern("a)|(b".to_owned())).is_err());
    }

    #[test]
    fn an_exact_subject_is_compared_to_the_letter() {
        let one = Account::of(&Subject::Exact("release@example.com".to_owned())).unwrap();
        assert!(one.holds("release@example.com"));
        for other in ["release@example.com.evil.org", "arelease@example.com", "Release@example.com", ""] {
            assert!(!one.holds(other), "{other}");
        }
    }
}
