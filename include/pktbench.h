/* SPDX-License-Identifier: MIT
 *
 * pktbench's public contract: capture -> record -> batch of columns -> sink.
 *
 * A backend (a packet parser) reads a capture and fills batches; a sink receives them; pkt_run()
 * joins the two. Backends never see a sink, sinks never see packet bytes.
 *
 * The header stands alone: a module that only fills in a pkt_backend needs no library to link with.
 * Nothing here is thread-safe for one object; different objects may be used by different threads.
 */
#ifndef PKTBENCH_H
#define PKTBENCH_H

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Seen from outside the shared object, whatever -fvisibility says. */
#if defined(__GNUC__)
#define PKT_EXPORT __attribute__((visibility("default")))
#else
#define PKT_EXPORT
#endif

/* Version of the binary contract. A backend table that carries another one is refused. Columns are
 * only ever appended, so that an added column does not change it. */
#define PKT_ABI 2u

/* Rows of a batch, at most. */
#define PKT_BATCH_ROWS 256u

/* What a row holds: the work that every backend does alike at this level. */
typedef enum pkt_level {
    PKT_LEVEL_FRAMES,  /* time, lengths, link type */
    PKT_LEVEL_HEADERS, /* + link, IP and TCP/UDP/ICMP header columns */
    PKT_LEVEL_FLOWS,   /* + stream number and direction */
    PKT_LEVEL_DISSECT, /* the headers columns, and every layer dissected up to the application */
    PKT_LEVEL_COUNT
} pkt_level;

/* The first problem met in a packet. Columns already read stay, later ones are absent.
 * CUT_BY_SNAPLEN is only ever due to the capture's snaplen: a longer capture may end it. */
typedef enum pkt_verdict {
    PKT_OK, /* every header that the columns describe was read, or is of no known kind */
    PKT_CUT_BY_SNAPLEN, /* a header runs past the captured bytes, but not past the packet */
    PKT_TRUNCATED,      /* a header runs past the packet itself */
    PKT_BAD_LENGTH,     /* a length field contradicts its header or what is left of the packet */
    PKT_BAD_VALUE,      /* a field has a value that its specification does not allow */
    PKT_FRAGMENT,       /* not the first fragment of a datagram: there is no L4 header */
    PKT_UNSUPPORTED,    /* the link type has no decoder, or headers nest deeper than the limit */
    PKT_VERDICT_COUNT
} pkt_verdict;

/* Bits of the column `present`: which groups of columns apply to the row. A cell whose bit is clear
 * is 0 in the batch, an empty cell in CSV, a null in Arrow. */
#define PKT_HAS_LINK 0x0001u   /* eth_src, eth_dst, eth_type */
#define PKT_HAS_VLAN 0x0002u   /* vlan_id */
#define PKT_HAS_IP 0x0004u     /* ip_version, ip_proto, ip_ttl, ip_tos, ip_len, addresses */
#define PKT_HAS_FRAG 0x0008u   /* ip_id, ip_flags, frag_off: IPv4, and IPv6 fragments */
#define PKT_HAS_L4 0x0010u     /* l4_hlen, payload_len: TCP, UDP, UDP-Lite, ICMP, ICMPv6 */
#define PKT_HAS_PORTS 0x0020u  /* src_port, dst_port: TCP, UDP, UDP-Lite */
#define PKT_HAS_ICMP 0x0040u   /* icmp_type, icmp_code: ICMP, ICMPv6 */
#define PKT_HAS_STREAM 0x0080u /* stream, stream_dir */
#define PKT_HAS_TCP 0x0100u    /* tcp_flags, tcp_seq, tcp_ack, tcp_window */

