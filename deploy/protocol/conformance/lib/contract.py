"""What the contract computes: signed messages, digests, hashes of records, roots, chains.

Written from deploy/protocol alone; needs PyPI `cryptography`.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HASH_BYTES = 16
BUCKETS = 256
DEPTH = 16
# From here on JSON readers round whole numbers.
REVISION_MAX = 2 ** 53 - 1
# Longest `exp - iat` in seconds; everything that is no command has the last.
LIFETIMES = {"unlock": 30, "adminUnlock": 30, "mode": 30}
COMMAND_LIFETIME = 3600
# The kinds whose payload may be deflated, with the most bytes that come of it.
DEFLATED = {"config": 256 << 10, "credentials": 1 << 20, "snapshot": 512 << 10, "chunk": 1 << 20, "repair": 1 << 20}
BATCH_BYTES = 256 << 10
DATA_LIFETIME = 604800


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def canonical(value):
    """JSON with sorted members, no white space, text without needless escapes (RFC 8785)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


# Credentials


def card_digest(key, text):
    """The digest of `card:FORMAT:FACILITY:NUMBER`, `pin:DIGITS` or `mobile:TEXT`, in base64url."""
    return encode(hmac.new(key, text.encode(), hashlib.sha256).digest())


def with_defaults(kind, record):
    """The record as it is hashed: the members that have a default are there."""
    full = {name: value for name, value in record.items() if value is not None}
    if kind == "person":
        full = {"memberType": "", "membershipStatus": "active", "tags": [], "grants": [], **full}
        full["grants"] = [
            {"facilityWide": False, "doors": [], "groups": [], **grant} for grant in full["grants"]]
    return full


def record_hash(kind, record):
    text = kind.encode() + b"\n" + canonical(with_defaults(kind, record))
    return hashlib.sha256(text).digest()[:HASH_BYTES]


def bucket(identifier):
    return hashlib.sha256(identifier.encode()).digest()[0]


def buckets_of(persons, credentials):
    """The 256 buckets of all persons and of the credentials whose status is `active`."""
    buckets = [bytes(HASH_BYTES)] * BUCKETS
    rows = [("person", record) for record in persons]
    rows += [("credential", record) for record in credentials if record["status"] == "active"]
    for kind, record in rows:
        number = bucket(record["id"])
        pairs = zip(buckets[number], record_hash(kind, record))
        buckets[number] = bytes(left ^ right for left, right in pairs)
    return buckets


def root(buckets):
    return encode(hashlib.sha256(b"".join(buckets)).digest())


# Events


def link(before, data):
    """The chain of an event, in base64url; `before` is that of the event before it, or None."""
    start = decode(before) if before else bytes(HASH_BYTES)
    return encode(hashlib.sha256(start + canonical(data)).digest()[:HASH_BYTES])


# Signed messages


class Refused(Exception):
    """A message that breaks a rule; `args[0]` is the contract's word for the cause. `claims` are those of
    a well signed message that each reader may read differently, as one reader has them."""

    def __init__(self, cause, what, claims=None):
        super().__init__(cause, what)
        self.claims = claims


def sign(key, kid, claims, header=None):
    """A compact JWS; `header` is for whoever wants a wrong one."""
    return sign_text(key, kid, canonical(claims), header)


def sign_text(key, kid, payload, header=None):
    """The same over any bytes."""
    head = canonical(header or {"alg": "EdDSA", "kid": kid})
    signed = encode(head) + "." + encode(payload)
    return signed + "." + encode(key.sign(signed.encode()))


def deflate(data):
    """RFC 1951, without head and checksum."""
    engine = zlib.compressobj(wbits=-15)
    return engine.compress(data) + engine.flush()


def inflate(data, most, wbits):
    """All that comes of deflated bytes; raises ValueError for more than `most`, for a missing end, and for
    bytes behind it."""
    engine = zlib.decompressobj(wbits)
    try:
        text = engine.decompress(data, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if len(text) > most:
        raise OverflowError(f"inflates to more than {most} bytes")
    if not engine.eof or engine.unused_data:
        raise ValueError("ends early, or has bytes behind its end")
    return text


def read_batch(payload):
    """The JSON of a message on `up/events`, whose sender may have deflated it (RFC 1950)."""
    return inflate(payload, BATCH_BYTES, 15) if payload[:1] == b"\x78" else payload


def read_alike(text):
    """The JSON of a text that each reader reads alike; raises ValueError for any other."""
    def once(pairs):
        names = [name for name, _ in pairs]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"{name} is there twice")
        return dict(pairs)

    def depth(value):
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
        return 0 if inner is None else 1 + max(map(depth, inner), default=0)
    value = json.loads(text, object_pairs_hook=once)
    if depth(value) > DEPTH:
        raise ValueError(f"is nested deeper than {DEPTH} levels")
    return value


