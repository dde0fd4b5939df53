#!/usr/bin/python3
"""A cloud in one file, written from asyncapi.yaml alone: gives one controller a person and a key,
opens its door, and takes its events. It keeps nothing: a real cloud stores events before it acknowledges
them, and verifies their chain. With Python's paho-mqtt and cryptography; no code of Postern.

  clients/cloud.py keys FOLDER                      makes cloud.pub and credential.key to put on it
  clients/cloud.py open FOLDER --controller gate-1 --door front [--host H] [--port P]

`open` enrols the person ada with a mobile key, unlocks for her, and exits with 0 when the controller
confirmed that the door opened, and the event of it and all before it were acknowledged.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
import uuid

import paho.mqtt.client as mqtt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding, NoEncryption, PrivateFormat, PublicFormat)

KEY_ID = "independent-1"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def write(path, text):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def make_keys(folder):
    os.makedirs(folder, exist_ok=True)
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    write(f"{folder}/signing.key", encode(private) + "\n")
    write(f"{folder}/cloud.pub", f"{KEY_ID} {encode(public)}\n")
    write(f"{folder}/credential.key", os.urandom(32).hex() + "\n")


class Cloud:
    def __init__(self, folder, controller):
        with open(f"{folder}/signing.key") as file:
            self.key = Ed25519PrivateKey.from_private_bytes(decode(file.read().strip()))
        with open(f"{folder}/credential.key") as file:
            self.credential_key = bytes.fromhex(file.read().strip())
        self.controller = controller
        self.heard = []
        self.through = {}
        self.nonce = None
        self.changed = threading.Condition()
        version = getattr(mqtt, "CallbackAPIVersion", None)
        arguments = (version.VERSION2,) if version else ()
        self.client = mqtt.Client(*arguments, client_id=f"independent-{uuid.uuid4()}", protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe(f"postern/v1/{controller}/up/+", qos=1)
        self.client.on_message = self.take

    def say(self, kind, body, lifetime=10, identifier=None):
        now = int(time.time())
        claims = {
            "iss": "independent", "aud": self.controller, "iat": now, "nbf": now, "exp": now + lifetime,
            "jti": identifier or str(uuid.uuid4()), "typ": kind, "body": body}
        signed = ".".join([
            encode(json.dumps({"alg": "EdDSA", "kid": KEY_ID}, separators=(",", ":")).encode()),
            encode(json.dumps(claims).encode())])
        message = signed + "." + encode(self.key.sign(signed.encode()))
        self.client.publish(f"postern/v1/{self.controller}/down/{kind}", message, qos=1)
        return claims["jti"]

    def take(self, client, data, message):
        kind = message.topic.split("/")[-1]
        body = json.loads(message.payload)
        if kind == "hello":
            self.welcome(body)
        if kind == "events":
            self.store(body)
        with self.changed:
            self.heard.append((kind, body))
            self.changed.notify_all()

    def welcome(self, hello):
        # A signed word with the nonce: the cloud is there, and this is the time.
        self.nonce = hello["sessionNonce"]
        # Who keeps nothing believes the controller; a real cloud answers what it has.
        self.acknowledge(hello["logEpoch"], hello["acknowledgedEvent"])

    def acknowledge(self, epoch, through):
        self.through[epoch] = through
        word = {"epoch": epoch, "through": through}
        self.say("ack", {**word, "sessionNonce": self.nonce} if self.nonce else word, lifetime=600)

    def store(self, batch):
        epoch = batch["epoch"]
        through = self.through.get(epoch, 0)
        for event in batch["events"]:
            if int(event["sequence"]) == through + 1:
                through += 1
        self.acknowledge(epoch, through)

    def wait(self, what, condition, seconds=30):
        end = time.monotonic() + seconds
        with self.changed:
            while True:
                found = next((body for kind, body in self.heard if condition(kind, body)), None)
                if found is not None:
                    return found
                if not self.changed.wait(end - time.monotonic()) and time.monotonic() > end:
                    sys.exit(f"not within {seconds} s: {what}")

    def applied(self, identifier):
        answer = self.wait("an answer", lambda kind, body: kind == "applied" and body["messageID"] == identifier)
        if not answer["applied"]:
            sys.exit(f"refused: {answer['problems']}")
        return answer

    def card(self, text):
        return encode(hmac.new(self.credential_key, text.encode(), hashlib.sha256).digest())

    def open(self, host, port, door):
        self.client.connect(host, port)
        self.client.loop_start()
        # A controller that was connected already says hello again when it is asked.
        time.sleep(0.5)
        self.say("digest", {"rescan": False, "hello": True}, lifetime=600)
        hello = self.wait("a hello", lambda kind, body: kind == "hello")
        self.applied(self.say("config", {
            "revision": hello["configRevision"] + 1,
            "facility": {"id": "house", "name": "The house", "timeZone": "Europe/Berlin"},
            "doors": [{"id": door, "name": "A door", "holdTimeSeconds": 3}]}, lifetime=600))
        answer = self.applied(self.say("credentials", {
            "revision": hello["credentialRevision"] + 1, "removedPersons": [], "removedCredentials": [],
            "persons": [{"id": "ada", "accessEnabled": True, "grants": [{"facilityWide": True}]}],
            "credentials": [
                {"id": "phone", "kind": "mobile", "person": "ada", "status": "active",
                 "digest": encode(os.urandom(32)), "doors": [], "scopes": [], "everywhere": True},
                {"id": "card", "kind": "card", "person": "ada", "status": "active",
                 "digest": self.card("card:H10301:12:345"), "doors": [], "scopes": [],
                 "everywhere": True}]}, lifetime=600))
        print(f"enrolled: {answer['credentials']}")
        command = self.say("commands", {
            "kind": "unlock", "door": door, "person": "ada", "sessionNonce": hello["sessionNonce"]})
        result = self.wait("a result", lambda kind, body: kind == "results"
                           and body["commandID"] == command and body["outcome"] != "received")
        print(f"unlock: {result}")
        if result["outcome"] != "confirmed":
            sys.exit(1)
        self.wait("the event of it", lambda kind, body: kind == "events" and any(
            event["type"] == "postern.access.granted.v1"
            and event["data"]["detail"].get("command") == command
            and int(event["sequence"]) <= self.through[body["epoch"]] for event in body["events"]))
        print(f"events acknowledged: {self.through}")
        self.client.loop_stop()
        self.client.disconnect()


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("what", choices=["keys", "open"])
parser.add_argument("folder")
parser.add_argument("--controller", default="gate-1")
parser.add_argument("--door", default="front")
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=1883)
options = parser.parse_args()
if options.what == "keys":
    make_keys(options.folder)
else:
    Cloud(options.folder, options.controller).open(options.host, options.port, options.door)