/* How a column is shown as text. */
typedef enum pkt_format_as {
    PKT_AS_NUMBER,  /* decimal */
    PKT_AS_MAC,     /* 48-bit address, 02:00:00:00:00:01 */
    PKT_AS_ADDRESS, /* first half (high 64 bits) of an IP address; shown whole under the name
                     * without `_hi`; IPv4 has it 0 and the address in the low 32 bits of `_lo` */
    PKT_AS_VERDICT, /* name of a pkt_verdict */
    PKT_AS_HIDDEN   /* second half of an address, or `present`: not shown by itself */
} pkt_format_as;

/* The columns. X(name, C type, level, present bit or 0, shown as, meaning).
 * Values are in host byte order. Append-only: a new column goes to the end. */
#define PKT_COLUMNS(X)                                                                             \
    X(ts_ns, int64_t, FRAMES, 0, NUMBER, "capture time, ns since 1970-01-01 UTC; 0: none")         \
    X(cap_len, uint32_t, FRAMES, 0, NUMBER, "captured length, bytes")                              \
    X(wire_len, uint32_t, FRAMES, 0, NUMBER, "original length, bytes")                             \
    X(link_type, uint16_t, FRAMES, 0, NUMBER, "LINKTYPE_ number of the packet's interface")        \
    X(verdict, uint8_t, FRAMES, 0, VERDICT, "first problem met in the packet")                     \
    X(present, uint16_t, FRAMES, 0, HIDDEN, "PKT_HAS_ bits: which columns apply")                  \
    X(eth_src, uint64_t, HEADERS, PKT_HAS_LINK, MAC, "source MAC address, 0 if the link has none") \
    X(eth_dst, uint64_t, HEADERS, PKT_HAS_LINK, MAC, "destination MAC address")                    \
    X(eth_type, uint16_t, HEADERS, PKT_HAS_LINK, NUMBER, "last EtherType; 0: 802.3 length")        \
    X(vlan_id, uint16_t, HEADERS, PKT_HAS_VLAN, NUMBER, "VLAN of the outermost tag, 12 bits")      \
    X(ip_version, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "4 or 6")                                  \
    X(ip_proto, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "protocol after IPv6 extensions and AH")     \
    X(ip_ttl, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "time to live, hop limit")                     \
    X(ip_tos, uint8_t, HEADERS, PKT_HAS_IP, NUMBER, "DSCP and ECN: TOS, traffic class")            \
    X(ip_len, uint32_t, HEADERS, PKT_HAS_IP, NUMBER, "as the header says; IPv6: 40 + payload")     \
    X(ip_id, uint32_t, HEADERS, PKT_HAS_FRAG, NUMBER, "identification")                            \
    X(ip_flags, uint8_t, HEADERS, PKT_HAS_FRAG, NUMBER, "DF 2, MF 1")                              \
    X(frag_off, uint16_t, HEADERS, PKT_HAS_FRAG, NUMBER, "fragment offset, bytes")                 \
    X(src_hi, uint64_t, HEADERS, PKT_HAS_IP, ADDRESS, "source IP address, high half")              \
    X(src_lo, uint64_t, HEADERS, PKT_HAS_IP, HIDDEN, "source IP address, low half")                \
    X(dst_hi, uint64_t, HEADERS, PKT_HAS_IP, ADDRESS, "destination IP address, high half")         \
    X(dst_lo, uint64_t, HEADERS, PKT_HAS_IP, HIDDEN, "destination IP address, low half")           \
    X(src_port, uint16_t, HEADERS, PKT_HAS_PORTS, NUMBER, "source port")                           \
    X(dst_port, uint16_t, HEADERS, PKT_HAS_PORTS, NUMBER, "destination port")                      \
    X(l4_hlen, uint8_t, HEADERS, PKT_HAS_L4, NUMBER, "L4 header, bytes: TCP by its data offset")   \
    X(payload_len, uint32_t, HEADERS, PKT_HAS_L4, NUMBER, "bytes after the L4 header, by ip_len")  \
    X(tcp_flags, uint16_t, HEADERS, PKT_HAS_TCP, NUMBER, "12 bits, FIN = 1")                       \
    X(tcp_seq, uint32_t, HEADERS, PKT_HAS_TCP, NUMBER, "sequence number, as on the wire")          \
    X(tcp_ack, uint32_t, HEADERS, PKT_HAS_TCP, NUMBER, "acknowledgement number, as on the wire")   \
    X(tcp_window, uint16_t, HEADERS, PKT_HAS_TCP, NUMBER, "window, unscaled")                      \
    X(icmp_type, uint8_t, HEADERS, PKT_HAS_ICMP, NUMBER, "ICMP or ICMPv6 type")                    \
    X(icmp_code, uint8_t, HEADERS, PKT_HAS_ICMP, NUMBER, "ICMP or ICMPv6 code")                    \
    X(stream, uint32_t, FLOWS, PKT_HAS_STREAM, NUMBER, "stream number, counted per protocol")      \
    X(stream_dir, uint8_t, FLOWS, PKT_HAS_STREAM, NUMBER,                                          \
      "0: as the stream's first packet, 1: back")

