#include "report/page/picture.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/util/atomic_file.h"
#include "report/html/assets.h"
#include "report/html/canvas.h"
#include "report/html/html.h"

void part_name(const part *p, const char *name, char text[PICTURE_NAME])
{
    if (p->index == 0)
        (void)snprintf(text, PICTURE_NAME, "%s", name);
    else
        (void)snprintf(text, PICTURE_NAME, "%zu-%s", p->index + 1, name);
    for (char *c = text; *c; c++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", *c))
            *c = '_';
}

/* The drawing as an element of the page, or, `alone`, as a file with its own style. */
static void svg_write(const picture *picture, bool narrow, bool alone, FILE *out)
{
    char *shapes = NULL;
    size_t size;
    const int width = narrow ? CANVAS_NARROW : CANVAS_WIDE;
    FILE *body = open_memstream(&shapes, &size);
    if (!body)
        return;
    double height = picture->draw(picture->chart, narrow, body);
    if (fclose(body) == 0) {
        fprintf(out, "<svg class=\"chart %s\" viewBox=\"0 0 %d %.0f\" role=\"img\"",
                narrow ? "narrow" : "wide", width, height);
        if (alone)
            fprintf(out, " xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\"",
                    width, height);
        html_put(out, " aria-label=\"%s\">\n", picture->alt);
        if (alone)
            fprintf(out,
                    "<style>%s</style>\n<rect class=\"paper\" width=\"%d\" height=\"%.0f\"/>\n",
                    asset_chart_css.text, width, height);
        fputs(shapes, out);
        fputs("</svg>\n", out);
    }
    free(shapes);
}

static bool file_write(const part *p, const picture *picture)
{
    char name[PICTURE_NAME], path[4096 + PICTURE_NAME];
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    part_name(p, picture->name, name);
    (void)snprintf(path, sizeof path, "%s/%s.svg", p->folder, name);
    if (pkt_atomic_file_open(&out, path, &err) == 0) {
        svg_write(picture, false, true, out.file);
        if (pkt_atomic_file_commit(&out, &err) == 0)
            return true;
    }
    pkt_notice(p->notices, PKT_NOTICE_WARNING, "%s: %s", path, err.msg);
    return false;
}

bool picture_put(part *p, const picture *picture)
{
    fputs("<figure class=\"picture\">\n", p->out);
    svg_write(picture, false, false, p->out);
    svg_write(picture, true, false, p->out);
    html_put(p->out, "<figcaption>%s</figcaption></figure>\n", picture->words);
    return file_write(p, picture);
}
