#include "parsers/mix/truth_file.h"

#include <stdlib.h>

#include "parsers/rows/digits.h"
#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

enum { FLUSH_BYTES = 512 << 10 };

/* What the packets of an origin share. */
typedef struct origin_texts {
    char *file, *label;   /* owned */
    char *before, *after; /* of a line of CSV: ",FILE," and ",LABEL\n"; owned */
    size_t before_size, after_size;
} origin_texts;

struct pkt_truth_file {
    const pkt_encoder *encoder; /* NULL: CSV */
    FILE *file;
    const char *path;
    origin_texts *origins; /* owned */
    size_t origin_count;
    uint64_t packets;
    pkt_buffer out, notes;
    uint64_t written; /* bytes */
    /* With an encoder: rows of a block, of which the arrays are owned. */
    void *format;
    pkt_fields fields;
    size_t rows;
    uint64_t *packet, *origin_packet;
    const char **file_of, **label_of;
};

char *pkt_truth_text(const char *text)
{
    char *form = malloc(PKT_FORM_BYTES(strlen(text)));
    if (!form)
        return NULL;
    (void)pkt_text_csv(form, text);
    if (*form != '"')
        return form;
    char *out = form;
    for (const char *at = form + 1; at[1]; at++) {
        *out++ = *at;
        at += *at == '"';
    }
    *out = '\0';
    return form;
}

static int texts_make(origin_texts *t, const pkt_mix_origin *o, pkt_err *err)
{
    t->file = pkt_truth_text(o->path);
    t->label = pkt_truth_text(o->label);
    t->before = malloc(PKT_FORM_BYTES(strlen(o->path)) + 2);
    t->after = malloc(PKT_FORM_BYTES(strlen(o->label)) + 2);
    if (!t->file || !t->label || !t->before || !t->after)
        return pkt_fail_memory(err, "the truth");
    *t->before = *t->after = ',';
    char *end = pkt_text_csv(t->before + 1, o->path);
    *end++ = ',';
    t->before_size = (size_t)(end - t->before);
    end = pkt_text_csv(t->after + 1, o->label);
    *end++ = '\n';
    t->after_size = (size_t)(end - t->after);
    return 0;
}

static int flush(pkt_truth_file *t, pkt_err *err)
{
    const size_t size = t->out.size;
    t->out.size = 0;
    t->written += size;
    if (!size || fwrite(t->out.at, 1, size, t->file) == size)
        return 0;
    return pkt_fail(err, PKT_ERR_WRITE, PKT_POS_NONE, "cannot write: %s", strerror(errno));
}

/* "NUMBER,FILE,NUMBER IN IT,LABEL" */
static int line_add(pkt_truth_file *t, const origin_texts *o, uint64_t number, pkt_err *err)
{
    enum { NUMBERS = 2 * 20 };
    if (pkt_buffer_reserve(&t->out, o->before_size + o->after_size + NUMBERS, err) != 0)
        return -1;
    char *start = (char *)t->out.at + t->out.size, *at = put_u64(start, t->packets);
    memcpy(at, o->before, o->before_size);
    at = put_u64(at + o->before_size, number);
    memcpy(at, o->after, o->after_size);
    t->out.size += (size_t)(at + o->after_size - start);
    return t->out.size < FLUSH_BYTES ? 0 : flush(t, err);
}

static int block_write(pkt_truth_file *t, pkt_err *err)
{
    pkt_rows rows = {
        .count = t->rows, .numbers = t->packet, .files = t->file_of, .labels = t->label_of};
    rows.cells[PKT_COL_ts_ns] = t->origin_packet;
    t->rows = t->notes.size = 0;
    if (!rows.count)
        return 0;
    if (t->encoder->rows(t->format, &rows, &t->out, &t->notes, err) != 0 ||
        t->encoder->placed(t->format, &t->notes, t->written, err) != 0)
        return -1;
    return flush(t, err);
}

