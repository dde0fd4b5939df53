"""Brokers of several kinds, and a door and a cloud behind a proxy that measures what they send."""

import base64
import contextlib
import dataclasses
import hashlib
import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import uuid

from mqtt_proxy import Manners, MQTTProxy
from outage_world import LINK_BYTES, World, canonical

KILOBYTE = 1_024


@dataclasses.dataclass
class Profile:
    """A broker as a cloud team may bring it."""
    name: str
    about: str
    manners: dict = dataclasses.field(default_factory=dict)
    kind: str = "mosquitto"
    # Further lines of mosquitto's configuration; FOLDER stands for the broker's folder.
    lines: tuple = ()
    access: tuple = ()
    # Settings of the door, as environment, and arguments of the cloud.
    door: dict = dataclasses.field(default_factory=dict)
    cloud: tuple = ()
    # Kinds of messages that never get through; nothing else may suffer.
    forbidden: str = ""


PROFILES = [
    Profile("mosquitto", "mosquitto 2.0 as it comes"),
    Profile("small packets", "max_packet_size 131072: a limit that the broker states",
            lines=("max_packet_size 131072",)),
    Profile("small messages", "message_size_limit 60000: a limit that it tells nobody",
            lines=("message_size_limit 60000",)),
    Profile("no retained", "retain_available false", lines=("retain_available false",)),
    Profile("short queue", "max_queued_messages 100", lines=("max_queued_messages 100",)),
    Profile("one in flight", "max_inflight_messages 1", lines=("max_inflight_messages 1",)),
    Profile("forbidden topic", "an access list that forbids up/telemetry",
            access=("topic deny postern/v1/gate-1/up/telemetry", "topic readwrite #"),
            forbidden="telemetry"),
    Profile("prefix", "every topic below acme/eu", door={"POSTERN_CLOUD_TOPIC_PREFIX": "acme/eu"},
            cloud=("--topic-prefix", "acme/eu")),
    Profile("like AWS", "cuts above 128 KiB, 100 publishes a second, late wills, a session of seconds, "
            "one connect a second, rights by client id, no retained messages for wildcards",
            door={"POSTERN_CLOUD_CLIENT_ID": "gate-1"},
            manners=dict(packet_bytes_max=128 * KILOBYTE, too_large="cut", publishes_a_second=100,
                         own_name_only=True,
                         late_wills=True, session_seconds=3, connects_apart_seconds=1,
                         no_retained_for_wildcards=True)),
    Profile("like Event Grid", "states 512 KiB, retains nothing, one connect a second",
            manners=dict(packet_bytes_max=512 * KILOBYTE, is_limit_stated=True,
                         connects_apart_seconds=1, no_retained_for_wildcards=True),
            lines=("retain_available false",)),
    Profile("like a small plan", "takes 64 KiB and drops what is longer, 10 publishes a second",
            manners=dict(packet_bytes_max=64 * KILOBYTE, is_limit_stated=True, too_large="dropped",
                         publishes_a_second=10)),
    Profile("no dots", "ends connections over a dot in a client id or topic",
            manners=dict(no_dots=True)),
    Profile("ejabberd", "Debian 12's, with its default limits", kind="ejabberd",
            door={"POSTERN_CLOUD_USERNAME": "gate-1"}, cloud=("--username", "cloud")),
    Profile("RabbitMQ", "Debian 13's (4.0), in a root of its own", kind="rabbitmq",
            door={"POSTERN_CLOUD_USERNAME": "gate-1"}, cloud=("--username", "cloud")),
]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def write_passwords(folder):
    for user in ("gate-1", "cloud"):
        path = os.path.join(folder, f"{user}.password")
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write("trial\n")


class Unavailable(Exception):
    """This machine has not what a profile needs."""


class Mosquitto:
    def __init__(self, folder, port, profile):
        self.folder, self.port, self.process = folder, port, None
        lines = [f"listener {port} 127.0.0.1", "allow_anonymous true", "user root",
                 "persistence true", f"persistence_location {folder}/",
                 "autosave_interval 1", "autosave_on_changes true", *profile.lines]
        if profile.access:
            with open(os.path.join(folder, "access.list"), "w") as file:
                file.write("\n".join(profile.access) + "\n")
            lines.append(f"acl_file {folder}/access.list")
        with open(os.path.join(folder, "mosquitto.conf"), "w") as file:
            file.write("\n".join(lines) + "\n")

    def command(self):
        return ["/usr/sbin/mosquitto", "-c", os.path.join(self.folder, "mosquitto.conf")]

    def start(self):
        with open(os.path.join(self.folder, "broker.log"), "a") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log,
                                            **self.options())
        end = time.monotonic() + 90
        while time.monotonic() < end:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError(f"the broker did not start; see {self.folder}/broker.log")

    def options(self):
        return {}

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None


