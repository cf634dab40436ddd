"""The real cosign, both generations, signing."""

import json
import os
import subprocess

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

import services

# Each way to sign, as a person would say it, and what `sign` and `attest` are given for it. Which log, for cosign 3.
WAYS = {
    "cosign 2, key": ["--key"],
    "cosign 2, key, no log": ["--key", "--tlog-upload=false"],
    "cosign 2, keyless": [],
    "cosign 2, keyless, timestamp": ["--timestamp"],
    "cosign 2, keyless, timestamp, no log": ["--timestamp", "--tlog-upload=false"],
    "cosign 3, key, no log": ["--key", "none"],
    "cosign 3, key, Rekor 1": ["--key", "rekor1"],
    "cosign 3, key, Rekor 2": ["--key", "rekor2"],
    "cosign 3, keyless, Rekor 1": ["rekor1"],
    "cosign 3, keyless, Rekor 2": ["rekor2"],
}


class Cosign:
    def __init__(self, folder, programs, at):
        """Works in the folder; `programs` are the paths of cosign 2 and 3; signs with these services."""
        self.folder = self.keys_in = folder
        self.programs = programs
        self.at = at
        self.keys = {}
        folder.mkdir(parents=True, exist_ok=True)

    def work_in(self, folder):
        """Goes on with the same keys in another folder, beside others who do the same."""
        folder.mkdir()
        self.folder = folder

    def run(self, generation, *arguments, environment=None):
        variables = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "TUF_ROOT": str(self.folder / "tuf"),
        }
        variables |= {"COSIGN_PASSWORD": ""} | (environment or {})
        command = [self.programs[generation], *map(str, arguments)]
        ended = subprocess.run(command, env=variables, cwd=self.folder, capture_output=True, text=True)
        if ended.returncode != 0:
            raise subprocess.SubprocessError(f"{' '.join(command)}: {ended.stderr}")

    def key(self, name, key=None):
        """A key for cosign under this name, made when it is first asked for; the path of its public half."""
        if name not in self.keys:
            key = key or new_key(name)
            plain = self.keys_in / f"{name}.pem"
            plain.write_bytes(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            self.run(3, "import-key-pair", "--key", plain, "--output-key-prefix", self.keys_in / name)
            (self.keys_in / f"{name}.pub").write_bytes(services.public_pem(key))
            self.keys[name] = key
        return self.keys_in / f"{name}.pub"

    def sign(self, image, way, *, who=None, key="ours", more=()):
        self.run_way("sign", image, way, who, key, more)

    def attest(self, image, way, predicate, kind="slsaprovenance1", *, who=None, key="ours"):
        file = self.folder / "predicate.json"
        file.write_text(json.dumps(predicate))
        self.run_way("attest", image, way, who, key, ["--type", kind, "--predicate", file])

    def run_way(self, what, image, way, who, key, more):
        generation = int(way.split()[1][0])
        arguments = [what, "-y"]
        for word in WAYS[way]:
            if word == "--key":
                self.key(key)
                arguments += ["--key", self.keys_in / f"{key}.key"]
            elif word == "--timestamp":
                arguments += ["--timestamp-server-url", f"{self.at.url}/timestamp"]
            elif word.startswith("--"):
                arguments.append(word)
            else:
                arguments += ["--signing-config", self.at.folder / f"signing_config_{word}.json"]
        if "keyless" in way:
            token = self.folder / "token"
            token.write_text(self.at.issuer.token(who))
            arguments += ["--identity-token", token]
        if generation == 2:
            arguments += ["--rekor-url", self.at.url, "--fulcio-url", self.at.url]
            self.run(2, *arguments, *more, image.written, environment=self.at.cosign2_environment())
        else:
            self.run(3, *arguments, "--trusted-root", self.at.trusted_root, *more, image.written)


def new_key(name):
    """A key of the kind that its name ends with."""
    kind = name.rsplit("-", 1)[-1]
    if kind == "p384":
        return ec.generate_private_key(ec.SECP384R1())
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP256R1())
