//! A login to a registry. What is secret in it is never shown. Pure.

use std::fmt;

/// A login, and the part of a registry that it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    place: String,
    username: String,
    proof: Proof,
}

/// What somebody shows to be let in.
#[derive(Clone, PartialEq, Eq)]
pub enum Proof {
    /// A password, or a token that is used as one.
    Password(String),
    /// A token that stands for a person, and is exchanged for others.
    IdentityToken(String),
}

/// Who an identity token without a name belongs to: what Azure's registry, which hands them out, expects.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Login {
    /// A login for a place as a docker configuration names it: `ghcr.io`, `quay.io/team`, `https://index.docker.io/v1/`.
    #[must_use]
    pub fn new(place: impl Into<String>, username: impl Into<String>, proof: Proof) -> Self {
        let username = match (username.into(), &proof) {
            (name, Proof::IdentityToken(_)) if name.is_empty() => NOBODY.to_owned(),
            (name, _) => name,
        };
        Self { place: place.into(), username, proof }
    }

    /// The registry, or the part of it, that the login is for.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// Who logs in.
    #[must_use]
    pub fn username(&self) -> &str {
        &self.username
    }

    /// What the registry is shown. An identity token is shown like a password: a node has no other way.
    #[must_use]
    pub fn secret(&self) -> &str {
        match &self.proof {
            Proof::Password(secret) | Proof::IdentityToken(secret) => secret,
        }
    }

    /// The identity token, if it is one.
    #[must_use]
    pub fn identity_token(&self) -> Option<&str> {
        match &self.proof {
            Proof::Password(_) => None,
            Proof::IdentityToken(token) => Some(token),
        }
    }
}

/// Names of users are no secret, but some are long-lived keys: neither is shown.
impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Login").field("place", &self.place).finish_non_exhaustive()
    }
}

impl fmt::Debug for Proof {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Password(_) => "Password(hidden)",
            Self::IdentityToken(_) => "IdentityToken(hidden)",
        })
    }
}
