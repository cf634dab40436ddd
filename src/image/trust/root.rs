//! A root of trust: the authorities and logs that keyless signatures lead back to.

use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

use sigstore_verify::Verifier;
use sigstore_verify::trust_root::TrustedRoot;

/// A root of trust, ready to judge by.
#[derive(Clone)]
pub struct Root {
    name: String,
    verifier: Rc<Verifier>,
    logs: Rc<BTreeSet<Vec<u8>>>,
}

/// Why something is no root of trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotARoot(String);

impl Root {
    /// Reads a `trusted_root.json`; `name` is how messages call it.
    ///
    /// # Errors
    /// When it is something else, or holds a key or a certificate that is none.
    pub fn parse(name: impl Into<String>, text: &str) -> Result<Self, NotARoot> {
        let root = TrustedRoot::from_json(text).map_err(|error| NotARoot(error.to_string()))?;
        if root.certificate_authorities.is_empty() && root.tlogs.is_empty() {
            return Err(NotARoot("it names no certificate authority and no log".to_owned()));
        }
        let verifier = Verifier::new(&root).map_err(|error| NotARoot(error.to_string()))?;
        let logs = root.tlogs.iter().map(|log| log.log_id.key_id.as_bytes().to_vec()).collect();
        Ok(Self { name: name.into(), verifier: Rc::new(verifier), logs: Rc::new(logs) })
    }

    /// How messages call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it names this log.
    pub(super) fn knows(&self, log: &[u8]) -> bool {
        self.logs.contains(log)
    }

    pub(super) fn verifier(&self) -> &Verifier {
        &self.verifier
    }
}

impl fmt::Debug for Root {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Root").field("name", &self.name).finish_non_exhaustive()
    }
}
