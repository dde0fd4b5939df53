// One small face over libgpiod 1.6 (Debian 12) and 2.x (Debian 13), decided when compiling: the
// two share no function, and Swift cannot choose between declarations that one of them lacks.
// A handle has one line, or with 2.x up to POSTERN_LINES_MAX of one chip, whose edges then come in
// one order; levels are logical, polarity is set when the lines are opened.
#ifndef POSTERN_CGPIOD_SHIM_H
#define POSTERN_CGPIOD_SHIM_H

#include <errno.h>
#include <gpiod.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Only the 1.x header defines GPIOD_BIT.
#ifdef GPIOD_BIT
#define POSTERN_GPIOD_MAJOR 1
#define POSTERN_LINES_MAX 1
#else
#define POSTERN_GPIOD_MAJOR 2
#define POSTERN_LINES_MAX 2
#endif

// Edges that the kernel keeps for a request while nobody reads (2.x; with 1.x it keeps 16 a line).
#define POSTERN_QUEUE 2048
// Edges that one read brings at most.
#define POSTERN_READ_MAX 64

enum postern_bias { POSTERN_BIAS_AS_IS, POSTERN_BIAS_UP, POSTERN_BIAS_DOWN, POSTERN_BIAS_OFF };

struct postern_edge {
  uint64_t nanoseconds;
  unsigned int offset;
  uint32_t sequence;
  bool has_sequence;
  bool active;
};

struct postern_line {
  struct gpiod_chip *chip;
#if POSTERN_GPIOD_MAJOR == 1
  struct gpiod_line *line;
#else
  struct gpiod_line_request *request;
  struct gpiod_edge_event_buffer *buffer;
#endif
  unsigned int offset;
};

// A line to be opened.
struct postern_wish {
  unsigned int offset;
  bool active_low;
  enum postern_bias bias;
};

static inline int postern_gpiod_major(void) { return POSTERN_GPIOD_MAJOR; }

static inline void postern_line_close(struct postern_line *handle) {
  if (!handle) return;
#if POSTERN_GPIOD_MAJOR == 1
  if (handle->line) gpiod_line_release(handle->line);
#else
  if (handle->buffer) gpiod_edge_event_buffer_free(handle->buffer);
  if (handle->request) gpiod_line_request_release(handle->request);
#endif
  if (handle->chip) gpiod_chip_close(handle->chip);
  free(handle);
}

#if POSTERN_GPIOD_MAJOR == 2
// By name, by path, or by label as 1.x does: a label stays when a chip comes back with another
// number.
static inline struct gpiod_chip *postern_chip_open(const char *chip) {
  char path[128] = "/dev/";
  if (chip[0] == '/') path[0] = 0;
  strncat(path, chip, sizeof(path) - strlen(path) - 1);
  struct gpiod_chip *opened = gpiod_chip_open(path);
  if (opened || chip[0] == '/') return opened;
  int saved = errno;
  for (int number = 0; number < 64; number++) {
    snprintf(path, sizeof(path), "/dev/gpiochip%d", number);
    opened = gpiod_chip_open(path);
    if (!opened) continue;
    struct gpiod_chip_info *info = gpiod_chip_get_info(opened);
    int is_it = info && !strcmp(gpiod_chip_info_get_label(info), chip);
    if (info) gpiod_chip_info_free(info);
    if (is_it) return opened;
    gpiod_chip_close(opened);
  }
  errno = saved;
  return NULL;
}
#endif

// Opens lines as inputs with both edges, or as inactive outputs. NULL with errno set; a busy
// line's holder, if any, is copied to `holder`.
static inline struct postern_line *postern_line_open(const char *chip,
                                                     const struct postern_wish *wishes, int count,
                                                     bool output, char *holder,
                                                     size_t holder_size) {
  if (count < 1 || count > POSTERN_LINES_MAX) {
    errno = EINVAL;
    return NULL;
  }
  struct postern_line *handle = (struct postern_line *)calloc(1, sizeof(*handle));
  if (!handle) return NULL;
  handle->offset = wishes[0].offset;
  holder[0] = 0;
#if POSTERN_GPIOD_MAJOR == 1
  handle->chip = gpiod_chip_open_lookup(chip);
  if (!handle->chip) goto failed;
  {
    struct gpiod_line *line = gpiod_chip_get_line(handle->chip, handle->offset);
    if (!line) goto failed;
    enum postern_bias bias = wishes[0].bias;
    int flags = wishes[0].active_low ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
    if (bias == POSTERN_BIAS_UP) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
    if (bias == POSTERN_BIAS_DOWN) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
    if (bias == POSTERN_BIAS_OFF) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_DISABLE;
    int code = output ? gpiod_line_request_output_flags(line, "postern", flags, 0)
                      : gpiod_line_request_both_edges_events_flags(line, "postern", flags);
    if (code < 0) {
      int saved = errno;
      const char *consumer = gpiod_line_consumer(line);
      if (consumer) strncat(holder, consumer, holder_size - 1);
      errno = saved;
      goto failed;
    }
    handle->line = line;
  }
#else
  {
    handle->chip = postern_chip_open(chip);
    if (!handle->chip) goto failed;
    struct gpiod_line_settings *settings = gpiod_line_settings_new();
    struct gpiod_line_config *lines = gpiod_line_config_new();
    struct gpiod_request_config *config = gpiod_request_config_new();
    if (settings && lines && config) {
      int failed = 0;
      for (int i = 0; i < count; i++) {
        enum postern_bias bias = wishes[i].bias;
        gpiod_line_settings_reset(settings);
        gpiod_line_settings_set_active_low(settings, wishes[i].active_low);
        if (bias == POSTERN_BIAS_UP)
          gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_PULL_UP);
        if (bias == POSTERN_BIAS_DOWN)
          gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_PULL_DOWN);
        if (bias == POSTERN_BIAS_OFF)
          gpiod_line_settings_set_bias(settings, GPIOD_LINE_BIAS_DISABLED);
        if (output) {
          gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
          gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
        } else {
          gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
          gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
        }
        if (gpiod_line_config_add_line_settings(lines, &wishes[i].offset, 1, settings) < 0)
          failed = 1;
      }
      gpiod_request_config_set_consumer(config, "postern");
      gpiod_request_config_set_event_buffer_size(config, POSTERN_QUEUE);
      if (!failed) handle->request = gpiod_chip_request_lines(handle->chip, config, lines);
    }
    int saved = errno;
    if (!handle->request) {
      struct gpiod_line_info *info = gpiod_chip_get_line_info(handle->chip, handle->offset);
      const char *consumer = info ? gpiod_line_info_get_consumer(info) : NULL;
      if (consumer) strncat(holder, consumer, holder_size - 1);
      if (info) gpiod_line_info_free(info);
    }
    if (settings) gpiod_line_settings_free(settings);
    if (lines) gpiod_line_config_free(lines);
    if (config) gpiod_request_config_free(config);
    errno = saved;
    if (!handle->request) goto failed;
    if (!output) {
      handle->buffer = gpiod_edge_event_buffer_new(POSTERN_READ_MAX);
      if (!handle->buffer) goto failed;
    }
  }
