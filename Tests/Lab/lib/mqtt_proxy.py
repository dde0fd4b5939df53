"""A proxy in front of a broker that makes it behave as hosted brokers are documented to: MQTT 5,
one packet after the other. It also measures what each side sends, and how much of it was needed."""

import asyncio
import base64
import dataclasses
import json
import random
import threading
import time
import zlib

CONNECT, CONNACK, PUBLISH, PUBACK, SUBSCRIBE, DISCONNECT = 1, 2, 3, 4, 8, 14
TOO_LARGE, NOT_AUTHORISED, QUOTA_EXCEEDED, BAD_CLIENT_ID = 0x95, 0x87, 0x97, 0x85
SESSION_EXPIRY, MAXIMUM_PACKET = 17, 39

# MQTT 5 section 2.2.2.2: how long the value of each property is; a text and a pair by their lengths.
PROPERTY_BYTES = {1: 1, 2: 4, 11: 0, 17: 4, 19: 2, 23: 1, 24: 4, 25: 1, 33: 2, 34: 2, 35: 2, 36: 1,
                  37: 1, 39: 4, 40: 1, 41: 1, 42: 1}
PAIR = 38


@dataclasses.dataclass
class Manners:
    """How this broker differs from one that takes everything. Sizes are of whole packets."""
    # Longer ones of a client are "cut" (the connection ends), "refused" or "dropped" (taken, and kept
    # from everybody); longer ones to a client are dropped.
    packet_bytes_max: int = 0
    too_large: str = "refused"
    # Whether CONNACK says so.
    is_limit_stated: bool = False
    # Client ids and topics with a dot end the connection.
    no_dots: bool = False
    # Whoever publishes below `up` of another name than its client id is cut.
    own_name_only: bool = False
    # More publishes of one client in a second are refused with 0x97.
    publishes_a_second: int = 0
    # Publishes to topics that end so are refused with 0x87.
    refused_topic: str = ""
    # A client that comes back sooner is cut.
    connects_apart_seconds: float = 0
    # What a session lives at most, whatever the client asks for.
    session_seconds: int = -1
    # Retained messages are kept from subscriptions with wildcards.
    no_retained_for_wildcards: bool = False
    # A good-bye never publishes the last will, and a last will comes after the next hello.
    late_wills: bool = False
    # The share of publishes that is refused with 0x97; an experiment sets it.
    refused_share: float = 0


def number(value):
    out = bytearray()
    while True:
        value, byte = value >> 7, value & 0x7F
        out.append(byte | (0x80 if value else 0))
        if not value:
            return bytes(out)


