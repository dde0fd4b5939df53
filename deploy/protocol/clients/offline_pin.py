#!/usr/bin/env python3
"""Computes offline PINs after deploy/protocol/offline-pin.md and nothing else.

Reads a line `CONTROLLER DOOR KEYHEX START_HOUR HOURS SERIAL` for each code and prints the code;
KEYHEX is the controller's own key.
"""
import hashlib
import hmac
import sys

VERSION = "postern-offline-pin-1"
DIGITS = {
    **dict.fromkeys((1, 2, 3, 4, 6, 8), 8),
    **dict.fromkeys((12, 20, 24, 44, 48, 68), 9),
    **dict.fromkeys((72, 96, 120, 144, 168, 240, 336, 504, 744, 2208, 4392, 8784), 10),
}


def mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("ascii"), hashlib.sha256).digest()


def code(controller: str, door: str, key: bytes, start: int, hours: int, serial: int) -> str:
    door_key = mac(key, f"{VERSION}:door:{controller}:{door}")
    digits = DIGITS[hours]
    block = mac(door_key, f"{VERSION}:{digits}:{start}:{hours}")
    number = int.from_bytes(block[8 * serial : 8 * serial + 8], "big") % 10**digits
    return str(number).zfill(digits)


if __name__ == "__main__":
    for line in sys.stdin:
        controller, door, key, start, hours, serial = line.split()
        print(code(controller, door, bytes.fromhex(key), int(start), int(hours), int(serial)))
