/* SPDX-License-Identifier: MIT
 *
 * pktbench's public contract: capture -> record -> batch of columns -> sink.
 *
 * A backend (a packet parser) reads a capture and fills batches. A sink receives the batches.
 * pkt_run() connects the two. Backends never see a sink, sinks never see packet bytes.
 *
 * The header needs no library: a module that only defines a pkt_backend links with nothing.
 *
 * Threads: one object must not be used by two threads at once; different objects may. Functions
 * that only return static data may be called from any thread.
 *
 * Errors: a function that takes a `pkt_err *err` returns -1 or NULL on failure and fills *err.
 * `err` may be NULL. A malformed packet is never an error: it is a row with a verdict.
 *
 * Binary compatibility: within one PKT_ABI members and columns are only appended. A struct that the
 * caller allocates and whose size may grow starts with `struct_size`, which the caller sets to the
 * size that it knows (PKT_INIT); the library reads and writes no byte beyond it. Batches are made
 * by the library. pkt_err, pkt_text, pkt_feature, pkt_level_work and pkt_column_set never change.
 */
#ifndef PKTBENCH_H
#define PKTBENCH_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "pktbench/arrow.h"
#include "pktbench/columns.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Version of the binary contract. A backend table of another version is refused. An appended column
 * or member does not change it. */
#define PKT_ABI 3u

/* Value of a struct that starts with `struct_size`, all other members 0:
 * pkt_capture capture = PKT_INIT(pkt_capture); */
#ifdef __cplusplus
#define PKT_INIT(type)                                                                             \
    {                                                                                              \
        sizeof(type)                                                                               \
    }
#else
#define PKT_INIT(type)                                                                             \
    {                                                                                              \
        .struct_size = sizeof(type)                                                                \
    }
#endif

typedef enum pkt_errcode {
    PKT_ERR_NONE,
    PKT_ERR_IO,        /* an input cannot be read: `sys` holds errno */
    PKT_ERR_WRITE,     /* an output cannot be written: `sys` holds errno */
    PKT_ERR_FORMAT,    /* not a capture, or of a kind that is not handled */
    PKT_ERR_CORRUPT,   /* a record or block contradicts itself: rows before it stand */
    PKT_ERR_TRUNCATED, /* the file ends inside a record: rows before it stand */
    PKT_ERR_LIMIT,     /* a named limit was passed: rows before it stand */
    PKT_ERR_MEMORY,
    PKT_ERR_USAGE,  /* the caller asked for what is not offered */
    PKT_ERR_LIBRARY /* a library below the backend failed: `msg` has its words */
} pkt_errcode;

#define PKT_POS_NONE UINT64_MAX

/* Why a run failed. Filled by whoever fails. A bad packet is never an error: it is a verdict. */
typedef struct pkt_err {
    pkt_errcode code;
    int sys;      /* errno, or 0 */
    uint64_t pos; /* byte offset in the input, or PKT_POS_NONE */
    char msg[256];
} pkt_err;

/* Fill *err (which may be NULL) and return -1. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
static inline int
pkt_fail(pkt_err *err, pkt_errcode code, uint64_t pos, const char *format, ...)
{
    if (err) {
        va_list args;
        err->code = code;
        err->sys = code == PKT_ERR_IO || code == PKT_ERR_WRITE ? errno : 0;
        err->pos = pos;
        va_start(args, format);
        (void)vsnprintf(err->msg, sizeof err->msg, format, args);
        va_end(args);
    }
    return -1;
}

/* Did the run meet a fault of the capture behind rows that stand? */
static inline int pkt_err_rows_stand(const pkt_err *err)
{
    return err->code == PKT_ERR_TRUNCATED || err->code == PKT_ERR_CORRUPT ||
           err->code == PKT_ERR_LIMIT;
}

typedef enum pkt_format {
    PKT_FORMAT_PCAP,
    PKT_FORMAT_PCAPNG,
    PKT_FORMAT_LIVE /* no file: packets of an interface */
} pkt_format;

