/* Cost of a packet over the traffic of the request, and what the request needs of a machine. */
#ifndef PKT_COST_H
#define PKT_COST_H

#include "report/choose/request.h"

/* Time of a packet over the traffic, in ns. */
typedef struct packet_time {
    double ns;
    double least, most; /* ends of the 95 % interval, if is_sure */
    bool is_sure;       /* every run has an interval */
} packet_time;

typedef struct cost {
    packet_time wall, cpu; /* cpu.ns is 0 if it was not measured */
    double low, high;      /* wall time of the fastest and of the slowest slice, in ns */
    double rss;            /* maximum of the slices, in bytes */
    double row_bytes;      /* written per packet; 0: not measured */
    bool known;            /* every slice has a valid run */
    bool of_prefix;        /* some run was over the first packets of its slice only */
} cost;

/* Rates without packet loss that were measured live over the traffic, in packets per second. */
typedef struct live_limit {
    bool known;    /* on every slice of the traffic, with status ok */
    double rate;   /* the lowest of the slices; 0: on some slice every rate lost packets */
    bool at_least; /* of that slice: the sender was the limit */
    double failed; /* the lowest rate at which packets were lost on a slice; 0: none was found */
    const char *slice; /* which has that rate */
    bool into_sink;    /* rows were written as the request says; else they were counted */
} live_limit;

/* Append a formatted sentence. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void reason_add(json_t *reasons, const char *format, ...);

/* Was any run with that sink timed? NULL: false. */
bool sink_measured(const json_t *results, const char *sink);
/* By one thread, with the status ok? */
bool sink_measured_alone(const json_t *results, const char *sink);
/* Cost with one thread. Reasons why it is unknown are appended to `reasons`. */
cost cost_of(const json_t *results, const choose_request *w, const char *backend, const char *level,
             json_t *reasons);
/* The larger one of wall and CPU time: what the packet takes on one core. */
const packet_time *cost_on_core(const cost *c);
/* Costs with more threads that write: a list of {threads, ns_per_packet}. */
json_t *cost_threads(const json_t *results, const choose_request *w, const char *backend,
                     const char *level);
/* The runs over the first packets of a slice: an object {SLICE: packets}. */
json_t *cost_prefixes(const json_t *results, const choose_request *w, const char *backend,
                      const char *level);

/* All 0 if they were not measured. */
live_limit live_limit_of(const json_t *results, const choose_request *w, const char *backend,
                         const char *level);

/* Mean bytes of a packet: in the capture's wire length, in a capture file, and on an Ethernet. */
double frame_of(const choose_request *w);
double file_bytes_of(const choose_request *w);
double ethernet_bytes_of(const choose_request *w);
/* Packets per second; 0: no rate was asked for. */
double rate_of(const choose_request *w);
/* Packets of the volume; 0: no volume was asked for. */
double packets_of(const choose_request *w);
/* Cores that the request keeps busy at this time per packet; 0: no speed was asked for. */
double cores_busy(const choose_request *w, double ns);
double cores_there(const json_t *results, const choose_request *w);

#endif
