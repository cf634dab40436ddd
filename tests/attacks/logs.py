"""The transparency log's word for it: of something else, of another log, broken, or not there."""

import json

import attached
import hand
import material
from attached import decode, encode
from corpus import ACCEPTED, PERSON

WAYS = {1: "cosign 3, keyless, Rekor 1", 2: "cosign 3, keyless, Rekor 2"}
# Each form is refused in words of its own.
LOG = "(?i)log|checkpoint|inclusion|artifact mismatch"
OLD_BUNDLE = "application/vnd.dev.sigstore.bundle+json;version=0.1"


def make(made):
    edited_entries(made)
    other_entries(made)
    several_entries(made)
    promises(made)
    annotations(made)
    with_a_key(made)


def flip(text):
    """The same base64 with one bit changed."""
    data = bytearray(decode(text))
    data[-1] ^= 1
    return encode(bytes(data))


def entries(bundle):
    return bundle["verificationMaterial"]["tlogEntries"]


def edited_entries(made):
    """Changes in the entry of a bundle that cosign has made."""

    def none(bundle):
        bundle["verificationMaterial"]["tlogEntries"] = []

    def inclusion(bundle):
        proof = entries(bundle)[0]["inclusionProof"]
        proof["hashes"][0] = flip(proof["hashes"][0])

    def no_hashes(bundle):
        entries(bundle)[0]["inclusionProof"]["hashes"] = []

    def root(bundle):
        proof = entries(bundle)[0]["inclusionProof"]
        proof["rootHash"] = flip(proof["rootHash"])

    def signed_root(bundle):
        note = entries(bundle)[0]["inclusionProof"]["checkpoint"]
        lines = note["envelope"].split("\n")
        lines[4] = " ".join([*lines[4].split(" ")[:2], flip(lines[4].split(" ")[2])])
        note["envelope"] = "\n".join(lines)

    def no_checkpoint(bundle):
        del entries(bundle)[0]["inclusionProof"]["checkpoint"]

    def checkpoint_garbage(bundle):
        entries(bundle)[0]["inclusionProof"]["checkpoint"]["envelope"] = "garbage"

    def no_proof(bundle):
        del entries(bundle)[0]["inclusionProof"]

    def index(bundle):
        entry = entries(bundle)[0]
        entry["inclusionProof"]["logIndex"] = str(int(entry["inclusionProof"]["logIndex"]) - 1)

    def size(bundle):
        proof = entries(bundle)[0]["inclusionProof"]
        proof["treeSize"] = "9223372036854775807"

    def negative(bundle):
        entries(bundle)[0]["inclusionProof"]["logIndex"] = "-1"

    def name(bundle):
        entries(bundle)[0]["logId"]["keyId"] = encode(b"\0" * 32)

    def kind(bundle):
        entries(bundle)[0]["kindVersion"] = {"kind": "intoto", "version": "0.0.2"}

    def body(bundle):
        entry = entries(bundle)[0]
        entry["canonicalizedBody"] = encode(decode(entry["canonicalizedBody"]).replace(b"0.0.", b"0.1."))

    def no_body(bundle):
        entries(bundle)[0]["canonicalizedBody"] = ""

    changes = {
        "missing": ("the log's entry was removed", none),
        "proof-broken": ("one bit of the proof that the entry is in the log was changed", inclusion),
        "proof-empty": ("the proof that the entry is in the log was emptied", no_hashes),
        "root-broken": ("the log's root was changed beside its signature", root),
        "checkpoint-broken": ("one bit of the log's signature was changed", signed_root),
        "checkpoint-missing": ("the log's signature was removed", no_checkpoint),
        "checkpoint-garbage": ("the log's signature is garbage", checkpoint_garbage),
        "proof-missing": ("the proof that the entry is in the log was removed", no_proof),
        "index-changed": ("the entry's place in the log was changed", index),
        "size-huge": ("the log's size was changed to the greatest number", size),
        "index-negative": ("the entry's place in the log is negative", negative),
        "log-unknown": ("the entry names a log that nobody knows", name),
        "kind-changed": ("the entry's kind was changed", kind),
        "body-changed": ("the entry's text was changed", body),
        "body-missing": ("the entry's text was removed", no_body),
    }
    for number, (name, (title, change)) in enumerate(changes.items()):
        for log in (1, 2) if number < 8 else (1 + number % 2,):
            image = made.image(f"entry-{name}-rekor{log}", "referrers")
            made.cosign.sign(image, WAYS[log], who=PERSON)
            attached.edit_bundle(image, change)
            made.case(image, title, WAYS[log], made.by_person())


def logged(made, image, signer, log, at=None):
    """An envelope for the image, and its entry in a log."""
    at = at or made.ours
    signed = hand.envelope(hand.statement([hand.subject(image)]), signer)
    if log == 1:
        return signed, hand.entry_in_bundle(hand.envelope_in_log1(at, signed, signer))
    return signed, hand.envelope_in_log2(at, signed, signer)


