#include "bench/features/feature_rows.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <xxhash.h>

#include "parsers/features/features.h"
#include "parsers/features/parse.h"
#include "parsers/rows/text.h"
#include "parsers/util/error.h"

static const char *const by_names[] = {
    [PKT_BY_ALL] = "all", [PKT_BY_PAIR] = "pair", [PKT_BY_FLOW] = "flow"};

struct feature_rows {
    pkt_features *features;
    pkt_fields fields;
    size_t values_count;   /* of a row */
    size_t count_hashes;   /* key columns, then values */
    XXH3_state_t **hashes; /* one for each: rows come in pieces of any size */
    FILE *values;
    uint64_t count;
};

const char *feature_by_name(pkt_features_by by)
{
    return by_names[by];
}

int feature_request_make(pkt_features_request *request, const char *set, const char *by,
                         pkt_err *err)
{
    *request = (pkt_features_request){.max_flows = PKT_FEATURES_DEFAULT_FLOWS};
    if (pkt_features_set_parse(request, set, err) != 0 ||
        pkt_features_window_parse(request, NULL, err) != 0 ||
        pkt_features_by_parse(request, by, "--by", err) != 0 ||
        pkt_features_reset_parse(request, NULL, err) != 0)
        return -1;
    if (request->set->kind != PKT_SET_RECORDS)
        return 0;
    return pkt_features_timeout_parse(&request->idle, NULL, PKT_RECORDS_DEFAULT_IDLE, err) != 0 ||
                   pkt_features_timeout_parse(&request->active, NULL, PKT_RECORDS_DEFAULT_ACTIVE,
                                              err) != 0
               ? -1
               : 0;
}

static void cell_write(FILE *out, const pkt_field *field, const pkt_batch *rows, size_t row,
                       const double *values)
{
    char text[PKT_CELL_TEXT];
    int64_t integer;
    if (field->kind == PKT_FIELD_CELL) {
        if (field->present && !(rows->present[row] & field->present))
            return;
        const size_t size = pkt_cell_text(rows, row, field->column, text);
        (void)fwrite(text, 1, size, out);
        return;
    }
    const double value = values[(size_t)field->column * PKT_BATCH_ROWS + row];
    memcpy(&integer, &value, sizeof integer);
    if (field->kind == PKT_FIELD_INTEGER)
        fprintf(out, "%" PRId64, integer);
    else if (field->kind == PKT_FIELD_WORD)
        fputs(field->words[integer], out);
    else if (!isnan(value))
        fprintf(out, "%.17g", value);
}

static void rows_write(const feature_rows *r, const pkt_batch *rows, const double *values)
{
    for (size_t row = 0; row < rows->rows; row++)
        for (size_t i = 0; i < r->fields.count; i++) {
            cell_write(r->values, &r->fields.at[i], rows, row, values);
            fputc(i + 1 < r->fields.count ? ',' : '\n', r->values);
        }
}

static int values_push(void *self, const pkt_batch *rows, const double *values, pkt_err *err)
{
    feature_rows *r = self;
    size_t h = 0;
    (void)err;
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (pkt_set_has(&r->fields.needs, c))
            (void)XXH3_64bits_update(r->hashes[h++], (const uint8_t *)rows + info->offset,
                                     rows->rows * info->size);
    }
    for (size_t i = 0; i < r->values_count; i++)
        (void)XXH3_64bits_update(r->hashes[h++], values + i * PKT_BATCH_ROWS,
                                 rows->rows * sizeof *values);
    r->count += rows->rows;
    if (r->values)
        rows_write(r, rows, values);
    return 0;
}

/* false: no memory. */
static bool hashes_open(feature_rows *r)
{
    r->hashes = calloc(r->count_hashes, sizeof(XXH3_state_t *));
    for (size_t c = 0; r->hashes && c < r->count_hashes; c++) {
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
    if (r) {
        *r = (feature_rows){.values_count = request->set->count, .values = values};
        pkt_features_fields(&r->fields, request->set, request->by);
        r->count_hashes = pkt_set_count(&r->fields.needs) + r->values_count;
    }
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
    for (size_t c = 0; c < rows->count_hashes; c++) {
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
    for (size_t c = 0; rows->hashes && c < rows->count_hashes; c++)
        XXH3_freeState(rows->hashes[c]);
    free(rows->hashes);
    free(rows);
}
