"""Signed properly, by somebody else: the policy has to tell."""

import datetime
import json
import re

import attached
import hand
import material
from corpus import INVALID, PERSON, PERSON_ISSUER, WORKFLOW

# In how many ways the same is signed: cosign 2's tags, and bundles where each kind of registry has them.
KEYS = {"cosign 2, key": "plain", "cosign 3, key, Rekor 1": "plain", "cosign 3, key, Rekor 2": "referrers"}
KEYLESS = {
    "cosign 2, keyless": "plain",
    "cosign 3, keyless, Rekor 1": "plain",
    "cosign 3, keyless, Rekor 2": "referrers",
}


def make(made):
    nobody(made)
    other_keys(made)
    other_people(made)
    patterns(made)
    other_roots(made)
    expired_roots(made)


def short(way):
    return way.replace(",", "").replace("cosign ", "").replace(" ", "-").lower()


def nobody(made):
    for where in made.registries:
        image = made.image(f"unsigned-{where}", where)
        made.case(
            image, "not signed", "nothing", made.by_key(), says="(no|not) .*sign", cosign=(2, 3), pinned=True
        )
    image = made.image("unsigned-keyless", "referrers")
    made.case(image, "not signed", "nothing", made.by_person(), says="(no|not) .*sign", cosign=(2, 3))

    for way in ("cosign 2, key", "cosign 3, key, Rekor 2"):
        image = made.image(f"tag-moved-{way[7]}", tag="1.0.0")
        made.cosign.sign(image, way)
        moved = made.image(image.repository.name.removeprefix("attacks/"), tag="1.0.0-evil")
        moved.repository.push_manifest(moved.repository.manifest(moved.digest), tag="1.0.0")
        title = "the tag was moved to another image after it was signed"
        made.case(moved, title, way, made.by_key(), says="(no|not) .*sign", tag="1.0.0", pinned=True)


def other_keys(made):
    for way, where in KEYS.items():
        image = made.image(f"other-key-{short(way)}", where)
        made.cosign.sign(image, way, key="other")
        trust = made.by_key(logged=True)
        made.case(
            image, "signed by another key", way, trust, says=r"trust\S*\.key", pinned=way == "cosign 2, key"
        )

    image = made.image("other-key-no-log", "referrers")
    made.cosign.sign(image, "cosign 3, key, no log", key="other")
    made.case(image, "signed by another key", "cosign 3, key, no log", made.by_key(), says=r"trust\S*\.key")

    image = made.image("neither-of-two")
    made.cosign.sign(image, "cosign 2, keyless", who=WORKFLOW)
    trust = [made.by_key("other", logged=True), made.by_person()]
    made.case(
        image, "signed by nobody of two who are trusted", "cosign 2, keyless", trust, says=r"trust\[1\]"
    )

    for way in ("cosign 2, key", "cosign 3, key, Rekor 1"):
        image = made.image(f"key-for-identity-{way[7]}")
        made.cosign.sign(image, way)
        title = "signed by a key, and a person is trusted"
        made.case(image, title, way, made.by_person(), says=r"trust\S*\.identity")
    for way in ("cosign 2, keyless", "cosign 3, keyless, Rekor 2"):
        image = made.image(f"identity-for-key-{way[7]}", "referrers")
        made.cosign.sign(image, way, who=PERSON)
        title = "signed by a person, and a key is trusted"
        made.case(image, title, way, made.by_key(logged=True), says=r"trust\S*\.key")


def other_people(made):
    others = {
        "other-issuer": (
            "vouched for by another issuer",
            {"iss": "https://other.example", "email": PERSON["email"]},
        ),
        "other-subject": ("signed by somebody else", {"iss": PERSON_ISSUER, "email": "mallory@example.com"}),
        "subject-goes-on": (
            "the signer's name begins with the trusted one",
            {"iss": PERSON_ISSUER, "email": PERSON["email"] + ".evil.example"},
        ),
        "subject-ends-so": (
            "the signer's name ends with the trusted one",
            {"iss": PERSON_ISSUER, "email": "x" + PERSON["email"]},
        ),
        "issuer-goes-on": (
            "the issuer's address begins with the trusted one",
            {"iss": PERSON_ISSUER + ".evil.example", "email": PERSON["email"]},
        ),
        "subject-in-capitals": (
            "the signer's name in capitals",
            {"iss": PERSON_ISSUER, "email": PERSON["email"].upper()},
        ),
    }
    ways = list(KEYLESS.items())
    for number, (name, (title, who)) in enumerate(others.items()):
        for way, where in ways if number == 0 else [ways[0], ways[2]]:
            image = made.image(f"{name}-{short(way)}", where)
            made.cosign.sign(image, way, who=who)
            says = r"trust\S*\.identity\.issuer" if "issuer" in name else r"trust\S*\.identity\.subject"
            found = re.escape(who["iss"] if "issuer" in name else who["email"])
            made.case(image, title, way, made.by_person(), says=(says, found))

    way = "cosign 3, keyless, Rekor 2"
    image = made.image("other-workflow", "referrers")
    made.cosign.sign(image, way, who=WORKFLOW | {"job_workflow_ref": WORKFLOW["job_workflow_ref"] + "-evil"})
    made.case(
        image,
        "signed by the workflow on another branch",
        way,
        made.by_workflow(),
        says=(r"trust\S*\.identity\.subject", "-evil"),
    )


