// What Swift's Glibc module leaves out: the kernel's clock discipline.
#ifndef POSTERN_CLINUX_SHIM_H
#define POSTERN_CLINUX_SHIM_H
#include <sys/timex.h>
#endif
