"""A small controller without hardware, written from the contract alone.

`check-cloud` plays it against a cloud and makes it do what real doors do on bad days;
`doubles/door` is it with planted faults.
"""

import json
import os
import threading
import time
import uuid
import zlib

import contract

RESEND_SECONDS = 10
HELLO_SECONDS = 5
BATCH_MAX = 200
URGENT = ("postern.access.adminUnlock.v1", "postern.alarm.raised.v1")
COMMANDS = ["unlock", "adminUnlock", "identify", "mode", "clearLockout", "forgive", "sync",
            "diagnostics", "logs", "trustKey", "delegateKey", "distrustKey", "revokeOfflinePIN"]
COMMAND_MEMBERS = {"kind", "door", "person", "reason", "mode", "seconds", "reader", "location", "sessionNonce",
                   "keyID", "key", "delegation", "window"}
RIGHTS = {"unlock": "unlock", "adminUnlock": "operate", "mode": "operate", "clearLockout": "operate", "forgive": "operate",
          "revokeOfflinePIN": "operate", "trustKey": "trust", "delegateKey": "trust", "distrustKey": "trust"}
# Members without which a command is for more.
NARROWING = {"mode": ("door", "seconds"), "clearLockout": ("reader",), "forgive": ("person",)}


FEATURES = ["boundContent", "everywhere", "dryRun", "baseDigest", "warnings", "requestIDs", "singleMembers",
            "boundedRevisions", "deflate"]
MEMBERS = {
    "person": ("id", "accessEnabled", "memberType", "membershipStatus", "tags", "customTags", "grants"),
    "credential": ("id", "kind", "person", "status", "digest", "validFrom", "validUntil", "doors", "scopes",
                   "className", "usesMax", "validSecondsFromFirstUse", "device", "reservationID", "tenantID",
                   "duress", "everywhere")}


class Records:
    """Persons and credentials by id."""

    def __init__(self):
        self.persons, self.credentials = {}, {}

    def table(self, kind):
        return self.persons if kind == "person" else self.credentials

    def buckets(self):
        return contract.buckets_of(self.persons.values(), self.credentials.values())

    def root(self):
        return contract.root(self.buckets())


def problems_of(kind, record, path, features=()):
    """What is wrong with a record, by path."""
    found = []

    def wrong(member, message):
        found.append({"path": f"{path}.{member}", "message": message})
    if not isinstance(record.get("id"), str) or not record["id"]:
        wrong("id", "is missing")
    if kind == "person":
        if not isinstance(record.get("accessEnabled"), bool):
            wrong("accessEnabled", "is missing")
        if len(record.get("tags") or []) > 64:
            wrong("tags", f"has {len(record['tags'])} entries, at most 64 are allowed")
    else:
        if record.get("kind") not in ("card", "pin", "mobile"):
            wrong("kind", "is none of card, pin, mobile")
        if record.get("status") not in ("active", "revoked"):
            wrong("status", "is none of active, revoked")
        if not isinstance(record.get("digest"), str) or len(record["digest"]) != 43:
            wrong("digest", "is not 32 bytes in base64url")
        if "everywhere" in features and record.get("status") == "active" and not (
                record.get("doors") or record.get("scopes") or record.get("everywhere")):
            wrong("doors", "names no door and no scope; give its places, or everywhere true")
    return found


def problems_of_config(document):
    found = []
    facility = document.get("facility")
    if not isinstance(facility, dict) or not facility.get("timeZone"):
        found.append({"path": "facility.timeZone", "message": "is missing"})
    if isinstance(facility, dict) and not facility.get("name"):
        found.append({"path": "facility.name", "message": "is missing"})
    for index, door in enumerate(document.get("doors") or []):
        hold = door.get("holdTimeSeconds", 5)
        if not isinstance(hold, int) or not 1 <= hold <= 30:
            found.append({"path": f"doors[{index}].holdTimeSeconds",
                          "message": f"{hold} is outside 1 to 30"})
    return found


