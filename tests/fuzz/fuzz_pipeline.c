/* Bytes as a capture, through everything that extract does: decompression, reading, decoding,
 * flows, features, encoding. The last 8 bytes also choose what is done with it. One and two threads
 * write the same; the rows that are written are those that were read. */
#include <stdlib.h>

#include "parsers/encode/writer.h"
#include "parsers/features/features.h"
#include "parsers/input/input.h"
#include "tests/fuzz/fuzz.h"

enum { OPTIONS = 8 };

extern const pkt_backend pkt_backend_raw;

typedef struct plan {
    const pkt_encoder *encoder;
    pkt_request request;
    pkt_features_request features; /* set NULL: rows of packets */
    uint32_t max_flows;
    bool flush;
    pkt_fields fields;
} plan;

/* What was written; `rows` of packets were read, with this error. */
typedef struct output {
    char *bytes;
    size_t size;
    uint64_t rows, written;
    pkt_err err;
} output;

static void features_plan(plan *p, const uint8_t *o)
{
    const pkt_feature_set *set = pkt_feature_set_at(o[2] % 4u);
    const bool fixed = set && set->kind == PKT_SET_WINDOWS;
    p->features = (pkt_features_request){.set = set,
                                         .by = fixed ? (pkt_features_by)(o[4] % 3) : PKT_BY_ALL,
                                         .idle = UINT64_C(1000000) * o[4],
                                         .active = UINT64_C(10000000) * o[6],
                                         .max_flows = 1u + o[3] % 4u};
    if (set && set->kind == PKT_SET_RECORDS)
        p->features.by = PKT_BY_FLOW;
    if (fixed && o[5] & 1)
        p->features.duration = 1 + UINT64_C(1000000) * o[6];
    else
        p->features.packets = 1 + o[6] % 7u;
    if (o[5] & 4)
        p->features.reset_every = 1 + 10u * o[7];
    pkt_features_fields(&p->fields, set, p->features.by);
}

static void plan_make(plan *p, const uint8_t *o)
{
    *p = (plan){.request = PKT_INIT(pkt_request)};
    p->encoder = pkt_encoder_at(o[0] % 3u);
    p->request.level = o[1] & 1 ? PKT_LEVEL_FLOWS : PKT_LEVEL_HEADERS;
    p->max_flows = 1u + o[3] % 5u;
    p->flush = o[7] & 1;
    if (o[1] & 2) {
        features_plan(p, o);
    } else {
        pkt_fields_all(&p->fields, pkt_backend_level(&pkt_backend_raw, p->request.level)->columns);
        pkt_fields_add(&p->fields, PKT_FIELD_PACKET);
        pkt_fields_add(&p->fields, PKT_FIELD_FILE);
    }
    if (o[1] & 8)
        pkt_fields_add(&p->fields, PKT_FIELD_LABEL);
    p->fields.no_formula = o[1] & 16;
}

static int values_push(void *writer, const pkt_batch *rows, const double *values, pkt_err *err)
{
    return pkt_writer_push(writer, rows, values, err);
}

static pkt_features *features_open(const plan *p, pkt_writer *writer, pkt_err *err)
{
    if (!p->features.set)
        return NULL;
    pkt_features *features = pkt_features_open(&p->features, err);
    must(features != NULL, "memory is available for features");
    pkt_features_set_output(features, values_push, writer);
    pkt_writer_number(writer, pkt_features_row_number, features);
    return features;
}

/* Run the capture into the writer. */
static void input_run(const plan *p, const char *path, const pkt_sink *sink, output *out)
{
    pkt_input *input = pkt_input_open(path, &out->err);
    pkt_batch *batch = pkt_batch_new(NULL);
    must(batch != NULL, "memory is available for a batch");
    int bad = input ? 0 : -1;
    if (input) {
        pkt_capture capture = *pkt_input_capture(input);
        capture.max_flows = p->max_flows;
        bad = pkt_run(&pkt_backend_raw, NULL, &capture, &p->request, batch, sink, &out->rows,
                      &out->err);
        bad = pkt_input_end(input, bad, &out->err);
        pkt_input_close(input);
    }
    must(!bad || (out->err.code != PKT_ERR_NONE && out->err.msg[0]), "an error has a message");
    pkt_batch_free(batch);
}

static void output_make(const plan *p, const char *path, unsigned threads, output *out)
{
    *out = (output){.err = {.pos = PKT_POS_NONE}};
    FILE *file = open_memstream(&out->bytes, &out->size);
    must(file != NULL, "memory is available for the output");
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_writer *writer = pkt_writer_open(p->encoder, &p->fields, file, threads, &err);
    must(writer != NULL, "a writer opens");
    pkt_features *features = features_open(p, writer, &err);
    const pkt_sink sink = features ? pkt_features_sink(features) : pkt_writer_sink(writer);
    must(pkt_writer_capture(writer, "=f\",\n\xff.pcap", "l\"a,\nb", &err) == 0, "a capture begins");
    input_run(p, path, &sink, out);
    must(!p->flush || pkt_writer_flush(writer, &err) == 0, "rows are flushed");
    must(pkt_writer_end(writer, &err) == 0, "the output ends");
    out->written = pkt_writer_rows(writer);
    must(features || out->written == out->rows, "the rows that were read are written");
    pkt_writer_close(writer);
    pkt_features_close(features);
    must(fclose(file) == 0, "the output closes");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    plan p;
    output one, two;
    if (size < OPTIONS)
        return 0;
    plan_make(&p, data + size - OPTIONS);
    const char *path = memory_file(data, size);
    output_make(&p, path, 1, &one);
    output_make(&p, path, 2, &two);
    must(one.rows == two.rows && one.written == two.written && one.err.code == two.err.code,
         "threads give the same rows");
    must(one.size == two.size && memcmp(one.bytes, two.bytes, one.size) == 0,
         "threads write the same bytes");
    free(one.bytes);
    free(two.bytes);
    return 0;
}