class ErlangBroker(Mosquitto):
    """In process numbers of its own, so that whatever it starts ends with it."""

    def command(self):
        return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash",
                "-c", self.script()]


class Ejabberd(ErlangBroker):
    def __init__(self, folder, port, profile):
        if not shutil.which("ejabberdctl"):
            raise Unavailable("apt-get install ejabberd")
        self.folder, self.port, self.process = folder, port, None
        with open(os.path.join(folder, "ejabberd.yml"), "w") as file:
            file.write(f"""hosts: [localhost]
loglevel: warning
auth_method: internal
acl:
  cloud: {{user: [cloud]}}
listen:
  - {{port: {port}, ip: "127.0.0.1", module: mod_mqtt}}
modules:
  mod_mqtt:
    session_expiry: 7 days
    access_publish:
      "postern/v1/%u/up/+": [{{allow: all}}]
      "postern/v1/+/down/+": [{{allow: cloud}}]
      "#": [{{deny: all}}]
    access_subscribe:
      "postern/v1/%u/down/+": [{{allow: all}}]
      "postern/v1/+/up/+": [{{allow: cloud}}]
      "#": [{{deny: all}}]
""")
        write_passwords(folder)

    def script(self):
        users = " ".join(f'ejabberd_auth:try_register(<<"{user}">>, <<"localhost">>, <<"trial">>),'
                         for user in ("gate-1", "cloud"))
        return f"""cd {self.folder}
export EJABBERD_CONFIG_PATH={self.folder}/ejabberd.yml EJABBERD_LOG_PATH={self.folder}/ejabberd.log
export ERL_LIBS=$(echo /usr/lib/*/ejabberd-*/.. | cut -d' ' -f1) HOME={self.folder}
exec erl -noinput -mnesia dir '"{self.folder}/spool"' -s ejabberd -eval '{users} ok.'
"""


class RabbitMQ(ErlangBroker):
    ROOT = os.environ.get("RABBITMQ_ROOT", "/var/tmp/postern-rabbitmq")

    def __init__(self, folder, port, profile):
        if not os.path.exists(f"{self.ROOT}/usr/sbin/rabbitmq-server"):
            raise Unavailable(
                "mmdebstrap --variant=minbase --include=rabbitmq-server trixie "
                f"{self.ROOT}, or name such a root in RABBITMQ_ROOT")
        self.folder, self.port, self.process = folder, port, None
        os.makedirs(os.path.join(folder, "data"), exist_ok=True)
        self.write("rabbitmq.conf", f"""listeners.tcp = none
mqtt.listeners.tcp.1 = 127.0.0.1:{port}
mqtt.max_session_expiry_interval_seconds = 604800
mqtt.allow_anonymous = false
load_definitions = /tmp/b/definitions.json
""")
        # A controller writes below `up` and reads below `down` of its own name; RabbitMQ has dots
        # where MQTT has slashes.
        branches = {"gate-1": ("^postern\\.v1\\.{username}\\.up\\.", "^postern\\.v1\\.{username}\\.down\\."),
                    "cloud": ("^postern\\.v1\\.[^.]+\\.down\\.", "^postern\\.v1\\.[^.]+\\.up\\.")}
        own = "^(mqtt-.*|amq\\.topic)$"
        self.write("definitions.json", json.dumps({
            "vhosts": [{"name": "/"}],
            "users": [{"name": name, "password_hash": self.hashed("trial"), "tags": "",
                       "hashing_algorithm": "rabbit_password_hashing_sha256"} for name in branches],
            "permissions": [{"user": name, "vhost": "/", "configure": own, "write": own, "read": own}
                            for name in branches],
            "topic_permissions": [{"user": name, "vhost": "/", "exchange": "amq.topic",
                                   "write": write, "read": read}
                                  for name, (write, read) in branches.items()]}))
        write_passwords(folder)
        self.write("enabled_plugins", "[rabbitmq_mqtt].\n")

    @staticmethod
    def hashed(password):
        salt = os.urandom(4)
        return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    def script(self):
        return f"""set -e
mount -t tmpfs none {self.ROOT}/tmp && mkdir {self.ROOT}/tmp/b
mount --bind {self.folder} {self.ROOT}/tmp/b && mount --bind /dev {self.ROOT}/dev
mount -t proc none {self.ROOT}/proc && mount --bind /etc/hosts {self.ROOT}/etc/hosts
exec chroot {self.ROOT} /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp/b LANG=C.UTF-8 \\
  RABBITMQ_NODENAME=lab-{self.port}@localhost RABBITMQ_CONFIG_FILE=/tmp/b/rabbitmq.conf \\
  RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/b/enabled_plugins RABBITMQ_MNESIA_BASE=/tmp/b/data \\
  RABBITMQ_LOG_BASE=/tmp/b RABBITMQ_DIST_PORT={self.port + 1} ERL_EPMD_PORT={self.port + 2} \\
  bash -c 'exec /usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/rabbitmq-server'
"""


