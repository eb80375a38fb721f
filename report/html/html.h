/* Writing HTML: every text that is not ours goes through here and comes out escaped. */
#ifndef PKT_HTML_H
#define PKT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#if defined(__GNUC__)
#define HTML_FORMAT __attribute__((format(printf, 2, 3)))
#else
#define HTML_FORMAT
#endif

/* Room for the place of a number in the results, as a JSON pointer (RFC 6901). */
enum { PLACE_BYTES = 96 };

void html_text(FILE *out, const char *text);
/* Markup with texts put in: knows %s, whose text is escaped, %zu and %%. */
void html_put(FILE *out, const char *format, ...) HTML_FORMAT;
/* Bytes as base64 (RFC 4648). */
void html_base64(FILE *out, const void *bytes, size_t size);

typedef struct html_head {
    const char *text;
    bool is_number;
} html_head;

/* A table that sorts and filters, in a frame of its own that scrolls; ends with html_table_end().
 */
void html_table_begin(FILE *out, const char *caption, const html_head *heads, size_t count);
void html_table_end(FILE *out);

/* A cell with a number: `value` times `factor`, which stands at `place` of the results. `over`: the
 * place of what it was divided by, or NULL. */
void html_figure(FILE *out, double value, double factor, const char *place, const char *over);
/* A cell with `dividend` over the value at `place`, such as a rate from a time. */
void html_quotient(FILE *out, double dividend, double value, const char *place);
/* A small picture of shares by bins, in a cell. `alt`: the same in words. */
void html_histogram(FILE *out, const double *shares, size_t bins, const char *alt);
/* A cell with the interval of a summary at `place`, over `divisor` that stands at `over`. An empty
 * cell without one. */
void html_interval(FILE *out, const json_t *summary, double factor, double divisor,
                   const char *place, const char *over);
/* The summary's median as a figure, and its interval, over the divisor: two cells. */
void html_summary(FILE *out, const json_t *summary, double factor, double divisor,
                  const char *place, const char *over);
void html_cell(FILE *out, const char *text);
void html_empty(FILE *out);

#endif
