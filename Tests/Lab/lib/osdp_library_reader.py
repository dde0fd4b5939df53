"""One reader of libosdp, a process of its own; `Tests/Lab/osdp` runs it in libosdp's environment.

  osdp_library_reader.py DESCRIPTOR ADDRESS

The descriptor is a socket that carries the line's bytes. In one process four of them share an interpreter,
and each looks at its line every 20 ms; this one looks whenever something has come.
"""
import select
import socket
import sys

from osdp import (Capability, Channel, LibFlag, LogLevel, PDCapabilities, PDInfo,
                  PeripheralDevice)

LOOK_SECONDS = 0.02


class Line(Channel):
    def __init__(self, end):
        self.end = end

    def read(self, count):
        try:
            return self.end.recv(count)
        except BlockingIOError:
            return b""

    def write(self, data):
        self.end.sendall(bytes(data))
        return len(data)

    def flush(self):
        pass


def main():
    end = socket.socket(fileno=int(sys.argv[1]))
    end.setblocking(False)
    abilities = PDCapabilities([(Capability.LEDControl, 1, 1), (Capability.AudibleControl, 1, 1),
                                (Capability.CommunicationSecurity, 1, 1)])
    device = PeripheralDevice(
        PDInfo(int(sys.argv[2]), Line(end), flags=[LibFlag.InstallMode]), abilities,
        log_level=LogLevel.Emergency, command_handler=lambda command: (0, None))
    while True:
        has_come, _, _ = select.select([end], [], [], LOOK_SECONDS)
        if has_come and end.recv(1, socket.MSG_PEEK) == b"":
            return
        # One to take the question, one to answer it.
        device.ctx.refresh()
        device.ctx.refresh()


main()
