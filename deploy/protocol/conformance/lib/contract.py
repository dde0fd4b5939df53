"""What the contract computes: signed messages, digests, hashes of records, roots, chains.

Written from deploy/protocol alone; needs PyPI `cryptography`.
"""

import base64
import hashlib
import hmac
import json
import time
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HASH_BYTES = 16
BUCKETS = 256
# Longest `exp - iat` in seconds; everything that is no command has the last.
LIFETIMES = {"unlock": 30, "adminUnlock": 30, "mode": 30}
COMMAND_LIFETIME = 3600
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
    """A message that breaks a rule; `args[0]` is the contract's word for the cause."""


def sign(key, kid, claims, header=None):
    """A compact JWS; `header` is for whoever wants a wrong one."""
    head = canonical(header or {"alg": "EdDSA", "kid": kid})
    signed = encode(head) + "." + encode(canonical(claims))
    return signed + "." + encode(key.sign(signed.encode()))


def claims_of(kind, body, audience, lifetime, issuer="conformance", identifier=None, now=None):
    issued = int(time.time()) if now is None else now
    return {
        "iss": issuer, "aud": audience, "iat": issued, "nbf": issued, "exp": issued + lifetime,
        "jti": identifier or str(uuid.uuid4()), "typ": kind, "body": body}


def open_message(message, keys):
    """The claims of a compact JWS that one of `keys` (public keys by kid) signed."""
    parts = message.split(".")
    if len(parts) != 3:
        raise Refused("malformed", f"has {len(parts)} parts")
    try:
        header = json.loads(decode(parts[0]))
        claims = json.loads(decode(parts[1]))
        signature = decode(parts[2])
    except (ValueError, RecursionError) as error:
        raise Refused("malformed", str(error)) from error
    if header.get("alg") != "EdDSA":
        raise Refused("wrongAlgorithm", f"alg is {header.get('alg')}")
    if set(header) != {"alg", "kid"}:
        raise Refused("malformed", f"the header has {sorted(header)}")
    if header["kid"] not in keys:
        raise Refused("unknownKey", header["kid"])
    try:
        keys[header["kid"]].verify(signature, f"{parts[0]}.{parts[1]}".encode())
    except InvalidSignature as error:
        raise Refused("badSignature", header["kid"]) from error
    return claims


def kid_of(message):
    return json.loads(decode(message.split(".")[0]))["kid"]


def lifetime_of(kind, body):
    if kind != "commands":
        return DATA_LIFETIME
    return LIFETIMES.get(body.get("kind"), COMMAND_LIFETIME)


# Keys


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
