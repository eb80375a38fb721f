#include "report/page/picture.h"

#include <math.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parsers/util/atomic_file.h"
#include "report/page/html.h"

/* Run gnuplot from one file into the other; its exit status. */
static int gnuplot_spawn(char *const arguments[], FILE *in, FILE *out)
{
    posix_spawn_file_actions_t files;
    pid_t child;
    int status = -1;
    if (posix_spawn_file_actions_init(&files) != 0)
        return -1;
    bool good = posix_spawn_file_actions_adddup2(&files, fileno(in), STDIN_FILENO) == 0 &&
                posix_spawn_file_actions_adddup2(&files, fileno(out), STDOUT_FILENO) == 0 &&
                posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", 1, 0) == 0 &&
                posix_spawnp(&child, "gnuplot", &files, NULL, arguments, environ) == 0;
    (void)posix_spawn_file_actions_destroy(&files);
    if (good && waitpid(child, &status, 0) == child && WIFEXITED(status))
        return WEXITSTATUS(status);
    return -1;
}

/* What gnuplot writes for the script; NULL if it cannot. The caller frees it. */
static char *gnuplot_run(const char *script, size_t *size)
{
    char name[] = "gnuplot", defaults[] = "-d"; /* -d: nobody's settings */
    char *const arguments[] = {name, defaults, NULL};
    FILE *in = tmpfile(), *out = tmpfile();
    char *text = NULL;
    bool good = in && out && fputs(script, in) >= 0 && fflush(in) == 0;
    if (good) {
        rewind(in);
        good = gnuplot_spawn(arguments, in, out) == 0;
    }
    long length = good && fseek(out, 0, SEEK_END) == 0 ? ftell(out) : 0;
    if (length > 0 && (text = malloc((size_t)length + 1))) {
        rewind(out);
        *size = fread(text, 1, (size_t)length, out);
        text[*size] = '\0';
    }
    if (in)
        (void)fclose(in);
    if (out)
        (void)fclose(out);
    return text;
}

bool pictures_possible(void)
{
    size_t size;
    char *drawn =
        gnuplot_run("set terminal svg\nset title \"test\"\nplot [0:1] x notitle\n", &size);
    bool possible = drawn && strstr(drawn, "</svg>");
    free(drawn);
    return possible;
}

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

static char *draw(const picture *picture, const char *terminal, const char *script, size_t *size)
{
    char *whole = NULL;
    size_t length;
    FILE *out = open_memstream(&whole, &length);
    if (!out)
        return NULL;
    fprintf(out, "set encoding utf8\nset terminal %s size %u,%u noenhanced ", terminal,
            picture->width, picture->height);
    fprintf(out, "font \"sans-serif,%d\" background \"#ffffff\"\n%s",
            strcmp(terminal, "pngcairo") == 0 ? 10 : 13, script);
    char *drawn = fclose(out) == 0 ? gnuplot_run(whole, size) : NULL;
    free(whole);
    return drawn;
}

static bool file_write(const part *p, const char *name, const char *suffix, const char *bytes,
                       size_t size)
{
    char path[4096 + PICTURE_NAME];
    pkt_atomic_file out;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)snprintf(path, sizeof path, "%s/%s.%s", p->folder, name, suffix);
    if (pkt_atomic_file_open(&out, path, &err) != 0)
        return false;
    if (fwrite(bytes, 1, size, out.file) == size)
        return pkt_atomic_file_commit(&out, &err) == 0;
    pkt_atomic_file_abandon(&out);
    return false;
}

/* The name of the drawing's own that stands here; it is in need of a prefix, since several drawings
 * stand in one page. NULL: none does. */
static const char *name_at(const char *svg)
{
    static const char *const names[] = {"gpDot", "gpPt", "gnuplot_", "textbox", "greybox"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strncmp(svg, names[i], strlen(names[i])) == 0)
            return names[i];
    return NULL;
}