BROKERS = {"mosquitto": Mosquitto, "ejabberd": Ejabberd, "rabbitmq": RabbitMQ}


class BrokerWorld(World):
    """Both sides go through the proxy, and their clocks can be moved."""

    def __init__(self, folder, programs, profile):
        self.profile = profile
        proxy = MQTTProxy(Manners(**profile.manners))
        super().__init__(folder, programs, proxy)
        # The cloud knows this port as the broker's.
        proxy.listen(proxy.target)
        place = os.path.join(folder, "broker")
        os.makedirs(place)
        self.broker = BROKERS[profile.kind](place, free_port(), profile)
        proxy.target = self.broker.port
        self.cloud_port = self.places["brokerPort"]
        self.cloud_process = None
        library = self.path("lab_clock.so")
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lab_clock.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
        self.hours = 0
        self.clock = self.path("clock")
        with open(self.clock, "wb") as file:
            file.write(b"0".ljust(16, b"\0"))
        self.clocked = {"LD_PRELOAD": library, "STORY_CLOCK": self.clock}
        self.door_environment = dict(self.clocked, **profile.door)
        if "POSTERN_CLOUD_USERNAME" in profile.door:
            self.door_environment["POSTERN_CLOUD_PASSWORD_FILE"] = f"{place}/gate-1.password"

    @property
    def tally(self):
        return self.proxy.tally

    def move_clock(self, hours):
        self.hours += hours
        with open(self.clock, "r+b") as file:
            file.write(str(int(self.hours * 3600)).encode().ljust(16, b"\0"))

    def start(self, name):
        if name in self.running:
            return
        if name == "broker":
            self.broker.start()
            self.running[name] = self.broker
        elif name == "cloud":
            arguments = [os.path.join(self.programs, "posterncloud"), "serve", "--port",
                         str(self.cloud_port), "--state", self.path("cloud"), *self.profile.cloud]
            if "--username" in arguments:
                arguments += ["--password-file", f"{self.broker.folder}/cloud.password"]
            with open(self.path("cloud.log"), "a") as log:
                self.cloud_process = subprocess.Popen(
                    arguments, stdout=log, stderr=log, env=dict(os.environ, **self.clocked))
            self.running[name] = self.cloud_process
        else:
            super().start(name)

    def stop(self, name, how=signal.SIGTERM):
        if name == "broker":
            if self.running.pop(name, None):
                self.broker.stop()
        elif name == "cloud":
            if self.running.pop(name, None):
                self.cloud_process.send_signal(how)
                self.cloud_process.wait()
        else:
            super().stop(name, how)

    def end(self):
        for name in ("cloud", "broker"):
            self.stop(name, signal.SIGKILL)
        super().end()

    def badge(self, card):
        self.door("panel", "badge", "--facility", "0", "--card", str(card))

    def append_long_events(self, count):
        """As `append_events`, each about as long as an event can be."""
        now = int(time.time() * 1000)
        name = "x" * 63
        with contextlib.closing(sqlite3.connect(self.path("state/events.sqlite"))) as database:
            last, link = database.execute("SELECT last, chain FROM log").fetchone()
            rows = []
            for index in range(count):
                draft = {
                    "id": str(uuid.uuid4()), "type": "postern.access.granted.v1",
                    "timeMilliseconds": now - (count - index), "clockTrust": "synchronised",
                    "simulated": True, "door": "front", "reader": "front-in",
                    "person": f"{name}p", "credential": f"{name}c", "checkInCandidate": True,
                    "detail": {"presentation": "card", "policyRevision": "1",
                               "scope": f"{name}s", "facility": f"{name}f", "note": "ü" * 400},
                }
                body = canonical(draft)
                link = hashlib.sha256(link + body).digest()[:LINK_BYTES]
                rows.append((last + index + 1, draft["timeMilliseconds"], draft["type"], "front",
                             body, link))
            database.executemany(
                "INSERT INTO event (number, time, type, door, draft, chain, urgent) "
                "VALUES (?, ?, ?, ?, ?, ?, 0)", rows)
            database.execute("UPDATE log SET last = ?, chain = ?", (last + count, link))
            database.commit()
