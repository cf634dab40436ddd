"""The services of keyless signing, with their private keys: what is needed to forge.

They are the bed's stand-ins (tests/bed/parts/signing); a second set of them, which nobody serves, plays the services
of somebody else.
"""

import datetime
import fcntl
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "bed" / "parts" / "signing"))

import fulcio  # noqa: E402
import issuer  # noqa: E402
import material  # noqa: E402
import rekor  # noqa: E402
import timestamp  # noqa: E402
import trust  # noqa: E402


class Services:
    """What is served at `url` from `folder`."""

    def __init__(self, folder, url):
        self.folder = folder
        self.url = url
        self.issuer = issuer.Issuer(folder, url)
        self.fulcio = fulcio.Fulcio(folder, self.issuer)
        self.trusted_root = folder / "trusted_root.json"

    def cosign2_environment(self):
        lines = (self.folder / "cosign2.env").read_text().splitlines()
        pairs = (line.removeprefix("export ").split("=", 1) for line in lines)
        return {name: value.strip("'") for name, value in pairs}

    def certificate(self, key, claims, *, start=None, minutes=10, logged=True, log=None, usage=None):
        """What Fulcio would give for these claims, or for those that it never had: at another time, not entered in the
        CT log, entered in the log of other services."""
        start = start or material.utc_now() - datetime.timedelta(seconds=5)
        unlogged = (
            material.builder(
                x509.Name([]),
                self.fulcio.intermediate.subject,
                key.public_key(),
                self.fulcio.key,
                start,
                start + datetime.timedelta(minutes=minutes),
            )
            .add_extension(material.key_usage(digital_signature=True), critical=True)
            .add_extension(x509.ExtendedKeyUsage([usage or ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(x509.SubjectAlternativeName([fulcio.subject(claims)]), critical=True)
        )
        for identifier, value in fulcio.extensions(claims):
            unlogged = unlogged.add_extension(x509.UnrecognizedExtension(identifier, value), critical=False)
        plain = unlogged.sign(self.fulcio.key, hashes.SHA256())
        if not logged:
            return plain
        logger = fulcio.Fulcio(self.folder, self.issuer)
        if log:
            logger.log_key = log.fulcio.log_key
        entry = logger.log_entry(plain.tbs_certificate_bytes)
        return unlogged.add_extension(
            x509.UnrecognizedExtension(fulcio.SIGNED_CERTIFICATE_TIMESTAMPS, entry), critical=False
        ).sign(self.fulcio.key, hashes.SHA256())

    def chain(self):
        return material.pem(self.fulcio.intermediate).decode() + material.pem(self.fulcio.root).decode()

    def post(self, path, body, kind="application/json"):
        request = urllib.request.Request(self.url + path, body, {"Content-Type": kind})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read()

    def enter1(self, proposed):
        """What Rekor 1 answers."""
        (entry,) = json.loads(self.post("/api/v1/log/entries", json.dumps(proposed).encode())).values()
        return entry

    def enter2(self, request):
        """What Rekor 2 answers."""
        return json.loads(self.post("/api/v2/log/entries", json.dumps(request).encode()))

    def timestamp(self, data):
        """A signed time for these bytes, as RFC 3161 has it."""
        return self.answer_timestamp(timestamp_query(data))

    def answer_timestamp(self, query):
        return self.post("/timestamp", query, "application/timestamp-query")


class Unserved(Services):
    """The same for services that somebody else runs: other keys, the same address, nothing in common."""

    def __init__(self, folder, url, cosign3):
        material.make(folder)
        trust.write(folder, url, cosign3)
        super().__init__(folder, url)
        self.rekor1 = rekor.Version1(folder)
        self.rekor2 = rekor.Version2(folder, url)

    def enter1(self, proposed):
        return self.rekor1.create(proposed)[1]

    def enter2(self, request):
        return self.rekor2.create(request)

    def answer_timestamp(self, query):
        # The subjects are made in several processes, and openssl does not lock the file that it counts in.
        with open(self.folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return timestamp.reply(self.folder, query)


def timestamp_query(data):
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        query = ["openssl", "ts", "-query", "-data", file.name, "-sha256", "-cert", "-no_nonce"]
        return subprocess.run(query, capture_output=True, check=True).stdout


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
