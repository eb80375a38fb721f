/* A history as a table. */
#include "report/board/history.h"

#include "report/formats/csv.h"
#include "report/text/markdown.h"

/* A cell, and what is before the next one. */
static void text_put(FILE *out, bool csv, const char *text)
{
    if (csv) {
        csv_text(out, text);
        fputc(',', out);
    } else {
        fputc(' ', out);
        markdown_text(out, text);
        fputs(" |", out);
    }
}

static void point_put(FILE *out, bool csv, const history_point *p)
{
    double low, high;
    const char *const texts[] = {p->slice, csv ? p->level : p->work, p->backend, p->date,
                                 p->revision};
    const bool known = history_interval(p, &low, &high);
    if (!csv)
        fputc('|', out);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        text_put(out, csv, texts[i]);
    if (csv) {
        fprintf(out, "%.9g,%.9g,", p->change, p->total);
        if (known)
            fprintf(out, "%.9g,%.9g,", low, high);
        else
            fputs(",,", out);
        fprintf(out, "%zu,", p->step);
        text_put(out, csv, p->sink);
        fprintf(out, "%u\n", p->threads);
        return;
    }
    fprintf(out, " %+.1f %% | %.3f |", (p->change - 1) * 100, p->total);
    if (known)
        fprintf(out, " [%.3f, %.3f] |", low, high);
    else
        fputs("  |", out);
    fprintf(out, " %zu |\n", p->step);
}

void history_put(FILE *out, bool csv, const history *h)
{
    fputs(csv ? "slice,level,backend,date,revision,change,total,low,high,changes,sink,threads\n"
              : "| slice | level | backend | measured | revision | change | since the first | 95 % "
                "| changes |\n|:--|:--|:--|:--|:--|--:|--:|:--|--:|\n",
          out);
    for (size_t i = 0; i < h->count; i++)
        point_put(out, csv, &h->list[i]);
}
