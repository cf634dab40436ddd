"""Signing by hand, each step by itself: what cosign would write, and what it never would."""

import hashlib
import json

import attached
import material
import services
from attached import decode, encode
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

IN_TOTO = "application/vnd.in-toto+json"
SIGN = "https://sigstore.dev/cosign/sign/v1"
PROVENANCE_02 = "https://slsa.dev/provenance/v0.2"
PROVENANCE_1 = "https://slsa.dev/provenance/v1"


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


class Signer:
    """Whoever holds a key, with a certificate for it or without."""

    def __init__(self, key, certificate=None):
        self.key = key
        self.certificate = certificate

    def sign(self, data):
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        return self.key.sign(data, ec.ECDSA(hashes.SHA256()))

    def pem(self):
        return material.pem(self.certificate) if self.certificate else services.public_pem(self.key)

    def material(self):
        """Who signed, as a bundle says it."""
        if self.certificate:
            return {"certificate": {"rawBytes": encode(self.certificate_der())}}
        return {"publicKey": {"hint": encode(hashlib.sha256(material.public_der(self.key)).digest())}}

    def certificate_der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    def verifier(self):
        """The same as Rekor 2 wants it."""
        if self.certificate:
            who = {"x509Certificate": {"rawBytes": encode(self.certificate_der())}}
        else:
            who = {"publicKey": {"rawBytes": encode(material.public_der(self.key))}}
        return dict(who, keyDetails="PKIX_ECDSA_P256_SHA_256")


def keyless(issued_by, claims, **how):
    """Somebody with a certificate of these services."""
    key = new_key()
    return Signer(key, issued_by.certificate(key, claims, **how))


def statement(subjects, predicate_type=SIGN, predicate=None, kind="https://in-toto.io/Statement/v1"):
    return {"_type": kind, "subject": subjects, "predicateType": predicate_type, "predicate": predicate or {}}


def subject(image):
    algorithm, value = image.digest.split(":")
    return {"name": image.repository.written, "digest": {algorithm: value}}


def preauthenticated(kind, payload):
    """DSSE: the bytes that are signed."""
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)


def envelope(document, *signers, kind=IN_TOTO):
    payload = document if isinstance(document, bytes) else json.dumps(document).encode()
    signatures = [{"sig": encode(signer.sign(preauthenticated(kind, payload)))} for signer in signers]
    return {"payload": encode(payload), "payloadType": kind, "signatures": signatures}


def first_signature(signed):
    return decode(signed["signatures"][0]["sig"])


def envelope_in_log1(log, signed, signer):
    content = {
        "envelope": json.dumps(signed),
        "verifiers": [encode(signer.pem())] * len(signed["signatures"]),
    }
    return log.enter1({"apiVersion": "0.0.1", "kind": "dsse", "spec": {"proposedContent": content}})


def data_in_log1(log, data, signature, signer):
    spec = {
        "data": {"hash": {"algorithm": "sha256", "value": hashlib.sha256(data).hexdigest()}},
        "signature": {"content": encode(signature), "publicKey": {"content": encode(signer.pem())}},
    }
    return log.enter1({"apiVersion": "0.0.1", "kind": "hashedrekord", "spec": spec})


def envelope_in_log2(log, signed, signer):
    payload = preauthenticated(signed["payloadType"], decode(signed["payload"]))
    signature = {"content": encode(first_signature(signed)), "verifier": signer.verifier()}
    digest = encode(hashlib.sha256(payload).digest())
    return log.enter2({"hashedRekordRequestV002": {"digest": digest, "signature": signature}})


def entry_in_bundle(answer):
    """What Rekor 1 answers, as a bundle has it."""
    body = json.loads(decode(answer["body"]))
    proof = answer["verification"]["inclusionProof"]
    return {
        "logIndex": str(answer["logIndex"]),
        "logId": {"keyId": encode(bytes.fromhex(answer["logID"]))},
        "kindVersion": {"kind": body["kind"], "version": body["apiVersion"]},
        "integratedTime": str(answer["integratedTime"]),
        "inclusionPromise": {"signedEntryTimestamp": answer["verification"]["signedEntryTimestamp"]},
        "inclusionProof": {
            "logIndex": str(proof["logIndex"]),
            "rootHash": encode(bytes.fromhex(proof["rootHash"])),
            "treeSize": str(proof["treeSize"]),
            "hashes": [encode(bytes.fromhex(value)) for value in proof["hashes"]],
            "checkpoint": {"envelope": proof["checkpoint"]},
        },
        "canonicalizedBody": answer["body"],
    }


def entry_in_annotation(answer):
    """The same, as cosign 2 writes it beside a signature."""
    payload = {name: answer[name] for name in ("body", "integratedTime", "logIndex", "logID")}
    promise = answer["verification"]["signedEntryTimestamp"]
    return json.dumps({"SignedEntryTimestamp": promise, "Payload": payload})


def bundle(signed, signer, entries=(), timestamps=()):
    stamps = {"rfc3161Timestamps": [{"signedTimestamp": encode(stamp)} for stamp in timestamps]}
    return {
        "mediaType": attached.BUNDLE,
        "verificationMaterial": dict(
            signer.material(),
            tlogEntries=list(entries),
            **({"timestampVerificationData": stamps} if timestamps else {})
        ),
        "dsseEnvelope": signed,
    }


def logged_bundle(at, document, signer, log=1, **how):
    """A bundle as cosign 3 makes it: in the log, and with a signed time where that log has none."""
    signed = envelope(document, signer, **how)
    if log == 1:
        entry = entry_in_bundle(envelope_in_log1(at, signed, signer))
        return bundle(signed, signer, [entry])
    entry = envelope_in_log2(at, signed, signer)
    return bundle(signed, signer, [entry], [at.timestamp(first_signature(signed))])


def payload(image, reference=None, digest=None, kind="cosign container image signature"):
    """What cosign 2 signs."""
    critical = {
        "identity": {"docker-reference": reference or image.repository.written},
        "image": {"docker-manifest-digest": digest or image.digest},
        "type": kind,
    }
    return json.dumps({"critical": critical, "optional": None}).encode()


def layer(at, data, signer, *, log=True, timestamp=False):
    """A signature as cosign 2 leaves it."""
    signature = signer.sign(data)
    annotations = {attached.SIGNATURE: encode(signature)}
    if signer.certificate:
        annotations[attached.CERTIFICATE] = signer.pem().decode()
        annotations[attached.CHAIN] = at.chain()
    if log:
        annotations[attached.LOG_ENTRY] = entry_in_annotation(data_in_log1(at, data, signature, signer))
    if timestamp:
        stamp = at.timestamp(signature)
        annotations[attached.TIMESTAMP] = json.dumps({"SignedRFC3161Timestamp": encode(stamp)})
    return attached.Layer(data, annotations)


def attestation_layer(at, document, signer, **how):
    """An attestation as cosign 2 leaves it."""
    signed = envelope(document, signer, **how)
    annotations = {attached.SIGNATURE: "", "predicateType": document["predicateType"]}
    if signer.certificate:
        annotations[attached.CERTIFICATE] = signer.pem().decode()
        annotations[attached.CHAIN] = at.chain()
    annotations[attached.LOG_ENTRY] = entry_in_annotation(envelope_in_log1(at, signed, signer))
    return attached.Layer(json.dumps(signed).encode(), annotations, attached.ENVELOPE)
