/* Ways from a capture to a data frame of Python: what `bench --sink pandas` measures. Each is a
 * backend of its own, an external program (parsers/external/data_frames_driver.py). */
#ifndef PKT_DATA_FRAMES_H
#define PKT_DATA_FRAMES_H

#include "bench/worker/selection.h"
#include "pktbench.h"

/* The libraries whose objects hold the rows. */
typedef enum data_frame_kind {
    DATA_FRAME_PANDAS,
    DATA_FRAME_POLARS,
    DATA_FRAME_PYARROW,
    DATA_FRAME_KINDS
} data_frame_kind;

/* "pandas", "polars", "pyarrow"; static storage. */
const char *data_frame_kind_name(data_frame_kind kind);

/* The way that the others are compared with: read() of the Python package. */
#define DATA_FRAME_BASE "read"

typedef struct data_frame_way {
    data_frame_kind kind;
    const char *way;  /* "read", "arrow", "csv", "dpkt", "scapy"; static storage */
    backend *backend; /* owned; it may be unavailable */
} data_frame_way;

/* Maximum number of ways. */
#define DATA_FRAME_WAYS 11

typedef struct data_frame_ways {
    data_frame_way at[DATA_FRAME_WAYS];
    size_t count;
} data_frame_ways;

/* Describe every way to the wanted kinds of objects. Sets PKTBENCH_PROGRAM in the environment, for
 * the driver: the path of this program. 0, or -1 and *err; close it in both cases. */
int data_frames_open(data_frame_ways *ways, const bool wanted[DATA_FRAME_KINDS], pkt_err *err);
void data_frames_close(data_frame_ways *ways);

#endif
