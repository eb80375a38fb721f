/* Builds packets, computes rows of features from them, and checks cells of these rows. */
#ifndef PKT_TEST_WINDOWS_H
#define PKT_TEST_WINDOWS_H

#include "parsers/core/numbers.h"
#include "parsers/features/features.h"

enum { MAX_ROWS = 1024 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define SECOND INT64_C(1000000000)
#define EPOCH (INT64_C(1667260800) * SECOND)

/* The rows since begin(). */
typedef struct windows {
    size_t rows, pushes;
    double values[MAX_ROWS][PKT_MAX_VALUES];
    uint64_t numbers[MAX_ROWS];
    pkt_batch keys[MAX_ROWS / 8]; /* key columns, one batch per push */
} windows;

extern windows out;
extern pkt_features *features; /* the test closes it */
extern pkt_sink sink;          /* of `features` */
extern pkt_batch packets;      /* added, but not flushed */

/* max_flows 0: 100. */
void begin(pkt_features_request request);
void flush(void);
/* Flush and end the capture. */
void finish(void);
/* Fails the test if the row or column does not exist. */
double cell(size_t row, const char *name);

#define assert_cell(row, name, wanted)                                                             \
    do {                                                                                           \
        const double got = cell((row), (name)), right = (wanted);                                  \
        if (!(fabs(got - right) <= 1e-9 * (1 + fabs(right))))                                      \
            fail_msg("row %d, %s: %.17g, wanted %.17g", (int)(row), (name), got, right);           \
    } while (0)
#define assert_none(row, name) assert_true(isnan(cell((row), (name))))

/* Add an Ethernet frame of 60 bytes with an unknown EtherType. All of these return the packet's row
 * in `packets`. */
size_t frame_add(int64_t ts_ns);
size_t arp_add(int64_t ts_ns);
/* From 10.0.0.src to 10.0.0.dst; IPv4 and L4 headers without options or payload. */
size_t ip_add(int64_t ts_ns, unsigned protocol, uint64_t src, uint64_t dst);
size_t tcp_add(int64_t ts_ns, uint64_t src, uint64_t dst, unsigned flags);

#endif
