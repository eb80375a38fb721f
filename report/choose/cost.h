/* What a packet costs over the traffic that is wished for, and what that asks of a machine. */
#ifndef PKT_COST_H
#define PKT_COST_H

#include "report/choose/request.h"

typedef struct cost {
    double ns, low, high; /* of a packet: over the traffic, of its fastest and slowest slice */
    double least, most;   /* ends of its 95 % interval over the traffic, if it is_sure */
    double rss;           /* bytes, the most */
    double row_bytes;     /* that were written for a packet; 0: none were */
    bool known, is_sure;
} cost;

/* One more sentence. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void reason_add(json_t *reasons, const char *format, ...);

/* Was any run timed whose rows went to that sink? Then costs are those of such runs. NULL: none. */
bool sink_measured(const json_t *results, const char *sink);
/* With one thread. What speaks against it goes to `reasons`. */
cost cost_of(const json_t *results, const choose_request *w, const char *backend, const char *level,
             json_t *reasons);
/* The costs with more threads that write: a list of {threads, ns_per_packet}. */
json_t *cost_threads(const json_t *results, const choose_request *w, const char *backend,
                     const char *level);

/* Mean bytes of a packet on the wire, and bytes of the capture file that it takes. */
double frame_of(const choose_request *w);
double file_bytes_of(const choose_request *w);
/* Packets a second; 0: no rate is wished for. */
double rate_of(const choose_request *w);
/* Cores that the request keeps busy at this cost; 0 if it names no speed. */
double cores_needed(const choose_request *w, double ns);
double cores_there(const json_t *results, const choose_request *w);

#endif
