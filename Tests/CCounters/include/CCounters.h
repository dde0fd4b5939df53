// Counts heap blocks, syncs and SQL statements: figures that do not depend on the machine or its
// load. Linked into postern-lab only.
#ifndef POSTERN_COUNTERS_H
#define POSTERN_COUNTERS_H
#include <stdint.h>

/// Heap blocks that this thread allocated.
uint64_t counters_allocations(void);
/// Calls of fsync and fdatasync by all threads.
uint64_t counters_syncs(void);
/// SQL statements begun on connections that were opened after `counters_watch_sql`.
uint64_t counters_statements(void);
/// 0 when SQLite refuses.
int counters_watch_sql(void);
#endif
