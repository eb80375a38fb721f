/* A malformed or rare capture and its expected rows. */
#ifndef PKT_MALFORMED_CASE_H
#define PKT_MALFORMED_CASE_H

#include "pktbench.h"

enum { MALFORMED_ROWS = 3 };

/* A packet of a classic pcap case; bytes as hexadecimal digits and spaces. `78*20` stands for 20
 * bytes of 0x78. */
typedef struct malformed_packet {
    const char *hex;
    uint32_t wire; /* original length, bytes; 0: the captured length */
} malformed_packet;

/* Expected rows are text: "column=value column=value ...". The last value of a column counts. A
 * column that is not named must be empty. The value `*` means that no specification determines the
 * cell: it is not compared. */
typedef struct malformed_case {
    const char *name;  /* [a-z0-9-]+ */
    const char *wrong; /* what is malformed or rare */
    const char *spec;  /* specification and section that determine the expected rows */
    const char *file;  /* all bytes of the capture; NULL: it is built from `packets` */
    uint16_t link_type;
    malformed_packet packets[MALFORMED_ROWS]; /* up to the first one without `hex` */
    const char *rows[MALFORMED_ROWS];         /* up to NULL; with `packets`, time stamps, lengths
                                               * and link type are added */
    unsigned times;                           /* packets and rows are repeated so often; 0: once */
    /* Not 0: `packets` are payloads of UDP or TCP (a PROTO_ number) to this port, in IPv4 and
     * Ethernet; the expected rows have the columns of level app instead of those of level headers.
     */
    uint16_t port;
    uint8_t transport;
} malformed_case;

#endif
