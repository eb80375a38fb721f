/* What traffic looks like to a parser, and how much a row of it takes. */
#ifndef PKT_TRAFFIC_H
#define PKT_TRAFFIC_H

#include "parsers/rows/rows.h"

typedef struct traffic {
    double mean_frame;     /* bytes of a packet on the wire */
    double ethernet_bytes; /* the same with what Ethernet adds: see ethernet_bytes() */
    double file_bytes;     /* of the capture file, for a packet */
    double row_bytes;      /* of a row of the format with the columns */
    double packets;
} traffic;

/* Read the capture once. `columns`: of the rows, of any level up to flows. 0, or -1 and *err, also
 * if it has no packets. */
int traffic_measure(const char *capture, const pkt_encoder *format, pkt_column_set columns,
                    traffic *out, pkt_err *err);
/* Bytes of the format for a packet of the generator's scenario, by writing some; 0 if it cannot be
 * told. */
double traffic_row_bytes(const char *scenario, const pkt_encoder *format, pkt_column_set columns);

#endif
