#include "datasets/generate.h"

#include <stdlib.h>

#include "datasets/streams.h"
#include "datasets/writer.h"
#include "parsers/core/containers.h"
#include "parsers/encode/csv.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"

/* One pair of consecutive frames in this many is swapped, because half of the real captures are not
 * in time order. */
enum { SWAP_ONE_IN = 200 };

dataset_options dataset_defaults(const dataset_scenario *scenario)
{
    return (dataset_options){
        .format = PKT_FORMAT_PCAP, .interfaces = 1, .size = SLICE_BYTES, .seed = scenario->seed};
}

/* Writes the truth as CSV, a batch at a time. */
typedef struct truth_writer {
    pkt_csv_sink *csv; /* NULL: no truth wanted */
    pkt_sink sink;
    pkt_batch *batch;
    stream_table streams;
} truth_writer;

static pkt_column_set truth_columns(void)
{
    return pkt_set_or(pkt_level_columns(PKT_LEVEL_FLOWS), pkt_level_columns(PKT_LEVEL_APP));
}

static int truth_flush(truth_writer *t, pkt_err *err)
{
    int bad = t->batch->rows ? t->sink.push(t->sink.self, t->batch, err) : 0;
    const pkt_column_set columns = truth_columns();
    pkt_batch_clear(t->batch, &columns);
    return bad;
}

/* Move the texts of the row, which are in `texts`, into the arena. */
static void texts_store(pkt_batch *batch, size_t row, const char *texts)
{
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        pkt_text *cells = (pkt_text *)(void *)((uint8_t *)batch + info->offset);
        if (info->format_as == PKT_AS_TEXT && cells[row].offset != PKT_TEXT_NULL)
            (void)pkt_batch_text(batch, &cells[row], texts + cells[row].offset, cells[row].length);
    }
}

/* `texts`: what the row's text cells point into; `l4`: see stream_table_number(). */
static int truth_push(truth_writer *t, truth_row *row, const char *texts, const truth_row *l4,
                      pkt_err *err)
{
    if (!t->csv)
        return 0;
    if (stream_table_number(&t->streams, row, l4, err) != 0)
        return -1;
    size_t i = t->batch->rows++;
#define PKT_X(name, type, level, has, format_as, doc) t->batch->name[i] = row->name;
    PKT_COLUMNS(PKT_X)
#undef PKT_X
    texts_store(t->batch, i, texts);
    return t->batch->rows == PKT_BATCH_ROWS ||
                   t->batch->text_room - t->batch->text_used < FRAME_TEXT_MAX
               ? truth_flush(t, err)
               : 0;
}

typedef struct generation {
    const dataset_options *options;
    const char *name;    /* of the scenario */
    FILE *file, *labels; /* labels: NULL: none */
    const char *failed;  /* path of the file that an error is about */
    const char *truth_path;
    truth_writer truth;
    uint64_t packets;
    uint64_t bytes; /* size as a classic pcap file without snaplen */
} generation;

/* "NUMBER,LABEL", of the packet that was written last. */
static int label_write(const generation *g, const frame *f, pkt_err *err)
{
    if (!g->labels || fprintf(g->labels, "%llu,%s\n", (unsigned long long)g->packets,
                              f->label ? f->label : g->name) > 0)
        return 0;
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

static int failed_file(generation *g, const char *path)
{
    g->failed = path;
    return -1;
}

/* 1: written; 0: the frame would exceed the size; -1: *err. */
static int frame_write(generation *g, const frame *f, pkt_err *err)
{
    const dataset_options *o = g->options;
    if (f->defect)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "frame %llu of the scenario: %s",
                        (unsigned long long)g->packets, f->defect);
    if (g->bytes + PCAP_RECORD_HEADER + f->size > o->size)
        return 0;
    g->bytes += PCAP_RECORD_HEADER + f->size;
    size_t captured = o->snaplen && o->snaplen < f->size ? o->snaplen : f->size;
    if (f->captured && f->captured < captured)
        captured = f->captured;
    truth_row row = frame_truth(f, captured);
    frame_app_truth(f, captured, &row);
    row.link_type = 1;
    if (writer_packet(g->file, o, g->packets, &row.ts_ns, f->bytes, (uint32_t)captured,
                      (uint32_t)f->size, err) != 0)
        return -1;
    if (truth_push(&g->truth, &row, f->app.text, frame_has_stream(f, captured) ? &f->truth : NULL,
                   err) != 0)
        return failed_file(g, g->truth_path);
    g->packets++;
    return label_write(g, f, err) == 0 ? 1 : failed_file(g, o->labels);
}

