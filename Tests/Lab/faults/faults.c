/* Makes the disk and the clock of an unmodified program fail on command. Preloaded by tests of a
 * full, broken or read-only disk, and of a wrong clock.
 *
 *   cc -shared -fPIC -O1 -o faults.so faults.c -ldl
 *   FAULTS_FOLDER=/state FAULTS_ORDERS=/tmp/orders LD_PRELOAD=./faults.so posternd …
 *
 * The file of orders is read at each call, so that it can be changed while the program runs. Lines:
 *   write ENOSPC|EIO|EROFS    every write below the folder fails
 *   write STALL               writes below the folder hang until the order is removed
 *   read STALL                reads below the folder hang until the order is removed
 *   door STALL                the thread named postern.door hangs until the order is removed
 *   spot INODE FROM TO        reads that touch these bytes of this file below the folder fail: EIO
 *   sync EIO                  every fsync and fdatasync below the folder fails
 *   sync NOTHING              they do nothing and report success
 *   table NAME N              one in N statements that change this table fails: SQLITE_IOERR
 *   open EROFS|EIO            opening for writing below the folder fails
 *   clock SECONDS             shifts civil time by so many seconds, which may be negative
 *   undisciplined             the kernel reports an unsynchronised clock
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* The rest of the order that begins with `word`; null when there is none. Uses system calls directly,
 * because the functions below call it. */
static const char *order(const char *word, char *text, size_t size) {
  const char *path = getenv("FAULTS_ORDERS");
  if (!path) return NULL;
  long file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (file < 0) return NULL;
  long length = syscall(SYS_read, file, text, size - 1);
  syscall(SYS_close, file);
  if (length <= 0) return NULL;
  text[length] = 0;
  for (char *line = text, *rest; line; line = rest) {
    rest = strchr(line, '\n');
    if (rest) *rest++ = 0;
    size_t count = strlen(word);
    if (strncmp(line, word, count) == 0 && (line[count] == ' ' || line[count] == 0))
      return line[count] ? line + count + 1 : line + count;
  }
  return NULL;
}

static int number_of(const char *name) {
  if (strcmp(name, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(name, "EROFS") == 0) return EROFS;
  return EIO;
}

static int is_below(const char *path) {
  const char *folder = getenv("FAULTS_FOLDER");
  return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_below_at(int descriptor) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path);
}

/* The errno for this kind of call on the descriptor; 0: no error, -1: do nothing. */
static int fault(const char *word, int descriptor) {
  char text[512];
  int saved = errno;
  const char *what = order(word, text, sizeof text);
  int result = 0;
  if (what && is_below_at(descriptor)) result = strcmp(what, "NOTHING") == 0 ? -1 : number_of(what);
  errno = saved;
  return result;
}

/* Hangs like a card that does not answer any more, while there is this order. */
static void hang(const char *word, int descriptor) {
  char text[512];
  struct timespec pause = {0, 20000000};
  int saved = errno;
  const char *what = order(word, text, sizeof text);
  if (what && strcmp(what, "STALL") == 0 && is_below_at(descriptor))
    while (order(word, text, sizeof text)) nanosleep(&pause, NULL);
  errno = saved;
}

#define FAIL_OR(word, descriptor, call)    \
  do {                                     \
    hang(word, descriptor);                \
    int number = fault(word, descriptor);  \
    if (number == 0) return (call);        \
    if (number < 0) return 0;              \
    errno = number;                        \
    return -1;                             \
  } while (0)

/* Whether a read touches a block that is damaged, as on a worn-out card. */
static int is_worn(int descriptor, size_t count, long long at) {
  char text[512];
  const char *what;
  int saved = errno, result = 0;
  unsigned long long inode;
  long long from, to;
  struct stat file;
  if ((what = order("spot", text, sizeof text)) &&
      sscanf(what, "%llu %lld %lld", &inode, &from, &to) == 3 && is_below_at(descriptor) &&
      fstat(descriptor, &file) == 0 && file.st_ino == inode)
    result = at < to && at + (long long)count > from;
  errno = result ? EIO : saved;
  return result;
}

