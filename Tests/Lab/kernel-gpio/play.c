// Plays a reader on two lines of a gpio-sim chip, as pull files in sysfs.
//
//   play bits PULL0 PULL1 BITS WIDTH_US SPACING_US     one burst; a 0 pulses line 0
//   play storm PULL0 PULL1 EDGES                       as fast as possible
//
// Data lines rest high and pulse low.
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static long long now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void until(long long ns) {
  while (now_ns() < ns) {
    long long left = ns - now_ns();
    if (left > 300000) {
      struct timespec t = {0, left - 200000};
      nanosleep(&t, NULL);
    }
  }
}

static void pull(int fd, int high) {
  const char *text = high ? "pull-up" : "pull-down";
  if (pwrite(fd, text, strlen(text), 0) < 0) {
    perror("pull");
    exit(1);
  }
}

static int open_pull(const char *path) {
  int fd = open(path, O_WRONLY);
  if (fd < 0) {
    perror(path);
    exit(1);
  }
  return fd;
}

// The longest time between two pulses so far, in microseconds.
static long long longest_us;

static void burst(int line[2], const char *bits, long width, long spacing) {
  long long at = now_ns() + 1000000, before = 0;
  for (const char *bit = bits; *bit; bit++) {
    int fd = line[*bit == '1'];
    until(at);
    long long began = now_ns();
    if (before && began - before > longest_us * 1000) longest_us = (began - before) / 1000;
    before = began;
    pull(fd, 0);
    until(at + width * 1000);
    pull(fd, 1);
    at += spacing * 1000;
    // After a slow write, the next pulse must not come too early.
    if (now_ns() > at) at = now_ns() + (spacing - width) * 1000;
  }
}

int main(int argc, char **argv) {
  if (argc < 5) return 64;
  int line[2] = {open_pull(argv[2]), open_pull(argv[3])};
  if (!strcmp(argv[1], "storm")) {
    for (long edge = atol(argv[4]); edge > 0; edge--) pull(line[edge / 2 % 2], edge % 2);
    pull(line[0], 1);
    pull(line[1], 1);
    return 0;
  }
  if (argc < 7) return 64;
  // A reader does not depend on the controller's processor: use a priority above its programs and
  // below the kernel's interrupt threads (50), except for a storm.
  struct sched_param priority = {.sched_priority = 40};
  if (sched_setscheduler(0, SCHED_FIFO, &priority)) perror("priority");
  burst(line, argv[4], atol(argv[5]), atol(argv[6]));
  printf("%lld\n", longest_us);
  return 0;
}
