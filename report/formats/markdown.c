#include "report/formats/markdown.h"

#include <stdbool.h>
#include <string.h>

static void character(FILE *out, char c)
{
    if (c == '<')
        fputs("&lt;", out);
    else if (c == '>')
        fputs("&gt;", out); /* at the start of a line it begins a quotation */
    else if (c == '&')
        fputs("&amp;", out);
    else if ((unsigned char)c < ' ')
        fputc(' ', out); /* a line end would end the table */
    else
        fprintf(out, strchr("\\`*_[]|~#", c) ? "\\%c" : "%c", c);
}

void markdown_text(FILE *out, const char *text)
{
    for (; *text; text++)
        character(out, *text);
}

void markdown_list(FILE *out, const char *lines)
{
    for (bool is_start = true; *lines; lines++) {
        if (is_start)
            fputs("- ", out);
        is_start = *lines == '\n';
        if (is_start)
            fputc('\n', out);
        else
            character(out, *lines);
    }
}
