/* The backend libpcap against the shortest loop on pcap_dispatch() that gives the same columns.
 *
 * bare_libpcap LEVEL CAPTURE PAIRS: run both in turns, PAIRS times; prints the CPU time of each and
 * the median ratio. bare_libpcap LEVEL CAPTURE bare|backend: run one of them once, for callgrind.
 * LEVEL: frames or headers. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/core/run.h"
#include "parsers/decode/decode.h"
#include "parsers/sink/sink.h"
#include "parsers/source/link_type.h"
#include "parsers/util/clock.h"

enum { STREAM_BYTES = 1 << 20, PAIRS_MAX = 1000 };

typedef struct bare_run {
    pkt_batch *batch;
    uint64_t rows;
    uint16_t link_type;
} bare_run;

/* Which row of the batch is written: the batch is overwritten again and again. */
static size_t row_of(bare_run *run)
{
    return run->rows++ % PKT_BATCH_ROWS;
}

static void frames_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    bare_run *run = (void *)user;
    const size_t row = row_of(run);
    (void)data;
    run->batch->ts_ns[row] = (uint32_t)header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec;
    run->batch->cap_len[row] = header->caplen;
    run->batch->wire_len[row] = header->len;
    run->batch->link_type[row] = run->link_type;
}

static void headers_take(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    bare_run *run = (void *)user;
    const pkt_record record = {
        .data = data,
        .ts_ns = (uint32_t)header->ts.tv_sec * INT64_C(1000000000) + header->ts.tv_usec,
        .cap_len = header->caplen,
        .wire_len = header->len,
        .link_type = run->link_type,
    };
    pkt_decode_headers(&record, 1, run->batch, row_of(run));
}

/* The decoder needs cleared rows: it writes only the columns that the packet has. */
static void headers_read(pcap_t *pcap, bare_run *run)
{
    const pkt_column_set columns = PKT_HEADERS_COLUMNS;
    pkt_clear_plan clear;
    pkt_clear_plan_make(&clear, &columns);
    do
        pkt_clear_plan_apply(&clear, run->batch);
    while (pcap_dispatch(pcap, PKT_BATCH_ROWS, headers_take, (u_char *)run) > 0);
}

/* Returns the number of rows; exits if the capture cannot be read. */
static uint64_t bare(const char *path, pkt_level level, pkt_batch *batch)
{
    char message[PCAP_ERRBUF_SIZE] = "no memory";
    char *buffer = malloc(STREAM_BYTES);
    FILE *file = fopen(path, "rb");
    pcap_t *pcap = NULL;
    if (buffer && file) {
        (void)setvbuf(file, buffer, _IOFBF, STREAM_BYTES);
        pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, message);
    }
    if (!pcap) {
        (void)fprintf(stderr, "bare_libpcap: %s: %s\n", path, message);
        exit(2);
    }
    bare_run run = {.batch = batch, .link_type = pkt_link_type_of_dlt(pcap_datalink(pcap))};
    if (level == PKT_LEVEL_FRAMES)
        (void)pcap_dispatch(pcap, -1, frames_take, (u_char *)&run);
    else
        headers_read(pcap, &run);
    pcap_close(pcap);
    free(buffer);
    return run.rows;
}

static uint64_t backend(const char *path, pkt_level level, pkt_batch *batch)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_capture capture = PKT_INIT(pkt_capture);
    pkt_request request = PKT_INIT(pkt_request);
    uint64_t rows = 0;
    request.level = level;
    const pkt_backend *libpcap =
        pkt_registry_find("libpcap", &entry) == 0 ? pkt_entry_backend(&entry, &err) : NULL;
    pkt_null_sink null = {.columns = pkt_backend_level(libpcap, level)->columns};
    const pkt_sink sink = pkt_null_sink_open(&null);
    if (pkt_capture_open(path, &capture, &err) != 0 ||
        pkt_run(libpcap, NULL, &capture, &request, batch, &sink, &rows, &err) != 0) {
        (void)fprintf(stderr, "bare_libpcap: %s: %s\n", path, err.msg);
        exit(2);
    }
    return rows;
}

typedef uint64_t run_function(const char *path, pkt_level level, pkt_batch *batch);

/* CPU time in nanoseconds a packet. */
static double timed(run_function *run, const char *path, pkt_level level, pkt_batch *batch)
{
    const int64_t from = pkt_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const uint64_t rows = run(path, level, batch);
    return (double)(pkt_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - from) / (double)(rows ? rows : 1);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double middle(double *values, size_t count)
{
    qsort(values, count, sizeof *values, ascending);
    return values[count / 2];
}

static void pairs_run(const char *path, pkt_level level, pkt_batch *batch, size_t pairs)
{
    static double bare_ns[PAIRS_MAX], backend_ns[PAIRS_MAX], ratio[PAIRS_MAX];
    (void)timed(bare, path, level, batch);
    (void)timed(backend, path, level, batch);
    for (size_t i = 0; i < pairs; i++) {
        bare_ns[i] = timed(bare, path, level, batch);
        backend_ns[i] = timed(backend, path, level, batch);
        ratio[i] = backend_ns[i] / bare_ns[i];
    }
    printf("bare %.1f ns, backend %.1f ns of CPU time a packet; ratio %.3f\n",
           middle(bare_ns, pairs), middle(backend_ns, pairs), middle(ratio, pairs));
}

int main(int argc, char **argv)
{
    pkt_batch *batch = pkt_batch_new(NULL);
    if (argc != 4 || !batch) {
        (void)fputs("usage: bare_libpcap frames|headers CAPTURE PAIRS|bare|backend\n", stderr);
        return 2;
    }
    const pkt_level level = strcmp(argv[1], "frames") == 0 ? PKT_LEVEL_FRAMES : PKT_LEVEL_HEADERS;
    const long pairs = strtol(argv[3], NULL, 10);
    if (strcmp(argv[3], "bare") == 0)
        (void)bare(argv[2], level, batch);
    else if (strcmp(argv[3], "backend") == 0)
        (void)backend(argv[2], level, batch);
    else if (pairs > 0 && pairs <= PAIRS_MAX)
        pairs_run(argv[2], level, batch, (size_t)pairs);
    pkt_batch_free(batch);
    return 0;
}
