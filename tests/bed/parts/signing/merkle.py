"""An append-only log's tree (RFC 6962, 2.1): its root and the proof that an entry is in it."""

import hashlib


def leaf(data):
    return hashlib.sha256(b"\0" + data).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    """The largest power of two below count: how many leaves are in the left half."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves):
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return node(root(leaves[:half]), root(leaves[half:]))


def inclusion_proof(leaves, index):
    """The hashes beside the way from a leaf up to the root."""
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return inclusion_proof(leaves[:half], index) + [root(leaves[half:])]
    return inclusion_proof(leaves[half:], index - half) + [root(leaves[:half])]
