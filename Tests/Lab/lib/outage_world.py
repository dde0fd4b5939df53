"""The world of the tests in Tests/Lab, made by postern-lab, with a proxy that can fail."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import uuid

LINK_BYTES = 16


def canonical(value):
    """JSON as the digests need it: sorted members, no white space, text without escapes."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class Proxy:
    """A proxy between door and broker; can stall (a half-open connection) and reset."""

    def __init__(self):
        # The broker's port.
        self.target = None
        self.stalled = False
        self.pairs = []
        self.lock = threading.Lock()
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            try:
                upstream = socket.create_connection(("127.0.0.1", self.target), timeout=5)
                upstream.settimeout(None)
            except OSError:
                client.close()
                continue
            with self.lock:
                self.pairs.append((client, upstream))
            for source, sink in ((client, upstream), (upstream, client)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    def _copy(self, source, sink):
        try:
            while data := source.recv(65536):
                while self.stalled:
                    time.sleep(0.02)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def reset(self):
        """Ends every connection with a reset, as a middlebox does."""
        with self.lock:
            pairs, self.pairs = self.pairs, []
        for pair in pairs:
            for end in pair:
                try:
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                    end.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
                end.close()


class Actor:
    """A process of a world. `poll` and `returncode` are as of `subprocess.Popen`."""

    def __init__(self, world, name, pid):
        self.world, self.name, self.pid = world, name, pid
        self.returncode = None

    def poll(self):
        if self.returncode is None:
            self.returncode = self.world.order({"look": self.name}).get("status")
        return self.returncode


class World:
    """Broker, cloud and door of `postern-lab world`, with a proxy between door and broker."""

    def __init__(self, folder, programs, proxy=None):
        self.folder = folder
        self.programs = os.path.abspath(programs)
        self.proxy = proxy or Proxy()
        self.running = {}
        # What the door has in its environment beside this program's.
        self.door_environment = {}
        self.lab = subprocess.Popen(
            [os.path.join(self.programs, "postern-lab"), "world", "--folder", folder,
             "--door-port", str(self.proxy.port), "--keep-alive", "5"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.places = self.answer()
        self.proxy.target = self.places["brokerPort"]

    def answer(self):
        line = self.lab.stdout.readline()
        if not line:
            raise RuntimeError(f"postern-lab world ended with {self.lab.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer

    def order(self, order):
        self.lab.stdin.write(json.dumps(order) + "\n")
        self.lab.stdin.flush()
        return self.answer()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as file:
            file.write(text)

    # Actors

    def run(self, program, *arguments):
        environment = dict(
            os.environ, POSTERNCLOUD_STATE=self.path("cloud"), POSTERN_SOCKET=self.path("postern.sock"))
        done = subprocess.run(
            [os.path.join(self.programs, program), *arguments], env=environment,
            capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def cloud(self, *arguments):
        return self.run("posterncloud", *arguments)

    def door(self, *arguments):
        return self.run("postern", *arguments)

    def start(self, name):
        if name in self.running:
            return
        order = {"start": name}
        if name == "door":
            order["environment"] = self.door_environment
        self.running[name] = Actor(self, name, self.order(order)["process"])

    def stop(self, name, how=signal.SIGTERM):
        if self.running.pop(name, None):
            self.order({"stop": name, "signal": int(how)})

    def end(self):
        """Kills whatever runs."""
        self.running = {}
        self.lab.stdin.close()
        self.lab.wait()


    # What can be seen

    def status(self):
        try:
            return json.loads(self.door("status", "--json"))
        except (RuntimeError, ValueError):
            return {}

    def door_events(self):
        """(number, id) of each event in the door's log."""
        return self.query("state/events.sqlite", "SELECT number, draft FROM event ORDER BY number",
                          lambda row: (row[0], json.loads(row[1])["id"]))

    def cloud_events(self):
        """(number, id) of each event of the cloud, in the order in which it took them."""
        return self.query("cloud/cloud.sqlite", "SELECT number, id FROM event ORDER BY position",
                          lambda row: (row[0], row[1]))

    def query(self, file, sql, make):
        with contextlib.closing(sqlite3.connect(
                f"file:{self.path(file)}?mode=ro", uri=True, timeout=20)) as database:
            return [make(row) for row in database.execute(sql)]

    def numbers(self):
        """Positions of door and cloud, to see whether they are in step."""
        log = self.query("state/events.sqlite", "SELECT epoch, last, acknowledged FROM log", tuple)[0]
        through = self.query(
            "cloud/cloud.sqlite", f"SELECT through FROM log WHERE epoch = '{log[0]}'", tuple)
        door = self.query("state/cache.sqlite", "SELECT revision FROM position", tuple)[0][0]
        config = self.query(
            "state/cache.sqlite", "SELECT revision FROM configuration WHERE slot = 'present'", tuple)
        cloud = self.query("cloud/cloud.sqlite", "SELECT last FROM line", tuple)[0][0]
        cloud_config = self.query("cloud/cloud.sqlite", "SELECT configRevision FROM controller", tuple)
        return {
            "events": (log[1], log[2], through[0][0] if through else 0),
            "credentials": (door, cloud),
            "config": (config[0][0] if config else 0, cloud_config[0][0]),
        }

    def in_step(self):
        try:
            numbers = self.numbers()
        except sqlite3.Error:
            return False
        last, acknowledged, through = numbers["events"]
        return (last == acknowledged == through
                and numbers["credentials"][0] == numbers["credentials"][1]
                and numbers["config"][0] == numbers["config"][1])

    def wait(self, what, condition, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        raise RuntimeError(f"not within {seconds} s: {what}; {self.numbers()}")

    # Proofs

    def check_events(self):
        """The cloud has the door's events: each once, in order, no gap."""
        # The door goes on: read both until nothing new came in between.
        for _ in range(100):
            door, cloud = self.door_events(), self.cloud_events()
            if cloud and door and cloud[-1][0] == door[-1][0] and door == self.door_events():
                break
            time.sleep(0.1)
        numbers = [number for number, _ in cloud]
        assert len(set(identifier for _, identifier in cloud)) == len(cloud), "an event came twice"
        assert numbers == list(range(1, len(numbers) + 1)), "a gap, or not in order"
        # The door may have pruned its oldest acknowledged events.
        assert door == cloud[len(cloud) - len(door):], "door and cloud have different events"
        return len(cloud)

    def check_credentials(self):
        """Both sides have the same records; computes hashes and buckets again from them."""
        cloud = self.query(
            "cloud/cloud.sqlite",
            "SELECT 'person', record, id FROM person "
            "WHERE id IN (SELECT person FROM knownPerson) UNION ALL "
            "SELECT 'credential', record, id FROM credential WHERE active", tuple)
        buckets = [bytes(LINK_BYTES)] * 256
        hashes = {}
        for kind, record, identifier in cloud:
            text = kind.encode() + b"\n" + canonical(json.loads(record))
            digest = hashlib.sha256(text).digest()[:LINK_BYTES]
            hashes[(kind, identifier)] = digest
            number = hashlib.sha256(identifier.encode()).digest()[0]
            buckets[number] = bytes(a ^ b for a, b in zip(buckets[number], digest))
        door = self.query(
            "state/cache.sqlite",
            "SELECT 'person', hash, id FROM person UNION ALL "
            "SELECT 'credential', hash, id FROM credential WHERE status = 'active'", tuple)
        assert {(kind, identifier): bytes(digest) for kind, digest, identifier in door} == hashes, \
            "door and cloud hold different records"
        kept = bytes(self.query("state/cache.sqlite", "SELECT buckets FROM position", tuple)[0][0])
        assert kept == b"".join(buckets), "the digests differ"
        return len(door)

    # Load

    def people(self, name, lines):
        self.write(name, "\n".join(json.dumps(line) for line in lines) + "\n")
        self.cloud("import", "gate-1", self.path(name))

    def append_events(self, count):
        """Puts events in the door's log as the daemon would have, which must not run: an outage of
        days in seconds. Numbers, chain and size of each are those of real ones."""
        now = int(time.time() * 1000)
        with sqlite3.connect(self.path("state/events.sqlite")) as database:
            last, link = database.execute("SELECT last, chain FROM log").fetchone()
            rows = []
            for index in range(count):
                draft = {
                    "id": str(uuid.uuid4()), "type": "postern.access.denied.v1",
                    "timeMilliseconds": now - (count - index), "clockTrust": "synchronised",
                    "simulated": True, "door": "front", "reader": "front-in",
                    "reason": "unknownCredential", "checkInCandidate": False,
                    "detail": {"presentation": "card", "policyRevision": "1", "bits": "26"},
                }
                body = canonical(draft)
                link = hashlib.sha256(link + body).digest()[:LINK_BYTES]
                rows.append((last + index + 1, draft["timeMilliseconds"], draft["type"], "front",
                             draft["reason"], body, link))
            database.executemany(
                "INSERT INTO event (number, time, type, door, reason, draft, chain, urgent) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, 0)", rows)
            database.execute("UPDATE log SET last = ?, chain = ?", (last + count, link))

    def configure(self, name):
        self.write("facility.json", json.dumps({
            "facility": {"id": "house", "name": name, "timeZone": "Europe/Berlin"},
            "doors": [{"id": "front", "name": "Front door", "holdTimeSeconds": 1}]}))
        self.cloud("config", "push", "gate-1", self.path("facility.json"))

    def open(self, people):
        for name in ("broker", "cloud", "door"):
            self.start(name)
        self.configure("The house")
        self.people("first.jsonl", [
            {"person": f"p{index}", "card": f"H10301:{index // 60000}:{index % 60000}",
             "id": f"k{index}", "doors": ["front"]} for index in range(people)])
        self.wait("door and cloud in step", self.in_step, 300)
