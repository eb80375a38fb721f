/* A part of a plain capture file, between two of its packets, as a capture of its own: a thread
 * writes it into a pipe that any backend opens as a file. */
#ifndef PKT_PART_H
#define PKT_PART_H

#include "pktbench.h"

typedef struct pkt_part_input pkt_part_input;

/* `path` must outlive it, the bytes of *part need not. NULL and *err. */
pkt_part_input *pkt_part_open(const char *path, const pkt_part *part, pkt_err *err);
/* For one run of a backend. */
const pkt_capture *pkt_part_capture(const pkt_part_input *input);
/* The run has ended with `bad` (0 or -1) and *err, whose position becomes that in the file. Returns
 * `bad`; or -1 and *err, if the file could not be read. */
int pkt_part_end(pkt_part_input *input, int bad, pkt_err *err);
void pkt_part_close(pkt_part_input *input);

#endif