def times(made, log, signed):
    return [made.ours.timestamp(hand.first_signature(signed))] if log == 2 else []


def other_entries(made):
    """Entries that are in a log, each for itself without fault."""
    for log, way in WAYS.items():
        way = f"by hand as {way}"

        def case(title, image, signer, signed, *found, log=log, way=way):
            attached.put_bundle(image, hand.bundle(signed, signer, found, times(made, log, signed)))
            made.case(image, title, way, made.by_person(), says=LOG)

        image, other = (
            made.image(f"entry-of-another-rekor{log}", "referrers", tag=tag) for tag in ("evil", "good")
        )
        signer = hand.keyless(made.ours, PERSON)
        signed = hand.envelope(hand.statement([hand.subject(image)]), signer)
        _, entry = logged(made, other, signer, log)
        case("the log's entry is that of another image, by the same signer", image, signer, signed, entry)

        image = made.image(f"entry-of-another-signer-rekor{log}", "referrers")
        _, entry = logged(made, image, hand.keyless(made.ours, PERSON), log)
        signed = hand.envelope(hand.statement([hand.subject(image)]), signer)
        case("the log's entry is that of another signature of the same image", image, signer, signed, entry)

        image = made.image(f"entry-in-other-log-rekor{log}", "referrers")
        signed, entry = logged(made, image, signer, log, made.theirs)
        case("the entry is in somebody else's log", image, signer, signed, entry)

        image = made.image(f"entry-under-other-name-rekor{log}", "referrers")
        signed, entry = logged(made, image, signer, log, made.theirs)
        _, real = logged(made, other, signer, log)
        entry["logId"] = real["logId"]
        case(
            "the entry is in somebody else's log and says that it is in the right one",
            image,
            signer,
            signed,
            entry,
        )

        image = made.image(f"checkpoint-of-other-log-rekor{log}", "referrers")
        signed, entry = logged(made, image, signer, log)
        _, foreign = logged(made, image, signer, log, made.theirs)
        entry["inclusionProof"] = foreign["inclusionProof"]
        case("the proof and its signature are those of somebody else's log", image, signer, signed, entry)

        image = made.image(f"checkpoint-of-before-rekor{log}", "referrers")
        _, before = logged(made, other, signer, log)
        signed, entry = logged(made, image, signer, log)
        entry["inclusionProof"]["checkpoint"] = before["inclusionProof"]["checkpoint"]
        case("the log's signature is one from before this entry", image, signer, signed, entry)


def several_entries(made):
    for log, way in WAYS.items():
        signer = hand.keyless(made.ours, PERSON)
        image = made.image(f"entry-extra-rekor{log}", "referrers")
        signed, right = logged(made, image, signer, log)
        _, wrong = logged(made, image, signer, log, made.theirs)
        attached.put_bundle(image, hand.bundle(signed, signer, [right, wrong], times(made, log, signed)))
        title = "beside the log's entry there is one of a log that nobody knows"
        made.case(image, title, f"by hand as {way}", made.by_person(), says=LOG)

        image = made.image(f"entry-extra-broken-rekor{log}", "referrers")
        signed, right = logged(made, image, signer, log)
        wrong = json.loads(json.dumps(right))
        wrong["logIndex"] = wrong["inclusionProof"]["logIndex"] = "0"
        attached.put_bundle(image, hand.bundle(signed, signer, [right, wrong], times(made, log, signed)))
        title = "beside the log's entry there is the same one with a proof that does not fit"
        made.case(image, title, f"by hand as {way}", made.by_person(), says=LOG)

        image = made.image(f"entry-twice-rekor{log}", "referrers")
        signed, right = logged(made, image, signer, log)
        attached.put_bundle(image, hand.bundle(signed, signer, [right, right], times(made, log, signed)))
        made.case(image, "the log's entry is there twice", f"by hand as {way}", made.by_person(), says=LOG)


