#include "report/page/page.h"

#include <string.h>

#include "report/formats/table.h"
#include "report/html/document.h"
#include "report/html/html.h"
#include "report/text/markdown.h"
#include "results/escaped.h"
#include "results/reader.h"

/* What was run over, in words. */
static void traffic_words(const json_t *results, char *text, size_t size)
{
    static const struct {
        const char *suite, *words;
    } suites[] = {
        {"quick", "Generated traffic (default suite)"},
        {"reference", "Generated traffic (reference suite)"},
        {"headline", "Generated traffic (headline suite)"},
        {"cic-iot", "Generated traffic, with the Python libraries of a published study"},
        {"scale", "Generated traffic in slices of growing size"},
        {"languages", "Generated traffic, with parsers in several languages"},
    };
    const char *suite = text_of(json_object_get(results, "plan"), "suite");
    const json_t *slices = json_object_get(results, "slices");
    if (has_captures(results)) {
        (void)snprintf(text, size,
                       json_array_size(slices) > 1 ? "Captures %.64s and %zu more"
                                                   : "Capture %.64s",
                       text_of(json_array_get(slices, 0), "name"), json_array_size(slices) - 1);
        return;
    }
    (void)snprintf(text, size, "Generated traffic (suite %.32s)", suite);
    for (size_t i = 0; i < sizeof suites / sizeof suites[0]; i++)
        if (strcmp(suite, suites[i].suite) == 0)
            (void)snprintf(text, size, "%s", suites[i].words);
}

/* The traffic, the machine and the day: they distinguish the parts. */
static void part_text(const part *p, char *text, size_t size)
{
    const json_t *context = json_object_get(p->results, "context");
    char traffic[128];
    traffic_words(p->results, traffic, sizeof traffic);
    (void)snprintf(text, size, "%s, %.64s, %.10s", traffic,
                   text_of(json_object_get(context, "cpu"), "model"), text_of(context, "date"));
}

/* Where the numbers come from. */
static void source_text(const part *p, char *text, size_t size)
{
    const json_t *tool = json_object_get(json_object_get(p->results, "context"), "tool");
    (void)snprintf(text, size, "Results of %.64s, measured by pktbench %.32s, revision %.40s.",
                   p->file->name, text_of(tool, "version"), text_of(tool, "revision"));
}

static void slice_links(const part *p)
{
    size_t i;
    json_t *slice;
    fputs("<ul>", p->out);
    json_array_foreach(json_object_get(p->results, "slices"), i, slice)
    {
        html_put(p->out, "<li><a href=\"#slice-%zu-%zu\">%s</a></li>", p->index, i,
                 text_of(slice, "name"));
    }
    fputs("</ul>", p->out);
}

/* Does any run of these results have the member? */
static bool has_member(const json_t *results, const char *key)
{
    size_t i;
    json_t *run;
    json_array_foreach(json_object_get(results, "runs"), i, run)
    {
        if (is_timed(run) && json_is_array(json_object_get(run, key)))
            return true;
    }
    return false;
}

