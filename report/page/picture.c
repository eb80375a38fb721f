#include "report/page/picture.h"

#include <string.h>

#include "parsers/util/atomic_file.h"
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

static drawing drawing_of(const picture *picture)
{
    return (drawing){picture->draw, picture->chart, picture->alt};
}

static bool file_write(const part *p, const picture *picture)
{
    char name[PICTURE_NAME], path[4096 + PICTURE_NAME];
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    part_name(p, picture->name, name);
    (void)snprintf(path, sizeof path, "%s/%s.svg", p->folder, name);
    if (pkt_atomic_file_open(&out, path, &err) == 0) {
        const drawing d = drawing_of(picture);
        canvas_svg(out.file, &d, false, true);
        if (pkt_atomic_file_commit(&out, &err) == 0)
            return true;
    }
    pkt_notice(p->notices, PKT_NOTICE_WARNING, "%s: %s", path, err.msg);
    return false;
}

bool picture_put(part *p, const picture *picture)
{
    const drawing d = drawing_of(picture);
    fputs("<figure class=\"picture\">\n", p->out);
    canvas_svg(p->out, &d, false, false);
    canvas_svg(p->out, &d, true, false);
    html_put(p->out, "<figcaption>%s</figcaption></figure>\n", picture->words);
    return file_write(p, picture);
}
