#include "bench/features/feature_rows.h"

#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "parsers/features/features.h"
#include "parsers/util/error.h"

static const char *const by_names[] = {
    [PKT_BY_ALL] = "all", [PKT_BY_PAIR] = "pair", [PKT_BY_FLOW] = "flow"};

struct feature_rows {
    pkt_features *features;
    size_t columns;
    XXH3_state_t **hashes; /* one for each column: rows come in pieces of any size */
    FILE *values;
    uint64_t count;
};

const char *feature_by_name(pkt_features_by by)
{
    return by_names[by];
}

static int by_find(const char *name, pkt_features_by *by, pkt_err *err)
{
    pkt_names known = {.size = 0};
    for (size_t i = 0; i < sizeof by_names / sizeof by_names[0]; i++) {
        pkt_names_add(&known, by_names[i]);
        if (strcmp(name, by_names[i]) == 0) {
            *by = (pkt_features_by)i;
            return 0;
        }
    }
    return pkt_fail_unknown(err, "kind of windows", name, &known);
}

static int set_find(const char *name, const pkt_feature_set **set, pkt_err *err)
{
    pkt_names known = {.size = 0};
    *set = pkt_feature_set_find(name);
    for (size_t i = 0; pkt_feature_set_at(i); i++)
        pkt_names_add(&known, pkt_feature_set_at(i)->name);
    return *set ? 0 : pkt_fail_unknown(err, "set of features", name, &known);
}

int feature_request_make(pkt_features_request *request, const char *set, const char *by,
                         pkt_err *err)
{
    *request = (pkt_features_request){.packets = PKT_FEATURES_DEFAULT_WINDOW,
                                      .max_flows = PKT_FEATURES_DEFAULT_FLOWS};
    if (set_find(set, &request->set, err) != 0 || (by && by_find(by, &request->by, err) != 0))
        return -1;
    request->reset_every = request->set->published ? PKT_FEATURES_RESET_BYTES : 0;
    if (request->set->published && request->by != PKT_BY_ALL)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "%s has windows over all packets only",
                        set);
    return 0;
}

static void values_write(const feature_rows *r, size_t count, const double *values)
{
    for (size_t row = 0; row < count; row++)
        for (size_t c = 0; c < r->columns; c++) {
            const double value = values[c * PKT_BATCH_ROWS + row];
            if (!isnan(value))
                fprintf(r->values, "%.17g", value);
            fputc(c + 1 < r->columns ? ',' : '\n', r->values);
        }
}

static int values_push(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    feature_rows *r = self;
    (void)err;
    for (size_t c = 0; c < r->columns; c++)
        (void)XXH3_64bits_update(r->hashes[c], values + c * PKT_BATCH_ROWS,
                                 rows->rows * sizeof *values);
    r->count += rows->rows;
    if (r->values)
        values_write(r, rows->rows, values);
    return 0;
}

/* false: no memory. */
static bool hashes_open(feature_rows *r)
{
    r->hashes = calloc(r->columns, sizeof(XXH3_state_t *));
    for (size_t c = 0; r->hashes && c < r->columns; c++) {
        r->hashes[c] = XXH3_createState();
        if (!r->hashes[c] || XXH3_64bits_reset(r->hashes[c]) != XXH_OK)
            return false;
    }
    return r->hashes != NULL;
}

feature_rows *feature_rows_open(const pkt_features_request *request, FILE *values, pkt_sink *sink,
                                pkt_err *err)
{
    feature_rows *r = calloc(1, sizeof *r);
    if (r)
        *r = (feature_rows){.columns = request->set->count, .values = values};
    if (!r || !hashes_open(r)) {
        pkt_fail_memory(err, "features");
        feature_rows_close(r);
        return NULL;
    }
    r->features = pkt_features_open(request, err);
    if (!r->features) {
        feature_rows_close(r);
        return NULL;
    }
    pkt_features_set_output(r->features, values_push, r);
    *sink = pkt_features_sink(r->features);
    return r;
}

uint64_t feature_rows_digest(const feature_rows *rows)
{
    uint64_t digest = 0;
    for (size_t c = 0; c < rows->columns; c++) {
        const uint64_t both[] = {digest, XXH3_64bits_digest(rows->hashes[c])};
        digest = XXH3_64bits(both, sizeof both);
    }
    return digest;
}

uint64_t feature_rows_count(const feature_rows *rows)
{
    return rows->count;
}

void feature_rows_close(feature_rows *rows)
{
    if (!rows)
        return;
    pkt_features_close(rows->features);
    for (size_t c = 0; rows->hashes && c < rows->columns; c++)
        XXH3_freeState(rows->hashes[c]);
    free(rows->hashes);
    free(rows);
}