def merged(value, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for name, change in patch.items():
        if change is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), change)
    return result


class Door:
    """`auto` names the kinds of messages that it answers by itself; `faults` are for its double."""

    def __init__(self, controller, keys, faults=(), log=None, features=()):
        self.features = list(features)
        self.controller, self.keys, self.faults = controller, dict(keys), set(faults)
        # What a delegated key may sign.
        self.delegations = {}
        self.lock = threading.RLock()
        self.link = None
        self.auto = {"config", "credentials", "commands", "ack", "snapshot", "chunk", "repair", "digest"}
        # Called with each message: its kind, its claims or None, what is wrong or None.
        self.watch = log or (lambda *_: None)
        self.nonce, self.boot = "", str(uuid.uuid4())
        self.config, self.config_revision = None, 0
        self.records, self.revision = Records(), 0
        self.snapshot = None
        self.epoch, self.events, self.acknowledged, self.sent = str(uuid.uuid4()), [], 0, 0
        self.dropped = 0
        self.resend_at, self.hello_at, self.unanswered = None, None, 0
        self.results = {}
        self.clock_trust = "synchronised"
        self.message_bytes_max = 1048576
        self.hello_extra = {}
        # Whether the cloud of this session takes deflated batches.
        self.deflates = False
        # What is in force at the present revisions, and what each command was.
        self.content = {"config": None, "credentials": None}
        self.orders = {}

    # The connection

    def say(self, kind, body, retain=False):
        topic = f"{self.link.options.prefix}/{self.controller}/up/{kind}"
        payload = body if isinstance(body, (bytes, str)) else json.dumps(body)
        self.link.publish(topic, payload, retain)

    def begin(self):
        """What a controller does after each connect."""
        with self.lock:
            self.nonce = str(uuid.uuid4())
            self.deflates = "deflates for everybody" in self.faults
            self.sent = self.acknowledged
            self.unanswered = 0
            self.hello()
            self.state()
            self.record("postern.cloud.connected.v1")

    def hello(self, requests=()):
        body = {
            "controller": self.controller, "software": "0.0.1", "bootID": self.boot,
            "sessionNonce": self.nonce, "configRevision": self.config_revision,
            "credentialRevision": self.revision, "logEpoch": self.epoch,
            "lastEvent": len(self.events), "acknowledgedEvent": self.acknowledged,
            "clockTrust": self.clock_trust, "simulated": True, "protocolVersion": 1,
            "commands": COMMANDS, "messageBytesMax": self.message_bytes_max,
            "credentialDigest": self.root(), **self.hello_extra}
        if self.features:
            body["features"] = self.features
        if requests and "names no request" not in self.faults:
            body["requestIDs"] = list(requests)
        self.say("hello", body)
        if "never repeats a hello" not in self.faults:
            self.hello_at = time.monotonic() + HELLO_SECONDS * 2 ** min(self.unanswered, 6)
        return body

    def state(self, online=True, nonce=None):
        nonce = nonce or self.nonce
        doors = [{"id": "front", "lock": "secured"}] if online else []
        self.say("state", {"controller": self.controller, "online": online, "simulated": True,
                           "doors": doors, "sessionNonce": nonce},
                 retain="state is not retained" not in self.faults)

    def root(self):
        root = self.records.root()
        if "wrong root" in self.faults and self.records.credentials:
            return contract.encode(bytes(32))
        return root

    # Events

    def record(self, event_type, **members):
        detail = members.pop("detail", {})
        extra = members.pop("extra", {})
        at = members.pop("at", None)
        data = {
            "id": members.pop("id", None) or str(uuid.uuid4()), "type": event_type,
            "timeMilliseconds": int(time.time() * 1000) if at is None else at,
            "clockTrust": self.clock_trust, "simulated": True,
            "checkInCandidate": event_type == "postern.access.granted.v1", "detail": detail, **members}
        with self.lock:
            before = self.events[-1]["chain"] if self.events else None
            chain = contract.link(before, data)
            if "broken chain" in self.faults and len(self.events) % 3 == 2:
                chain = contract.encode(bytes(16))
            seconds = data["timeMilliseconds"] / 1000
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(max(seconds, 0)))
            event = {
                "specversion": "1.0", "id": data["id"], "source": f"/controllers/{self.controller}",
                "type": event_type, "time": f"{stamp}.{data['timeMilliseconds'] % 1000:03}Z",
                "datacontenttype": "application/json", "sequence": str(len(self.events) + 1),
                "chain": chain, "data": data, **extra}
            if data.get("door"):
                event["subject"] = f"doors/{data['door']}"
            self.events.append(event)
            if event_type in URGENT and "ack" in self.auto and "no urgent events" not in self.faults:
                self.say("urgent", {"controller": self.controller, "epoch": self.epoch, "event": event})
            self.pump()
        return event

    def batch(self, first, last):
        """Events `first` to `last`, as a message."""
        body = {"controller": self.controller, "epoch": self.epoch,
                "events": self.events[first - 1:last], "acknowledged": self.acknowledged}
        if self.dropped > self.acknowledged:
            body["droppedThrough"] = self.dropped
        return body

    def pump(self):
        if self.link is None or "ack" not in self.auto:
            return
        while max(self.sent, self.dropped) < len(self.events):
            first = max(self.sent, self.dropped) + 1
            last = min(first + BATCH_MAX - 1, len(self.events))
            if "gap in events" in self.faults and first > 3:
                first = min(first + 1, last)
            text = json.dumps(self.batch(first, last)).encode()
            self.say("events", zlib.compress(text) if self.deflates else text)
            self.sent = last
            self.resend_at = time.monotonic() + RESEND_SECONDS

    def tick(self):
        """Acts on what is due; call it a few times a second."""
        now = time.monotonic()
        with self.lock:
            if self.hello_at and self.hello_at <= now:
                self.unanswered += 1
                self.hello()
            if self.resend_at and self.resend_at <= now:
                self.resend_at = None
                if "deflates for ever" not in self.faults and "deflates for everybody" not in self.faults:
                    self.deflates = False
                if self.acknowledged < self.sent and "never sends again" not in self.faults:
                    self.sent = self.acknowledged
                    self.pump()

    # What comes in

    def take(self, heard):
        """A message below `down`."""
        try:
            keys = self.keys
            claims = self.verified(heard, keys)
        except contract.Refused as refusal:
            self.watch(heard, None, refusal)
            with self.lock:
                self.refuse(heard.kind, refusal)
                claims = refusal.claims or {}
                if claims.get("aud") == self.controller and claims.get("typ") == heard.kind and "jti" in claims:
                    self.answer_unreadable(heard.kind, claims, refusal.args[1])
            return
        self.watch(heard, claims, None)
        with self.lock:
            self.hello_at, self.unanswered = None, 0
            if heard.kind in self.auto:
                try:
                    getattr(self, "take_" + heard.kind)(claims, claims["body"])
                except (KeyError, TypeError, AttributeError) as error:
                    self.answer_unreadable(heard.kind, claims, error)

    def answer_unreadable(self, kind, claims, error):
        """A good signature over a body of another shape."""
        if "silent on other types" in self.faults:
            return
        if kind == "commands":
            self.finish(claims["jti"], "rejected", f"malformed: {error}")
        elif kind in ("config", "credentials"):
            self.applied(kind, claims, [{"path": str(error), "message": "is missing, or of another type"}])

    def verified(self, heard, keys):
        text = heard.payload.decode("utf-8", "replace")
        try:
            claims = contract.open_message(text, keys, heard.kind)
        except contract.Refused as refusal:
            if "inflates anything" in self.faults and refusal.args[0] == "tooLarge":
                claims = json.loads(zlib.decompress(contract.decode(text.split(".")[1]), -15))
                return {**claims, "kid": contract.kid_of(text)}
            if not ("believes any key" in self.faults and refusal.args[0] in ("badSignature", "unknownKey")
                    or "reads one of two members" in self.faults and refusal.claims):
                raise
            claims = json.loads(contract.decode(text.split(".")[1]))
        if claims.get("aud") != self.controller and "ignores the audience" not in self.faults:
            raise contract.Refused("wrongAudience", str(claims.get("aud")))
        if claims.get("typ") != heard.kind:
            raise contract.Refused("wrongKind", str(claims.get("typ")))
        claims = {**claims, "kid": contract.kid_of(text)}
        reason = self.beyond_rights(claims)
        if reason:
            refusal = contract.Refused("notAllowed", reason)
            refusal.claims = claims
            raise refusal
        return claims

    def beyond_rights(self, claims):
        """Why a delegated key may not sign this."""
        given = self.delegations.get(claims["kid"])
        if given is None or "ignores rights" in self.faults:
            return None
        body = claims["body"]
        right = RIGHTS.get(body.get("kind"), "maintain") if claims["typ"] == "commands" else {
            "ack": "acknowledge", "digest": "acknowledge", "config": "configure"}.get(claims["typ"], "credentials")
        if given.get("until", time.time() + 1) <= time.time():
            return "its time has ended"
        if right not in given["rights"]:
            return f"it has not the right {right}"
        if "doors" in given and body.get("door") not in given["doors"] and "ignores a key's doors" not in self.faults:
            return "it is for other doors"
        return None

    def refuse(self, kind, refusal):
        if "dies of garbage" in self.faults and refusal.args[0] == "malformed" and kind == "ack":
            os._exit(1)
        if "tells of no refusal" not in self.faults:
            self.record("postern.message.refused.v1", reason=refusal.args[0],
                        detail={"kind": kind, "cause": refusal.args[1]})

    def applied(self, subject, claims, problems, **more):
        revision = self.config_revision if subject == "config" else self.revision
        body = {"subject": subject, "messageID": claims["jti"], "revision": revision,
                "applied": not problems, "problems": problems, **more}
        if subject == "credentials":
            body["digest"] = self.root()
        self.say("applied", body)

    def is_late(self, claims):
        """Data that is out of its time is not refused: the cloud is asked for it again."""
        if claims["exp"] + 30 > time.time() or "takes late data" in self.faults:
            return False
        self.hello()
        return True

    def too_far(self, revision, present):
        """The problem of a revision that would use up the numbers, in a list."""
        highest = contract.highest_after(present)
        if revision <= highest or "takes any revision" in self.faults:
            return []
        return [{"path": "revision", "message": f"{revision} is too far ahead, at most {highest} is taken"}]

    def take_config(self, claims, body):
        if self.is_late(claims):
            return
        problems = self.too_far(body["revision"], self.config_revision)
        if problems:
            return self.applied("config", claims, problems)
        content = contract.canonical(body)
        if body["revision"] == self.config_revision:
            if content != self.content["config"] and "other content under a revision" not in self.faults:
                problems = [{"path": "revision", "message": "another message had this revision"}]
        elif body["revision"] < self.config_revision and "takes old revisions" not in self.faults:
            problems = [{"path": "revision", "message": f"{body['revision']} is older than "
                         f"{self.config_revision}, in force"}]
        else:
            document = body
            if "patch" in body:
                if body["baseRevision"] != self.config_revision and "patches on any base" not in self.faults:
                    problems = [{"path": "baseRevision", "message": f"{self.config_revision} is in force"}]
                document = merged(self.config or {}, body["patch"])
            problems = problems or problems_of_config(document)
            if "refuses unknown members" in self.faults and "laterMember" in document:
                problems = [{"path": "laterMember", "message": "is unknown"}]
            if "names one problem" in self.faults:
                problems = problems[:1]
            if body.get("dryRun") and "applies what is only to be checked" not in self.faults:
                return self.checked("config", claims, problems)
            if not problems or "half a configuration" in self.faults:
                self.content["config"] = content
                self.config, self.config_revision = document, body["revision"]
                self.record("postern.config.applied.v1", detail={"revision": str(body["revision"])})
        self.applied("config", claims, problems)

    def checked(self, subject, claims, problems, **more):
        """The answer to a message that was only to be checked."""
        revision = self.config_revision if subject == "config" else self.revision
        self.say("applied", {"subject": subject, "messageID": claims["jti"], "revision": revision,
                             "applied": False, "dryRun": True, "problems": problems, **more})

    def sift(self, body, refused):
        """Applies the sound records of a message; notes the others."""
        removed = set(body.get("removedPersons", [])), set(body.get("removedCredentials", []))
        for kind, name in (("person", "persons"), ("credential", "credentials")):
            table = self.records.table(kind)
            for index, record in enumerate(body.get(name, [])):
                path = f"{name}[{index}]"
                problems = problems_of(kind, record, path, self.features)
                if "opens everywhere unasked" in self.faults:
                    problems = [row for row in problems if not row["path"].endswith(".doors")]
                if not problems:
                    table[record["id"]] = {name: value for name, value in record.items() if name in MEMBERS[kind]}
                    continue
                note = {"path": path, "kind": kind, "id": record.get("id"), "problems": problems}
                kept = table.get(record.get("id"))
                if kept:
                    note["kept"] = contract.encode(contract.record_hash(kind, kept))
                refused.append(note)
        for person in removed[0]:
            self.records.persons.pop(person, None)
            for key in [k for k, v in self.records.credentials.items() if v["person"] == person]:
                self.records.credentials.pop(key)
        ahead = () if "forgets revokedAhead" in self.faults else body.get("revokedAhead", [])
        for key in removed[1] | set(ahead):
            self.records.credentials.pop(key, None)

    def take_credentials(self, claims, body):
        if self.is_late(claims):
            return
        for name in ("persons", "credentials", "removedPersons", "removedCredentials"):
            if not isinstance(body[name], list):
                raise TypeError(name)
        base = body.get("baseRevision")
        content = contract.canonical(body)
        problems = self.too_far(body["revision"], self.revision)
        if problems:
            return self.applied("credentials", claims, problems)
        if body["revision"] == self.revision:
            other = content != self.content["credentials"] and "other content under a revision" not in self.faults
            return self.applied("credentials", claims, [
                {"path": "revision", "message": "another message had this revision"}] if other else [])
        digest = body.get("baseDigest")
        if digest not in (None, self.records.root()) and "ignores the base's digest" not in self.faults:
            self.applied("credentials", claims, [{"path": "baseDigest", "message": "other records are here"}])
            return self.hello()
        if base is not None and base != self.revision:
            self.applied("credentials", claims, [
                {"path": "baseRevision", "message": f"{base} is not {self.revision}, in force"}])
            if "no hello after a wrong base" not in self.faults:
                self.hello()
            return None
        if body["revision"] < self.revision and "takes old revisions" not in self.faults:
            return self.applied("credentials", claims, [
                {"path": "revision", "message": f"is older than {self.revision}"}])
        before = json.dumps([self.records.persons, self.records.credentials])
        if base is None and "adds to a full set" not in self.faults:
            self.records = Records()
        refused = []
        self.sift(body, refused)
        if body.get("dryRun") and "applies what is only to be checked" not in self.faults:
            self.records.persons, self.records.credentials = json.loads(before)
            more = {"refused": refused, "refusedTotal": len(refused)} if refused else {}
            return self.checked("credentials", claims, [], **more)
        if refused and "one bad record stops all" in self.faults:
            self.records.persons, self.records.credentials = json.loads(before)
            return self.applied("credentials", claims, refused[0]["problems"])
        self.revision, self.content["credentials"] = body["revision"], content
        self.tell(claims, body, refused)

    def tell(self, claims, body, refused):
        names = {note["id"] for note in refused if note["kind"] == "credential"}
        told = [{"id": record["id"], "status":
                 "failed" if record["id"] in names else
                 "revoked" if record["status"] != "active" else "active"}
                for record in body.get("credentials", []) if record.get("id")]
        more = {"credentials": told}
        if refused:
            more.update(refused=refused[:100], refusedTotal=len(refused))
        self.applied("credentials", claims, [], **more)

    def take_snapshot(self, claims, body):
        if body["revision"] <= self.revision:
            return
        for key in body["revokedAhead"]:
            self.records.credentials.pop(key, None)
        if not self.snapshot or self.snapshot["id"] != body["snapshotID"]:
            self.snapshot = {"id": body["snapshotID"], "revision": body["revision"],
                             "chunks": body["chunks"], "got": [], "at": 0}
        self.pull()

    def pull(self):
        self.say("pull", {"snapshotID": self.snapshot["id"], "index": len(self.snapshot["got"])})

    def take_chunk(self, claims, body):
        snapshot = self.snapshot
        if not snapshot or body["snapshotID"] != snapshot["id"]:
            return
        in_turn = body["index"] == len(snapshot["got"])
        if not in_turn and "takes chunks out of order" not in self.faults:
            return
        snapshot["got"].append(body)
        if len(snapshot["got"]) < snapshot["chunks"]:
            return self.pull()
        refused = []
        self.records = Records()
        for chunk in snapshot["got"]:
            self.sift(chunk, refused)
        self.revision, self.snapshot = snapshot["revision"], None
        self.tell(claims, {}, refused)

    def take_repair(self, claims, body):
        if body["revision"] != self.revision:
            return self.applied("credentials", claims, [
                {"path": "revision", "message": f"is not {self.revision}"}])
        for kind in ("person", "credential"):
            table = self.records.table(kind)
            for key in [k for k in table if contract.bucket(k) in body["buckets"]]:
                if "repair only adds" not in self.faults:
                    table.pop(key)
        refused = []
        self.sift(body, refused)
        self.tell(claims, body, refused)

    def take_digest(self, claims, body):
        if body.get("hello") and "silent when asked for a hello" not in self.faults:
            self.hello([claims["jti"]])
        buckets = self.records.buckets()
        self.say("digest", {"controller": self.controller, "revision": self.revision,
                            "root": self.root(), "buckets": [contract.encode(b) for b in buckets[:
                                255 if "fewer buckets" in self.faults else 256]],
                            "requestIDs": [] if "names no request" in self.faults else [claims["jti"]]})

    def take_ack(self, claims, body):
        if body.get("sessionNonce") == self.nonce:
            takes = "deflate" in self.features and "deflate" in body.get("encodings", [])
            self.deflates = takes or "deflates for everybody" in self.faults
        if body["epoch"] != self.epoch:
            return
        if body.get("diverged"):
            if "ignores diverged" not in self.faults:
                self.epoch = str(uuid.uuid4())
                # The chain goes on over the whole log.
                self.sent = self.acknowledged
                self.hello()
                self.pump()
            return
        if body.get("rewind"):
            if "ignores rewind" not in self.faults:
                self.acknowledged = self.sent = body["through"]
                self.hello()
                self.pump()
            return
        if body["through"] > self.sent and "believes any acknowledgement" not in self.faults:
            return
        if body["through"] > self.acknowledged:
            self.acknowledged = body["through"]
            self.sent = max(self.sent, self.acknowledged)
            self.resend_at = time.monotonic() + RESEND_SECONDS if self.sent > self.acknowledged else None
            self.pump()

    # Commands

    def take_commands(self, claims, body):
        command = claims["jti"]
        order = contract.canonical({name: value for name, value in body.items() if name != "sessionNonce"})
        if self.orders.setdefault(command, order) != order and "other command under an id" not in self.faults:
            return self.say("results", self.result(command, "rejected", "the id was another command's"))
        if command in self.results and "acts twice" not in self.faults:
            return self.say("results", self.results[command])
        now = time.time()
        if claims["exp"] <= now and "runs what has expired" not in self.faults:
            return self.finish(command, "expired", f"expired: expired at {claims['exp']}")
        if claims["iat"] > now + 30 or claims["nbf"] > now + 30:
            return self.finish(command, "rejected", "notYetValid")
        limit = contract.lifetime_of("commands", body)
        if claims["exp"] - claims["iat"] > limit and "any lifetime" not in self.faults:
            return self.finish(command, "rejected", f"lifetimeTooLong: at most {limit} s")
        if body.get("kind") not in COMMANDS:
            return self.finish(command, "rejected", "kind: is unknown")
        unknown = sorted(set(body) - COMMAND_MEMBERS)
        missing = [name for name in NARROWING.get(body["kind"], ()) if name not in body]
        if unknown and missing and "lets a misspelled member widen" not in self.faults:
            return self.finish(command, "rejected", f"{unknown[0]} says nothing, and {missing[0]} is missing")
        self.say("results", self.result(command, "received"))
        outcome, reason = self.act(command, claims, body)
        return self.finish(command, outcome, reason)

    def act(self, command, claims, body):
        kind = body["kind"]
        if kind in ("unlock", "adminUnlock", "mode") and body.get("door", "front") != "front":
            return "rejected", f"door: there is no {body['door']}"
        if kind == "unlock":
            person = self.records.persons.get(body.get("person"))
            if (not person or not person["accessEnabled"]) and "opens for everybody" not in self.faults:
                self.record("postern.access.denied.v1", door="front", reason="accessDisabled",
                            detail={"command": command})
                return "rejected", "accessDisabled"
            self.record("postern.access.granted.v1", door="front", person=body["person"],
                        detail={"command": command})
        elif kind == "adminUnlock":
            if not body.get("reason"):
                return "rejected", "reason: is missing"
            self.record("postern.access.adminUnlock.v1", door="front",
                        detail={"command": command, "operatorReason": body["reason"]})
        elif kind in ("trustKey", "delegateKey"):
            own = self.delegations.get(claims["kid"])
            asked = body.get("delegation")
            if own and (not asked or not set(asked["rights"]) <= set(own["rights"])) and \
                    "gives rights away" not in self.faults:
                return "rejected", "the key cannot give what it has not"
            if asked and set(asked) - {"rights", "doors", "until"}:
                return "rejected", "delegation has a member that says nothing"
            key = contract.decode(body["key"])
            if contract.is_nobodys(key) and "believes nobody's key" not in self.faults:
                return "rejected", "key: is of small order"
            self.keys[body["keyID"]] = contract.Ed25519PublicKey.from_public_bytes(key)
            self.delegations.pop(body["keyID"], None)
            if asked:
                self.delegations[body["keyID"]] = asked
        elif kind == "distrustKey":
            if len(self.keys) == 1 or body["keyID"] == claims.get("kid") or (
                    claims["kid"] in self.delegations and body["keyID"] not in self.delegations):
                return "rejected", "it is the last one, or the key that signs"
            if "keeps distrusted keys" not in self.faults:
                self.keys.pop(body["keyID"], None)
        elif kind == "sync":
            self.hello()
        return "confirmed", None

    def result(self, command, outcome, reason=None):
        body = {"commandID": command, "outcome": outcome, "simulated": True,
                "timeMilliseconds": int(time.time() * 1000)}
        if "results without a time" in self.faults:
            del body["timeMilliseconds"]
        if reason:
            body["reason"] = reason
        return body

    def finish(self, command, outcome, reason):
        self.results[command] = self.result(command, outcome, reason)
        self.say("results", self.results[command])
        if "two results" in self.faults:
            self.say("results", self.result(command, "failed"))