/* What pkt_live.more() is asked in place of a file descriptor. */
#define PKT_LIVE_BUSY (-1)  /* there are packets at hand: do not wait */
#define PKT_LIVE_PAUSE (-2) /* there are none, and nothing to wait on: look again in a while */

/* Packets that are still coming: of an interface, or of a file that grows. A backend calls more()
 * at every next(), and waits nowhere else. Made by the caller, and kept until the run is over. */
typedef struct pkt_live {
    size_t struct_size; /* PKT_INIT(pkt_live) */
    const char *filter; /* pcap-filter(7), for the kernel to apply; NULL: every packet */
    uint32_t snaplen;   /* bytes to keep of a packet */
    uint32_t buffer;    /* bytes, of the kernel's buffer of packets */
    int immediate;      /* 1: every packet at once, though that costs more */
    /* Wait until `fd` can be read, or not at all (PKT_LIVE_BUSY, ...). 1: go on. 0: take in no
     * more, give rows of what was received so far, and end. */
    int (*more)(void *self, int fd);
    /* What the kernel has counted so far: packets received, and packets dropped for want of room in
     * the buffer. */
    void (*counted)(void *self, uint64_t received, uint64_t dropped);
    void *self;
} pkt_live;

/* How streams are numbered at the level `flows`: as these versions of Wireshark number tcp.stream
 * and udp.stream, counted densely among the packets whose own (outermost) header is TCP or UDP.
 * 4.0: a SYN with another sequence number than the last one begins a new stream. 4.4 and later:
 * also one with the same number once FIN or RST was seen, and then a SYN+ACK with another number.
 */
typedef enum pkt_flow_rule {
    PKT_FLOW_WIRESHARK_4_0,
    PKT_FLOW_WIRESHARK_4_4,
    PKT_FLOW_RULE_COUNT
} pkt_flow_rule;

/* Flows held at once unless the capture says otherwise, and at most. */
#define PKT_MAX_FLOWS (1u << 20)
#define PKT_MOST_FLOWS (1u << 28)

/* What a run with stream numbers counts besides its rows. */
typedef struct pkt_flow_report {
    size_t struct_size; /* PKT_INIT(pkt_flow_report) */
    uint64_t streams;   /* numbers given */
    uint64_t evicted; /* flows forgotten because of max_flows: they begin anew if they come again */
    uint64_t inner;   /* packets that may have a further IP header inside, which is not numbered: of
                       * tunnels by their protocol or UDP port, ICMP errors. Wireshark counts the
                       * streams in those too. */
} pkt_flow_report;

/* A capture: what a backend reads. The magic of a file has been checked. */
typedef struct pkt_capture {
    size_t struct_size; /* PKT_INIT(pkt_capture) */
    const char *path;   /* the caller's: it must outlive every run over the capture */
    pkt_format format;
    uint64_t size; /* bytes of the file; 0: not known, as of a pipe */
    /* For stream numbers, all 0 by pkt_capture_open(). A backend with a rule of its own uses that.
     */
    pkt_flow_rule flow_rule;
    uint32_t max_flows;           /* 0: PKT_MAX_FLOWS; else up to PKT_MOST_FLOWS */
    pkt_flow_report *flow_report; /* the caller's, up to date after every next(); NULL: none */
    /* NULL: a complete file. Backends with the tested feature `live` take PKT_FORMAT_LIVE, then
     * `path` names the interface; those with the tested feature `follow` take a file that grows. */
    const pkt_live *live;
} pkt_capture;

/* "wireshark-4.0", ...; NULL if out of range. */
PKT_EXPORT const char *pkt_flow_rule_name(pkt_flow_rule rule);

/* Fill *capture, whose struct_size is set, if `path` is a readable file that starts as a capture
 * does. capture->path is `path` itself, which must outlive the capture. Nothing is kept open. 0, or
 * -1 and *err: PKT_ERR_IO, PKT_ERR_FORMAT, or PKT_ERR_USAGE without a struct_size. */
PKT_EXPORT int pkt_capture_open(const char *path, pkt_capture *capture, pkt_err *err);

