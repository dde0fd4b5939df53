"""A world whose door keeps its state on a separate disk that can lose its power.

The disk is an ext4 image on a loop device. FS_IOC_SHUTDOWN without flushing the log stops it like a
power cut: data that was not synced is gone at the next mount.
"""

import fcntl
import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import threading
import time
import uuid

from outage_world import World

# include/uapi/linux/fs.h and ext4.h: _IOR('X', 125, __u32); 2 is "without flushing the log".
FS_IOC_SHUTDOWN = 0x8004587D
WITHOUT_FLUSHING = 2
IMAGE_BYTES = 256 * 1024 * 1024
FAULTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults", "faults.c")


class Disk:
    """A mounted ext4 image; use it in a mount namespace of the test."""

    def __init__(self, image, place):
        self.image, self.place = image, place
        with open(image, "wb") as file:
            file.truncate(IMAGE_BYTES)
        os.makedirs(place, exist_ok=True)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)
        self.mounted = False
        self.mount()
        self.prove()

    def prove(self):
        """Checks that a cut loses unsynced data; otherwise the test would prove nothing."""
        for name, forced in (("forced", True), ("not-forced", False)):
            with open(os.path.join(self.place, name), "w") as file:
                file.write("kept")
                file.flush()
                if forced:
                    os.fsync(file.fileno())
        self.lose_power()
        self.unmount()
        self.mount()
        kept = {}
        for name in ("forced", "not-forced"):
            path = os.path.join(self.place, name)
            if os.path.exists(path):
                with open(path) as file:
                    kept[name] = file.read()
                os.remove(path)
        assert kept.get("forced") == "kept", "this file system loses synced data"
        assert kept.get("not-forced") != "kept", "a cut loses no data on this machine"

    def mount(self):
        subprocess.run(["mount", "-o", "loop,noatime", self.image, self.place], check=True)
        self.mounted = True

    def lose_power(self):
        folder = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(folder, FS_IOC_SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING))
        finally:
            os.close(folder)

    def unmount(self):
        if not self.mounted:
            return
        for _ in range(50):
            done = subprocess.run(["umount", self.place], capture_output=True, text=True)
            if done.returncode == 0:
                self.mounted = False
                return
            time.sleep(0.1)
        raise RuntimeError(f"{self.place} cannot be unmounted: {done.stderr}")

    def check(self):
        """The file system itself, which must not be mounted."""
        subprocess.run(["e2fsck", "-f", "-n", self.image], check=True, capture_output=True)


class Console(http.client.HTTPConnection):
    def __init__(self, path, timeout=5):
        super().__init__("postern", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Watch:
    """Watches the running door: each event that is reported as committed, and each time the relay
    goes on."""

    def __init__(self, socket_path):
        self.socket_path = socket_path
        self.events = []
        self.relay_on = False
        self.relay_starts = 0
        self.served_at = None
        self.lock = threading.Lock()
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self._follow, self._sample)]
        for thread in self.threads:
            thread.start()

    def _follow(self):
        while not self.ended.is_set():
            console = Console(self.socket_path, timeout=1)
            try:
                console.request("GET", "/v1/events/stream")
                answer = console.getresponse()
                while not self.ended.is_set():
                    try:
                        line = answer.readline()
                    except TimeoutError:
                        break
                    if not line:
                        break
                    if line.strip():
                        with self.lock:
                            self.events.append(json.loads(line))
            except (OSError, ValueError, http.client.HTTPException):
                time.sleep(0.02)
            finally:
                console.close()

    def _sample(self):
        while not self.ended.is_set():
            console = Console(self.socket_path)
            try:
                while not self.ended.is_set():
                    console.request("GET", "/v1/status")
                    status = json.loads(console.getresponse().read())
                    active = status["doors"][0]["relayActive"]
                    if self.served_at is None:
                        self.served_at = time.monotonic()
                    if active and not self.relay_on:
                        self.relay_starts += 1
                    self.relay_on = active
                    self.ended.wait(0.04)
            except (OSError, ValueError, http.client.HTTPException):
                self.relay_on = False
                time.sleep(0.02)
            finally:
                console.close()

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join(10)