static int row_add(pkt_truth_file *t, const origin_texts *o, uint64_t number, pkt_err *err)
{
    const size_t row = t->rows++;
    t->packet[row] = t->packets;
    t->origin_packet[row] = number;
    t->file_of[row] = o->file;
    t->label_of[row] = o->label;
    return t->rows < t->encoder->block_rows ? 0 : block_write(t, err);
}

int pkt_truth_file_add(pkt_truth_file *t, size_t origin, uint64_t number, pkt_err *err)
{
    const origin_texts *o = &t->origins[origin];
    t->packets++;
    return (t->encoder ? row_add : line_add)(t, o, number, err) == 0 ? 0
                                                                     : pkt_err_about(err, t->path);
}

static int end(pkt_truth_file *t, pkt_err *err)
{
    if (!t->encoder)
        return flush(t, err);
    if (block_write(t, err) != 0 || t->encoder->end(t->format, t->written, &t->out, err) != 0)
        return -1;
    return flush(t, err);
}

int pkt_truth_file_end(pkt_truth_file *t, pkt_err *err)
{
    return end(t, err) == 0 ? 0 : pkt_err_about(err, t->path);
}

static void field_add(pkt_fields *fields, pkt_field_kind kind, const char *name)
{
    /* The number in the capture stands in the place of a time: both are of 64 bits. */
    fields->at[fields->count++] = (pkt_field){kind, PKT_COL_ts_ns, 0, name, strlen(name)};
}

static int block_open(pkt_truth_file *t, pkt_err *err)
{
    const size_t most = t->encoder->block_rows;
    field_add(&t->fields, PKT_FIELD_PACKET, "packet");
    field_add(&t->fields, PKT_FIELD_FILE, "origin");
    field_add(&t->fields, PKT_FIELD_CELL, "origin_packet");
    field_add(&t->fields, PKT_FIELD_LABEL, "label");
    t->packet = calloc(most, sizeof *t->packet);
    t->origin_packet = calloc(most, sizeof *t->origin_packet);
    t->file_of = calloc(most, sizeof *t->file_of);
    t->label_of = calloc(most, sizeof *t->label_of);
    if (!t->packet || !t->origin_packet || !t->file_of || !t->label_of)
        return pkt_fail_memory(err, "the truth");
    t->format = t->encoder->open(&t->fields, &t->out, err);
    return t->format ? flush(t, err) : -1;
}

static int begin(pkt_truth_file *t, const pkt_mix_origins *origins, pkt_err *err)
{
    static const char head[] = "packet,origin,origin_packet,label\n";
    t->origins = calloc(origins->count + 1, sizeof *t->origins);
    if (!t->origins)
        return pkt_fail_memory(err, "the truth");
    for (; t->origin_count < origins->count; t->origin_count++)
        if (texts_make(&t->origins[t->origin_count], &origins->at[t->origin_count], err) != 0) {
            t->origin_count++;
            return -1;
        }
    return t->encoder ? block_open(t, err) : pkt_buffer_add(&t->out, head, strlen(head), err);
}

pkt_truth_file *pkt_truth_file_open(const pkt_encoder *encoder, const pkt_mix_origins *origins,
                                    FILE *file, const char *path, pkt_err *err)
{
    pkt_truth_file *t = calloc(1, sizeof *t);
    if (!t) {
        (void)pkt_fail_memory(err, "the truth");
        return NULL;
    }
    t->encoder = encoder;
    t->file = file;
    t->path = path;
    if (begin(t, origins, err) == 0)
        return t;
    (void)pkt_err_about(err, path);
    pkt_truth_file_close(t);
    return NULL;
}

void pkt_truth_file_close(pkt_truth_file *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->origin_count; i++) {
        free(t->origins[i].file);
        free(t->origins[i].label);
        free(t->origins[i].before);
        free(t->origins[i].after);
    }
    if (t->format)
        t->encoder->close(t->format);
    free(t->origins);
    free(t->packet);
    free(t->origin_packet);
    free(t->file_of);
    free(t->label_of);
    pkt_buffer_free(&t->out);
    pkt_buffer_free(&t->notes);
    free(t);
}
