/* SPDX-License-Identifier: MIT
 *
 * A part of pktbench.h, which includes it: what `pktbench extract` reads, as record batches that a
 * program pulls.
 */
#ifndef PKTBENCH_QUERY_H
#define PKTBENCH_QUERY_H

#include "pktbench/arrow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A part of a plain capture file: packets that are read apart from the rest, by any process. */
typedef struct pkt_part {
    size_t struct_size;     /* PKT_INIT(pkt_part) */
    uint64_t start, stop;   /* offsets in the file, between packets */
    uint64_t packets;       /* before it */
    uint64_t skip;          /* of its first packets no rows are given: they only bring state */
    const uint8_t *preface; /* what a reader must have read before it: header, or blocks */
    size_t preface_size;    /* bytes */
    uint64_t reset_every;   /* bytes of a piece of features, with which a piece of which it begins;
                             * 0: it begins anywhere */
} pkt_part;

/* What rows to read, and of what. Members that are texts mean what the options of `pktbench
 * extract` of the same name mean, with the same defaults if they are NULL. The library copies what
 * it needs: the query need not outlive a call. */
typedef struct pkt_query {
    size_t struct_size; /* PKT_INIT(pkt_query) */
    /* Captures: files, also compressed, pipes, "-", folders, patterns. */
    const char *const *captures;
    size_t capture_count;
    int recursive;         /* 1: of a folder, the captures in its folders too */
    int join;              /* 1: the captures are consecutive files of one capture */
    const char *interface; /* capture live, from this interface; then there are no captures */
    const char *backend;   /* no external program */
    const char *plugin;    /* path of a shared object with the backend */
    const char *level;
    const char *columns;     /* "a,b,c" */
    const char *filter;      /* pcap-filter(7); its syntax is checked with the query */
    const char *features;    /* name of a set: rows of features, or of flow records */
    const char *window;      /* with features: "10", "1s" */
    const char *by;          /* with features: "all", "pair", "flow" */
    const char *reset_every; /* with features: "10MB", "none" */
    const char *label; /* bytes of it, and of names of files, that are not UTF-8: U+FFFD in rows */
    const char *flow_rule;
    uint64_t max_flows;   /* 0: the default */
    uint64_t count;       /* packets: of each capture, or of all that are joined; 0: all */
    int strict;           /* 1: a capture that ends inside a packet is an error, else a warning */
    uint32_t batch_rows;  /* of a record batch, at most; 0: 16384. Fewer if texts are long */
    const pkt_part *part; /* of the only capture; NULL: all of it */
    /* Live. */
    int64_t duration;    /* ns; 0: until pkt_reader_stop() */
    int64_t flush_every; /* ns, above 0: rows wait no longer for a batch to fill; 0: 0.1 s */
    uint32_t snaplen;    /* 0: 65535 */
    uint32_t buffer;     /* of the kernel, bytes; 0: 32 MB */
    int immediate;       /* 1: deliver every packet at once */
    int inner;           /* 1: as `extract --inner` */
    uint32_t threads;    /* that decode and make batches, up to 64; 0: 1. The rows stay the same */
    /* With features: "records". */
    const char *idle;   /* "120": s without a packet, "none" */
    const char *active; /* "1800": s since the first packet, "none" */
    /* Labels of packets of one capture, or of joined ones; not of an interface. The rows have a
     * column `label`; those of features that of most packets of the window, and `label_share`. */
    const char *labels;   /* path of a CSV with the columns packet and label */
    const char *label_by; /* "packet", "stream" */
    /* Path of the only capture in its rows (`file`, and `label` from-folder), where the one by
     * which it is opened is another: that of a pipe. "-": it has none. NULL: the same. */
    const char *name;
} pkt_query;

/* What is worth knowing about rows that are no less valid for it. */
typedef enum pkt_warning_code {
    PKT_WARN_TRUNCATED,        /* a capture ends inside a packet; `pos` says where */
    PKT_WARN_NO_TIME,          /* packets have time 0 */
    PKT_WARN_TIME_REPLACED,    /* times are outside of what 64 bits of nanoseconds hold */
    PKT_WARN_TIME_ORDER,       /* packets are earlier than the one before */
    PKT_WARN_DUPLICATES,       /* packets may be duplicates */
    PKT_WARN_FLOWS_EVICTED,    /* streams may have more than one number */
    PKT_WARN_INNER_HEADERS,    /* packets may have inner headers, which are not numbered */
    PKT_WARN_FEATURES_EVICTED, /* flows of features were evicted */
    PKT_WARN_NO_ADDRESS,       /* packets are in no window: they have no IP addresses */
    PKT_WARN_LATE,             /* packets are older than the window they are counted in */
    PKT_WARN_DROPPED,          /* the kernel dropped packets */
    PKT_WARN_NO_CAPTURES,      /* files or folders are no captures, and were passed over */
    PKT_WARN_NOT_DECODED,      /* packets of a kind have no columns of IP or ARP */
    PKT_WARN_NO_LABEL,         /* packets have no label in the file of labels */
    PKT_WARN_LABELS_BEHIND,    /* the file of labels has some behind the last packet */
    PKT_WARN_STREAM_LABELS     /* streams have packets of several labels */
} pkt_warning_code;

