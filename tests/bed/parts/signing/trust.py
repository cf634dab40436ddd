"""The files from which a client learns which services there are and whom to trust.

cosign 3 makes its own with `trusted-root create` and `signing-config create`, as a person with a
private sigstore would; cosign 2 takes environment variables.
"""

import datetime
import hashlib
import subprocess
import urllib.parse

from cryptography.hazmat.primitives import serialization

import material

OPERATOR = "sindri.test"


def origin(url):
    """A version 2 log calls itself by its host's name: clients compare that with its address."""
    return urllib.parse.urlsplit(url).hostname


def checkpoint_key_id(name, key):
    """The hash that names an Ed25519 key in signed notes: of the note's origin, the algorithm and the key."""
    public = key.public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw
    )
    return hashlib.sha256(name.encode() + b"\n\1" + public).digest()


def flag(name, **values):
    """--name=key=value,key=value with dashes in the keys, as cosign wants its services described."""
    return f"--{name}=" + ",".join(f"{key.replace('_', '-')}={value}" for key, value in values.items())


def write(folder, url, cosign):
    folder = folder.resolve()
    start = (material.utc_now() - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def create(what, name, *flags):
        subprocess.run([cosign, what, "create", *flags, "--out", folder / name], check=True)

    create(
        "trusted-root",
        "trusted_root.json",
        flag("fulcio", url=url, certificate_chain=folder / "fulcio-chain.pem", start_time=start),
        flag("ctfe", url=url, public_key=folder / "ctlog.pub", start_time=start),
        flag("rekor", url=url, public_key=folder / "rekor1.pub", start_time=start),
        flag(
            "rekor",
            url=url,
            public_key=folder / "rekor2.pub",
            start_time=start,
            origin=origin(url),
        ),
        flag("tsa", url=f"{url}/timestamp", certificate_chain=folder / "tsa-chain.pem"),
    )
    # Two ways to sign: with the log of today, and with the new one, which has no clock.
    for version in (1, 2):
        service = {"start_time": start, "operator": OPERATOR}
        create(
            "signing-config",
            f"signing_config_rekor{version}.json",
            flag("fulcio", url=url, api_version=1, **service),
            flag("oidc-provider", url=url, api_version=1, **service),
            flag("rekor", url=url, api_version=version, **service),
            "--rekor-config=ANY",
            flag("tsa", url=f"{url}/timestamp", api_version=1, **service),
            "--tsa-config=ANY",
        )
    # Nothing at all: a signature with a key and without a log.
    create("signing-config", "signing_config_none.json")

    variables = {
        "SIGSTORE_ROOT_FILE": folder / "fulcio-chain.pem",
        "SIGSTORE_REKOR_PUBLIC_KEY": folder / "rekor1.pub",
        "SIGSTORE_CT_LOG_PUBLIC_KEY_FILE": folder / "ctlog.pub",
        "SIGSTORE_TSA_CERTIFICATE_FILE": folder / "tsa-chain.pem",
    }
    (folder / "cosign2.env").write_text(
        "".join(f"export {name}='{value}'\n" for name, value in variables.items())
    )