def read_number(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def packet(first, body):
    return bytes([first]) + number(len(body)) + body


def text(data, at):
    length = data[at] << 8 | data[at + 1]
    return data[at + 2:at + 2 + length], at + 2 + length


def properties(data, at):
    """The raw properties by id, and where they end."""
    length, at = read_number(data, at)
    end, found = at + length, []
    while at < end:
        kind, start = data[at], at
        at += 1
        if kind == 11:
            _, at = read_number(data, at)
        elif kind == PAIR:
            _, at = text(data, at)
            _, at = text(data, at)
        elif kind in PROPERTY_BYTES:
            at += PROPERTY_BYTES[kind]
        else:
            _, at = text(data, at)
        found.append((kind, bytes(data[start:at])))
    return found, end


def with_property(found, kind, value):
    """The properties with one of four bytes set, and their length before them."""
    raw = b"".join(part for other, part in found if other != kind)
    raw += bytes([kind]) + value.to_bytes(4, "big")
    return number(len(raw)) + raw


class Tally:
    """Bytes and messages that were sent, and those that were needed: each event once, each other
    message once, and one acknowledgement for each message that asks for one. What the broker refuses
    for now is needed once more; what it never takes is sent in vain."""

    ASKING = ("events", "telemetry", "hello", "digest")

    def __init__(self):
        self.lock = threading.Lock()
        self.clear()

    def clear(self):
        with self.lock:
            self.sent, self.needed, self.messages, self.refused = 0, 0, 0, 0
            self.kinds, self.seen, self.owed = {}, set(), {}

    def add(self, topic, payload):
        parts = topic.split("/")
        if len(parts) < 4 or parts[-2] not in ("up", "down"):
            return
        controller, way, kind = parts[-3], parts[-2], parts[-1]
        needed = self.up(kind, payload) if way == "up" else self.down(controller, kind, payload)
        with self.lock:
            if way == "up" and kind in self.ASKING:
                self.owed[controller] = self.owed.get(controller, 0) + 1
            self.sent += len(payload)
            self.needed += needed
            self.messages += 1
            count, sent, useful = self.kinds.get(f"{way}/{kind}", (0, 0, 0))
            self.kinds[f"{way}/{kind}"] = (count + 1, sent + len(payload), useful + needed)

    def vain(self, topic, size):
        """A message that the broker does not take however often it comes."""
        kind = "/".join(topic.split("/")[-2:])
        with self.lock:
            self.sent += size
            self.messages += 1
            count, sent, useful = self.kinds.get(kind, (0, 0, 0))
            self.kinds[kind] = (count + 1, sent + size, useful)

    def refuse(self):
        """A message that the broker may take another time, which therefore is sent once more."""
        with self.lock:
            self.refused += 1

    def once(self, key, size):
        if key in self.seen:
            return 0
        self.seen.add(key)
        return size

    def up(self, kind, payload):
        if kind != "events":
            return self.once((kind, bytes(payload)), len(payload))
        text = zlib.decompress(payload) if payload[:1] == b"\x78" else payload
        batch = json.loads(text)
        # A deflated event counts by its share.
        sizes = [len(json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode())
                 * len(payload) // len(text) for event in batch["events"]]
        needed = sum(self.once((batch["controller"], batch["epoch"], event["sequence"]), size)
                     for event, size in zip(batch["events"], sizes))
        return needed + max(len(payload) - sum(sizes), 0) if needed else 0

    def down(self, controller, kind, payload):
        if kind == "ack":
            with self.lock:
                owed = self.owed.get(controller, 0)
                self.owed[controller] = max(owed - 1, 0)
            return len(payload) if owed else 0
        head, claims = (base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in payload.split(b".")[:2])
        body = json.loads(zlib.decompress(claims, -15) if b'"zip"' in head else claims)["body"]
        return self.once((controller, kind, json.dumps(body, sort_keys=True)), len(payload))


class Client:
    """One connection of a client, and its connection to the broker."""

    def __init__(self, proxy, reader, writer):
        self.proxy, self.reader, self.writer = proxy, reader, writer
        self.upstream = None
        self.name, self.will, self.wildcards = "", None, False
        self.published, self.second = 0, 0
        self.is_ended_well = False

    def close(self):
        for end in (self.writer, self.upstream):
            if end and not end.is_closing():
                end.close()

    async def run(self):
        try:
            reader, self.upstream = await asyncio.open_connection("127.0.0.1", self.proxy.target)
        except OSError:
            return self.close()
        ways = [asyncio.ensure_future(self.pump(self.reader, self.from_client, self.upstream)),
                asyncio.ensure_future(self.pump(reader, self.from_broker, self.writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        self.close()
        for way in ways:
            way.cancel()

    async def pump(self, reader, judge, writer):
        """Passes packets on that `judge` gives back, until it gives None or a side ends."""
        try:
            while True:
                first = (await reader.readexactly(1))[0]
                length = shift = 0
                while True:
                    byte = (await reader.readexactly(1))[0]
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    if not byte & 0x80:
                        break
                body = await reader.readexactly(length)
                while self.proxy.stalled:
                    await asyncio.sleep(0.02)
                passed = judge(first, body)
                if passed is None:
                    return
                if passed:
                    writer.write(passed)
                    await writer.drain()
        except (OSError, asyncio.IncompleteReadError, IndexError):
            return

    # What the client sends

    def from_client(self, first, body):
        kind = first >> 4
        if kind == CONNECT:
            return self.connect(first, body)
        if kind == PUBLISH:
            return self.publish(first, body)
        if kind == SUBSCRIBE:
            self.wildcards = b"+" in body or b"#" in body
        if kind == DISCONNECT:
            self.is_ended_well = True
            if self.proxy.manners.late_wills:
                return packet(first, b"\0")
        return packet(first, body)

    def connect(self, first, body):
        manners = self.proxy.manners
        protocol, at = text(body, 0)
        flags, flags_at = body[at + 1], at + 1
        found, end = properties(body, at + 4)
        name, after = text(body, end)
        self.name = name.decode()
        now = time.monotonic()
        last = self.proxy.last_connect.get(self.name)
        self.proxy.last_connect[self.name] = now
        if last is not None and now - last < manners.connects_apart_seconds:
            self.proxy.note("a connect too soon")
            return None
        if manners.no_dots and b"." in name:
            self.proxy.note("a client id with a dot")
            self.writer.write(packet(CONNACK << 4, bytes([0, BAD_CLIENT_ID, 0])))
            return None
        will = b""
        if flags & 4:
            will_found, at = properties(body, after)
            topic, at = text(body, at)
            message, at = text(body, at)
            will, after = body[after:at], at
            if manners.late_wills:
                self.will = (topic.decode(), message, bool(flags & 0x20))
                flags, will = flags & ~0x3C, b""
        head = body[:flags_at] + bytes([flags]) + body[flags_at + 1:flags_at + 3]
        name_bytes = len(name).to_bytes(2, "big") + name
        asked = dict(found).get(SESSION_EXPIRY)
        if manners.session_seconds >= 0 and asked:
            seconds = min(int.from_bytes(asked[1:], "big"), manners.session_seconds)
            return packet(first, head + with_property(found, SESSION_EXPIRY, seconds) + name_bytes
                          + will + body[after:])
        raw = b"".join(part for _, part in found)
        return packet(first, head + number(len(raw)) + raw + name_bytes + will + body[after:])

    def publish(self, first, body):
        manners = self.proxy.manners
        topic, at = text(body, 0)
        token = body[at:at + 2]
        _, start = properties(body, at + 2)
        size = len(body) + 5
        if manners.no_dots and b"." in topic:
            self.proxy.note("a topic with a dot")
            return None
        parts = topic.decode().split("/")
        if manners.own_name_only and parts[-2] == "up" and parts[-3] != self.name:
            self.proxy.note("a topic of another client id")
            return None
        if manners.packet_bytes_max and size > manners.packet_bytes_max:
            self.proxy.note(f"a packet of {size // 1000} kB was {manners.too_large}")
            self.proxy.tally.vain(topic.decode(), len(body) - start)
            if manners.too_large == "cut":
                return None
            return self.answer(token, TOO_LARGE if manners.too_large == "refused" else 0)
        if manners.refused_topic and topic.decode().endswith(manners.refused_topic):
            self.proxy.tally.refuse()
            self.proxy.note("a topic without the right")
            return self.answer(token, NOT_AUTHORISED)
        second = int(time.monotonic())
        self.published = self.published + 1 if second == self.second else 1
        self.second = second
        if (manners.publishes_a_second and self.published > manners.publishes_a_second
                or random.random() < manners.refused_share):
            self.proxy.tally.refuse()
            self.proxy.note("a publish too many")
            return self.answer(token, QUOTA_EXCEEDED)
        self.proxy.tally.add(topic.decode(), bytes(body[start:]))
        if topic.endswith(b"/up/hello"):
            self.proxy.hello(self)
        return packet(first, body)

    def answer(self, token, reason):
        self.writer.write(packet(PUBACK << 4, token + bytes([reason, 0])))
        return b""

    # What the broker sends

    def from_broker(self, first, body):
        manners = self.proxy.manners
        if first >> 4 == CONNACK and body[1] == 0:
            found, end = properties(body, 2)
            if manners.session_seconds >= 0:
                raw = with_property(found, SESSION_EXPIRY, manners.session_seconds)
                found, _ = properties(raw, 0)
                body = body[:2] + raw
            if manners.packet_bytes_max and manners.is_limit_stated:
                body = body[:2] + with_property(found, MAXIMUM_PACKET, manners.packet_bytes_max)
        if first >> 4 == PUBLISH:
            topic, at = text(body, 0)
            is_hidden = manners.no_retained_for_wildcards and first & 1 and self.wildcards
            is_long = manners.packet_bytes_max and len(body) + 5 > manners.packet_bytes_max
            if is_hidden or is_long:
                self.proxy.note("a retained message was kept back" if is_hidden
                                else "a packet was too large for its receiver")
                if first & 6:
                    self.upstream.write(packet(PUBACK << 4, body[at:at + 2]))
                return b""
        return packet(first, body)


class MQTTProxy:
    """Listens at `port`, and at those that `listen` adds, for the broker at `target`."""

    def __init__(self, manners=None):
        self.manners = manners or Manners()
        self.target = None
        self.stalled = False
        self.tally = Tally()
        self.notes = {}
        self.last_connect = {}
        self.wills = {}
        self.clients = set()
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True).start()
        self.port = self.listen(0)

    def call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def listen(self, port):
        server = self.call(asyncio.start_server(self.serve, "127.0.0.1", port, limit=4_000_000))
        return server.sockets[0].getsockname()[1]

    def note(self, what):
        self.notes[what] = self.notes.get(what, 0) + 1

    async def serve(self, reader, writer):
        client = Client(self, reader, writer)
        self.clients.add(client)
        await client.run()
        self.clients.discard(client)
        if client.will and not client.is_ended_well:
            self.wills[client.name] = client.will

    def hello(self, client):
        """A will of an earlier connection comes after the hello of this one."""
        will = self.wills.pop(client.name, None)
        if will:
            self.note("a last will came late")
            self.loop.call_later(0.5, lambda: asyncio.ensure_future(self.publish(*will)))

    async def publish(self, topic, message, retain):
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            return
        name = b"proxy-will"
        writer.write(packet(CONNECT << 4, b"\0\4MQTT\5\2\0\x3c\0" + len(name).to_bytes(2, "big")
                            + name))
        await reader.read(64)
        topic = topic.encode()
        writer.write(packet(PUBLISH << 4 | (1 if retain else 0),
                            len(topic).to_bytes(2, "big") + topic + b"\0" + message))
        await writer.drain()
        writer.close()

    def reset(self):
        """Ends every connection as a middlebox does."""
        async def cut():
            for client in list(self.clients):
                for end in (client.writer, client.upstream):
                    if end and end.transport:
                        end.transport.abort()
        self.call(cut())
