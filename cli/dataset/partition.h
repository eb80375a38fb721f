/* Partitions of a dataset: folders `key=value/` as Hive names them, by which readers find columns
 * that are in no file. */
#ifndef PKT_PARTITION_H
#define PKT_PARTITION_H

#include <limits.h>
#include <stdbool.h>

#include "pktbench.h"

typedef enum partition_key {
    PARTITION_FILE,
    PARTITION_LABEL,
    PARTITION_DATE, /* of the row's time, UTC */
    PARTITION_HOUR,
    PARTITION_KEYS
} partition_key;

/* The words of --partition. */
#define PARTITION_WORDS "file|label|date|hour"

typedef struct partition {
    size_t count; /* 0: there are none */
    partition_key at[PARTITION_KEYS];
} partition;

/* Bytes of a folder's or file's name in a dataset, at most: the manifest adds to it, and file
 * systems end at 255. */
enum { PARTITION_NAME_BYTES = 230 };

const char *partition_name(partition_key key);
bool partition_has(const partition *keys, partition_key key);
/* Depends the partition of a row on its time? */
bool partition_by_time(const partition *keys);
/* "label,date". `hour` without `date` adds `date` before it. 0, or -1 and *err. */
int partition_parse(partition *keys, const char *list, pkt_err *err);

/* The text as the value of a folder's name, or as the beginning of a file's name: what Hive and
 * Spark escape is %XX, a byte that is not UTF-8 is \xNN, so escaped, and nothing begins with `_` or
 * a dot, which readers pass over. "" becomes __HIVE_DEFAULT_PARTITION__. The caller frees it;
 * NULL without memory. */
char *partition_escape(const char *text);

/* Number of the hour, or of the first hour of the day, that the time lies in: rows with one number
 * have one partition. Without a key of time it is 0. */
int64_t partition_hour_of(const partition *keys, int64_t ts_ns);
/* How many rows from `from` on have the same partition? At least 1 of `rows` - `from`. */
size_t partition_rows(const partition *keys, const int64_t *ts_ns, size_t from, size_t rows);
/* "label=benign/date=2026-12-31/hour=23/"; `file` and `label` are escaped. */
void partition_folder(const partition *keys, const char *file, const char *label, int64_t hour,
                      char folder[PATH_MAX]);

#endif
