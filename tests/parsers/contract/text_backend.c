/* A backend with a text column; TEXT_VARIANT selects the variant at compile time. raw decodes the
 * headers; the text depends only on the number of the row. */
#include <stdlib.h>

#include "pktbench.h"

#define VARIANT_FULL 0  /* a batch ends before the text arena could be full */
#define VARIANT_SHORT 1 /* the same rows, seven per batch */
#define VARIANT_LIES 2  /* another text in row 10 */
#define VARIANT_LOST 3  /* no text in row 10 */

extern const pkt_backend pkt_backend_raw;

enum { LONGEST = 1024, SHORT_BATCH = 7, WRONG_ROW = 10 };

typedef struct text_context {
    unsigned runs, resets;
} text_context;

typedef struct text_state {
    void *raw;
    pkt_batch *rows; /* of raw; some of its rows may not be returned yet */
    size_t given;
    uint64_t number; /* number of rows returned */
} text_state;

static const char *text_version(void)
{
    return "1";
}

static int text_load(void **context, pkt_err *err)
{
    *context = calloc(1, sizeof(text_context));
    return *context ? 0 : pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
}

/* There must be a reset before every run except the first. */
static int text_reset(void *context, pkt_err *err)
{
    (void)err;
    ((text_context *)context)->resets++;
    return 0;
}

static void text_close(void *state)
{
    text_state *s = state;
    if (s->raw)
        pkt_backend_raw.close(s->raw);
    pkt_batch_free(s->rows);
    free(s);
}

static int text_open(void *context, void **state, const pkt_capture *capture,
                     const pkt_request *request, pkt_err *err)
{
    text_context *c = context;
    pkt_request headers = PKT_INIT(pkt_request);
    headers.level = PKT_LEVEL_HEADERS;
    headers.columns = pkt_level_columns(PKT_LEVEL_HEADERS);
    (void)request;
    if (c->runs++ != c->resets)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "run %u after %u resets", c->runs,
                        c->resets);
    text_state *s = calloc(1, sizeof *s);
    if (!s)
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory");
    s->rows = pkt_batch_new(err);
    if (!s->rows || pkt_backend_raw.open(NULL, &s->raw, capture, &headers, err) != 0) {
        text_close(s);
        return -1;
    }
    *state = s;
    return 0;
}

/* Text of the row: empty, with characters that CSV must quote or escape, not UTF-8, long, null. */
static size_t text_make(uint64_t row, char text[LONGEST])
{
    static const struct {
        const char *bytes;
        size_t size;
    } kinds[] = {
        {"", 0},
        {"example.org", 11},
        {"a,b", 3},
        {"say \"hi\"", 8},
        {"back\\slash", 10},
        {"\x00\x1f\x7f\n\r", 5},
        {"caf\xc3\xa9 \xf0\x9f\x98\x80", 10},
        {"\xff\xfe\xc3(\xed\xa0\x80", 7},
        {"\"", 1},
    };
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    const size_t kind = (size_t)(row % (KINDS + 1));
    if (kind < KINDS) {
        memcpy(text, kinds[kind].bytes, kinds[kind].size);
        return kinds[kind].size;
    }
    for (size_t i = 0; i < LONGEST; i++)
        text[i] = (char)('a' + (row + i) % 26);
    return LONGEST;
}

static void row_text(pkt_batch *batch, size_t row, uint64_t number)
{
    char text[LONGEST];
    if (number % 11 == 3 || (TEXT_VARIANT == VARIANT_LOST && number == WRONG_ROW))
        return; /* null */
    size_t size = text_make(number, text);
    if (TEXT_VARIANT == VARIANT_LIES && number == WRONG_ROW) {
        static const char wrong[] = {'w', 'r', 'o', 'n', 'g'};
        memcpy(text, wrong, sizeof wrong);
        size = sizeof wrong;
    }
    (void)pkt_batch_text(batch, &batch->test_text[row], text, size);
}

static void row_copy(pkt_batch *to, size_t at, const pkt_batch *from, size_t row)
{
    for (size_t c = 0; c < pkt_column_count(); c++) {
        const pkt_column_info *info = pkt_column_at(c);
        if (info->level <= PKT_LEVEL_HEADERS)
            memcpy((uint8_t *)to + info->offset + at * info->size,
                   (const uint8_t *)from + info->offset + row * info->size, info->size);
    }
}

/* Make rows of raw available: 1, or the result of raw's next(). */
static int rows_get(text_state *s, pkt_err *err)
{
    const pkt_column_set columns = pkt_level_columns(PKT_LEVEL_HEADERS);
    if (s->given < s->rows->rows)
        return 1;
    pkt_batch_clear(s->rows, &columns);
    s->given = 0;
    const int got = pkt_backend_raw.next(s->raw, s->rows, err);
    s->rows->rows = got > 0 ? (size_t)got : 0;
    return got > 0 ? 1 : got;
}

static int text_next(void *state, pkt_batch *batch, pkt_err *err)
{
    text_state *s = state;
    const size_t most = TEXT_VARIANT == VARIANT_SHORT ? SHORT_BATCH : batch->capacity;
    const int got = rows_get(s, err);
    if (got <= 0)
        return got;
    size_t rows = 0;
    while (rows < most && s->given < s->rows->rows &&
           batch->text_room - batch->text_used >= LONGEST) {
        row_copy(batch, rows, s->rows, s->given++);
        batch->test_number[rows] = (uint32_t)s->number;
        row_text(batch, rows++, s->number++);
    }
    return (int)rows;
}

#define COLUMNS(w) (PKT_HEADERS_WORD(w) | PKT_IN_WORD(w, test_number) | PKT_IN_WORD(w, test_text))

static const pkt_level_work levels[] = {
    {PKT_LEVEL_DISSECT, "raw's, and a text per row", PKT_SET(COLUMNS)}, {.work = NULL}};

static const pkt_backend backend = {
    .abi = PKT_ABI,
    .struct_size = sizeof(pkt_backend),
    .name = TEXT_NAME,
    .summary = "test backend with a text column",
    .license = "MIT",
    .origin = "ours",
    .decoder = TEXT_NAME,
    .levels = levels,
    .version = text_version,
    .load = text_load,
    .unload = free,
    .open = text_open,
    .next = text_next,
    .close = text_close,
    .reset = text_reset,
};

const pkt_backend *pkt_module(void)
{
    return &backend;
}
