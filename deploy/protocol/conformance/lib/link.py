"""A connection to the broker, and what was heard on it. Needs PyPI `paho-mqtt`, 1.6 or 2."""

import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.subscribeoptions import SubscribeOptions


def add_options(parser):
    """Where the broker is, as both programs of the kit take it."""
    group = parser.add_argument_group("the broker")
    group.add_argument("--host", default="127.0.0.1")
    group.add_argument("--port", type=int, default=1883)
    group.add_argument("--prefix", default="postern/v1", help="before the controller's id in topics")
    group.add_argument("--client-id", help="if the broker gives rights by it")
    group.add_argument("--no-retained", action="store_true", help="the broker retains nothing")
    group.add_argument("--username")
    group.add_argument("--password-file", help="its first line is the password")
    group.add_argument("--ca", help="authorities of the broker's certificate, PEM; begins TLS")
    group.add_argument("--certificate", help="of this client, PEM")
    group.add_argument("--key", help="of that certificate, PEM")


class Heard:
    """A message: the last part of its topic, its bytes, and when it came."""

    def __init__(self, message):
        self.topic = message.topic
        self.kind = message.topic.split("/")[-1]
        self.payload = message.payload
        self.retained = bool(message.retain)
        self.at = time.monotonic()


class Link:
    def __init__(self, options, client_id, topic, react=None):
        self.options, self.topic, self.react = options, topic, react
        self.heard = []
        self.changed = threading.Condition()
        self.subscribed = threading.Event()
        version = getattr(mqtt, "CallbackAPIVersion", None)
        arguments = (version.VERSION2,) if version else ()
        self.client = mqtt.Client(*arguments, client_id=client_id, protocol=mqtt.MQTTv5)
        self.client.max_inflight_messages_set(200)
        if options.username:
            password = None
            if options.password_file:
                with open(options.password_file) as file:
                    password = file.readline().rstrip("\n")
            self.client.username_pw_set(options.username, password)
        if options.ca:
            self.client.tls_set(options.ca, options.certificate, options.key)
        # With retainAsPublished the flag of a message shows how its sender sent it.
        wanted = SubscribeOptions(qos=1, retainAsPublished=True)
        self.client.on_connect = lambda client, *_: client.subscribe(topic, options=wanted)
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.on_message = self._take

    def start(self):
        self.client.connect(self.options.host, self.options.port)
        self.client.loop_start()
        if not self.subscribed.wait(20):
            raise TimeoutError(f"the broker did not accept a subscription to {self.topic}")
        return self

    def stop(self):
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic, payload, retain=False):
        self.client.publish(topic, payload, qos=1, retain=retain)

    def _take(self, client, data, message):
        if not message.payload:
            return
        heard = Heard(message)
        with self.changed:
            self.heard.append(heard)
            self.changed.notify_all()
        if self.react:
            try:
                self.react(heard)
            except Exception as error:  # The loop of this thread must go on.
                print(f"{heard.topic}: {type(error).__name__}: {error}", file=sys.stderr)
            with self.changed:
                self.changed.notify_all()

    def mark(self):
        """The place from which `wait` looks."""
        return len(self.heard)

    def wait(self, find, seconds, since=0, over=None):
        """The first value of `find` that is not None, over what was heard since a mark; else None.
        `over` is another list that grows with what is heard."""
        rows = self.heard if over is None else over
        end = time.monotonic() + seconds
        place = since
        with self.changed:
            while True:
                while place < len(rows):
                    found = find(rows[place])
                    place += 1
                    if found is not None:
                        return found
                left = end - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)

    def wait_until(self, holds, seconds):
        """True as soon as `holds()` is true after something was heard; false at the end."""
        end = time.monotonic() + seconds
        with self.changed:
            while not holds():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(min(left, 0.2))
            return True
