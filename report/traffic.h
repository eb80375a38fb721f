/* What traffic looks like to a parser, and how much a row of it takes. */
#ifndef PKT_TRAFFIC_H
#define PKT_TRAFFIC_H

#include <stdbool.h>

typedef struct traffic {
    double mean_frame; /* bytes on the wire */
    double row_bytes;  /* of CSV, level headers */
} traffic;

/* Read the capture once. false: a message was printed. */
bool traffic_measure(const char *capture, traffic *out);
/* Bytes of CSV for a packet of the generator's scenario, by writing some; 0 if it cannot be told.
 */
double traffic_row_bytes(const char *scenario);

#endif
