/* Results with the texts in them made safe for an output. */
#ifndef PKT_ESCAPED_H
#define PKT_ESCAPED_H

#include <jansson.h>
#include <stdio.h>

#include "parsers/util/output_text.h"

/* A copy in which every text, and every name of a member, has this form. Names that the program
 * looks for are of letters, digits, dashes and underscores: no form changes them. A new reference;
 * NULL if `value` is NULL or memory runs out. */
json_t *json_escaped(const json_t *value, pkt_text_form *form);
/* Write JSON with jansson's `flags`, and a line end. In texts, control characters and those that
 * reorder text are \uNNNN, also those from U+007F on, which JSON allows as they are (RFC 8259,
 * section 7) and a terminal obeys. 0, or -1: `value` is NULL, or it cannot be written. */
int json_print(const json_t *value, FILE *out, size_t flags);

#endif
