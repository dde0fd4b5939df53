// The thread sanitizer sees a lock of Swift's `Mutex` as long as nobody waits for it: that part is in
// our own code. Whoever waits does so inside the Swift library, which is built without the sanitizer;
// it then believes that the lock orders nothing, and calls all that the lock guards a race. These two
// stand before the library's, and tell it. Without the sanitizer this file is empty.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

void __tsan_acquire(void *address);
void __tsan_release(void *address);

SWIFT void postern_lock(uint32_t thread, SELF void *mutex) __asm__(LOCK);
SWIFT void postern_unlock(SELF void *mutex) __asm__(UNLOCK);

SWIFT void postern_lock(uint32_t thread, SELF void *mutex) {
  SWIFT void (*library)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK);
  library(thread, mutex);
  __tsan_acquire(mutex);
}

SWIFT void postern_unlock(SELF void *mutex) {
  SWIFT void (*library)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK);
  __tsan_release(mutex);
  library(mutex);
}
#endif
#endif
