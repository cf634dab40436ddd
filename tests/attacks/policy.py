"""Who is trusted: as sindri.yaml says it, and as cosign's flags say it."""

import dataclasses
import json
import pathlib

GITHUB = "https://token.actions.githubusercontent.com"
LIMITS = ("builder", "source_repository", "ref")
TYPES = ("slsaprovenance", "slsaprovenance1")


@dataclasses.dataclass
class Trust:
    """One entry of `trust`. Without services (and their trusted root) a key's signature suffices, as with cosign's
    `--insecure-ignore-tlog`."""

    key: pathlib.Path = None
    inline: bool = False
    issuer: str = None
    subject: str = None
    subject_regexp: str = None
    services: object = None
    # Another file than the services' own, and the environment of cosign 2 that says the same, if any does.
    trusted_root: pathlib.Path = None
    limits: dict = dataclasses.field(default_factory=dict)

    def root(self):
        return self.trusted_root or (self.services and self.services.trusted_root)

    def written(self, folder):
        """The entry, and in the folder the files that it names."""
        entry = {}
        if self.key and self.inline:
            entry["key"] = self.key.read_text()
        elif self.key:
            entry["key"] = copy(self.key, folder)
        else:
            subject = {"subject": self.subject, "subject_regexp": self.subject_regexp}
            entry["identity"] = {"issuer": self.issuer} | {
                name: value for name, value in subject.items() if value
            }
        if self.root():
            entry["trusted_root"] = copy(self.root(), folder)
        return entry | self.limits

    def flags(self):
        """What both generations of cosign are told."""
        if self.key:
            flags = ["--key", str(self.key)]
            return flags if self.services else [*flags, "--insecure-ignore-tlog=true"]
        flags = ["--certificate-oidc-issuer", self.issuer]
        if self.subject:
            flags += ["--certificate-identity", self.subject]
        else:
            # cosign takes a match anywhere in the subject, sindri only one of all of it.
            flags += ["--certificate-identity-regexp", f"^(?:{self.subject_regexp})$"]
        repository = self.limits.get("source_repository", "").removeprefix("https://github.com/")
        for name, value in (("repository", repository), ("ref", self.limits.get("ref"))):
            if value:
                flags += [f"--certificate-github-workflow-{name}", value]
        return flags


def copy(file, folder):
    (folder / file.name).write_bytes(file.read_bytes())
    return file.name


def cue(kind, limits):
    """The same limits in the language of cosign's `--policy`."""
    builder, source, ref = (json.dumps(limits[name]) if name in limits else "_" for name in LIMITS)
    if kind == "slsaprovenance1":
        workflow = f"{{repository: {source}, ref: {ref}}}"
        external = f"predicate: buildDefinition: externalParameters: workflow: {workflow}\n"
        return f"predicate: runDetails: builder: id: {builder}\n{external}"
    uri = json.dumps(f"git+{limits['source_repository']}@{limits['ref']}")
    return f"predicate: builder: id: {builder}\npredicate: invocation: configSource: uri: {uri}\n"


def commands(generation, policy, image, folder):
    """Command lines of cosign: all of the list must find some of their alternatives satisfied."""
    verify = [["verify"]] if policy.signature else []
    attestation = [[f"verify-attestation --type {kind}" for kind in TYPES]] if policy.provenance else []
    return [
        [
            command(generation, alternative.split(), trust, policy, image, folder)
            for trust in policy.trust
            for alternative in alternatives
        ]
        for alternatives in [*verify, *attestation]
    ]


def command(generation, words, trust, policy, image, folder):
    arguments = [*words, *trust.flags()]
    if trust.limits and "--type" in words:
        file = folder / f"{words[-1]}.cue"
        file.write_text(cue(words[-1], trust.limits))
        arguments += ["--policy", str(file)]
    environment = {}
    if policy.timestamps:
        arguments.append("--use-signed-timestamps")
    if generation == 2:
        environment = trust.services.cosign2_environment() if trust.services else {}
        arguments += ["--rekor-url", trust.services.url] if trust.services else []
    elif trust.root():
        arguments += ["--trusted-root", str(trust.root())]
    return {"environment": environment, "arguments": [*arguments, image]}


@dataclasses.dataclass
class Policy:
    """What must hold of an image before it is deployed."""

    trust: list
    signature: bool = True
    provenance: bool = False
    # Whether cosign is told to look at signed times: it does not do so by itself.
    timestamps: bool = False

    def written(self, folder):
        section = {"verify_signature": self.signature, "verify_provenance": self.provenance}
        entries = [trust.written(folder) for trust in self.trust]
        return section | {"trust": entries if len(entries) > 1 else entries[0]}
