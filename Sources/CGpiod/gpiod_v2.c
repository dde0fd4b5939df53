// libgpiod 2.x: a request has both data lines of a reader, a queue of its own length, and numbers
// its edges.
#include "postern_gpiod.h"

#include <gpiod.h>

// Only the header of 1.x defines it.
#ifndef GPIOD_BIT

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINES_MAX 2
// Edges that the kernel keeps for a request while nobody reads.
#define QUEUE 2048

struct postern_line {
  struct gpiod_chip *chip;
  struct gpiod_line_request *request;
  struct gpiod_edge_event_buffer *buffer;
  unsigned int offset;
};

int postern_gpiod_major(void) { return 2; }

int postern_lines_max(void) { return LINES_MAX; }

void postern_line_close(struct postern_line *handle) {
  if (!handle) return;
  if (handle->buffer) gpiod_edge_event_buffer_free(handle->buffer);
  if (handle->request) gpiod_line_request_release(handle->request);
  if (handle->chip) gpiod_chip_close(handle->chip);
  free(handle);
}

static enum gpiod_line_bias bias_of(enum postern_bias bias) {
  switch (bias) {
    case POSTERN_BIAS_AS_IS: return GPIOD_LINE_BIAS_AS_IS;
    case POSTERN_BIAS_UP: return GPIOD_LINE_BIAS_PULL_UP;
    case POSTERN_BIAS_DOWN: return GPIOD_LINE_BIAS_PULL_DOWN;
    case POSTERN_BIAS_OFF: return GPIOD_LINE_BIAS_DISABLED;
  }
  return GPIOD_LINE_BIAS_AS_IS;
}

static int add(struct gpiod_line_config *lines, struct gpiod_line_settings *settings,
               const struct postern_wish *wish, enum postern_use use) {
  gpiod_line_settings_reset(settings);
  gpiod_line_settings_set_active_low(settings, wish->active_low);
  gpiod_line_settings_set_bias(settings, bias_of(wish->bias));
  if (use == POSTERN_OUTPUT) {
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_OUTPUT);
    gpiod_line_settings_set_output_value(settings, GPIOD_LINE_VALUE_INACTIVE);
  } else {
    gpiod_line_settings_set_direction(settings, GPIOD_LINE_DIRECTION_INPUT);
    if (use == POSTERN_EDGES)
      gpiod_line_settings_set_edge_detection(settings, GPIOD_LINE_EDGE_BOTH);
  }
  return gpiod_line_config_add_line_settings(lines, &wish->offset, 1, settings);
}

// Requests the lines; NULL on failure.
static struct gpiod_line_request *request(struct gpiod_chip *chip,
                                          const struct postern_wish *wishes, int count,
                                          enum postern_use use) {
  struct gpiod_line_request *made = NULL;
  struct gpiod_line_settings *settings = gpiod_line_settings_new();
  struct gpiod_line_config *lines = gpiod_line_config_new();
  struct gpiod_request_config *config = gpiod_request_config_new();
  if (settings && lines && config) {
    int failed = 0;
    for (int i = 0; i < count; i++) failed |= add(lines, settings, &wishes[i], use) < 0;
    gpiod_request_config_set_consumer(config, "postern");
    gpiod_request_config_set_event_buffer_size(config, QUEUE);
    if (!failed) made = gpiod_chip_request_lines(chip, config, lines);
  }
  int saved = errno;
  if (settings) gpiod_line_settings_free(settings);
  if (lines) gpiod_line_config_free(lines);
  if (config) gpiod_request_config_free(config);
  errno = saved;
  return made;
}

// Copies who holds a line; leaves errno as it is.
static void copy_holder(struct gpiod_chip *chip, unsigned int offset, char *holder, size_t size) {
  int saved = errno;
  struct gpiod_line_info *info = gpiod_chip_get_line_info(chip, offset);
  const char *consumer = info ? gpiod_line_info_get_consumer(info) : NULL;
  if (consumer) strncat(holder, consumer, size - 1);
  if (info) gpiod_line_info_free(info);
  errno = saved;
}

struct postern_line *postern_line_open(const char *path, const struct postern_wish *wishes,
                                       int count, enum postern_use use, char *holder,
                                       size_t holder_size) {
  holder[0] = 0;
  if (count < 1 || count > LINES_MAX) {
    errno = EINVAL;
    return NULL;
  }
  struct postern_line *handle = calloc(1, sizeof(*handle));
  if (!handle) return NULL;
  handle->offset = wishes[0].offset;
  handle->chip = gpiod_chip_open(path);
  if (!handle->chip) goto failed;
  handle->request = request(handle->chip, wishes, count, use);
  if (!handle->request) {
    copy_holder(handle->chip, handle->offset, holder, holder_size);
    goto failed;
  }
  if (use == POSTERN_EDGES) {
    handle->buffer = gpiod_edge_event_buffer_new(POSTERN_READ_MAX);
    if (!handle->buffer) goto failed;
  }
  return handle;
failed:;
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
  struct gpiod_line_info *info = gpiod_chip_get_line_info(opened, offset);
  if (info) {
    used = gpiod_line_info_is_used(info) ? 1 : 0;
    const char *consumer = gpiod_line_info_get_consumer(info);
    const char *own = gpiod_line_info_get_name(info);
    if (consumer) strncat(holder, consumer, holder_size - 1);
    if (own) strncat(name, own, name_size - 1);
    gpiod_line_info_free(info);
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
  int lines = -1;
  struct gpiod_chip_info *info = gpiod_chip_get_info(opened);
  if (info) {
    strncat(label, gpiod_chip_info_get_label(info), label_size - 1);
    lines = (int)gpiod_chip_info_get_num_lines(info);
    gpiod_chip_info_free(info);
  }
  gpiod_chip_close(opened);
  return lines;
}

int postern_line_descriptor(struct postern_line *handle) {
  return gpiod_line_request_get_fd(handle->request);
}

int postern_line_read(struct postern_line *handle, struct postern_edge *edges, int count) {
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
}

int postern_line_get(struct postern_line *handle, unsigned int offset) {
  return (int)gpiod_line_request_get_value(handle->request, offset);
}

int postern_line_set(struct postern_line *handle, bool active) {
  return gpiod_line_request_set_value(
      handle->request, handle->offset,
      active ? GPIOD_LINE_VALUE_ACTIVE : GPIOD_LINE_VALUE_INACTIVE);
}

#endif
