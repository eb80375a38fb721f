/* One capture from the near end of the wire, in a child process. */
#ifndef PKT_LIVE_RECEIVER_H
#define PKT_LIVE_RECEIVER_H

#include <stdbool.h>

#include "parsers/features/request.h"
#include "parsers/rows/rows.h"
#include "parsers/util/parse.h"
#include "pktbench.h"

typedef struct live_task {
    const pkt_backend *backend;
    pkt_level level;
    pkt_flow_choice flows;
    uint32_t snaplen, buffer;
    const pkt_encoder *encoder;    /* rows are written to /dev/null; NULL: they are counted */
    pkt_features_request features; /* rows of this set instead; set NULL: none */
    const pkt_sink *sink;          /* takes the rows instead; NULL: none */
    /* Not NULL: the rows, without their times, are compared with those of the first packets of this
     * capture. */
    const char *compare;
    uint64_t compare_packets;
} live_task;

/* Memory that the receiver shares with the process that waits for it. */
typedef struct live_received {
    int ready;             /* the interface is open, and rights were given up */
    int stop;              /* set by the other process: no more packets are sent */
    uint64_t rows;         /* passed to the sink */
    uint64_t got, dropped; /* by the kernel, of the socket: passed to the program; lost */
    int64_t last_ns;       /* of CLOCK_MONOTONIC: when the last row was taken; 0: no row */
    bool failed, differs;
    pkt_err err; /* if it failed */
} live_received;

/* Capture until received->stop is set and everything that the kernel has was read. The rights of
 * the process are given up before the first packet is read. */
void live_receive(const live_task *task, live_received *received);

#endif
