#define _GNU_SOURCE
#include "CCounters.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static _Thread_local uint64_t allocations;
static atomic_uint_fast64_t syncs;
static atomic_uint_fast64_t statements;

uint64_t counters_allocations(void) { return allocations; }
uint64_t counters_syncs(void) { return atomic_load(&syncs); }
uint64_t counters_statements(void) { return atomic_load(&statements); }

static int begun(unsigned type, void *context, void *statement, void *text) {
  (void)type, (void)context, (void)statement, (void)text;
  atomic_fetch_add(&statements, 1);
  return 0;
}

static int watch(sqlite3 *database, char **error, const void *interface) {
  (void)error, (void)interface;
  return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, begun, NULL);
}

int counters_watch_sql(void) {
  return sqlite3_auto_extension((void (*)(void))watch) == SQLITE_OK;
}

int fsync(int descriptor) {
  atomic_fetch_add(&syncs, 1);
  return (int)syscall(SYS_fsync, descriptor);
}

int fdatasync(int descriptor) {
  atomic_fetch_add(&syncs, 1);
  return (int)syscall(SYS_fdatasync, descriptor);
}

// The sanitizers replace the heap themselves.
#if !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer)
// glibc's own names of the functions that are replaced below.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

void *malloc(size_t size) {
  allocations++;
  return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
  allocations++;
  return __libc_calloc(count, size);
}

void *realloc(void *block, size_t size) {
  allocations++;
  return __libc_realloc(block, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
  allocations++;
  return __libc_memalign(alignment, size);
}

int posix_memalign(void **block, size_t alignment, size_t size) {
  allocations++;
  void *found = __libc_memalign(alignment, size);
  if (!found) return ENOMEM;
  *block = found;
  return 0;
}
#endif