typedef enum pkt_column {
#define PKT_X(name, type, level, has, format_as, doc) PKT_COL_##name,
    PKT_COLUMNS(PKT_X)
#undef PKT_X
        PKT_COLUMN_COUNT
} pkt_column;

/* A set of columns: bit 1 << PKT_COL_x. */
typedef uint64_t pkt_column_set;
#define PKT_BIT(column) ((pkt_column_set)1 << PKT_COL_##column)

/* All columns of a level, as constants for backend tables; a backend takes away what it lacks:
 * PKT_HEADERS_COLUMNS & ~PKT_BIT(verdict). */
#define PKT_UP_TO(last, name, level) | (PKT_LEVEL_##level <= PKT_LEVEL_##last ? PKT_BIT(name) : 0)
#define PKT_FRAMES_X(name, type, level, has, format_as, doc) PKT_UP_TO(FRAMES, name, level)
#define PKT_HEADERS_X(name, type, level, has, format_as, doc) PKT_UP_TO(HEADERS, name, level)
#define PKT_FLOWS_X(name, type, level, has, format_as, doc) PKT_UP_TO(FLOWS, name, level)
#define PKT_FRAMES_COLUMNS ((pkt_column_set)0 PKT_COLUMNS(PKT_FRAMES_X))
#define PKT_HEADERS_COLUMNS ((pkt_column_set)0 PKT_COLUMNS(PKT_HEADERS_X))
#define PKT_FLOWS_COLUMNS ((pkt_column_set)0 PKT_COLUMNS(PKT_FLOWS_X))

/* Up to PKT_BATCH_ROWS rows, one array a column. Owned by the caller; cleared by the driver before
 * every pkt_backend.next(), so that a backend writes what it has and clears nothing. The row's
 * number in the capture is not a column: sinks count. */
typedef struct pkt_batch {
    size_t rows;
#define PKT_X(name, type, level, has, format_as, doc) type name[PKT_BATCH_ROWS];
    PKT_COLUMNS(PKT_X)
#undef PKT_X
} pkt_batch;

/* The cell `ts_ns` of a time. A time outside of 1677-09-21 to 2262-04-11, which 64 bits do not
 * hold, gives the nearest that they do. `nanoseconds` are 0 to 999999999; a broken record may have
 * other 32-bit numbers. */
static inline int64_t pkt_time_ns(int64_t seconds, int64_t nanoseconds)
{
    const int64_t second = 1000000000;
    const int64_t carry = seconds < 0; /* the first nanoseconds of all are a part of a second */
    int64_t ns;
    if (__builtin_mul_overflow(seconds + carry, second, &ns) ||
        __builtin_add_overflow(ns, nanoseconds - carry * second, &ns))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return ns;
}

