/* Results with the texts in them made safe for an output. */
#ifndef PKT_ESCAPED_H
#define PKT_ESCAPED_H

#include <jansson.h>

#include "parsers/util/output_text.h"

/* A copy in which every text, and every name of a member, has this form. Names that the program
 * looks for are of letters, digits, dashes and underscores: no form changes them. A new reference;
 * NULL if `value` is NULL or memory runs out. */
json_t *json_escaped(const json_t *value, pkt_text_form *form);

#endif