#endif
  return handle;
failed: {
  int saved = errno;
  postern_line_close(handle);
  errno = saved;
  return NULL;
}
}

// Who holds a line, and the kernel's name for it; either may be empty. 1 held, 0 free, -1 with
// errno. Takes nothing.
static inline int postern_line_look(const char *chip, unsigned int offset, char *holder,
                                    size_t holder_size, char *name, size_t name_size) {
  holder[0] = 0;
  name[0] = 0;
  int used = -1;
#if POSTERN_GPIOD_MAJOR == 1
  struct gpiod_chip *opened = gpiod_chip_open_lookup(chip);
  if (!opened) return -1;
  struct gpiod_line *line = gpiod_chip_get_line(opened, offset);
  if (line) {
    used = gpiod_line_is_used(line) ? 1 : 0;
    const char *consumer = gpiod_line_consumer(line);
    const char *own = gpiod_line_name(line);
    if (consumer) strncat(holder, consumer, holder_size - 1);
    if (own) strncat(name, own, name_size - 1);
  }
#else
  struct gpiod_chip *opened = postern_chip_open(chip);
  if (!opened) return -1;
  struct gpiod_line_info *info = gpiod_chip_get_line_info(opened, offset);
  if (info) {
    used = gpiod_line_info_is_used(info) ? 1 : 0;
    const char *consumer = gpiod_line_info_get_consumer(info);
    const char *own = gpiod_line_info_get_name(info);
    if (consumer) strncat(holder, consumer, holder_size - 1);
    if (own) strncat(name, own, name_size - 1);
    gpiod_line_info_free(info);
  }
#endif
  int saved = errno;
  gpiod_chip_close(opened);
  errno = saved;
  return used;
}

// The descriptor that becomes readable with an edge.
static inline int postern_line_descriptor(struct postern_line *handle) {
#if POSTERN_GPIOD_MAJOR == 1
  return gpiod_line_event_get_fd(handle->line);
#else
  return gpiod_line_request_get_fd(handle->request);
#endif
}

// Reads the edges that are there; their number, or -1 with errno.
static inline int postern_line_read(struct postern_line *handle, struct postern_edge *edges,
                                    int count) {
#if POSTERN_GPIOD_MAJOR == 1
  struct gpiod_line_event events[16];
  int read = gpiod_line_event_read_multiple(handle->line, events, count < 16 ? count : 16);
  for (int i = 0; i < read; i++) {
    edges[i].nanoseconds = (uint64_t)events[i].ts.tv_sec * 1000000000u + (uint64_t)events[i].ts.tv_nsec;
    edges[i].offset = handle->offset;
    edges[i].sequence = 0;
    edges[i].has_sequence = false;
    edges[i].active = events[i].event_type == GPIOD_LINE_EVENT_RISING_EDGE;
  }
  return read;
#else
  int read = gpiod_line_request_read_edge_events(handle->request, handle->buffer, count);
  for (int i = 0; i < read; i++) {
    struct gpiod_edge_event *event = gpiod_edge_event_buffer_get_event(handle->buffer, i);
    edges[i].nanoseconds = gpiod_edge_event_get_timestamp_ns(event);
    edges[i].offset = gpiod_edge_event_get_line_offset(event);
    edges[i].sequence = (uint32_t)gpiod_edge_event_get_line_seqno(event);
    edges[i].has_sequence = true;
    edges[i].active = gpiod_edge_event_get_event_type(event) == GPIOD_EDGE_EVENT_RISING_EDGE;
  }
  return read;
#endif
}

// 1 active, 0 inactive, -1 with errno.
static inline int postern_line_get(struct postern_line *handle, unsigned int offset) {
#if POSTERN_GPIOD_MAJOR == 1
  (void)offset;
  return gpiod_line_get_value(handle->line);
#else
  return (int)gpiod_line_request_get_value(handle->request, offset);
#endif
}

// 0, or -1 with errno.
static inline int postern_line_set(struct postern_line *handle, bool active) {
#if POSTERN_GPIOD_MAJOR == 1
  return gpiod_line_set_value(handle->line, active ? 1 : 0);
#else
  return gpiod_line_request_set_value(handle->request, handle->offset,
                                      active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
#endif
}

#endif
