/* Preloaded by experiments: the wall clock of the stories, and the steady clock with it. A wait until
 * a point in time takes as long as it would have taken. */
#define MOVES_STEADY_CLOCK
#include "../../../deploy/lib/story_clock.c"

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

/* Beside an absolute time, by the moved clock: the same by the real one. */
static struct timespec real(const struct timespec *until) {
  struct timespec time = *until;
  time.tv_sec -= offset_seconds();
  return time;
}

int pthread_cond_timedwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
  static int (*wait)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);
  /* Without a version the oldest of them would be found, which knows another shape of condition. */
  if (!wait) *(void **)&wait = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (!wait) *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  struct timespec time = real(until);
  return wait(condition, mutex, &time);
}

int pthread_cond_clockwait(pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex,
                           clockid_t clock, const struct timespec *restrict until) {
  static int (*wait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const struct timespec *);
  if (!wait) *(void **)&wait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  struct timespec time = real(until);
  return wait(condition, mutex, clock, &time);
}

int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
  static int (*wait)(sem_t *, const struct timespec *);
  if (!wait) *(void **)&wait = dlsym(RTLD_NEXT, "sem_timedwait");
  struct timespec time = real(until);
  return wait(semaphore, &time);
}

int sem_clockwait(sem_t *restrict semaphore, clockid_t clock,
                  const struct timespec *restrict until) {
  static int (*wait)(sem_t *, clockid_t, const struct timespec *);
  if (!wait) *(void **)&wait = dlsym(RTLD_NEXT, "sem_clockwait");
  struct timespec time = real(until);
  return wait(semaphore, clock, &time);
}
