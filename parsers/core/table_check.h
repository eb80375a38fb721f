/* Checks the table of a backend that comes from a shared object. */
#ifndef PKT_TABLE_CHECK_H
#define PKT_TABLE_CHECK_H

#include "pktbench.h"

/* Limits of a table: bytes of a name, bytes of another text, features. */
enum { PKT_TABLE_NAME = 32, PKT_TABLE_TEXT = 256, PKT_TABLE_FEATURES = 64 };

/* Can the table be used? Calls its version(). `table` may be any address. 0, or -1 and *err with
 * the member that is wrong. */
int pkt_table_check(const pkt_backend *table, pkt_err *err);

#endif
