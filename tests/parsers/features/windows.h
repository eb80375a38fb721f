/* Packets made by hand, the windows that a set of features makes of them, and what these say. */
#ifndef PKT_TEST_WINDOWS_H
#define PKT_TEST_WINDOWS_H

#include "parsers/core/numbers.h"
#include "parsers/features/features.h"

enum { MOST_ROWS = 1024 };
enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

#define SECOND INT64_C(1000000000)
#define EPOCH (INT64_C(1667260800) * SECOND)

/* What came out since begin(). */
typedef struct windows {
    size_t rows, pushes;
    double values[MOST_ROWS][PKT_MAX_VALUES];
    uint64_t numbers[MOST_ROWS];
    pkt_batch own[MOST_ROWS / 8]; /* one a push */
} windows;

extern windows out;
extern pkt_features *features; /* the test's to close */
extern pkt_sink sink;          /* where they take packets */
extern pkt_batch packets;      /* that were added and not flushed */

/* max_flows 0: 100 of them. */
void begin(pkt_features_request request);
void flush(void);
/* Flush, and end the capture. */
void finish(void);
/* Fails the test where there is no such row or column. */
double cell(size_t row, const char *name);

#define assert_cell(row, name, wanted)                                                             \
    do {                                                                                           \
        const double got = cell((row), (name)), right = (wanted);                                  \
        if (!(fabs(got - right) <= 1e-9 * (1 + fabs(right))))                                      \
            fail_msg("row %d, %s: %.17g, wanted %.17g", (int)(row), (name), got, right);           \
    } while (0)
#define assert_none(row, name) assert_true(isnan(cell((row), (name))))

/* Add an Ethernet frame of 60 bytes that nothing is known of. As the others, it gives the packet's
 * place in `packets`. */
size_t frame_add(int64_t ts_ns);
size_t arp_add(int64_t ts_ns);
/* From 10.0.0.src to 10.0.0.dst; IPv4 and L4 headers without options or payload. */
size_t ip_add(int64_t ts_ns, unsigned protocol, uint64_t src, uint64_t dst);
size_t tcp_add(int64_t ts_ns, uint64_t src, uint64_t dst, unsigned flags);

#endif
