#include "report/formats/conformance.h"

#include <string.h>

#include "report/text/markdown.h"
#include "results/reader.h"

static const struct count_column {
    const char *key, *head;
} counts[] = {
    {"survived", "survived"},       {"rows_lost", "rows lost"}, {"rows_invented", "extra rows"},
    {"cells_wrong", "cells wrong"}, {"crashes", "crashes"},     {"hangs", "hangs"},
};

enum { COUNTS = sizeof counts / sizeof counts[0] };

static double rows_of(const json_t *conformance)
{
    size_t i;
    json_t *c;
    double rows = 0;
    json_array_foreach(json_object_get(conformance, "cases"), i, c) rows += number_of(c, "rows");
    return rows;
}

static void head_print(const json_t *conformance, bool markdown, FILE *out)
{
    fprintf(out,
            markdown ? "**%s: %zu captures, %.0f packets**\n\n"
                     : "%s: %zu captures, %.0f packets\n",
            text_of(conformance, "suite"), json_array_size(json_object_get(conformance, "cases")),
            rows_of(conformance));
    fprintf(out, markdown ? "| %s " : "%-14s", "backend");
    for (size_t i = 0; i < COUNTS; i++)
        fprintf(out, markdown ? "| %s " : "  %11s", counts[i].head);
    fprintf(out, markdown ? "| %s |\n|:--" : "  %14s\n", "cells compared");
    for (size_t i = 0; markdown && i <= COUNTS; i++)
        fputs("|--:", out);
    fputs(markdown ? "|\n" : "", out);
}

static void backend_print(const json_t *backend, bool markdown, FILE *out)
{
    if (markdown) {
        fputs("| ", out);
        markdown_text(out, text_of(backend, "backend"));
        fputc(' ', out);
    } else {
        fprintf(out, "%-14s", text_of(backend, "backend"));
    }
    for (size_t i = 0; i < COUNTS; i++)
        fprintf(out, markdown ? "| %.0f " : "  %11.0f", number_of(backend, counts[i].key));
    fprintf(out, markdown ? "| %.0f |\n" : "  %14.0f\n", number_of(backend, "cells_compared"));
}

static const char *shown(const json_t *value)
{
    const char *text = json_string_value(value);
    return !text ? "hidden" : *text ? text : "nothing";
}

static void wrong_print(const json_t *conformance, const json_t *wrong, FILE *out)
{
    const json_t *c = named(json_object_get(conformance, "cases"), text_of(wrong, "case"));
    const json_t *first = json_object_get(wrong, "first");
    fprintf(out, "    %s: %s", text_of(wrong, "case"), text_of(wrong, "status"));
    if (number_of(wrong, "rows_lost") > 0)
        fprintf(out, ", %.0f rows lost", number_of(wrong, "rows_lost"));
    if (number_of(wrong, "rows_invented") > 0)
        fprintf(out, ", %.0f extra rows", number_of(wrong, "rows_invented"));
    if (json_is_object(first))
        fprintf(out, ", %.0f cells wrong, first %s of packet %.0f: %s, not %s",
                number_of(wrong, "cells_wrong"), text_of(first, "column"),
                number_of(first, "packet"), shown(json_object_get(first, "value")),
                shown(json_object_get(first, "expected")));
    if (*text_of(wrong, "reason"))
        fprintf(out, " (%s)", text_of(wrong, "reason"));
    fprintf(out, "\n      %s; %s\n", text_of(c, "wrong"), text_of(c, "spec"));
}

void report_conformance(const json_t *conformance, bool markdown, bool details, FILE *out)
{
    size_t i, j;
    json_t *backend, *wrong;
    if (!json_is_object(conformance))
        return;
    head_print(conformance, markdown, out);
    json_array_foreach(json_object_get(conformance, "backends"), i, backend)
    {
        backend_print(backend, markdown, out);
        json_array_foreach(json_object_get(backend, "wrong"), j, wrong)
        {
            if (details)
                wrong_print(conformance, wrong, out);
        }
    }
    fputc('\n', out);
}
