/* What every page begins and ends with: a document that fetches nothing and runs one script. */
#ifndef PKT_DOCUMENT_H
#define PKT_DOCUMENT_H

#include <stdio.h>

#include "pktbench.h"

/* `title` of the window, `heading` on the page. */
void html_document_begin(FILE *out, const char *title, const char *heading);
void html_document_end(FILE *out);
/* Make the folder of a page, unless it is there. 0, or -1 and *err. */
int html_folder_make(const char *folder, pkt_err *err);

#endif
