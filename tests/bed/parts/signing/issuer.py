"""A stand-in for an OpenID issuer: identity tokens for whoever a test wants to be."""

import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

import material


class TokenError(Exception):
    """A token that this issuer did not sign, or whose time is over."""


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Issuer:
    def __init__(self, folder, url):
        self.key = material.load_key(folder, "issuer")
        self.url = url

    def token(self, claims):
        """A JSON web token with these claims; `iss` may be any issuer that the test plays."""
        now = int(time.time())
        everything = {"iss": self.url, "aud": "sigstore", "iat": now, "nbf": now, "exp": now + 600}
        everything.update(claims)
        everything.setdefault("sub", everything.get("email", "nobody"))
        if "email" in everything:
            everything["email_verified"] = True
        signed = encode(b'{"alg":"ES256","typ":"JWT"}') + b"." + encode(json.dumps(everything).encode())
        r, s = utils.decode_dss_signature(self.key.sign(signed, ec.ECDSA(hashes.SHA256())))
        return (signed + b"." + encode(r.to_bytes(32, "big") + s.to_bytes(32, "big"))).decode()

    def claims(self, token):
        """The claims of a token from `token`; whatever else comes is refused, as Fulcio would."""
        try:
            signed, signature = token.rsplit(".", 1)
            raw = decode(signature)
            pair = utils.encode_dss_signature(
                int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            )
            self.key.public_key().verify(pair, signed.encode(), ec.ECDSA(hashes.SHA256()))
            claims = json.loads(decode(signed.split(".")[1]))
        except (ValueError, IndexError, InvalidSignature) as error:
            raise TokenError("this identity token is not from this issuer") from error
        if claims["exp"] < time.time():
            raise TokenError("this identity token has expired")
        return claims
