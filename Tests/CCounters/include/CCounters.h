// Counts of what a program asks of the heap, the disk and SQLite: figures that no load of the
// machine changes. Linked into postern-lab only.
#ifndef POSTERN_COUNTERS_H
#define POSTERN_COUNTERS_H
#include <stdint.h>

/// Blocks that this thread asked the heap for.
uint64_t counters_allocations(void);
/// fsync and fdatasync, by any thread.
uint64_t counters_syncs(void);
/// SQL statements begun on connections that were opened after `counters_watch_sql`.
uint64_t counters_statements(void);
/// False when SQLite does not take part.
int counters_watch_sql(void);
#endif