/* What a run must do. */
typedef struct pkt_request {
    size_t struct_size; /* PKT_INIT(pkt_request) */
    pkt_level level;
    /* Columns that are read afterwards; empty: all that the backend fills at the level. They may go
     * beyond the level (`stream` at `headers`) where pkt_backend.combines_levels is 1. */
    pkt_column_set columns;
} pkt_request;

/* What a backend offers besides columns. `evidence` says how we know: "tested" (by the contract
 * test), "stated: WHERE", or "stated, in no level: WHERE" if no level of the table uses it. The
 * list ends with a NULL name. Names in use: pcapng, live, follow, mapped, stream-numbers,
 * reassembly, application-layers, makes-packets. */
typedef struct pkt_feature {
    const char *name;
    const char *evidence;
} pkt_feature;

/* One level that a backend offers. A list of them ends with work == NULL. */
typedef struct pkt_level_work {
    pkt_level level;
    const char *work;       /* one line: what the parser really does there */
    pkt_column_set columns; /* that it fills, `verdict` included if it has one */
} pkt_level_work;

/* A packet parser behind the common interface: a table of constants and functions, in static
 * storage.
 *
 * Calls come in this order: load once a process; then any number of open, next..., close; unload.
 * `context` is what load() stored (NULL if there is no load), `state` what open() stored. */
typedef struct pkt_backend {
    uint32_t abi;                 /* PKT_ABI */
    uint32_t struct_size;         /* sizeof(pkt_backend) */
    const char *name;             /* [a-z0-9-]+, the key in results; never renamed */
    const char *summary;          /* one line for tables: what it is, what it measures */
    const char *license;          /* SPDX expression of the parser with this driver */
    const char *origin;           /* "ours", "distribution" or "upstream" */
    const char *decoder;          /* whose code reads the headers; the same word: not independent */
    const pkt_level_work *levels; /* each level at most once */
    const pkt_feature *features;
    int fork_each_run;   /* 1: the library keeps state, run each sample in a forked child */
    int combines_levels; /* 1: open() takes columns beyond the level, of any level in `levels` */
    /* Version of the library in use, static storage. */
    const char *(*version)(void);
    /* Once a process. May be NULL. 0, or -1 and *err. */
    int (*load)(void **context, pkt_err *err);
    void (*unload)(void *context); /* may be NULL */
    /* Start a run. `request` lives until the function returns; its columns are not empty. 0, or -1
     * and *err with nothing to close. */
    int (*open)(void *context, void **state, const pkt_capture *capture, const pkt_request *request,
                pkt_err *err);
    /* Fill the (cleared) batch from row 0, at most batch->capacity rows. Returns the rows filled, 0
     * at the end, -1 and *err on failure. Rows come in file order, one for every packet record. A
     * batch may end early. */
    int (*next)(void *state, pkt_batch *batch, pkt_err *err);
    void (*close)(void *state);
    /* Between two runs, outside of what is timed: give up state that only grows. May be NULL.
     * 0, or -1 and *err. */
    int (*reset)(void *context, pkt_err *err);
} pkt_backend;

/* The one symbol of a module (a shared object that carries a backend). */
#define PKT_MODULE_SYMBOL "pkt_module"
PKT_EXPORT const pkt_backend *pkt_module(void);

/* A backend that this build knows: built in; a module, or an external program with a driver, which
 * may or may not be installed. Strings have static storage. */
typedef struct pkt_entry {
    size_t struct_size; /* PKT_INIT(pkt_entry) */
    const char *name;
    const char *summary;        /* known without loading anything */
    const pkt_backend *backend; /* built in; NULL otherwise: pkt_entry_backend() loads a module */
    const char *module;         /* file name of the module; NULL otherwise */
    const char *driver;         /* file name of the driver of a program; NULL otherwise */
    const char *install;        /* what brings the module or the program, for the user to read */
    int opt_in;                 /* 1: takes part in a run only when it is asked for */
    const char *language;       /* that its parser is written in, "C" or "C++"; NULL: ask it */
} pkt_entry;