/* Write frames until the size is reached, some pairs in swapped order. 0, or -1 and *err. */
static int frames_write(generation *g, const frame_generator *generator, frame *frames,
                        pkt_err *err)
{
    random_state random = random_seeded(g->options->seed ^ UINT64_C(0x73776170));
    int wrote = 1;
    while (wrote == 1) {
        bool swap = random_below(&random, SWAP_ONE_IN) == 0;
        frames[0].label = frames[1].label = NULL;
        generator->next(generator->state, &frames[0]);
        if (swap) {
            generator->next(generator->state, &frames[1]);
            wrote = frame_write(g, &frames[1], err);
        }
        if (wrote == 1)
            wrote = frame_write(g, &frames[0], err);
    }
    return wrote;
}

static int generate(generation *g, const dataset_scenario *scenario, pkt_err *err)
{
    frame_generator generator;
    frame *frames = malloc(2 * sizeof *frames);
    if (!frames)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for frames");
    if (scenario->open(&generator, g->options->seed, err) != 0) {
        free(frames);
        return -1;
    }
    g->bytes = PCAP_FILE_HEADER;
    int bad = writer_begin(g->file, g->options, err) != 0 ||
              frames_write(g, &generator, frames, err) != 0;
    if (!bad && g->truth.csv &&
        (truth_flush(&g->truth, err) != 0 || g->truth.sink.finish(g->truth.sink.self, err) != 0))
        bad = failed_file(g, g->truth_path);
    generator.close(generator.state);
    free(frames);
    return bad ? -1 : 0;
}

static int generate_to(generation *g, const dataset_scenario *scenario, FILE *truth, pkt_err *err)
{
    const pkt_column_set columns = truth_columns();
    g->truth.batch = pkt_batch_new(err);
    if (!g->truth.batch)
        return -1;
    if (truth)
        g->truth.csv = pkt_csv_sink_open(truth, columns, &g->truth.sink, err);
    int bad = truth && !g->truth.csv ? failed_file(g, g->truth_path) : generate(g, scenario, err);
    pkt_csv_sink_close(g->truth.csv);
    stream_table_free(&g->truth.streams);
    pkt_batch_free(g->truth.batch);
    return bad;
}

/* The files of a generation. */
typedef struct outputs {
    pkt_atomic_file capture, truth, labels;
} outputs;

static void outputs_abandon(outputs *o)
{
    pkt_atomic_file_abandon(&o->capture);
    pkt_atomic_file_abandon(&o->truth);
    pkt_atomic_file_abandon(&o->labels);
}

/* Open the files whose path is not NULL. 0, or -1 and *err, which names the file. */
static int outputs_open(outputs *o, const char *path, const char *truth, const char *labels,
                        pkt_err *err)
{
    if (pkt_atomic_file_open(&o->capture, path, err) != 0)
        return pkt_err_about(err, path);
    if (truth && pkt_atomic_file_open(&o->truth, truth, err) != 0)
        return pkt_err_about(err, truth);
    if (labels && pkt_atomic_file_open(&o->labels, labels, err) != 0)
        return pkt_err_about(err, labels);
    return 0;
}

static int outputs_commit(outputs *o, const generation *g, const char *path, pkt_err *err)
{
    pkt_atomic_file *const files[] = {&o->capture, &o->truth, &o->labels};
    const char *const names[] = {path, g->truth_path, g->options->labels};
    size_t failed;
    if (pkt_atomic_files_commit(files, sizeof files / sizeof files[0], &failed, err) == 0)
        return 0;
    return pkt_err_about(err, names[failed]);
}

int dataset_write(const dataset_scenario *scenario, const dataset_options *options,
                  const char *path, const char *truth, uint64_t *packets, pkt_err *err)
{
    const dataset_options defaults = dataset_defaults(scenario);
    generation g = {.options = options ? options : &defaults,
                    .name = scenario->name,
                    .failed = path,
                    .truth_path = truth};
    outputs o = {.capture = {0}};
    if (outputs_open(&o, path, truth, g.options->labels, err) != 0) {
        outputs_abandon(&o);
        return -1;
    }
    g.file = o.capture.file;
    g.labels = o.labels.file;
    if (g.labels)
        (void)fputs("packet,label\n", g.labels); /* an error is found at the end */
    if (generate_to(&g, scenario, o.truth.file, err) != 0) {
        outputs_abandon(&o);
        return pkt_err_about(err, g.failed);
    }
    if (packets)
        *packets = g.packets;
    return outputs_commit(&o, &g, path, err);
}