/* What is known of a column at run time. */
typedef struct pkt_column_info {
    const char *name;
    const char *doc;
    size_t size;   /* bytes of a cell: 1, 2, 4 or 8 */
    size_t offset; /* of the column's array in pkt_batch */
    pkt_level level;
    uint16_t present; /* PKT_HAS_ bit that says whether the cell applies; 0: it always does */
    pkt_format_as format_as;
} pkt_column_info;

/* The column's description; `column` is below PKT_COLUMN_COUNT. Static storage. */
PKT_EXPORT const pkt_column_info *pkt_column_at(size_t column);
/* The columns that a row of this level holds. */
PKT_EXPORT pkt_column_set pkt_level_columns(pkt_level level);
/* Short names: "headers", "bad-length", ... NULL if out of range. */
PKT_EXPORT const char *pkt_level_name(pkt_level level);
PKT_EXPORT const char *pkt_verdict_name(pkt_verdict verdict);

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

/* Packets that are still coming: of an interface, or of a file that grows. A backend asks more()
 * at every next(), and waits nowhere else. */
typedef struct pkt_live {
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

/* What a run at the level `flows` tells besides its rows. */
typedef struct pkt_flow_report {
    uint64_t streams; /* numbers given */
    uint64_t evicted; /* flows forgotten because of max_flows: they begin anew if they come again */
    uint64_t inner;   /* packets that may have a further IP header inside, which is not numbered: of
                       * tunnels by their protocol or UDP port, ICMP errors. Wireshark counts the
                       * streams in those too. */
} pkt_flow_report;

/* A capture file that every backend can be pointed at. Its magic has been checked. */
typedef struct pkt_capture {
    const char *path; /* owned by whoever opened the capture */
    pkt_format format;
    uint64_t size; /* bytes */
    /* For the level `flows`, all 0 by pkt_capture_open(). A backend with a rule of its own keeps to
     * that. */
    pkt_flow_rule flow_rule;
    uint32_t max_flows;           /* 0: PKT_MAX_FLOWS; else up to PKT_MOST_FLOWS */
    pkt_flow_report *flow_report; /* the caller's, up to date after every next(); NULL: none */
    /* NULL: a whole file. Backends with the tested feature `live` take PKT_FORMAT_LIVE, then `path`
     * names the interface; with the tested feature `follow` a file that grows. */
    const pkt_live *live;
} pkt_capture;

/* "wireshark-4.0", ...; NULL if out of range. */
PKT_EXPORT const char *pkt_flow_rule_name(pkt_flow_rule rule);

/* Check that `path` is a readable file that starts as a capture does. -1 and *err otherwise.
 * capture->path is `path` itself, which must outlive the capture. */
PKT_EXPORT int pkt_capture_open(const char *path, pkt_capture *capture, pkt_err *err);

/* What a backend gives besides columns. `evidence` says how we know: "tested" (by the contract
 * test), or where it is stated. The list ends with a NULL name. Names in use: pcapng, live, follow,
 * stream-numbers, reassembly, application-layers, makes-packets. */
typedef struct pkt_feature {
    const char *name;
    const char *evidence;
} pkt_feature;

/* A packet parser behind the common interface: a table of constants and functions.
 *
 * Calls come in this order: load once a process; then any number of open, next..., close; unload.
 * `context` is what load() stored (NULL if there is no load), `state` what open() stored. */
typedef struct pkt_backend {
    uint32_t abi;           /* PKT_ABI */
    uint32_t fork_each_run; /* 1: the library keeps state, run each sample in a forked child */
    const char *name;       /* [a-z0-9-]+, the key in results; never renamed */
    const char *summary;    /* one line for tables: what it is, what it prices */
    const char *license;    /* SPDX expression of the parser with this driver */
    const char *origin;     /* "ours", "distribution" or "upstream" */
    const char *decoder;    /* whose code reads the headers; the same word: not independent */
    /* For each level: one line that says what it really does there, and the columns that it fills
     * (`verdict` included if it gives one). NULL: the level is not offered. */
    const char *work[PKT_LEVEL_COUNT];
    pkt_column_set columns[PKT_LEVEL_COUNT];
    const pkt_feature *features;
    /* Version of the library in use, static storage. */
    const char *(*version)(void);
    /* Once a process. May be NULL. 0, or -1 and *err. */
    int (*load)(void **context, pkt_err *err);
    void (*unload)(void *context);
    /* Start a run over a capture. 0, or -1 and *err with nothing to close. */
    int (*open)(void *context, void **state, const pkt_capture *capture, pkt_level level,
                pkt_err *err);
    /* Fill the (cleared) batch from row 0, at most PKT_BATCH_ROWS rows. Returns the rows filled, 0
     * at the end, -1 and *err on failure. Rows come in file order, one for every packet record. */
    int (*next)(void *state, pkt_batch *batch, pkt_err *err);
    void (*close)(void *state);
} pkt_backend;

/* The one symbol of a module (a shared object that carries a backend). */
#define PKT_MODULE_SYMBOL "pkt_module"
PKT_EXPORT const pkt_backend *pkt_module(void);

/* A backend that this build knows: built in; a module, or a program of its own with a driver, which
 * may or may not be there. */
typedef struct pkt_entry {
    const char *name;
    const char *summary;        /* known without loading anything */
    const pkt_backend *backend; /* built in; NULL otherwise */
    const char *module;         /* file name of the module; NULL otherwise */
    const char *driver;         /* file name of the driver of a program; NULL otherwise */
    const char *install;        /* what brings the module or the program, for the user to read */
    int opt_in;                 /* 1: takes part in a run only when it is asked for */
} pkt_entry;

/* The registry, in table order: fill *entry with the index'th backend. 0, or -1 past the end.
 * What *entry points to has static storage. */
PKT_EXPORT int pkt_registry_at(size_t index, pkt_entry *entry);
/* The same by name; -1 if there is none. */
PKT_EXPORT int pkt_registry_find(const char *name, pkt_entry *entry);
/* The entry's backend; a module is loaded now, and stays loaded until the process ends.
 * NULL and *err with the reason if it cannot be had, as one that is a program of its own never can.
 */
PKT_EXPORT const pkt_backend *pkt_entry_backend(const pkt_entry *entry, pkt_err *err);
/* Where the file of the entry's module or driver lies. 0, or -1 and *err if it is nowhere. */
PKT_EXPORT int pkt_entry_file(const pkt_entry *entry, char *path, size_t size, pkt_err *err);
/* Load a backend from any shared object: it must export pkt_module() with our abi. */
PKT_EXPORT const pkt_backend *pkt_plugin_open(const char *path, pkt_err *err);

/* Where rows go. */
typedef struct pkt_sink {
    void *self;
    /* Take batch->rows rows; keep no pointer into the batch. 0, or -1 and *err to end the run: with
     * PKT_ERR_NONE it is enough, and nothing is wrong. */
    int (*push)(void *self, const pkt_batch *batch, pkt_err *err);
    /* The last row has come. */
    int (*finish)(void *self, pkt_err *err);
} pkt_sink;

/* Run `backend` (loaded, with its `context`) over `capture` and push every batch into `sink`: open,
 * clear, next, push, close. `batch` is scratch space of the caller's. *rows counts what was pushed,
 * also on failure. 0; or -1 and *err: after pkt_err_rows_stand() the rows before the fault were
 * pushed and finished. */
PKT_EXPORT int pkt_run(const pkt_backend *backend, void *context, const pkt_capture *capture,
                       pkt_level level, pkt_batch *batch, const pkt_sink *sink, uint64_t *rows,
                       pkt_err *err);

/* Arrow's C data and stream interfaces, as their specification has them:
 * https://arrow.apache.org/docs/format/CDataInterface.html */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE
#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};
#endif
#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};
#endif

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
#endif
