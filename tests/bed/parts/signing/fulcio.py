"""A stand-in for Fulcio: a short-lived certificate for an identity, entered in a CT log."""

import base64
import datetime
import struct
import time

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

import material

EXTENSIONS = "1.3.6.1.4.1.57264.1."
SIGNED_CERTIFICATE_TIMESTAMPS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
GITHUB = "https://github.com/"

# Numbers under EXTENSIONS and how Fulcio fills them from the claims of a GitHub Actions token.
# The first six are the old form: the plain text, not encoded.
OLD_TEXTS = {
    1: "{iss}",
    2: "{event_name}",
    3: "{sha}",
    4: "{workflow}",
    5: "{repository}",
    6: "{ref}",
}
TEXTS = {
    8: "{iss}",
    9: GITHUB + "{job_workflow_ref}",
    10: "{job_workflow_sha}",
    11: "{runner_environment}",
    12: GITHUB + "{repository}",
    13: "{sha}",
    14: "{ref}",
    15: "{repository_id}",
    16: GITHUB + "{repository_owner}",
    17: "{repository_owner_id}",
    18: GITHUB + "{workflow_ref}",
    19: "{workflow_sha}",
    20: "{event_name}",
    21: GITHUB + "{repository}/actions/runs/{run_id}/attempts/{run_attempt}",
    22: "{repository_visibility}",
}


class RequestError(Exception):
    """A request that Fulcio would refuse."""


def der(tag, content):
    """One DER element; contents here are far below 64 KiB."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    if length < 0x100:
        return bytes([tag, 0x81, length]) + content
    return bytes([tag, 0x82]) + struct.pack(">H", length) + content


def extensions(claims):
    """(identifier, value) of everything that the claims are enough for."""
    for texts, encode in ((OLD_TEXTS, bytes), (TEXTS, lambda text: der(0x0C, text))):
        for number, template in texts.items():
            try:
                text = template.format_map(claims)
            except KeyError:
                continue
            yield x509.ObjectIdentifier(f"{EXTENSIONS}{number}"), encode(text.encode())


def subject(claims):
    """Who the certificate names: a workflow, else a mail address, else the bare subject."""
    if "job_workflow_ref" in claims:
        return x509.UniformResourceIdentifier(GITHUB + claims["job_workflow_ref"])
    if "email" in claims:
        return x509.RFC822Name(claims["email"])
    if "://" in claims["sub"]:
        return x509.UniformResourceIdentifier(claims["sub"])
    return x509.RFC822Name(claims["sub"])


class Fulcio:
    def __init__(self, folder, issuer):
        self.issuer = issuer
        self.key = material.load_key(folder, "fulcio-intermediate")
        self.log_key = material.load_key(folder, "ctlog")
        self.intermediate = material.load_certificate(folder, "fulcio-intermediate")
        self.root = material.load_certificate(folder, "fulcio-root")

    def version_1(self, request, bearer):
        """/api/v1/signingCert: the chain as PEM, leaf first."""
        claims = self.issuer.claims(bearer or "")
        # cosign 2 names both fields and leaves one null.
        if request.get("certificateSigningRequest"):
            key = requested_key(base64.b64decode(request["certificateSigningRequest"]))
        else:
            key = proven_key(
                base64.b64decode(request["publicKey"]["content"]),
                base64.b64decode(request["signedEmailAddress"]),
                claims,
            )
        return "".join(self.chain(key, claims)).encode()

    def version_2(self, request, bearer):
        """/api/v2/signingCert: the chain as JSON."""
        token = request.get("credentials", {}).get("oidcIdentityToken") or bearer or ""
        claims = self.issuer.claims(token)
        if request.get("certificateSigningRequest"):
            key = requested_key(base64.b64decode(request["certificateSigningRequest"]))
        else:
            asked = request["publicKeyRequest"]
            key = proven_key(
                asked["publicKey"]["content"].encode(),
                base64.b64decode(asked["proofOfPossession"]),
                claims,
            )
        return {"signedCertificateEmbeddedSct": {"chain": {"certificates": self.chain(key, claims)}}}

    def chain(self, key, claims):
        certificates = (self.certificate(key, claims), self.intermediate, self.root)
        return [material.pem(certificate).decode() for certificate in certificates]

    def certificate(self, key, claims):
        now = material.utc_now()
        unlogged = (
            material.builder(
                x509.Name([]),
                self.intermediate.subject,
                key,
                self.key,
                now - datetime.timedelta(seconds=5),
                now + datetime.timedelta(minutes=10),
            )
            .add_extension(material.key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectAlternativeName([subject(claims)]), critical=True)
        )
        for identifier, value in extensions(claims):
            unlogged = unlogged.add_extension(
                x509.UnrecognizedExtension(identifier, value), critical=False
            )
        # The log signs the certificate as it is without the log's own extension, which is then
        # added last: taking it away again gives back the very bytes that were signed.
        body = unlogged.sign(self.key, hashes.SHA256()).tbs_certificate_bytes
        return unlogged.add_extension(
            x509.UnrecognizedExtension(SIGNED_CERTIFICATE_TIMESTAMPS, self.log_entry(body)),
            critical=False,
        ).sign(self.key, hashes.SHA256())

    def log_entry(self, body):
        """A list of one signed certificate timestamp (RFC 6962, 3.2 and 3.3), as the extension's value."""
        milliseconds = struct.pack(">Q", int(time.time() * 1000))
        no_extensions = struct.pack(">H", 0)
        signed = (
            b"\0\0"  # version 1, certificate_timestamp
            + milliseconds
            + struct.pack(">H", 1)  # precert_entry
            + material.key_id(self.key)
            + struct.pack(">I", len(body))[1:]
            + body
            + no_extensions
        )
        signature = self.log_key.sign(signed, ec.ECDSA(hashes.SHA256()))
        timestamp = (
            b"\0"
            + material.key_id(self.log_key)
            + milliseconds
            + no_extensions
            + b"\4\3"  # SHA-256, ECDSA
            + struct.pack(">H", len(signature))
            + signature
        )
        entry = struct.pack(">H", len(timestamp)) + timestamp
        return der(0x04, struct.pack(">H", len(entry)) + entry)


def requested_key(text):
    request = x509.load_pem_x509_csr(text)
    if not request.is_signature_valid:
        raise RequestError("the certificate signing request is not signed with its own key")
    return request.public_key()


def proven_key(text, proof, claims):
    """A public key whose owner has signed the token's subject with the private half."""
    load = (
        serialization.load_pem_public_key
        if text.startswith(b"-----")
        else serialization.load_der_public_key
    )
    key = load(text)
    try:
        key.verify(proof, claims.get("email", claims["sub"]).encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise RequestError("the proof of possession does not fit the public key") from error
    return key
