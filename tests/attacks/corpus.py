"""The cases: each an image that somebody has done something to, a policy, and what must be said of it."""

import json
import time

import cosign
import hand
import policy
import registry
import services

ACCEPTED, REFUSED, FAULT, INVALID = "accepted", "refused", "fault", "invalid"

# Who signs: a workflow of GitHub's, and a person.
WORKFLOW = {
    "iss": policy.GITHUB,
    "sub": "repo:example/project:ref:refs/heads/main",
    "job_workflow_ref": "example/project/.github/workflows/build.yml@refs/heads/main",
    "workflow_ref": "example/project/.github/workflows/build.yml@refs/heads/main",
    "repository": "example/project",
    "repository_owner": "example",
    "ref": "refs/heads/main",
    "sha": "0123456789abcdef0123456789abcdef01234567",
    "event_name": "push",
    "workflow": "build",
    "runner_environment": "github-hosted",
}
WORKFLOW_SUBJECT = "https://github.com/" + WORKFLOW["job_workflow_ref"]
PERSON_ISSUER = "https://issuer.example"
PERSON = {"iss": PERSON_ISSUER, "email": "release@example.com"}
SOURCE = "https://github.com/example/project"


class Corpus:
    def __init__(self, folder, environment):
        self.folder = folder
        programs = {2: environment["SINDRI_TEST_COSIGN2"], 3: environment["SINDRI_TEST_COSIGN3"]}
        url = environment["SINDRI_TEST_SIGNING_URL"]
        self.ours = services.Services(services.pathlib.Path(environment["SINDRI_TEST_SIGNING"]), url)
        self.theirs = services.Unserved(folder / "theirs", url, programs[3])
        self.cosign = cosign.Cosign(folder / "keys", programs, self.ours)
        self.registries = {
            "plain": registry.Registry(environment["SINDRI_TEST_REGISTRY"], lists_referrers=False),
            "referrers": registry.Registry(
                environment["SINDRI_TEST_REGISTRY_REFERRERS"], lists_referrers=True
            ),
        }
        # Other digests in each run: what an earlier one left in the registries stays out of it.
        self.run = str(time.time_ns())
        self.cases = []
        for name in ("ours", "other", "third"):
            self.cosign.key(name)
        # A proof of inclusion has a hash only where there are two entries.
        stranger = hand.Signer(hand.new_key())
        for data in (b"first", b"second"):
            hand.data_in_log1(self.ours, data, stranger.sign(data), stranger)
            hand.envelope_in_log2(self.ours, hand.envelope(data, stranger), stranger)

    def image(self, name, where="plain", tag=None):
        return registry.push_image(
            self.registries[where].repository(f"attacks/{name}"), f"{name} {tag} {self.run}", tag
        )

    def signer(self, name="ours"):
        """Whoever holds the key of this name, signing by hand."""
        self.cosign.key(name)
        return hand.Signer(self.cosign.keys[name])

    def by_key(self, name="ours", logged=False, **more):
        return policy.Trust(key=self.cosign.key(name), services=self.ours if logged else None, **more)

    def by_person(self, **more):
        wanted = {"issuer": PERSON_ISSUER, "subject": PERSON["email"], "services": self.ours}
        return policy.Trust(**(wanted | more))

    def by_workflow(self, **more):
        wanted = {"issuer": policy.GITHUB, "subject": WORKFLOW_SUBJECT, "services": self.ours}
        return policy.Trust(**(wanted | more))

    def case(self, image, title, made, trust, expected=REFUSED, says=(), **how):
        """Writes the case that is named like the image's repository; `how`: `tag` instead of the digest, `pinned` when
        `render --pin` is tried too, `cosign` which generations are asked, and the rest of the policy."""
        name = image.repository.name.removeprefix("attacks/")
        folder = self.folder / "cases" / name
        folder.mkdir(parents=True)
        tag, pinned, digest = how.pop("tag", None), how.pop("pinned", False), how.pop("digest", None)
        # cosign 2 knows nothing of bundles.
        generations = how.pop("cosign", (2, 3) if "cosign 2" in made else (3,))
        wanted = policy.Policy(trust if isinstance(trust, list) else [trust], **how)
        section = {"registry": image.repository.written} | ({"tag": tag} if tag else {"digest": image.digest})
        configuration = {
            "version": "1.0",
            "name": "attacked",
            "deployment": {"provider": "kubernetes", "image_config": section | wanted.written(folder)},
        }
        # JSON is YAML.
        (folder / "sindri.yaml").write_text(json.dumps(configuration, indent=2) + "\n")
        written = f"{image.repository.written}:{tag}" if tag else image.written
        case = {
            "name": name,
            "folder": str(folder),
            "title": title,
            "made": made,
            "registry": "referrers" if image.repository.registry.lists_referrers else "plain",
            "expected": expected,
            "says": [says] if isinstance(says, str) else list(says),
            "pinned": pinned,
            # A registry that is at fault is asked again and again until the limit.
            "timeout": "5s" if expected == FAULT else "60s",
            "digest": digest,
        }
        for generation in (2, 3):
            asked = policy.commands(generation, wanted, written, folder) if generation in generations else []
            case[f"cosign{generation}"] = asked
        self.cases.append(case)

    def write(self):
        (self.folder / "cases.json").write_text(json.dumps(self.cases, indent=1) + "\n")
