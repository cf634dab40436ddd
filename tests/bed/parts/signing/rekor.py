"""Stand-ins for the transparency log Rekor, versions 1 and 2: real trees, real proofs, one process."""

import base64
import hashlib
import json
import os
import threading
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

import material
import merkle
import trust

# The public log puts its tree's number into every entry's name and into the checkpoint's first line.
TREE_ID = 1


def encode(data):
    return base64.b64encode(data).decode()


def canonical(document):
    """JSON with sorted keys and no white space: what is hashed and signed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}


class EntryError(Exception):
    """A proposed entry of a kind or version that is not known here."""


class Log:
    """The entries, one JSON object a line of a file: a log that is killed comes back with all of them."""

    def __init__(self, path):
        self.lock = threading.Lock()
        self.entries = []
        self.leaves = []
        self.file = open(path, "a+", encoding="utf-8")
        self.file.seek(0)
        for line in self.file:
            self.remember(json.loads(line))

    def remember(self, entry):
        self.entries.append(entry)
        self.leaves.append(merkle.leaf(base64.b64decode(entry["body"])))

    def append(self, body):
        """Enter a body; the caller holds the lock. Returns its index."""
        entry = {"body": encode(body), "integratedTime": int(time.time())}
        self.file.write(json.dumps(entry) + "\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.remember(entry)
        return len(self.entries) - 1

    def checkpoint(self, origin, name, key_hint, sign):
        """The signed note over the whole tree (transparency-dev's format)."""
        note = f"{origin}\n{len(self.leaves)}\n{encode(merkle.root(self.leaves))}\n"
        return f"{note}\n\u2014 {name} {encode(key_hint + sign(note.encode()))}\n"


class Version1:
    """/api/v1/log: entries come back with a promise (signed entry timestamp) and a proof."""

    NAME = "rekor.sindri.test"

    def __init__(self, folder):
        self.key = material.load_key(folder, "rekor1")
        self.log_id = material.key_id(self.key)
        self.log = Log(folder / "private" / "rekor1.log")

    def sign(self, data):
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))

    def create(self, proposed):
        """Enter what a client proposes. Returns the entry's name and the answer."""
        body = body_in_version_1(proposed)
        with self.log.lock:
            return self.answer(self.log.append(body))

    def find(self, matches):
        """The answers for all entries for whose index `matches` says yes."""
        with self.log.lock:
            return [self.answer(index) for index in range(len(self.log.leaves)) if matches(index)]

    def named(self, name):
        """The entry of this name, with or without the tree's number before it."""
        return self.find(lambda index: name in (self.log.leaves[index].hex(), self.entry_name(index)))

    def at(self, wanted):
        return self.find(lambda index: index == wanted)

    def retrieve(self, request):
        """What a client that has a signature but no proof asks for: by name, by index, by content."""
        found = []
        for name in request.get("entryUUIDs") or []:
            found += self.named(name)
        for wanted in request.get("logIndexes") or []:
            found += self.at(wanted)
        for proposed in request.get("entries") or []:
            leaf = merkle.leaf(body_in_version_1(proposed))
            found += self.find(lambda index, leaf=leaf: self.log.leaves[index] == leaf)
        return found

    def entry_name(self, index):
        return f"{TREE_ID:016x}{self.log.leaves[index].hex()}"

    def answer(self, index):
        entry = dict(self.log.entries[index], logID=self.log_id.hex(), logIndex=index)
        promise = self.sign(canonical(entry))
        entry["verification"] = {
            "signedEntryTimestamp": encode(promise),
            "inclusionProof": {
                "checkpoint": self.log.checkpoint(
                    f"{self.NAME} - {TREE_ID}", self.NAME, self.log_id[:4], self.sign
                ),
                "hashes": [hash.hex() for hash in merkle.inclusion_proof(self.log.leaves, index)],
                "logIndex": index,
                "rootHash": merkle.root(self.log.leaves).hex(),
                "treeSize": len(self.log.leaves),
            },
        }
        return self.entry_name(index), entry