/* Fill *entry, whose struct_size is set, with the index'th backend of the registry. 0, or -1 past
 * the end. */
PKT_EXPORT int pkt_registry_at(size_t index, pkt_entry *entry);
/* The same by name; -1 if there is none. */
PKT_EXPORT int pkt_registry_find(const char *name, pkt_entry *entry);
/* The entry's backend, in static storage; a module is loaded now, and stays loaded until the
 * process ends. NULL and *err with the reason if it cannot be had, as that of an external program
 * never can.
 */
PKT_EXPORT const pkt_backend *pkt_entry_backend(const pkt_entry *entry, pkt_err *err);
/* Write the path of the entry's module or driver, at most `size` bytes with the final 0. 0, or -1
 * and *err if there is no such file. */
PKT_EXPORT int pkt_entry_file(const pkt_entry *entry, char *path, size_t size, pkt_err *err);
/* Load a backend from any shared object: it must export pkt_module(). The table is checked: names
 * have at most 32 bytes, other texts at most 256 bytes of UTF-8 without control characters, lists
 * of features at most 64 entries; no level is without columns. NULL and *err with the member that
 * is wrong. It stays loaded until the process ends. */
PKT_EXPORT const pkt_backend *pkt_plugin_open(const char *path, pkt_err *err);
/* The level in the backend's list; NULL if it is not offered. */
PKT_EXPORT const pkt_level_work *pkt_backend_level(const pkt_backend *backend, pkt_level level);

/* Where rows go. */
typedef struct pkt_sink {
    size_t struct_size; /* PKT_INIT(pkt_sink) */
    void *self;         /* the first argument of both functions */
    /* Take batch->rows rows; keep no pointer into the batch. 0, or -1 and *err to end the run: with
     * PKT_ERR_NONE no more rows are wanted, and nothing is wrong. */
    int (*push)(void *self, const pkt_batch *batch, pkt_err *err);
    /* There are no more rows. 0, or -1 and *err. */
    int (*finish)(void *self, pkt_err *err);
} pkt_sink;

/* A sink of these functions; `self` is the first argument of both. */
static inline pkt_sink pkt_sink_make(void *self,
                                     int (*push)(void *self, const pkt_batch *batch, pkt_err *err),
                                     int (*finish)(void *self, pkt_err *err))
{
    pkt_sink sink;
    memset(&sink, 0, sizeof sink);
    sink.struct_size = sizeof sink;
    sink.self = self;
    sink.push = push;
    sink.finish = finish;
    return sink;
}

/* Run `backend` (loaded, with its `context`) over `capture` and push every batch into `sink`: open,
 * then clear, next and push for each batch, then close and finish. `batch` is scratch space, from
 * pkt_batch_new(). *rows counts the rows that were pushed, also on failure. The calling thread does
 * all the work. 0; or -1 and *err: if pkt_err_rows_stand(err), the rows before the fault were
 * pushed and the sink was finished; PKT_ERR_USAGE if `backend` is NULL or does not offer what is
 * requested. */
PKT_EXPORT int pkt_run(const pkt_backend *backend, void *context, const pkt_capture *capture,
                       const pkt_request *request, pkt_batch *batch, const pkt_sink *sink,
                       uint64_t *rows, pkt_err *err);

/* The rows of a run as an Arrow stream: `columns` names them ("ts_ns,src,dst"; NULL: all of the
 * level), with the types of extract's Arrow output. The backend is loaded, and it, its context and
 * the capture's path outlive the stream, which the caller releases. A fault of the capture comes
 * behind the rows before it. 0, or -1 and *err with nothing to release. */
PKT_EXPORT int pkt_arrow_stream(const pkt_backend *backend, void *context,
                                const pkt_capture *capture, pkt_level level, const char *columns,
                                struct ArrowArrayStream *stream, pkt_err *err);

/* Version of this library, "1.2.3". */
PKT_EXPORT const char *pkt_version(void);

#ifdef __cplusplus
}
#endif

#include "pktbench/query.h"
#endif
