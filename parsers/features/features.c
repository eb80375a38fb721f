/* Turns packets into windows and windows into rows of features: code that all sets share. */
#include <stdlib.h>

#include "parsers/core/containers.h"
#include "parsers/features/engine.h"
#include "parsers/features/features.h"

static const feature_engine *engine_of(const pkt_features *f)
{
    static const feature_engine *const engines[] = {
        [PKT_SET_WINDOWS] = &pkt_feature_engine_fixed,
        [PKT_SET_PUBLISHED] = &pkt_feature_engine_ciciot,
        [PKT_SET_RECORDS] = &pkt_feature_engine_records};
    return engines[f->request.set->kind];
}

static int output_flush(feature_output *out, pkt_err *err)
{
    int bad = 0;
    out->numbers_read = 0;
    if (out->push && out->batch.rows)
        bad = out->push(out->self, &out->batch, out->values, err);
    out->batch.rows = 0;
    return bad;
}

int pkt_feature_row_add(pkt_features *f, uint64_t number, const double *values, uint32_t *votes,
                        pkt_err *err)
{
    feature_output *out = &f->out;
    const size_t row = out->batch.rows++, count = out->set->count;
    const pkt_vote_result most = pkt_votes_count(&f->votes, *votes);
    pkt_votes_clear(&f->votes, votes);
    out->numbers[row] = number;
    out->labels[row] = most.label;
    for (size_t i = 0; i < count; i++)
        out->values[i * PKT_BATCH_ROWS + row] = values[i];
    out->values[count * PKT_BATCH_ROWS + row] =
        most.total ? (double)most.packets / (double)most.total : NAN;
    return out->batch.rows == PKT_BATCH_ROWS ? output_flush(out, err) : 0;
}

/* `tcpdump -C` checks the file's size before it writes a packet and starts a new file above the
 * limit. A piece therefore ends with the packet that makes it larger than the limit. */
static int piece_add(pkt_features *f, uint32_t captured, pkt_err *err)
{
    int bad = 0;
    if (f->piece_bytes > f->request.reset_every) {
        bad = engine_of(f)->finish(f, err);
        f->piece_bytes = 0;
    }
    if (f->piece_bytes == 0)
        f->piece_bytes = PCAP_FILE_HEADER;
    f->piece_bytes += PCAP_RECORD_HEADER + (uint64_t)captured;
    return bad;
}

/* Rows whose flows are fetched into the caches together, before the first of them is looked up:
 * the look-ups of a flood, each of another flow, would wait for memory one after the other. */
enum { FETCH_ROWS = 32 };

static void flows_fetch(pkt_features *f, const feature_engine *engine, const pkt_batch *batch,
                        size_t from)
{
    pkt_flow_key keys[FETCH_ROWS];
    const size_t left = batch->rows - from, count = left < FETCH_ROWS ? left : FETCH_ROWS;
    bool back;
    for (size_t i = 0; i < count; i++)
        keys[i] = engine->key(f, batch, from + i, &back);
    pkt_flow_hashes(f->flows, keys, count, f->hashes + from);
}

static int features_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    pkt_features *f = self;
    const feature_engine *engine = engine_of(f);
    for (size_t row = 0; row < batch->rows; row++) {
        if (f->flows && row % FETCH_ROWS == 0)
            flows_fetch(f, engine, batch, row);
        f->number = f->number_next ? f->number_next(f->number_self) : f->number + 1;
        if (f->request.reset_every && piece_add(f, batch->cap_len[row], err) != 0)
            return -1;
        if (f->label_find &&
            f->label_find(f->label_self, batch, row, f->number, &f->label, err) != 0)
            return -1;
        if (engine->packet(f, batch, row, err) != 0)
            return -1;
    }
    return output_flush(&f->out, err); /* a reader gets a row without waiting for a full batch */
}

static int features_finish(void *self, pkt_err *err)
{
    pkt_features *f = self;
    f->piece_bytes = f->number = 0;
    return engine_of(f)->finish(f, err) != 0 ? -1 : output_flush(&f->out, err);
}

int pkt_features_advance(pkt_features *features, int64_t time, pkt_err *err)
{
    const feature_engine *engine = engine_of(features);
    if (!engine->advance)
        return 0;
    return engine->advance(features, time, err) != 0 ? -1 : output_flush(&features->out, err);
}

void pkt_features_set_output(pkt_features *features, pkt_features_push push, void *self)
{
    features->out.push = push;
    features->out.self = self;
}

void pkt_features_set_numbers(pkt_features *features, uint64_t (*next)(void *self), void *self)
{
    features->number_next = next;
    features->number_self = self;
}

void pkt_features_set_labels(pkt_features *features, pkt_features_label *find, void *self)
{
    features->label_find = find;
    features->label_self = self;
}

uint32_t pkt_features_row_label(const pkt_features *features, size_t row)
{
    return features->out.labels[row];
}

uint64_t pkt_features_row_number(void *features)
{
    feature_output *out = &((pkt_features *)features)->out;
    return out->numbers[out->numbers_read++];
}

int pkt_feature_flows_open(pkt_features *features, size_t flow_size, pkt_err *err)
{
    pkt_flow_seed seed;
    if (pkt_flow_seed_draw(&seed, err) != 0)
        return -1;
    const size_t max = features->request.max_flows;
    features->flows = pkt_flow_table_open(
        max, max < PKT_FEATURES_DEFAULT_FLOWS ? max : PKT_FEATURES_DEFAULT_FLOWS, flow_size, &seed,
        err);
    return features->flows ? 0 : -1;
}

pkt_features *pkt_features_open(const pkt_features_request *request, pkt_err *err)
{
    pkt_features *f = calloc(1, sizeof *f);
    if (!f) {
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for features");
        return NULL;
    }
    f->request = *request;
    f->out.set = request->set;
    f->out.values = calloc((request->set->count + 1) * PKT_BATCH_ROWS, sizeof *f->out.values);
    if (!f->out.values)
        pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for rows of features");
    if (f->out.values && engine_of(f)->open(f, err) == 0)
        return f;
    pkt_features_close(f);
    return NULL;
}

pkt_sink pkt_features_sink(pkt_features *features)
{
    return pkt_sink_make(features, features_push, features_finish);
}

pkt_features_report pkt_features_get_report(const pkt_features *features)
{
    pkt_features_report report = features->report;
    report.evicted = features->flows ? pkt_flow_evicted(features->flows) : 0;
    return report;
}

void pkt_features_close(pkt_features *features)
{
    if (!features)
        return;
    pkt_flow_table_close(features->flows);
    free(features->engine);
    free(features->out.values);
    pkt_votes_free(&features->votes);
    free(features);
}
