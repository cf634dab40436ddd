//! Who vouches for an image: a policy and what a registry keeps beside the image, judged. No disk and no network.

mod certificate;
mod judge;
mod key;
mod legacy;
mod logged;
mod offer;
mod policy;
mod provenance;
mod reason;
mod refused;
mod root;
mod simple;
mod statement;
mod verdict;

pub use judge::judge;
pub use key::{NotAKey, PublicKey};
pub use legacy::Annotations;
pub use offer::{Format, Offer, Spoiled};
pub use policy::{Account, Entry, Limits, Policy, Who};
pub use provenance::Provenance;
pub use reason::Reason;
pub use refused::{Finding, Refused};
pub use root::{NotARoot, Root};
pub use verdict::{Evidence, Log, Signed, Signer, Source, Verdict};
