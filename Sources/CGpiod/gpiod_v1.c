// libgpiod 1.6: a request has one line, and the kernel keeps 16 edges of it.
#include "postern_gpiod.h"

#include <gpiod.h>

// Only the header of 1.x defines it.
#ifdef GPIOD_BIT

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define QUEUE 16

struct postern_line {
  struct gpiod_chip *chip;
  struct gpiod_line *line;
  unsigned int offset;
};

int postern_gpiod_major(void) { return 1; }

int postern_lines_max(void) { return 1; }

void postern_line_close(struct postern_line *handle) {
  if (!handle) return;
  if (handle->line) gpiod_line_release(handle->line);
  if (handle->chip) gpiod_chip_close(handle->chip);
  free(handle);
}

static int flags_of(const struct postern_wish *wish) {
  int flags = wish->active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  switch (wish->bias) {
    case POSTERN_BIAS_AS_IS: return flags;
    case POSTERN_BIAS_UP: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    case POSTERN_BIAS_DOWN: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    case POSTERN_BIAS_OFF: return flags | GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
  }
  return flags;
}

static int request_for(struct gpiod_line *line, enum postern_use use, int flags) {
  switch (use) {
    case POSTERN_OUTPUT: return gpiod_line_request_output_flags(line, "postern", flags, 0);
    case POSTERN_EDGES:
      return gpiod_line_request_both_edges_events_flags(line, "postern", flags);
    case POSTERN_LEVEL: return gpiod_line_request_input_flags(line, "postern", flags);
  }
  errno = EINVAL;
  return -1;
}

// Requests the line of a handle. 0, or -1.
static int request(struct postern_line *handle, const char *path, const struct postern_wish *wish,
                   enum postern_use use, char *holder, size_t holder_size) {
  handle->chip = gpiod_chip_open(path);
  if (!handle->chip) return -1;
  struct gpiod_line *line = gpiod_chip_get_line(handle->chip, wish->offset);
  if (!line) return -1;
  if (request_for(line, use, flags_of(wish)) < 0) {
    int saved = errno;
    const char *consumer = gpiod_line_consumer(line);
    if (consumer) strncat(holder, consumer, holder_size - 1);
    errno = saved;
    return -1;
  }
  handle->line = line;
  return 0;
}

struct postern_line *postern_line_open(const char *path, const struct postern_wish *wishes,
                                       int count, enum postern_use use, char *holder,
                                       size_t holder_size) {
  holder[0] = 0;
  if (count != 1) {
    errno = EINVAL;
    return NULL;
  }
  struct postern_line *handle = calloc(1, sizeof(*handle));
  if (!handle) return NULL;
  handle->offset = wishes[0].offset;
  if (request(handle, path, wishes, use, holder, holder_size) == 0) return handle;
  int saved = errno;
  postern_line_close(handle);
  errno = saved;
  return NULL;
}

int postern_line_look(const char *path, unsigned int offset, char *holder, size_t holder_size,
                      char *name, size_t name_size) {
  holder[0] = 0;
  name[0] = 0;
  struct gpiod_chip *opened = gpiod_chip_open(path);
  if (!opened) return -1;
  int used = -1;
  struct gpiod_line *line = gpiod_chip_get_line(opened, offset);
  if (line) {
    used = gpiod_line_is_used(line) ? 1 : 0;
    const char *consumer = gpiod_line_consumer(line);
    const char *own = gpiod_line_name(line);
    if (consumer) strncat(holder, consumer, holder_size - 1);
    if (own) strncat(name, own, name_size - 1);
  }
  int saved = errno;
  gpiod_chip_close(opened);
  errno = saved;
  return used;
}

int postern_chip_look(const char *path, char *label, size_t label_size) {
  label[0] = 0;
  struct gpiod_chip *opened = gpiod_chip_open(path);
  if (!opened) return -1;
  const char *own = gpiod_chip_label(opened);
  if (own) strncat(label, own, label_size - 1);
  int lines = (int)gpiod_chip_num_lines(opened);
  gpiod_chip_close(opened);
  return lines;
}

int postern_line_descriptor(struct postern_line *handle) {
  return gpiod_line_event_get_fd(handle->line);
}

int postern_line_read(struct postern_line *handle, struct postern_edge *edges, int count) {
  struct gpiod_line_event events[QUEUE];
  int read = gpiod_line_event_read_multiple(handle->line, events, count < QUEUE ? count : QUEUE);
  for (int i = 0; i < read; i++) {
    const struct timespec *stamp = &events[i].ts;
    edges[i].nanoseconds = (uint64_t)stamp->tv_sec * 1000000000u + (uint64_t)stamp->tv_nsec;
    edges[i].offset = handle->offset;
    edges[i].sequence = 0;
    edges[i].has_sequence = false;
    edges[i].active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
  }
  return read;
}

int postern_line_get(struct postern_line *handle, unsigned int offset) {
  (void)offset;
  return gpiod_line_get_value(handle->line);
}

int postern_line_set(struct postern_line *handle, bool active) {
  return gpiod_line_set_value(handle->line, active ? 1 : 0);
}

#endif