def patterns(made):
    """Patterns hold for the whole name, however they are written."""
    allowed, either = r"release@example\.com", r"release@example\.com|ci@example\.com"
    signers = {
        "pattern-before": (allowed, "xrelease@example.com", "the pattern fits the end of the signer's name"),
        "pattern-after": (
            allowed,
            "release@example.comx",
            "the pattern fits the beginning of the signer's name",
        ),
        "pattern-first": (
            either,
            "release@example.com.evil.example",
            "the first alternative fits the beginning of the name",
        ),
        "pattern-second": (either, "evil.ci@example.com", "the second alternative fits the end of the name"),
        "pattern-middle": (
            f"(?m){allowed}",
            "evil.release@example.com.example",
            "the pattern fits the middle of the name",
        ),
        "pattern-capitals": (allowed, "RELEASE@example.com", "the pattern fits the name but for capitals"),
    }
    for number, (name, (pattern, email, title)) in enumerate(signers.items()):
        way = list(KEYLESS)[2 * (number % 2)]
        image = made.image(name, KEYLESS[way])
        made.cosign.sign(image, way, who={"iss": PERSON_ISSUER, "email": email})
        trust = made.by_person(subject=None, subject_regexp=pattern)
        made.case(image, title, way, trust, says=(r"trust\S*\.identity\.subject_regexp", re.escape(email)))

    image = made.image("pattern-lines", "referrers")
    signer = hand.keyless(
        made.ours, {"iss": PERSON_ISSUER, "sub": "https://evil.example/\nhttps://good.example/"}
    )
    attached.put_bundle(
        image, hand.logged_bundle(made.ours, hand.statement([hand.subject(image)]), signer, 1)
    )
    trust = made.by_person(subject=None, subject_regexp=r"(?m)^https://good\.example/$")
    title = "the signer's name has several lines, and the pattern fits one of them"
    made.case(
        image,
        title,
        "by hand as cosign 3, keyless, Rekor 1",
        trust,
        says=r"trust\S*\.identity\.subject_regexp",
    )


def other_roots(made):
    """Signed with services of somebody else, and the reverse."""
    title = "everything by services that are not those of the trusted root"
    image = made.image("other-root-2")
    signer = hand.keyless(made.theirs, PERSON)
    attached.put_layers(image, "sig", [hand.layer(made.theirs, hand.payload(image), signer)])
    made.case(image, title, "by hand as cosign 2, keyless", made.by_person(), says="root|certificate")
    for log in (1, 2):
        image = made.image(f"other-root-3-rekor{log}", "referrers")
        signer = hand.keyless(made.theirs, PERSON)
        attached.put_bundle(
            image, hand.logged_bundle(made.theirs, hand.statement([hand.subject(image)]), signer, log)
        )
        made.case(
            image,
            title,
            f"by hand as cosign 3, keyless, Rekor {log}",
            made.by_person(),
            says="root|certificate",
        )

    title = "the trusted root is that of other services"
    for way, where in KEYLESS.items():
        image = made.image(f"root-of-others-{short(way)}", where)
        made.cosign.sign(image, way, who=PERSON)
        made.case(image, title, way, made.by_person(services=made.theirs), says="root|certificate")

    way = "cosign 3, key, Rekor 2"
    image = made.image("root-of-others-key")
    made.cosign.sign(image, way)
    made.case(image, title, way, by_key_and_root(made), says="log|checkpoint")


def by_key_and_root(made):
    trust = made.by_key(logged=True)
    trust.services = made.theirs
    return trust


def expired_roots(made):
    """The trusted root says until when each of its keys is to be believed."""
    ends = {
        "authorities": ("certificateAuthorities", "cosign 3, keyless, Rekor 1"),
        "ct-logs": ("ctlogs", "cosign 3, keyless, Rekor 1"),
        "logs": ("tlogs", "cosign 3, keyless, Rekor 1"),
        "clocks": ("timestampAuthorities", "cosign 3, keyless, Rekor 2"),
    }
    for name, (section, way) in ends.items():
        for how, edit in (("expired", end), ("missing", remove)):
            image = made.image(f"root-{how}-{name}", "referrers")
            made.cosign.sign(image, way, who=PERSON)
            root = json.loads(made.ours.trusted_root.read_text())
            edit(root, section)
            folder = made.folder / "roots" / f"{how}-{name}"
            folder.mkdir(parents=True)
            (folder / "trusted_root.json").write_text(json.dumps(root))
            trust = made.by_person(trusted_root=folder / "trusted_root.json")
            title = (
                f"in the trusted root, `{section}` {'ended yesterday' if how == 'expired' else 'is empty'}"
            )
            made.case(image, title, way, trust)

    image = made.image("root-garbage", "referrers")
    made.cosign.sign(image, "cosign 3, keyless, Rekor 1", who=PERSON)
    file = made.folder / "roots" / "garbage.json"
    file.write_text(
        '{"mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1", "tlogs": "none"}'
    )
    trust = made.by_person(trusted_root=file)
    made.case(
        image,
        "the trusted root is no trusted root",
        "cosign 3, keyless, Rekor 1",
        trust,
        INVALID,
        says="garbage.json",
    )


def end(root, section):
    yesterday = (material.utc_now() - datetime.timedelta(hours=23)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for entry in root[section]:
        key = entry if "validFor" in entry else entry.get("publicKey", entry)
        key.setdefault("validFor", {})["end"] = yesterday


def remove(root, section):
    root[section] = []
