//! The entries of logs that an offer brings along. Pure.

use std::collections::BTreeSet;

use sigstore_verify::types::{Bundle, InclusionProof};

use super::reason::Reason;
use super::root::Root;
use super::verdict::Log;

/// More entries than anybody writes.
const MOST: usize = 8;

/// Each entry is of a log that the root names, has something that this log has signed, and is there once. The verifier takes
/// one such entry for enough and lets others pass, and does not look at what a newer log says twice.
pub(super) fn are_all_provable(bundle: &Bundle, root: &Root) -> Result<(), Reason> {
    let entries = &bundle.verification_material.tlog_entries;
    if entries.is_empty() {
        return Err(Reason::Unlogged);
    }
    if entries.len() > MOST {
        return Err(Reason::Malformed(format!("it has {} log entries", entries.len())));
    }
    let mut seen = BTreeSet::new();
    for entry in entries {
        let id = entry.log_id.key_id.as_bytes();
        if !root.knows(id) {
            return Err(forged(&format!("its log {} is none of those that {} names", hex(id), root.name())));
        }
        if !seen.insert((id, entry.log_index.get())) {
            return Err(forged("its log entry is there twice"));
        }
        match (&entry.inclusion_proof, &entry.inclusion_promise) {
            (Some(proof), _) => agrees_with_its_checkpoint(proof)?,
            (None, Some(_)) => {}
            (None, None) => return Err(forged("one of its log entries has neither a proof nor a promise of the log")),
        }
    }
    Ok(())
}

/// What a proof says of the log is what the log has signed.
fn agrees_with_its_checkpoint(proof: &InclusionProof) -> Result<(), Reason> {
    let signed = proof.checkpoint.checkpoint();
    let agrees =
        signed.is_some_and(|signed| *signed.root_hash() == proof.root_hash && signed.tree_size() == proof.tree_size);
    if agrees {
        return Ok(());
    }
    Err(forged("the proof of its log entry says something else of the log than the log has signed"))
}

fn forged(message: &str) -> Reason {
    Reason::Forged(message.to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

/// The entries, for people to look up.
pub(super) fn logs(bundle: &Bundle) -> Vec<Log> {
    let entries = bundle.verification_material.tlog_entries.iter();
    let logs = entries.map(|entry| {
        let id = hex(entry.log_id.key_id.as_bytes());
        Log { id, index: entry.log_index.get() }
    });
    logs.collect()
}
