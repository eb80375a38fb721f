#include "bench/canary/altered_rows.h"

#include <string.h>

#include "bench/canary/altered_file.h"
#include "parsers/util/error.h"

/* Rows of raw, of one column. */
typedef struct column_sink {
    const pkt_column_info *info;
    uint8_t *cells;
    uint64_t rows, room;
} column_sink;

static int column_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    column_sink *c = self;
    const size_t size = c->info->size;
    if (c->rows + batch->rows > c->room)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "more rows than packets");
    memcpy(c->cells + c->rows * size, (const uint8_t *)batch + c->info->offset, batch->rows * size);
    c->rows += batch->rows;
    return 0;
}

static int column_finish(void *self, pkt_err *err)
{
    const column_sink *c = self;
    return c->rows == c->room
               ? 0
               : pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "fewer rows than packets");
}

/* The lowest level at which raw gives the cells that the column has at `level`. */
static pkt_level column_level(size_t column, pkt_level level)
{
    const bool flows = pkt_column_at(column)->level == PKT_LEVEL_FLOWS;
    if (flows || (column == PKT_COL_present && level == PKT_LEVEL_FLOWS))
        return PKT_LEVEL_FLOWS;
    if (column == PKT_COL_present && level == PKT_LEVEL_APP)
        return PKT_LEVEL_APP;
    const bool decoded = column == PKT_COL_verdict || column == PKT_COL_present;
    return decoded ? PKT_LEVEL_HEADERS : pkt_column_at(column)->level;
}

/* Run raw over the slice as it is now. */
static int raw_run(const altered_slice *a, const pkt_request *request, const pkt_sink *sink,
                   pkt_err *err)
{
    pkt_entry raw = PKT_INIT(pkt_entry);
    pkt_capture capture = PKT_INIT(pkt_capture);
    uint64_t rows;
    if (pkt_registry_find("raw", &raw) != 0)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "there is no backend raw");
    if (pkt_capture_open(a->slice->path, &capture, err) != 0)
        return -1;
    capture.flow_rule = a->slice->flows.rule;
    capture.max_flows = a->slice->flows.max;
    return pkt_run(raw.backend, NULL, &capture, request, a->batch, sink, &rows, err);
}

uint8_t *altered_column(altered_slice *a, pkt_level level, size_t column, pkt_err *err)
{
    const pkt_column_info *info = pkt_column_at(column);
    if (info->format_as == PKT_AS_TEXT || info->size > sizeof(uint64_t)) {
        pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "column %s has no fixed size", info->name);
        return NULL;
    }
    pkt_request request = PKT_INIT(pkt_request);
    column_sink sink = {.info = info, .cells = a->column, .room = a->packets};
    const pkt_sink out = pkt_sink_make(&sink, column_push, column_finish);
    request.level = column_level(column, level);
    pkt_set_add(&request.columns, column);
    return raw_run(a, &request, &out, err) == 0 ? a->column : NULL;
}

/* Digests of these columns, which raw gives at the level. */
static int columns_digest(const altered_slice *a, pkt_level level, pkt_column_set columns,
                          uint64_t digest[PKT_COLUMN_COUNT], pkt_err *err)
{
    pkt_request request = PKT_INIT(pkt_request);
    pkt_sink sink;
    request.level = level;
    pkt_digest_sink *digests = pkt_digest_sink_open(columns, &sink, err);
    int bad = digests ? raw_run(a, &request, &sink, err) : -1;
    if (!bad)
        pkt_digest_sink_result(digests, digest);
    pkt_digest_sink_close(digests);
    return bad;
}

/* Passes raw's rows on, with other cells. */
typedef struct patching {
    pkt_batch *batch; /* that of the run */
    const altered_cell *cells, *end;
    uint64_t rows;
    pkt_sink to;
} patching;

static int patching_push(void *self, const pkt_batch *batch, pkt_err *err)
{
    patching *p = self;
    if (batch != p->batch)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "rows of another batch");
    for (; p->cells < p->end && p->cells->row < p->rows + batch->rows; p->cells++) {
        const pkt_column_info *info = pkt_column_at(p->cells->column);
        const size_t i = (size_t)(p->cells->row - p->rows);
        memcpy((uint8_t *)p->batch + info->offset + i * info->size, &p->cells->bytes, info->size);
    }
    p->rows += batch->rows;
    return p->to.push(p->to.self, batch, err);
}

static int patching_finish(void *self, pkt_err *err)
{
    const patching *p = self;
    return p->to.finish(p->to.self, err);
}

/* The lowest level at which raw gives all columns of the mosaic, and their level and columns. */
static pkt_request mosaic_request(const pkt_mosaic *mosaic, pkt_level level)
{
    pkt_request request = PKT_INIT(pkt_request);
    const pkt_mosaic_columns *const sets[] = {&mosaic->numbers, &mosaic->texts};
    request.level = PKT_LEVEL_FRAMES;
    for (size_t s = 0; s < 2; s++)
        for (size_t i = 0; i < sets[s]->count; i++) {
            const pkt_level one = column_level(sets[s]->columns[i], level);
            pkt_set_add(&request.columns, sets[s]->columns[i]);
            if (one != PKT_LEVEL_FRAMES && request.level != level)
                request.level = one;
        }
    return request;
}

int altered_mosaic(const altered_slice *a, pkt_level level, const pkt_mosaic *mosaic,
                   const altered_cell *cells, size_t count, uint64_t *digest, pkt_err *err)
{
    const pkt_request request = mosaic_request(mosaic, level);
    patching p = {.batch = a->batch, .cells = cells, .end = cells + count};
    const pkt_sink sink = pkt_sink_make(&p, patching_push, patching_finish);
    pkt_mosaic_sink *hash = pkt_mosaic_sink_open(mosaic, &p.to, err);
    const int bad = hash ? raw_run(a, &request, &sink, err) : -1;
    if (!bad)
        *digest = pkt_mosaic_sink_result(hash);
    pkt_mosaic_sink_close(hash);
    return bad;
}

int altered_digest(const altered_slice *a, pkt_level level, size_t column, uint64_t *digest,
                   pkt_err *err)
{
    uint64_t all[PKT_COLUMN_COUNT] = {0};
    pkt_column_set one = {{0}};
    pkt_set_add(&one, column);
    if (columns_digest(a, column_level(column, level), one, all, err) != 0)
        return -1;
    *digest = all[column];
    return 0;
}

/* Levels headers, flows and app. */
int altered_digests(const altered_slice *a, pkt_level level, uint64_t digest[PKT_COLUMN_COUNT],
                    pkt_err *err)
{
    return columns_digest(a, level, pkt_level_columns(level), digest, err);
}
