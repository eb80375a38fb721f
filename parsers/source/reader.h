/* What a container reader is to source.c: a table of functions, one file each. */
#ifndef PKT_READER_H
#define PKT_READER_H

#include "parsers/core/record.h"
#include "parsers/source/interface.h"
#include "parsers/source/window.h"

/* Where a record comes from. */
typedef struct pkt_origin {
    uint64_t section; /* byte offset in the file of its section; classic pcap: 0 */
    size_t interface; /* number of its interface in that section, from 0 */
    bool has_time;    /* false for a simple packet block */
} pkt_origin;

typedef struct pkt_reader {
    /* The window holds the start of the file, whose magic was checked. *state is made; it keeps
     * `window`, which outlives it. 0, or -1 and *err with nothing to close. */
    int (*open)(void **state, pkt_window *window, bool swapped, pkt_err *err);
    /* Fill up to `max` records from the window: the number filled, 0 at its end, -1 and *err if the
     * first one is faulty. PKT_ERR_TRUNCATED: it is not whole, so that a fuller window may help. */
    int (*read)(void *state, pkt_record *records, size_t max, pkt_err *err);
    /* See pkt_source_set_callbacks(). */
    void (*set_callbacks)(void *state, const pkt_source_callbacks *callbacks);
    /* Of the record that was read last. */
    pkt_origin (*origin)(const void *state);
    void (*close)(void *state);
} pkt_reader;

/* The fault where a file header stands between records. */
#define PKT_ANOTHER_FILE                                                                           \
    "another capture file begins here, as after `cat a b`: give the files one by one, or join "    \
    "them with mergecap"

extern const pkt_reader pkt_reader_pcap, pkt_reader_pcapng;
/* pcap in a window that is direct: see PKT_SOURCE_HEADS and PKT_SOURCE_RECORDS. */
extern const pkt_reader pkt_reader_pcap_heads, pkt_reader_pcap_records;

#endif