/* "rgb(192,  74,   0)" as "#c04a00": what was read of it, 0 if it is no such colour. */
static size_t colour_write(FILE *out, const char *svg)
{
    unsigned long parts[3];
    const char *at = svg;
    if (strncmp(svg, "rgb(", strlen("rgb(")) != 0)
        return 0;
    at += strlen("rgb(");
    for (size_t i = 0; i < 3; i++) {
        char *end;
        parts[i] = strtoul(at, &end, 10);
        if (end == at || parts[i] > 255 || *end != (i < 2 ? ',' : ')'))
            return 0;
        at = end + 1;
    }
    fprintf(out, "#%02lx%02lx%02lx", parts[0], parts[1], parts[2]);
    return (size_t)(at - svg);
}

/* The drawing in one spelling of colours, which the style sheet knows, and with names of its own.
 */
static void svg_body(const part *p, const char *body)
{
    while (*body) {
        size_t length = 0;
        const char *name = name_at(body);
        if (name) {
            fprintf(p->out, "p%zu-%zu-%s", p->index, p->drawn, name);
            body += strlen(name);
        } else if ((length = colour_write(p->out, body)) > 0) {
            body += length;
        } else {
            fputc(*body++, p->out);
        }
    }
}

static void svg_inline(part *p, const picture *picture, const char *svg)
{
    const char *body = strstr(svg, "</desc>");
    body = body ? body + strlen("</desc>") : strchr(svg, '>') + 1;
    p->drawn++;
    html_put(p->out,
             "<div class=\"picture scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">",
             picture->alt);
    fprintf(p->out, "<svg viewBox=\"0 0 %u %u\" role=\"img\"", picture->width, picture->height);
    html_put(p->out, " aria-label=\"%s\">", picture->alt);
    svg_body(p, body);
    fputs("</div>\n", p->out);
}

bool picture_put(part *p, const picture *picture, const char *script)
{
    size_t size, png_size;
    char name[PICTURE_NAME];
    char *svg = p->pictures ? draw(picture, "svg", script, &size) : NULL;
    if (!svg || !strstr(svg, "</svg>")) {
        free(svg);
        return false;
    }
    part_name(p, picture->name, name);
    bool written = file_write(p, name, "svg", svg, size);
    char *png = picture->png ? draw(picture, "pngcairo", script, &png_size) : NULL;
    if (png)
        written = file_write(p, name, "png", png, png_size) && written;
    svg_inline(p, picture, svg);
    free(svg);
    free(png);
    return written;
}

void picture_text(FILE *script, const char *text)
{
    fputc('"', script);
    for (; *text; text++) /* what gnuplot would take for more than text is left out */
        fputc((unsigned char)*text < ' ' || strchr("\"\\`$@", *text) ? '_' : *text, script);
    fputc('"', script);
}

const char *picture_colour(size_t index)
{
    static const char *const colours[] = {"#0072b2", "#c04a00", "#007a5a", "#a3447f",
                                          "#8a6d00", "#1b7fa8", "#555555", "#7a4fb5"};
    return colours[index % (sizeof colours / sizeof colours[0])];
}

void picture_time_tics(FILE *script, const char *axis, double low, double high)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    if (!(low > 0) || !(high >= low) || !isfinite(high)) { /* no time was drawn */
        low = 1;
        high = 10;
    }
    int first = (int)floor(log10(low)), last = (int)ceil(log10(high));
    fprintf(script, "set %stics (", axis);
    for (int power = first; power <= last; power++) {
        int unit = power < 0 ? 0 : power / 3 > 3 ? 3 : power / 3;
        fprintf(script, "%s\"%.10g %s\" 1e%d", power > first ? ", " : "", pow(10, power - 3 * unit),
                units[unit], power);
    }
    fprintf(script, ")\nset %srange [0.97e%d:1.03e%d]\nset logscale %s\n", axis, first,
            last > first ? last : first + 1, axis); /* a tic on the very edge is not drawn */
}
