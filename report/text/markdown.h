/* Texts of the results in Markdown: names and reasons are text, never markup. */
#ifndef PKT_MARKDOWN_H
#define PKT_MARKDOWN_H

#include <stdio.h>

/* Write the text so that it is shown as it is, also inside a table cell. */
void markdown_text(FILE *out, const char *text);
/* A list of the lines of `lines`. */
void markdown_list(FILE *out, const char *lines);

#endif
