#include "report/text/markdown.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/util/output_text.h"

void markdown_text(FILE *out, const char *text)
{
    char *form = malloc(PKT_FORM_BYTES(strlen(text)));
    if (form) {
        (void)pkt_text_markdown(form, text);
        fputs(form, out);
    }
    free(form);
}

void markdown_list(FILE *out, const char *lines)
{
    char *copy = strdup(lines), *rest = copy;
    for (char *line; rest && *rest && (line = strsep(&rest, "\n")) != NULL;) {
        fputs("- ", out);
        markdown_text(out, line);
        fputs(rest ? "\n" : "", out);
    }
    free(copy);
}
