"""What PyPI's `osdp-pt` 0.2.1 says of packets; `Tests/Lab/osdp` runs it in an environment of its own.

Standard input has a packet a line: `>` or `<`, and the bytes as hexadecimal digits. Prints one JSON line.

It refuses whatever has a security block, so that only its checks of the start, the address, the length and
the CRC count here. Two of its rules are not the standard's, and are set right: an address may have the bit
of an answer, and a question without data has no zero byte in place of it.
"""
import collections
import contextlib
import io
import json
import sys

from osdp_pt import core


def findings(way, packet):
    """The names of the checks that do not hold."""
    packet = bytes(packet)
    if len(packet) < 8:
        return ["whole"]
    is_answer = bool(packet[1] & 0x80)
    core.ControlTest.which_error_check(packet[4] & 7)
    checks = {
        "start": core.StartMessageTest.verify_som(packet[0]),
        "address": core.AddressTest.verify_addr(packet[1] & 0x7F) and is_answer == (way == "<"),
        "length": core.LengthTest.verify_len(packet),
        "check": core.ErrorCheckTest.verify_erc(packet),
    }
    return [name for name, is_right in checks.items() if not is_right]


def main():
    wrong, secured, count, missed = collections.Counter(), 0, 0, 0
    with contextlib.redirect_stdout(io.StringIO()):
        for line in sys.stdin:
            way, text = line.split()
            packet = bytes.fromhex(text)
            count += 1
            secured += bool(packet[4] & 8)
            wrong.update(findings(way, packet))
            # A checker that cannot fail checks nothing.
            changed = bytearray(packet)
            changed[count % len(packet)] ^= 1 << count % 8
            missed += not findings(way, changed)
    print(json.dumps({"packets": count, "secured": secured, "wrong": dict(wrong), "missed": missed}))


main()