def promises(made):
    """Rekor 1 promises to enter, and says when: in bundles of before 0.3 without a proof too."""
    way = f"by hand as {WAYS[1]}"

    def case(name, title, change, expected="refused", media_type=attached.BUNDLE, start=None, says=(), **how):
        image = made.image(f"promise-{name}", "referrers")
        signer = hand.keyless(made.ours, PERSON, start=start)
        signed, entry = logged(made, image, signer, 1)
        change(entry)
        bundle = hand.bundle(signed, signer, [entry])
        if media_type != attached.BUNDLE:
            bundle["mediaType"] = media_type
            chain = {"certificates": [bundle["verificationMaterial"].pop("certificate")]}
            bundle["verificationMaterial"]["x509CertificateChain"] = chain
        attached.put_bundle(image, bundle, media_type=media_type, artifact_type=media_type)
        also = "" if media_type == attached.BUNDLE else ", bundle 0.1"
        made.case(image, title, way + also, made.by_person(), expected, says=says)

    def without_proof(entry):
        del entry["inclusionProof"]

    def broken(entry):
        promise = entry["inclusionPromise"]
        promise["signedEntryTimestamp"] = flip(promise["signedEntryTimestamp"])

    def neither(entry):
        del entry["inclusionProof"], entry["inclusionPromise"]

    def broken_without_proof(entry):
        broken(entry)
        without_proof(entry)

    yesterday = material.utc_now() - material.datetime.timedelta(days=1)

    def backdated(entry):
        entry["integratedTime"] = str(int(yesterday.timestamp()) + 60)

    case(
        "without-proof",
        "a promise of the log and no proof, which this version of bundles must have",
        without_proof,
    )
    case("broken", "the log's promise is broken, its proof is right", broken)
    case(
        "missing",
        "a proof and no promise: nothing says when it was signed",
        lambda entry: entry.pop("inclusionPromise"),
    )
    case("neither", "neither a promise nor a proof", neither)
    case(
        "backdated",
        "the certificate has expired, and the entry's time was set back into its life",
        backdated,
        start=yesterday,
    )
    case(
        "old-broken",
        "the log's promise is broken, and there is no proof",
        broken_without_proof,
        media_type=OLD_BUNDLE,
    )


def annotations(made):
    """The same where cosign 2 keeps the entry: beside the signature."""
    way = "by hand as cosign 2, keyless"

    def case(name, title, change, says=LOG, start=None):
        image = made.image(f"annotation-{name}")
        signer = hand.keyless(made.ours, PERSON, start=start)
        layer = hand.layer(made.ours, hand.payload(image), signer)
        entry = json.loads(layer.annotations[attached.LOG_ENTRY])
        entry = change(image, signer, entry, layer) or entry
        layer.annotations[attached.LOG_ENTRY] = json.dumps(entry)
        attached.put_layers(image, "sig", [layer])
        made.case(image, title, way, made.by_person(), says=says)

    def promise(image, signer, entry, layer):
        entry["SignedEntryTimestamp"] = flip(entry["SignedEntryTimestamp"])

    def another(image, signer, entry, layer):
        data = b"something else"
        return json.loads(
            hand.entry_in_annotation(hand.data_in_log1(made.ours, data, signer.sign(data), signer))
        )

    def other_log(image, signer, entry, layer):
        signature = decode(layer.annotations[attached.SIGNATURE])
        answer = hand.data_in_log1(made.theirs, layer.payload, signature, signer)
        return json.loads(hand.entry_in_annotation(answer))

    def index(image, signer, entry, layer):
        entry["Payload"]["logIndex"] += 1

    yesterday = material.utc_now() - material.datetime.timedelta(days=1)

    def backdated(image, signer, entry, layer):
        entry["Payload"]["integratedTime"] = int(yesterday.timestamp()) + 60

    case("promise-broken", "one bit of the log's promise was changed", promise)
    case("entry-of-another", "the log's entry is that of another signature by the same signer", another)
    case("entry-in-other-log", "the entry is in somebody else's log", other_log)
    case("index-changed", "the entry's place in the log was changed", index)
    title = "the certificate has expired, and the entry's time was set back into its life"
    case("backdated", title, backdated, start=yesterday)


def with_a_key(made):
    """A key and a trusted root: the log is asked for too."""
    signer = made.signer()
    for log in (1, 2):
        way = f"by hand as cosign 3, key, Rekor {log}"
        trust = made.by_key(logged=True)
        image = made.image(f"key-right-log-rekor{log}")
        signed, entry = logged(made, image, signer, log)
        attached.put_bundle(image, hand.bundle(signed, signer, [entry], times(made, log, signed)))
        made.case(image, "nothing", way, trust, ACCEPTED)

        image = made.image(f"key-other-log-rekor{log}")
        signed, entry = logged(made, image, signer, log, made.theirs)
        attached.put_bundle(image, hand.bundle(signed, signer, [entry], times(made, log, signed)))
        made.case(image, "signed by the right key, and entered in somebody else's log", way, trust, says=LOG)

        image, other = (made.image(f"key-entry-of-another-rekor{log}", tag=tag) for tag in ("evil", "good"))
        signed = hand.envelope(hand.statement([hand.subject(image)]), signer)
        _, entry = logged(made, other, signer, log)
        attached.put_bundle(image, hand.bundle(signed, signer, [entry], times(made, log, signed)))
        title = "signed by the right key; the log's entry is that of another image"
        made.case(image, title, way, trust, says=LOG)

    image = made.image("key-no-log-wanted-3")
    made.cosign.sign(image, "cosign 3, key, no log")
    title = "signed without a log, and the policy asks for one"
    made.case(image, title, "cosign 3, key, no log", made.by_key(logged=True), says=LOG)
