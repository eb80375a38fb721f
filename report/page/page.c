#include "report/page/page.h"

#include <string.h>

#include "report/findings/headline.h"
#include "report/formats/markdown.h"
#include "report/formats/table.h"
#include "report/page/assets.h"
#include "report/page/html.h"
#include "results/reader.h"

static void hash_write(FILE *out, const report_asset *asset)
{
    fputs("'sha256-", out);
    html_base64(out, asset->sha256, sizeof asset->sha256);
    fputc('\'', out);
}

/* Nothing is fetched, nothing runs but the script whose hash is here. */
static void head_write(FILE *out)
{
    fputs(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; "
        "style-src ",
        out);
    hash_write(out, &asset_page_css);
    fputs("; script-src ", out);
    hash_write(out, &asset_page_js);
    fputs("; base-uri 'none'; form-action 'none'\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
          "<meta name=\"color-scheme\" content=\"light dark\">\n"
          "<link rel=\"icon\" href=\"data:,\">\n"
          "<title>pktbench: packet parsers compared</title>\n<style>",
          out);
    fputs(asset_page_css.text, out);
    fputs("</style>\n</head>\n<body>\n<main>\n"
          "<h1>Packet parsers compared: time, memory and features</h1>\n",
          out);
}

/* The machine and the day: they distinguish the parts. */
static void part_text(const part *p, char *text, size_t size)
{
    const json_t *context = json_object_get(p->results, "context");
    (void)snprintf(text, size, "%.64s: %.64s, %.10s, suite %.32s", p->file->name,
                   text_of(json_object_get(context, "cpu"), "model"), text_of(context, "date"),
                   text_of(json_object_get(p->results, "plan"), "suite"));
}

static void navigation(const part *p)
{
    static const struct {
        const char *id, *title, *needs;
    } links[] = {
        {"gives", "Features", NULL},          {"study", "Published study", "study"},
        {"slices", "Results by slice", NULL}, {"startup", "Start-up", "process_runs"},
        {"agreement", "Agreement", NULL},     {"conformance", "Malformed captures", "conformance"},
        {"environment", "Environment", NULL}, {"method", "Method", NULL},
    };
    html_put(p->out, "<nav aria-label=\"Sections of %s\"><ul>\n", p->file->name);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        const json_t *needed = links[i].needs ? json_object_get(p->results, links[i].needs) : NULL;
        if (!links[i].needs || json_array_size(needed) || json_object_size(needed))
            html_put(p->out, "<li><a href=\"#%s-%zu\">%s</a></li>\n", links[i].id, p->index,
                     links[i].title);
    }
    fputs("</ul></nav>\n", p->out);
}

static void download(const part *p)
{
    html_put(p->out, "<p><a class=\"json\" download=\"%s\" href=\"data:application/json;base64,",
             p->file->name);
    html_base64(p->out, p->file->bytes, p->file->size);
    html_put(p->out,
             "\">Download %s</a>: all numbers of this part, with their "
             "samples.</p>\n",
             p->file->name);
}

/* No run of these results has a time. */
static void untimed(const part *p)
{
    html_put(p->out, "<p class=\"warn\">No run of these results has a time: %s.</p>\n",
             *results_first_reason(p->results) ? results_first_reason(p->results)
                                               : "the statuses below say why");
}

static void part_write(part *p)
{
    char words[256], partial[PARTIAL_TEXT];
    part_text(p, words, sizeof words);
    html_put(p->out, "<article data-part=\"%zu\">\n<h2>%s</h2>\n", p->index, words);
    if (partial_text(p->results, partial))
        html_put(p->out, "<p class=\"warn\">Of a run that did not end: %s.</p>\n", partial);
    if (!results_timed(p->results))
        untimed(p);
    section_headline(p);
    navigation(p);
    section_gives(p);
    section_study(p);
    section_slices(p);
    section_start_up(p);
    section_sizes(p);
    section_positions(p);
    section_agreement(p);
    section_conformance(p);
    section_method(p);
    download(p);
    fputs("</article>\n", p->out);
}

static bool is_one_machine(const part *parts, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (!results_same_machine(parts[0].results, parts[i].results))
            return false;
    return true;
}

void page_write(part *parts, size_t count, FILE *out)
{
    head_write(out);
    if (!parts[0].pictures)
        fputs("<p class=\"note\">This page has no pictures, because gnuplot was not installed. "
              "Install gnuplot-nox and create the page again.</p>\n",
              out);
    if (!is_one_machine(parts, count))
        fputs("<p class=\"warn\">The results come from different machines: do not compare times of "
              "different parts.</p>\n",
              out);
    for (size_t i = 0; i < count; i++) {
        parts[i].out = out;
        part_write(&parts[i]);
    }
    fputs("</main>\n<script>", out);
    fputs(asset_page_js.text, out);
    fputs("</script>\n</body>\n</html>\n", out);
}

static void picture_markdown(const part *p, bool drawn, const char *name, const char *alt,
                             FILE *out)
{
    char file[PICTURE_NAME];
    part_name(p, name, file);
    if (drawn)
        fprintf(out, "![%s](%s.svg)\n\n", alt, file);
}

void page_markdown(const part *parts, size_t count, FILE *out)
{
    fputs("# Packet parsers compared: time, memory and features\n\n", out);
    if (!is_one_machine(parts, count))
        fputs("The results come from different machines: do not compare times of different "
              "parts.\n\n",
              out);
    for (size_t i = 0; i < count; i++) {
        const part *p = &parts[i];
        char words[256], partial[PARTIAL_TEXT];
        part_text(p, words, sizeof words);
        fputs("## ", out);
        markdown_text(out, words);
        fputs("\n\n", out);
        if (partial_text(p->results, partial))
            fprintf(out, "Of a run that did not end: %s.\n\n", partial);
        fputs("**", out);
        report_headline(p->results, out);
        fputs("**\n\n", out);
        picture_markdown(p, p->headline_drawn, "headline",
                         "Time per packet of each backend and level, and its features", out);
        report_markdown(p->results, out);
        fputc('\n', out);
        picture_markdown(p, p->sizes_drawn, "sizes",
                         "Time per packet of each backend by mean frame length of the slice", out);
    }
}