class CutWorld(World):
    """A world with a disk that can be cut (`with_disk`), or one whose daemon is only killed."""

    def __init__(self, folder, programs, with_disk):
        super().__init__(folder, programs)
        self.disk = Disk(self.path("disk.img"), self.path("state")) if with_disk else None
        self.watch = None
        self.checked_through = 0

    # Traffic

    def call(self, method, path, body=None):
        console = Console(self.path("postern.sock"))
        try:
            console.request(method, path, json.dumps(body) if body else None,
                            {"Content-Type": "application/json"} if body else {})
            answer = console.getresponse()
            return answer.status, answer.read()
        finally:
            console.close()

    def badge(self, card):
        """Presents a card; does nothing if the door does not answer."""
        timing = {"widthMicroseconds": 50, "spacingMicroseconds": 300,
                  "betweenKeysMilliseconds": 50}
        try:
            self.call("POST", "/v1/panel", {"badge": {
                "format": "H10301", "facility": 0, "card": card, "timing": timing}})
        except (OSError, http.client.HTTPException):
            pass

    def command(self, command, seconds):
        """Enqueues a command like `posterncloud`, without the time to start that program."""
        identifier = str(uuid.uuid4())
        now = int(time.time() * 1000)
        with sqlite3.connect(self.path("cloud/cloud.sqlite"), timeout=20) as database:
            database.execute(
                "INSERT INTO command (id, controller, command, made, runsOut) "
                "VALUES (?, 'gate-1', ?, ?, ?)",
                (identifier, json.dumps(command).encode(), now, now + seconds * 1000))
        return identifier

    def results(self):
        """The outcome of each command by its id; None while there is none."""
        return dict(self.query(
            "cloud/cloud.sqlite", "SELECT id, result FROM command",
            lambda row: (row[0], json.loads(row[1]) if row[1] else None)))

    def is_settled(self, commands):
        """Each command has its result, or was lost on the way: too old to act by now, and the
        door's ledger has never seen it."""
        results = self.results()
        open_ones = {command for command in commands if not results.get(command)}
        if not open_ones:
            return True
        now = int(time.time() * 1000)
        runs_out = dict(self.query(
            "cloud/cloud.sqlite", "SELECT id, runsOut FROM command", tuple))
        begun = set(self.query("state/events.sqlite", "SELECT id FROM command", lambda row: row[0]))
        return all(runs_out[command] + 2_000 < now for command in open_ones) \
            and not open_ones & begun

    def wait(self, what, condition, seconds):
        """Also stops waiting when the daemon has ended."""
        def met():
            door = self.running.get("door")
            if door and door.poll() is not None:
                raise RuntimeError(f"posternd ended with {door.returncode}, waiting for: {what}")
            return condition()
        super().wait(what, met, seconds)

    def desk(self, mode):
        """Orders a mode on site; true when the door says that it is in force and on disk."""
        try:
            status, _ = self.call("POST", "/v1/mode", {"mode": mode, "by": "rig", "reason": "cut"})
        except (OSError, http.client.HTTPException):
            return False
        return status == 204

    # Faults

    def use_faults(self):
        """From the door's next start on its disk does what `fail` orders; see faults/faults.c."""
        self.orders = self.path("orders")
        library = self.path("faults.so")
        subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, FAULTS, "-ldl"], check=True)
        self.fail("")
        self.door_environment = {
            "LD_PRELOAD": library, "FAULTS_FOLDER": os.path.realpath(self.path("state")),
            "FAULTS_ORDERS": self.orders,
        }

    def fail(self, order):
        with open(self.orders + ".new", "w") as file:
            file.write(order)
        os.replace(self.orders + ".new", self.orders)

    # Power

    def start_door(self):
        self.watch = Watch(self.path("postern.sock"))
        self.start("door")

    def cut(self):
        """Cuts the power and restores it, without starting the daemon."""
        if self.disk:
            self.disk.lose_power()
        self.stop("door", signal.SIGKILL)
        self.watch.end()
        if self.disk:
            self.disk.unmount()
            self.disk.mount()
        return self.watch

    def end(self):
        if self.watch:
            self.watch.end()
        super().end()
        if self.disk:
            self.disk.unmount()

    # Checks of the files as the cut left them

    def check_files(self, told):
        """`told`: events that the daemon reported as committed. Works on a copy, because opening a
        database repairs it."""
        copy = self.path("copy")
        shutil.rmtree(copy, ignore_errors=True)
        os.makedirs(copy)
        names = os.listdir(self.path("state"))
        damaged = [name for name in names if "damaged" in name]
        assert not damaged, f"a database was found damaged: {damaged}"
        for name in names:
            if name.endswith((".sqlite", ".sqlite-wal")):
                shutil.copy(os.path.join(self.path("state"), name), copy)
        for name in ("events", "cache"):
            if not os.path.exists(f"{copy}/{name}.sqlite"):
                continue
            with sqlite3.connect(f"{copy}/{name}.sqlite") as database:
                tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
                if tables == 0 and not told and self.checked_through == 0:
                    continue
                found = database.execute("PRAGMA integrity_check").fetchone()[0]
                assert found == "ok", f"{name}.sqlite: {found}"
                if name == "events":
                    self._check_log(database, told)
                else:
                    self._check_cache(database)

    def _check_cache(self, database):
        """The door has what it told the cloud that it has."""
        said = self.query("cloud/cloud.sqlite", "SELECT hello FROM controller", tuple)[0][0]
        if not said:
            return
        said = json.loads(said)
        has = database.execute("SELECT revision FROM position").fetchone()[0]
        config = database.execute(
            "SELECT revision FROM configuration WHERE slot = 'present'").fetchone()
        for what, told, kept in (("records", said["credentialRevision"], has),
                                 ("configuration", said["configRevision"],
                                  config[0] if config else 0)):
            assert kept >= told, f"the door told of {what} {told}, and its file has {kept}"

    def _check_log(self, database, told):
        epoch, last, acknowledged = database.execute(
            "SELECT epoch, last, acknowledged FROM log").fetchone()
        rows = database.execute(
            "SELECT number, json_extract(draft, '$.id'), type, time FROM event "
            "WHERE number > ? ORDER BY number", (self.checked_through,)).fetchall()
        count = database.execute("SELECT count(*), min(number) FROM event").fetchone()
        assert count[0] == last, f"{last} events are counted, {count[0]} are there"
        kept = {number: identifier for number, identifier, _, _ in rows}
        told_kept = {(number, type, time) for number, _, type, time in rows}
        for event in told:
            key = (event["number"], event["type"], event["timeMilliseconds"])
            assert key[0] <= self.checked_through or key in told_kept, \
                f"an event that was reported as committed is missing: {key}"
        cloud = self.query(
            "cloud/cloud.sqlite",
            f"SELECT number, id, epoch FROM event WHERE number > {self.checked_through}", tuple)
        for number, identifier, its_epoch in cloud:
            assert its_epoch == epoch, "the log began a new epoch"
            assert kept.get(number) == identifier, \
                f"the cloud has event {number}, but the door does not"
        through = max([number for number, _, _ in cloud], default=self.checked_through)
        assert acknowledged <= last, "the log acknowledges more events than it has"
        twice = database.execute(
            "SELECT json_extract(draft, '$.detail.command') FROM event "
            "WHERE type = 'postern.access.adminUnlock.v1' GROUP BY 1 HAVING count(*) > 1").fetchall()
        assert not twice, f"commands that acted twice: {twice}"
        self.checked_through = through