ssize_t read(int d, void *b, size_t n) { hang("read", d); return NEXT(read)(d, b, n); }
ssize_t pread(int d, void *b, size_t n, off_t o) {
  hang("read", d);
  return is_worn(d, n, o) ? -1 : NEXT(pread)(d, b, n, o);
}
ssize_t pread64(int d, void *b, size_t n, off64_t o) {
  hang("read", d);
  return is_worn(d, n, o) ? -1 : NEXT(pread64)(d, b, n, o);
}
ssize_t write(int d, const void *b, size_t n) { FAIL_OR("write", d, NEXT(write)(d, b, n)); }
ssize_t pwrite(int d, const void *b, size_t n, off_t o) { FAIL_OR("write", d, NEXT(pwrite)(d, b, n, o)); }
ssize_t pwrite64(int d, const void *b, size_t n, off64_t o) { FAIL_OR("write", d, NEXT(pwrite64)(d, b, n, o)); }
ssize_t writev(int d, const struct iovec *v, int n) { FAIL_OR("write", d, NEXT(writev)(d, v, n)); }
int ftruncate(int d, off_t n) { FAIL_OR("write", d, NEXT(ftruncate)(d, n)); }
int ftruncate64(int d, off64_t n) { FAIL_OR("write", d, NEXT(ftruncate64)(d, n)); }
int fallocate(int d, int m, off_t o, off_t n) { FAIL_OR("write", d, NEXT(fallocate)(d, m, o, n)); }
int fsync(int d) { FAIL_OR("sync", d, NEXT(fsync)(d)); }
int fdatasync(int d) { FAIL_OR("sync", d, NEXT(fdatasync)(d)); }

/* The table that a statement changes; null for a statement that changes none. */
static const char *changed(const char *sql, char *name, size_t size) {
  static const char *const beginnings[] = {"INSERT INTO ", "INSERT OR REPLACE INTO ",
                                           "INSERT OR IGNORE INTO ", "REPLACE INTO ", "UPDATE ",
                                           "DELETE FROM "};
  while (*sql == ' ' || *sql == '\n') sql++;
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++) {
    size_t count = strlen(beginnings[i]);
    if (strncasecmp(sql, beginnings[i], count) != 0) continue;
    sql += count;
    if (*sql == '"') sql++;
    size_t length = strcspn(sql, " \"\n(");
    if (length == 0 || length >= size) return NULL;
    memcpy(name, sql, length);
    name[length] = 0;
    return name;
  }
  return NULL;
}

/* SQLite's own, declared here so that no header of it is needed. */
int sqlite3_step(void *statement) {
  static int (*next)(void *);
  static const char *(*text_of)(void *);
  static unsigned int seed;
  char table[64], word[80], text[512];
  if (!next) {
    text_of = (const char *(*)(void *))dlsym(RTLD_NEXT, "sqlite3_sql");
    next = (int (*)(void *))dlsym(RTLD_NEXT, "sqlite3_step");
    seed = (unsigned int)getpid();
  }
  const char *sql = text_of(statement);
  if (sql && changed(sql, table, sizeof table)) {
    int saved = errno;
    snprintf(word, sizeof word, "table %s", table);
    const char *what = order(word, text, sizeof text);
    errno = saved;
    /* SQLITE_IOERR. */
    if (what && atoi(what) > 0 && rand_r(&seed) % atoi(what) == 0) return 10;
  }
  return next(statement);
}

static int refuses(const char *path, int flags) {
  char text[512];
  const char *what;
  if ((flags & O_ACCMODE) == O_RDONLY || !is_below(path)) return 0;
  if (!(what = order("open", text, sizeof text))) return 0;
  errno = number_of(what);
  return 1;
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return refuses(path, flags) ? -1 : NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return refuses(path, flags) ? -1 : NEXT(open64)(path, flags, mode);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  static __thread int inside;
  /* dlsym may read the clock. */
  int result = inside ? (int)syscall(SYS_clock_gettime, clock, time) : 0;
  if (inside) return result;
  inside = 1;
  result = NEXT(clock_gettime)(clock, time);
  char text[512];
  const char *seconds;
  struct timespec pause = {0, 20000000};
  char name[16];
  if (clock == CLOCK_MONOTONIC && order("door", text, sizeof text) &&
      prctl(PR_GET_NAME, name) == 0 && strcmp(name, "postern.door") == 0)
    while (order("door", text, sizeof text)) nanosleep(&pause, NULL);
  if (clock == CLOCK_REALTIME && (seconds = order("clock", text, sizeof text)))
    time->tv_sec += atoll(seconds);
  inside = 0;
  return result;
}

int adjtimex(struct timex *state) {
  int result = NEXT(adjtimex)(state);
  char text[512];
  if (order("undisciplined", text, sizeof text)) {
    state->status |= STA_UNSYNC;
    return TIME_ERROR;
  }
  return result;
}
