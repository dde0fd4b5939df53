"""PyPI's control panel `osdp` 1.6 against readers of our own; `Tests/Lab/osdp` runs it in an environment of its own.

Prints one JSON line: what the panel heard. Two things of it are set right, since no reader that keeps to the
standard answers otherwise: its first question has a security block without a MAC, and is left out; its
challenge always names the key of unpaired readers, also after it has given the reader another.
"""
import json
import logging
import os
import sys
import time

import osdp
import osdp._bus
import osdp._command

logging.getLogger("osdp").setLevel(logging.CRITICAL)
LINK, ADDRESS, SECONDS = sys.argv[1], int(sys.argv[2]), 15
HAS_KEY = [0]


class Panel(osdp.ControlPanel):
    def __init__(self, key):
        super().__init__(key)
        self.cards, self.refusals = [], 0

    def on_raw_card_data_reply_received(self, address, card):
        bits = "".join(f"{byte:08b}" for byte in bytes(card.data))
        self.cards.append(bits[:card.bit_count])

    def on_nak_reply_received(self, address, nak):
        self.refusals += 1


def set_right():
    challenge = osdp._command.SecurityInitializationRequestCommand
    challenge.security_control_block = lambda self: bytes([3, 0x11, HAS_KEY[0]])
    give, make = osdp._command.KeySetCommand.__init__, osdp._bus.Device.__init__

    def given(self, *arguments):
        give(self, *arguments)
        HAS_KEY[0] = 1

    def made(self, *arguments):
        make(self, *arguments)
        self.message_control.increment_sequence()
    osdp._command.KeySetCommand.__init__ = given
    osdp._bus.Device.__init__ = made


def wait(condition):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and not condition():
        time.sleep(0.05)
    return bool(condition())


set_right()
panel = Panel(bytes(range(1, 17)))
bus = panel.start_connection(osdp.SerialPortOsdpConnection(LINK, 38_400))
panel.add_device(bus, ADDRESS, True, True)
device = panel._buses[bus]._configured_devices[ADDRESS]
heard = {"secured": wait(lambda: device.is_security_established and not device.is_scbkd)}
heard["serial"] = panel.id_report(bus, ADDRESS).serial_number
heard["capabilities"] = len(panel.device_capabilities(bus, ADDRESS).capabilities)
heard["tamper"] = panel.local_status(bus, ADDRESS).tamper
heard["inputs"] = list(panel.input_status(bus, ADDRESS).statuses)
on = osdp.OutputControl(0, osdp.OutputControlCode.PermanentStateOnAbortTimedOperation, 0)
heard["switched"] = panel.output_control(bus, ADDRESS, osdp.OutputControls([on]))
heard["outputs"] = list(panel.output_status(bus, ADDRESS).statuses)
print("ready", flush=True)
wait(lambda: len(panel.cards) >= 3)
heard["cards"], heard["refusals"] = panel.cards, panel.refusals
print(json.dumps(heard), flush=True)
os._exit(0)
