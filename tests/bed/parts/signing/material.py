"""The keys and certificates of every service, as files in one folder.

Private keys are in FOLDER/private; everything else in FOLDER may be handed to clients.
"""

import datetime
import hashlib
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# The public Rekor v1 and the CT log sign with P-256; the public Rekor v2 signs with Ed25519.
EC_KEYS = ("fulcio-root", "fulcio-intermediate", "ctlog", "rekor1", "tsa-root", "tsa", "issuer")
ED25519_KEYS = ("rekor2",)

OPENSSL_CONFIGURATION = """\
[tsa]
default_tsa = bed
[bed]
serial = {private}/tsa-serial
signer_cert = {folder}/tsa.pem
certs = {folder}/tsa-root.pem
signer_key = {private}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.57264.2
digests = sha256, sha384, sha512
accuracy = secs:1
ordering = no
ess_cert_id_alg = sha256
"""


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def public_der(key):
    """The SubjectPublicKeyInfo of a private key, of which logs are named by the hash."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def key_id(key):
    return hashlib.sha256(public_der(key)).digest()


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def key_usage(**wanted):
    names = (
        "digital_signature content_commitment key_encipherment data_encipherment key_agreement "
        "key_cert_sign crl_sign encipher_only decipher_only"
    ).split()
    return x509.KeyUsage(**{name: wanted.get(name, False) for name in names})


def authority_identifier(issuer_key):
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())


def builder(subject, issuer, key, issuer_key, start, end):
    """What all the certificates here have in common."""
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if issuer_key is not None:
        certificate = certificate.add_extension(authority_identifier(issuer_key), critical=False)
    return certificate


def long_lived(common_name, key, issuer=None, issuer_key=None):
    """The start of a certificate of a service itself: ten years, so that signatures kept as fixtures stay good."""
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "sindri-test"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
    now = utc_now()
    return builder(
        subject,
        issuer.subject if issuer else subject,
        key.public_key(),
        issuer_key,
        now - datetime.timedelta(days=1),
        now + datetime.timedelta(days=3650),
    )


def authority(common_name, key, path_length, issuer=None, issuer_key=None, usage=None):
    certificate = (
        long_lived(common_name, key, issuer, issuer_key)
        .add_extension(x509.BasicConstraints(True, path_length), critical=True)
        .add_extension(key_usage(key_cert_sign=True, crl_sign=True), critical=True)
    )
    if usage:
        certificate = certificate.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return certificate.sign(issuer_key or key, hashes.SHA256())


def make(folder):
    folder = folder.resolve()
    private = folder / "private"
    private.mkdir(parents=True, exist_ok=True)
    private.chmod(0o700)

    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in EC_KEYS}
    keys.update({name: ed25519.Ed25519PrivateKey.generate() for name in ED25519_KEYS})
    for name, key in keys.items():
        write_private(private / f"{name}.key", key)
        (folder / f"{name}.pub").write_bytes(
            key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )

    root = authority("fulcio-root", keys["fulcio-root"], 1)
    intermediate = authority(
        "fulcio-intermediate",
        keys["fulcio-intermediate"],
        0,
        root,
        keys["fulcio-root"],
        ExtendedKeyUsageOID.CODE_SIGNING,
    )
    tsa_root = authority("tsa-root", keys["tsa-root"], 1)
    tsa = (
        long_lived("tsa", keys["tsa"], tsa_root, keys["tsa-root"])
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(key_usage(digital_signature=True), critical=True)
        # RFC 3161 wants this one usage, alone and critical.
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(keys["tsa-root"], hashes.SHA256())
    )
    for name, certificates in {
        "fulcio-root": [root],
        "fulcio-intermediate": [intermediate],
        "fulcio-chain": [intermediate, root],
        "tsa": [tsa],
        "tsa-root": [tsa_root],
        "tsa-chain": [tsa, tsa_root],
    }.items():
        (folder / f"{name}.pem").write_bytes(b"".join(map(pem, certificates)))

    (private / "tsa.cnf").write_text(OPENSSL_CONFIGURATION.format(folder=folder, private=private))
    (private / "tsa-serial").write_text("01\n")


def write_private(path, key):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


def load_key(folder, name):
    return serialization.load_pem_private_key((folder / "private" / f"{name}.key").read_bytes(), None)


def load_certificate(folder, name):
    return x509.load_pem_x509_certificate((folder / f"{name}.pem").read_bytes())
