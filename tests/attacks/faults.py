"""Registries that are at fault, or do what a signature must not depend on."""

import json
import time

import attached
import registry
from corpus import ACCEPTED, FAULT, REFUSED
from faulty import Faulty

OLD, NEW = "cosign 2, key, no log", "cosign 3, key, no log"
ENDLESS = {"endless", "huge", "pages", "many"}
JSON = {"Content-Type": registry.INDEX}


def make(made):
    server = Faulty()
    answers(made, server)
    contents(made, server)
    lists(made, server)
    moves(made, server)


def case(made, server, name, title, way, behaviour, expected, **how):
    """A signed image; `behaviour` is made for it, and answers those requests that it is about. Where there is no end,
    cosign is not asked: it would read until its memory or its three minutes are over."""
    if ENDLESS.intersection(name.split("-")):
        how["cosign"] = ()
    image = made.image(f"fault-{name}", "referrers" if way == NEW else "plain")
    made.cosign.sign(image, way)
    front = server.in_front_of(image, behaviour(image))
    made.case(front, title, way, made.by_key(), expected, **how)


def when(about, answer):
    """Answers the requests whose path has this text."""

    def behaviour(handler):
        if about not in handler.path:
            return False
        answer(handler)
        return True

    return behaviour


def answers(made, server):
    """The registry does not say whether there is a signature: that is no answer."""
    statuses = {500: FAULT, 503: FAULT, 429: FAULT, 401: FAULT, 403: FAULT}
    for status, expected in statuses.items():

        def refuse(handler, status=status):
            headers = {"WWW-Authenticate": 'Basic realm="registry"'} if status == 401 else {}
            handler.answer(status, b'{"errors": []}', headers)

        title = f"asked for the signature, the registry answers {status}"
        case(made, server, f"signature-{status}", title, OLD, lambda image: when(".sig", refuse), expected)
        title = f"asked for the list of referrers, the registry answers {status}"
        case(
            made,
            server,
            f"referrers-{status}",
            title,
            NEW,
            lambda image: when("/referrers/", refuse),
            expected,
        )


def bundle_of(image):
    """The digests of the bundle's manifest, and of the bundle."""
    ((_, descriptor),) = attached.bundles(image)
    manifest = image.repository.manifest(descriptor["digest"])
    return descriptor["digest"], manifest["layers"][0]["digest"]


def contents(made, server):
    def changed(handler):
        status, body, headers = handler.ask()
        handler.answer(status, body.replace(b"application", b"applicatioN"), headers)

    def cut(handler):
        handler.cut(*handler.ask())

    def endless(handler):
        handler.stream({"Content-Type": "application/octet-stream"})

    def huge(handler):
        handler.stream({"Content-Type": registry.MANIFEST, "Content-Length": str(1 << 30)}, most=1 << 30)

    def other_digest(handler):
        status, body, headers = handler.ask()
        handler.answer(status, body, headers | {"Docker-Content-Digest": registry.digest(b"something else")})

    case(
        made,
        server,
        "bundle-other",
        "the bundle is not what its digest says",
        NEW,
        lambda image: when(bundle_of(image)[1], changed),
        REFUSED,
    )
    case(
        made,
        server,
        "bundle-manifest-other",
        "the manifest of the bundle is not what its digest says",
        NEW,
        lambda image: when(bundle_of(image)[0], changed),
        REFUSED,
    )
    case(
        made,
        server,
        "bundle-endless",
        "the bundle has no end",
        NEW,
        lambda image: when(bundle_of(image)[1], endless),
        REFUSED,
    )
    case(
        made,
        server,
        "bundle-cut",
        "the registry goes away in the middle of the bundle",
        NEW,
        lambda image: when(bundle_of(image)[1], cut),
        FAULT,
    )
    case(
        made,
        server,
        "signature-huge",
        "the signature's manifest has 1 GiB",
        OLD,
        lambda image: when(".sig", huge),
        REFUSED,
    )
    case(
        made,
        server,
        "signature-other-digest",
        "the signature's manifest comes with another digest in its header",
        OLD,
        lambda image: when(".sig", other_digest),
        REFUSED,
    )
    case(
        made,
        server,
        "signature-cut",
        "the registry goes away in the middle of the signature's manifest",
        OLD,
        lambda image: when(".sig", cut),
        FAULT,
    )


def lists(made, server):
    def endless(handler):
        handler.stream(JSON, b'{"schemaVersion": 2, "manifests": [')

    def pages(handler):
        # Slow enough that the limit on time comes before any on the number of pages.
        time.sleep(0.02)
        index = {"schemaVersion": 2, "mediaType": registry.INDEX, "manifests": []}
        path = handler.path.split("?")[0]
        handler.server.pages = getattr(handler.server, "pages", 0) + 1
        headers = JSON | {"Link": f'<{path}?page={handler.server.pages}>; rel="next"'}
        handler.answer(200, json.dumps(index).encode(), headers)

    def garbage(handler):
        handler.answer(200, b"garbage", JSON)

    def many(handler):
        entries = [
            {
                "mediaType": registry.MANIFEST,
                "digest": registry.digest(b"%d" % number),
                "size": 800,
                "artifactType": attached.BUNDLE,
            }
            for number in range(10000)
        ]
        handler.answer(
            200,
            json.dumps({"schemaVersion": 2, "mediaType": registry.INDEX, "manifests": entries}).encode(),
            JSON,
        )

    titles = {
        "endless": ("the list of referrers has no end", endless, REFUSED),
        "pages": ("the list of referrers has one page more, always", pages, FAULT),
        "garbage": ("the list of referrers is garbage", garbage, REFUSED),
        "many": ("the list of referrers has ten thousand, and none of them is there", many, REFUSED),
    }
    for name, (title, answer, expected) in titles.items():
        case(
            made,
            server,
            f"referrers-{name}",
            title,
            NEW,
            lambda image, answer=answer: when("/referrers/", answer),
            expected,
        )


def moves(made, server):
    """The tag means one image when it is asked for first, and another one ever after."""
    for name, signed_first in (("moves-away", True), ("moves-back", False)):
        image, other = (made.image(f"fault-{name}", tag=tag) for tag in ("1.0.0", "other"))
        made.cosign.sign(image, OLD)
        first, then = (image, other) if signed_first else (other, image)
        seen = set()

        def behaviour(handler, first=first, then=then, seen=seen):
            if not handler.path.endswith("/manifests/1.0.0"):
                return False
            now = then if seen else first
            if handler.command == "GET":
                seen.add(now.digest)
            handler.path = handler.path.replace("/1.0.0", f"/{now.digest}")
            return False

        front = server.in_front_of(image, behaviour)
        title = "the tag moves from the signed image to another one while it is looked at"
        if not signed_first:
            title = "the tag moves to the signed image while another one is looked at"
        how = {"digest": image.digest} if signed_first else {}
        made.case(
            front,
            title,
            OLD,
            made.by_key(),
            ACCEPTED if signed_first else REFUSED,
            tag="1.0.0",
            cosign=(),
            **how,
        )
