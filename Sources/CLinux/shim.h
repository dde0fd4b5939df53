// What Swift's Glibc module leaves out: the kernel's clock discipline, the heap's settings, and
// ioctl and prctl, which are variadic.
#ifndef POSTERN_CLINUX_SHIM_H
#define POSTERN_CLINUX_SHIM_H
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/timex.h>

static inline int postern_ioctl(int descriptor, unsigned long request, void *argument) {
  return ioctl(descriptor, request, argument);
}

static inline int postern_forbid_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }
#endif