static void contents(const part *p)
{
    const json_t *r = p->results;
    const struct {
        const char *id, *title;
        bool is_there;
    } links[] = {
        {"choice", "Which backend to use", true},
        {"overview", "All backends and levels", true},
        {"gives", "Capabilities of each level", true},
        {"study", "The published study",
         json_array_size(json_object_get(r, "study")) && !has_captures(r)},
        {"slices", "Results by slice", true},
        {"inputs", "Other files, rows of features, data frames", has_inputs(r)},
        {"live", "Rates without packet loss", has_live(r)},
        {"startup", "Start-up of processes", json_array_size(json_object_get(r, "process_runs"))},
        {"sizes", "Time per packet by frame length",
         json_array_size(json_object_get(r, "slices")) > 1},
        {"positions", "Time per packet by position", has_member(r, "position_ns_per_packet")},
        {"agreement", "Differences by column", true},
        {"conformance", "Malformed captures", json_object_size(json_object_get(r, "conformance"))},
        {"environment", "Environment", true},
        {"method", "Method", true},
    };
    html_put(p->out, "<nav aria-label=\"Contents of %s\"><ul>\n", p->file->name);
    for (size_t i = 0; i < sizeof links / sizeof links[0]; i++) {
        if (!links[i].is_there)
            continue;
        html_put(p->out, "<li><a href=\"#%s-%zu\">%s</a>", links[i].id, p->index, links[i].title);
        if (strcmp(links[i].id, "slices") == 0)
            slice_links(p);
        fputs("</li>\n", p->out);
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
    html_put(p->out, "<article data-part=\"%zu\">\n<h2 id=\"part-%zu\">%s</h2>\n", p->index,
             p->index, words);
    source_text(p, words, sizeof words);
    html_put(p->out, "<p class=\"note\">%s</p>\n", words);
    if (partial_text(p->results, partial))
        html_put(p->out, "<p class=\"warn\">Of a run that did not end: %s.</p>\n", partial);
    if (!results_timed(p->results))
        untimed(p);
    section_headline(p);
    section_choice(p);
    contents(p);
    section_overview(p);
    section_gives(p);
    section_study(p);
    section_slices(p);
    section_inputs(p);
    section_live(p);
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

/* The index of a page of several results. */
static void parts_links(const part *parts, size_t count, FILE *out)
{
    fputs("<nav aria-label=\"Parts\"><ol>\n", out);
    for (size_t i = 0; i < count; i++) {
        char words[256];
        part_text(&parts[i], words, sizeof words);
        html_put(out, "<li><a href=\"#part-%zu\">%s</a> (%s)</li>\n", parts[i].index, words,
                 parts[i].file->name);
    }
    fputs("</ol></nav>\n", out);
}

void page_write(part *parts, size_t count, FILE *out)
{
    html_document_begin(out, "pktbench: packet parsers compared",
                        "Packet parsers compared: time, memory and features");
    if (count > 1)
        parts_links(parts, count, out);
    if (!is_one_machine(parts, count))
        fputs("<p class=\"warn\">The results come from different machines: do not compare times of "
              "different parts.</p>\n",
              out);
    for (size_t i = 0; i < count; i++) {
        parts[i].out = out;
        part_write(&parts[i]);
    }
    html_document_end(out);
}

static void picture_markdown(const part *p, bool drawn, const char *name, const char *alt,
                             FILE *out)
{
    char file[PICTURE_NAME];
    part_name(p, name, file);
    if (drawn)
        fprintf(out, "![%s](%s.svg)\n\n", alt, file);
}

static void part_markdown(const part *p, FILE *out)
{
    char words[256], partial[PARTIAL_TEXT];
    part_text(p, words, sizeof words);
    fputs("## ", out);
    markdown_text(out, words);
    fputs("\n\n", out);
    source_text(p, words, sizeof words);
    markdown_text(out, words);
    fputs("\n\n", out);
    if (partial_text(p->results, partial))
        fprintf(out, "Of a run that did not end: %s.\n\n", partial);
    report_markdown_head(p->results, out);
    picture_markdown(p, p->headline_drawn, "headline",
                     "Time per packet of each backend and level, and its capabilities", out);
    choice_markdown(p, out);
    report_markdown_tables(p->results, out);
    fputc('\n', out);
    picture_markdown(p, p->sizes_drawn, "sizes",
                     "Time per packet of each backend by mean frame length of the slice", out);
}

void page_markdown(const part *parts, size_t count, FILE *out)
{
    fputs("# Packet parsers compared: time, memory and features\n\n", out);
    if (!is_one_machine(parts, count))
        fputs("The results come from different machines: do not compare times of different "
              "parts.\n\n",
              out);
    for (size_t i = 0; i < count; i++) {
        part p = parts[i];
        json_t *shown = json_escaped(p.results, pkt_text_terminal); /* no line ends in texts */
        p.results = shown;
        part_markdown(&p, out);
        json_decref(shown);
    }
}