typedef struct pkt_warning {
    size_t struct_size; /* PKT_INIT(pkt_warning) */
    pkt_warning_code code;
    uint64_t count;   /* of the packets, flows or files; of a truncated capture: rows before it */
    uint64_t pos;     /* byte offset in the capture, or PKT_POS_NONE */
    const char *path; /* the capture, or interface; NULL: of all. Lives as long as the reader */
    char text[512];   /* a sentence for people, with the path */
} pkt_warning;

typedef struct pkt_reader pkt_reader;

/* Check the query and find its captures, of which none is opened. NULL and *err: PKT_ERR_USAGE for
 * what is not offered, PKT_ERR_MEMORY. */
PKT_EXPORT pkt_reader *pkt_reader_open(const pkt_query *query, pkt_err *err);
/* Open the first capture, or the interface, which begins to capture. Otherwise the first
 * pkt_reader_next() does it. 0, or -1 and *err, as there. */
PKT_EXPORT int pkt_reader_start(pkt_reader *reader, pkt_err *err);
/* The schema of the rows of a query, of which no capture is opened, and none need be given. The
 * caller releases it. 0, or -1 and *err. */
PKT_EXPORT int pkt_query_schema(const pkt_query *query, struct ArrowSchema *out, pkt_err *err);
/* The same of a reader. */
PKT_EXPORT int pkt_reader_schema(const pkt_reader *reader, struct ArrowSchema *out, pkt_err *err);
/* Divide the only capture of a query, a plain file, into parts of at least so many bytes, by
 * reading it once: take(self, part) is called for each part in order, and returns 0, or -1 and
 * *err. An index of the capture, if there is one, is read instead, but for features, and one of
 * another file is PKT_ERR_USAGE. Rows of the parts, one after another, are those of the capture;
 * rows of features only if the query has the features and `reset_every` that the parts were planned
 * with, PKT_ERR_USAGE otherwise; rows with stream numbers (level `flows`, or its columns) only if
 * `start` of each part is made that of the first, with its preface, `packets` 0, and `skip` the
 * `packets` that the part had. 0; -1 and *err: PKT_ERR_USAGE if no part is independent of those
 * before it; if pkt_err_rows_stand(err), there are parts up to the fault. */
PKT_EXPORT int pkt_query_plan(const pkt_query *query, uint64_t bytes,
                              int (*take)(void *self, const pkt_part *part, pkt_err *err),
                              void *self, pkt_err *err);
/* What stands behind the name of a capture in that of its index. */
#define PKT_INDEX_ENDING ".pktindex"
/* Write the index of a plain capture beside it, whole or not at all, with which pkt_query_plan()
 * need not read the capture; it is of this file, of its size, time and first bytes. 0, or -1 and
 * *err. */
PKT_EXPORT int pkt_index_write(const char *capture, pkt_err *err);
/* The next record batch, a struct array that the caller releases, also after the reader is closed.
 * 1; 0 at the end; 2 if `wait` ns have passed without a batch (below 0: wait until there is one; a
 * read from a pipe is not ended by it); -1 and *err, after all rows before the fault, and at every
 * later call: pkt_reader_path() names the capture, the message does not. A reader that was opened
 * before a fork() cannot be used in the child. */
PKT_EXPORT int pkt_reader_next(pkt_reader *reader, int64_t wait, struct ArrowArray *out,
                               pkt_err *err);
/* End a live capture: rows of what was received until now follow. Any thread may call it, also
 * while another one waits in pkt_reader_next(). */
PKT_EXPORT void pkt_reader_stop(pkt_reader *reader);
/* The capture that is being read, or at which the reader has failed, or its interface; "" before
 * the first one. */
PKT_EXPORT const char *pkt_reader_path(const pkt_reader *reader);
/* Packets read so far of this capture, or of those that are joined; with a filter, until the
 * capture has ended, those that it takes. */
PKT_EXPORT uint64_t pkt_reader_packets(const pkt_reader *reader);
/* The next warning, in the order of the captures, into *warning, whose struct_size is set. 1, or 0:
 * no more so far. All are there when pkt_reader_next() has returned 0 or -1. */
PKT_EXPORT int pkt_reader_warning(pkt_reader *reader, pkt_warning *warning);
/* Ends a live capture. NULL: nothing. */
PKT_EXPORT void pkt_reader_close(pkt_reader *reader);

#ifdef __cplusplus
}
#endif
#endif