def claims_of(kind, body, audience, lifetime, issuer="conformance", identifier=None, now=None):
    issued = int(time.time()) if now is None else now
    return {
        "iss": issuer, "aud": audience, "iat": issued, "nbf": issued, "exp": issued + lifetime,
        "jti": identifier or str(uuid.uuid4()), "typ": kind, "body": body}


def open_message(message, keys, kind=None):
    """The claims of a compact JWS that one of `keys` (public keys by kid) signed. Of a `kind` that may be
    deflated it is inflated."""
    parts = message.split(".")
    if len(parts) != 3:
        raise Refused("malformed", f"has {len(parts)} parts")
    try:
        header = json.loads(decode(parts[0]))
        payload = decode(parts[1])
        claims = None if "zip" in header else json.loads(payload)
        signature = decode(parts[2])
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", str(error)) from error
    if header.get("alg") != "EdDSA":
        raise Refused("wrongAlgorithm", f"alg is {header.get('alg')}")
    if set(header) - {"zip"} != {"alg", "kid"} or header.get("zip", "DEF") != "DEF":
        raise Refused("malformed", f"the header has {sorted(header)}")
    if header["kid"] not in keys:
        raise Refused("unknownKey", header["kid"])
    try:
        keys[header["kid"]].verify(signature, f"{parts[0]}.{parts[1]}".encode())
    except InvalidSignature as error:
        raise Refused("badSignature", header["kid"]) from error
    try:
        if "zip" in header:
            payload = inflate(payload, DEFLATED[kind], -15)
    except OverflowError as error:
        raise Refused("tooLarge", str(error)) from error
    except (ValueError, KeyError) as error:
        raise Refused("malformed", f"cannot be inflated: {error}") from error
    try:
        return read_alike(payload)
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", str(error), claims) from error


def kid_of(message):
    return json.loads(decode(message.split(".")[0]))["kid"]


def lifetime_of(kind, body):
    if kind != "commands":
        return DATA_LIFETIME
    return LIFETIMES.get(body.get("kind"), COMMAND_LIFETIME)


# Revisions


def highest_after(revision):
    """The highest revision that may follow another: one message takes half of what is left at most."""
    return revision + (REVISION_MAX - revision + 1) // 2


# Keys

PRIME = 2 ** 255 - 19


def is_nobodys(key):
    """Whether 32 bytes are of small order, or no encoding of a point: anybody could sign for such a key."""
    y = int.from_bytes(key, "little") % 2 ** 255
    if y >= PRIME:
        return True
    # Doubled twice a point of order 8 has y = 0; those of order 1, 2 and 4 have y = 1, -1 and 0. From y
    # alone: x^2 = (y^2 - 1) / (d y^2 + 1), and the double has (y^2 + x^2) / (2 - y^2 + x^2).
    d = -121665 * pow(121666, -1, PRIME)
    square = (y * y - 1) * pow(d * y * y + 1, -1, PRIME)
    doubled = (y * y + square) * pow(2 - y * y + square, -1, PRIME) % PRIME
    return y in (0, 1, PRIME - 1) or doubled == 0


def private_key(seed):
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_bytes(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_public_keys(path):
    """The lines `KEYID BASE64URL` of a file `cloud.pub`."""
    keys = {}
    with open(path) as file:
        for line in file:
            if line.strip():
                kid, text = line.split()
                keys[kid] = Ed25519PublicKey.from_public_bytes(decode(text))
    return keys


def agreed_key(use, controller, own_private, other_public):
    """A key that device and cloud derive alike; `use` is `credentials` or `offlinePIN`."""
    own = X25519PrivateKey.from_private_bytes(own_private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(other_public))
    both = sorted([public_bytes(own), other_public])
    info = f"postern-device-1:{use}:{controller}:".encode() + b"".join(both)
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=b"", info=info).derive(shared)