def body_in_version_1(proposed):
    return canonical(
        {
            "apiVersion": proposed["apiVersion"],
            "kind": proposed["kind"],
            "spec": kept_by_version_1(proposed),
        }
    )


def kept_by_version_1(proposed):
    """What the log keeps of a proposed entry: signatures, keys and hashes, never a payload."""
    kind, spec = proposed["kind"], proposed["spec"]
    if kind == "hashedrekord":
        return spec
    if kind == "dsse":
        content = spec["proposedContent"]
        envelope = json.loads(content["envelope"])
        return {
            "envelopeHash": sha256(content["envelope"].encode()),
            "payloadHash": sha256(base64.b64decode(envelope["payload"])),
            "signatures": [
                {"signature": signature["sig"], "verifier": verifier}
                for signature, verifier in zip(envelope["signatures"], content["verifiers"])
            ],
        }
    if kind == "intoto" and proposed["apiVersion"] == "0.0.1":
        text = spec["content"]["envelope"].encode()
        envelope = json.loads(text)
        return {
            "content": {
                "hash": sha256(text),
                "payloadHash": sha256(base64.b64decode(envelope["payload"])),
            },
            "publicKey": spec["publicKey"],
        }
    raise EntryError(f"an entry of kind {kind} {proposed['apiVersion']} is not known here")


class Version2:
    """/api/v2/log/entries: no promise and no time of its own; time comes from a timestamp authority."""

    def __init__(self, folder, url):
        self.key = material.load_key(folder, "rekor2")
        self.origin = trust.origin(url)
        # A version 2 log is named by the hash that its checkpoints carry, of origin and key together.
        self.log_id = trust.checkpoint_key_id(self.origin, self.key)
        self.log = Log(folder / "private" / "rekor2.log")

    def create(self, request):
        body = entered_in_version_2(request)
        with self.log.lock:
            index = self.log.append(canonical(body))
            return {
                "logIndex": str(index),
                "logId": {"keyId": encode(self.log_id)},
                "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
                "integratedTime": "0",
                "inclusionProof": {
                    "logIndex": str(index),
                    "rootHash": encode(merkle.root(self.log.leaves)),
                    "treeSize": str(len(self.log.leaves)),
                    "hashes": [encode(hash) for hash in merkle.inclusion_proof(self.log.leaves, index)],
                    "checkpoint": {
                        "envelope": self.log.checkpoint(
                            self.origin, self.origin, self.log_id[:4], self.key.sign
                        )
                    },
                },
                "canonicalizedBody": self.log.entries[index]["body"],
            }


def algorithm_of(digest):
    """Which SHA-2 it was; a client uses the one that belongs to its key."""
    return f"SHA2_{8 * len(base64.b64decode(digest))}"


def entered_in_version_2(request):
    if "hashedRekordRequestV002" in request:
        asked = request["hashedRekordRequestV002"]
        kind, spec = "hashedrekord", {
            "hashedRekordV002": {
                "data": {"algorithm": algorithm_of(asked["digest"]), "digest": asked["digest"]},
                "signature": asked["signature"],
            }
        }
    elif "dsseRequestV002" in request:
        asked = request["dsseRequestV002"]
        payload = base64.b64decode(asked["envelope"]["payload"])
        kind, spec = "dsse", {
            "dsseV002": {
                "payloadHash": {
                    "algorithm": "SHA2_256",
                    "digest": encode(hashlib.sha256(payload).digest()),
                },
                "signatures": [
                    {"content": signature["sig"], "verifier": verifier}
                    for signature, verifier in zip(asked["envelope"]["signatures"], asked["verifiers"])
                ],
            }
        }
    else:
        raise EntryError("a request of this kind is not known here: " + ", ".join(request))
    return {"apiVersion": "0.0.2", "kind": kind, "spec": spec}
