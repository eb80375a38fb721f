/* Texts that are not the program's own (names of files and backends, reasons, words of libraries)
 * on their way into an output: one form for each output, in which they are neither markup nor
 * control codes. The form for HTML is in report/html/html.h, that for XML in
 * report/formats/exports.c. */
#ifndef PKT_OUTPUT_TEXT_H
#define PKT_OUTPUT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Write the form of `text`, with a final 0, to `out`, which has room for PKT_FORM_BYTES of its
 * length. Returns the final 0. */
typedef char *pkt_text_form(char *out, const char *text);

/* Bytes of any form of a text of `length` bytes, at most. */
#define PKT_FORM_BYTES(length) (5 * (length) + 4)

/* For a terminal: bytes that are not UTF-8, control characters and those that reorder text are
 * `\xNN`. */
pkt_text_form pkt_text_terminal;
/* The same in at most `size` bytes (at least 1) with the final 0: what does not fit is left out,
 * whole characters at a time. Returns `out`. */
char *pkt_text_fit(char *out, size_t size, const char *text);
/* For Markdown (GitHub's): the same, and what would be markup has a backslash or is an entity. */
pkt_text_form pkt_text_markdown;
/* A cell of CSV: in quotes if it must be (RFC 4180). Tabs and line ends stay, other control
 * characters are `\xNN`. */
pkt_text_form pkt_text_csv;
/* The same; a cell that a spreadsheet would take for a formula gets an apostrophe before it. */
pkt_text_form pkt_text_csv_no_formula;
/* Would a spreadsheet take a cell that begins with this character for a formula? */
bool pkt_begins_formula(char first);

#endif
