/* The report: a page and a Markdown file of results that stay apart. */
#ifndef PKT_PAGE_H
#define PKT_PAGE_H

#include "report/page/part.h"

/* The whole page. Pictures are written to the parts' folder on the way. */
void page_write(part *parts, size_t count, FILE *out);
/* The same in Markdown, after the page: it shows the pictures that were drawn. */
void page_markdown(const part *parts, size_t count, FILE *out);

#endif
