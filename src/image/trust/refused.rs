//! An image that nobody who is trusted vouches for. Pure.

use std::fmt;

use super::offer::Spoiled;
use super::reason::Reason;
use super::verdict::Signer;

/// The most that is told one by one.
const TOLD: usize = 12;

/// Nobody who is trusted vouches for an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The image, by digest.
    pub image: String,
    /// What is missing: `signature` or `provenance`.
    pub missing: &'static str,
    /// What was found and why it does not do, the nearest first.
    pub findings: Vec<Finding>,
    /// How many things beside the image were not even looked at, because there are too many.
    pub unseen: usize,
}

/// Something that was found beside the image, and does not vouch for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where it was found.
    pub place: String,
    /// Why it does not do.
    pub reason: Reason,
    /// What its certificate claims, if nobody has shown that this is true.
    pub claims: Option<String>,
}

impl From<&Spoiled> for Finding {
    fn from(spoiled: &Spoiled) -> Self {
        Self { place: spoiled.place.clone(), reason: spoiled.reason.clone(), claims: None }
    }
}

impl Refused {
    /// The rest of what was found, line by line.
    #[must_use]
    pub fn others(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.findings.iter().skip(1).take(TOLD).map(ToString::to_string).collect();
        let left = self.findings.len().saturating_sub(1 + TOLD);
        if left > 0 {
            lines.push(format!("and {left} more"));
        }
        lines
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        let verb = if self.missing == "signature" { "sign" } else { "attest" };
        match self.findings.first().map(|finding| &finding.reason) {
            None if self.missing == "signature" => format!(
                "sign it: `cosign sign {}`; or take an image that is signed, or trust nobody: `verify_signature: false`",
                self.image
            ),
            None => format!(
                "attest where it comes from: `cosign attest --type slsaprovenance1 --predicate FILE {}`",
                self.image
            ),
            Some(Reason::OtherSigner { .. }) => {
                "if this signer may: name it in `deployment.image_config.trust`".to_owned()
            }
            Some(Reason::NotTheDefault { signer, .. }) => printable(&format!(
                "if it may: add {} to `deployment.image_config`",
                match signer {
                    Some(Signer::Identity { issuer, subject }) => {
                        format!("`trust: {{ identity: {{ issuer: {issuer:?}, subject: {subject:?} }} }}`")
                    }
                    _ => "`trust: { key: cosign.pub }`, with the public key beside the file,".to_owned(),
                }
            )),
            Some(Reason::OtherKey { .. } | Reason::Means { .. }) => {
                "is `deployment.image_config.trust` about this image? a list of entries trusts any of them".to_owned()
            }
            Some(Reason::Limit { key, .. }) => format!("if that is as it should be: change `{key}`"),
            Some(Reason::OtherImage { .. }) => {
                format!("it was moved here from another image; {verb} this one: `{}`", self.image)
            }
            _ => format!("see what cosign says of it: `cosign tree {}`", self.image),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (image, missing) = (&self.image, self.missing);
        write!(formatter, "the image {image} is refused: ")?;
        match self.findings.first() {
            None => write!(formatter, "it has no {missing}")?,
            Some(finding) => write!(formatter, "nobody who is trusted made a {missing} for it; {finding}")?,
        }
        match self.unseen {
            0 => Ok(()),
            more => write!(formatter, "; {more} more things beside the image were not looked at: they are too many"),
        }
    }
}

impl std::error::Error for Refused {}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let claims = self.claims.as_ref().map(|claims| format!(" (its certificate names {claims})"));
        let text = format!("{}: {}{}", self.place, self.reason, claims.unwrap_or_default());
        // Most of it was written by whoever put it into the registry.
        formatter.write_str(&printable(&text))
    }
}

/// What others wrote, on one line and without what would steer a terminal.
pub(super) fn printable(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::{Finding, Refused};
    use crate::image::trust::reason::Reason;

    #[test]
    fn what_a_forger_wrote_stays_on_its_line_and_steers_nothing() {
        let reason = Reason::OtherImage { named: Some("x\u{1b}[2J\nhint: deploy it".to_owned()) };
        let finding = Finding { place: "tag a".to_owned(), reason, claims: Some("b\r".to_owned()) };
        let refused =
            Refused { image: "r.io/a@sha256:b".to_owned(), missing: "signature", findings: vec![finding], unseen: 2 };
        let text = refused.to_string();
        assert!(!text.contains(char::is_control), "{text:?}");
        assert!(text.contains("it is about x\u{fffd}[2J\u{fffd}hint: deploy it, and not about this image"), "{text}");
        assert!(text.ends_with("2 more things beside the image were not looked at: they are too many"), "{text}");
    }
}
