/* A malformed capture and the rows that it must give. */
#ifndef PKT_MALFORMED_CASE_H
#define PKT_MALFORMED_CASE_H

#include "pktbench.h"

enum { MALFORMED_ROWS = 3 };

/* A packet of a case that is classic pcap, in bytes as hexadecimal digits and blanks. */
typedef struct malformed_packet {
    const char *hex;
    uint32_t wire; /* original length; 0: what was captured */
} malformed_packet;

/* Expected rows are text: "column=value column=value ...", the last one of a column counts; a
 * column that is not named does not apply to the packet. The value `*` stands for a cell that no
 * specification determines: it is not compared. */
typedef struct malformed_case {
    const char *name;  /* [a-z0-9-]+ */
    const char *wrong; /* what is */
    const char *spec;  /* what the expected rows rest on */
    const char *file;  /* all bytes of the capture; NULL: it is made of `packets` */
    uint16_t link_type;
    malformed_packet packets[MALFORMED_ROWS]; /* up to the first one without `hex` */
    const char *rows[MALFORMED_ROWS];         /* up to NULL; times and lengths of `packets` are
                                               * added to them */
} malformed_case;

#endif
