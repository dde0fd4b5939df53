// What Swift's Glibc module leaves out: the kernel's clock discipline, the heap's settings, and
// ioctl, which is variadic.
#ifndef POSTERN_CLINUX_SHIM_H
#define POSTERN_CLINUX_SHIM_H
#include <malloc.h>
#include <sys/ioctl.h>
#include <sys/timex.h>

static inline int postern_ioctl(int descriptor, unsigned long request, void *argument) {
  return ioctl(descriptor, request, argument);
}
#endif
