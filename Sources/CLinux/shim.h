// What Swift's Glibc module leaves out: the kernel's clock discipline, the heap's settings, ioctl and
// prctl, which are variadic, and how serial ports drive a line of two wires.
#ifndef POSTERN_CLINUX_SHIM_H
#define POSTERN_CLINUX_SHIM_H
#include <errno.h>
#include <linux/serial.h>
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timex.h>

static inline int postern_ioctl(int descriptor, unsigned long request, void *argument) {
  return ioctl(descriptor, request, argument);
}

static inline int postern_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// Both return 0, or the error: few drivers can, and a line works without.
static inline int postern_serial_low_latency(int descriptor) {
  struct serial_struct serial;
  if (ioctl(descriptor, TIOCGSERIAL, &serial) != 0) return errno;
  serial.flags |= ASYNC_LOW_LATENCY;
  return ioctl(descriptor, TIOCSSERIAL, &serial) == 0 ? 0 : errno;
}

static inline int postern_serial_rs485(int descriptor) {
  struct serial_rs485 rs485 = {0};
  rs485.flags = SER_RS485_ENABLED | SER_RS485_RTS_ON_SEND;
  return ioctl(descriptor, TIOCSRS485, &rs485) == 0 ? 0 : errno;
}
#endif
