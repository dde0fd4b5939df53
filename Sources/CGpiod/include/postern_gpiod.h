// One interface over libgpiod 1.6 (Debian 12) and 2.x (Debian 13), which share no function.
// `gpiod_v1.c` and `gpiod_v2.c` implement it; the header that is installed decides which of them
// is compiled. Levels are logical: the polarity is set when a line is opened. Functions that fail
// set errno.
#ifndef POSTERN_GPIOD_H
#define POSTERN_GPIOD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The most edges of one read.
#define POSTERN_READ_MAX 64

enum postern_bias { POSTERN_BIAS_AS_IS, POSTERN_BIAS_UP, POSTERN_BIAS_DOWN, POSTERN_BIAS_OFF };

// What lines are opened for. POSTERN_EDGES needs a chip with interrupts.
enum postern_use { POSTERN_OUTPUT, POSTERN_EDGES, POSTERN_LEVEL };

struct postern_edge {
  // CLOCK_MONOTONIC.
  uint64_t nanoseconds;
  unsigned int offset;
  // Counts the edges of the line; only with `has_sequence`.
  uint32_t sequence;
  bool has_sequence;
  bool active;
};

// A line to open.
struct postern_wish {
  unsigned int offset;
  bool active_low;
  enum postern_bias bias;
};

// One request of the kernel: one line, or several of one chip, whose edges then come in one order.
struct postern_line;

// The major version of the library: 1 or 2.
int postern_gpiod_major(void);

// The most lines of one request: 1 with libgpiod 1.x, 2 with 2.x.
int postern_lines_max(void);

// The lines of the chip with that device file, and its label; -1 when it is none or cannot be opened.
int postern_chip_look(const char *path, char *label, size_t label_size);

// Opens lines of the chip with that device file: as inputs with both edges, as inputs whose level is
// read, or as inactive outputs. NULL on failure; the holder of a busy line, if any, is copied to
// `holder`.
struct postern_line *postern_line_open(const char *path, const struct postern_wish *wishes,
                                       int count, enum postern_use use, char *holder,
                                       size_t holder_size);

// Releases the lines. NULL is allowed.
void postern_line_close(struct postern_line *handle);

// Who holds a line of the chip with that device file, and the kernel's name for it; either may be empty. 1 held, 0 free, -1 on
// failure. Does not request the line.
int postern_line_look(const char *path, unsigned int offset, char *holder, size_t holder_size,
                      char *name, size_t name_size);

// The descriptor that becomes readable with an edge. Only for POSTERN_EDGES.
int postern_line_descriptor(struct postern_line *handle);

// Reads the pending edges, at most `count`; their number, or -1.
int postern_line_read(struct postern_line *handle, struct postern_edge *edges, int count);

// 1 active, 0 inactive, -1 on failure.
int postern_line_get(struct postern_line *handle, unsigned int offset);

// Sets the first line of the handle. 0, or -1.
int postern_line_set(struct postern_line *handle, bool active);

#endif
