/* Standard questions, answered by `choose`. */
#include <stdlib.h>
#include <string.h>

#include "report/choose/choose.h"
#include "report/choose/traffic_mix.h"
#include "report/html/html.h"
#include "report/page/part.h"
#include "report/text/markdown.h"
#include "results/reader.h"

static const struct {
    const char *words, *need;
    bool permissive;
} questions[] = {
    {"Header fields, under any licence", "headers", false},
    {"Header fields and stream numbers, under a permissive licence", "flows", true},
    {"Application layers, such as DNS and TLS", "application-layers", false},
};
enum { QUESTIONS = sizeof questions / sizeof questions[0] };

static extracts no_extract(const char *backend)
{
    (void)backend;
    return EXTRACTS_NOT; /* the command of `extract` is not shown here */
}

/* What choose() answers; NULL if it cannot be asked. The caller drops it. */
static json_t *answer_of(const json_t *results, size_t question)
{
    choose_request *w = calloc(1, sizeof *w);
    pkt_err err = {.pos = PKT_POS_NONE};
    json_t *answer = NULL;
    if (w && requirements_read(results, questions[question].need, &w->needs, &err) == 0) {
        w->traffic_text = "traffic: equal shares of packets of all slices";
        w->traffic_assumed = true;
        w->permissive = questions[question].permissive;
        traffic_mix_even(results, w);
        answer = choose(results, w, no_extract);
    }
    free(w);
    return answer;
}

/* Those that are as good as the first: "; a tie with libpcap". */
static void ties_text(const json_t *fits, FILE *out)
{
    size_t i, said = 0;
    json_t *fit;
    json_array_foreach(fits, i, fit)
    {
        if (i > 0 && json_is_true(json_object_get(fit, "tied")))
            fprintf(out, "%s%s", said++ ? ", " : "; a tie with ", text_of(fit, "backend"));
    }
}

static void answer_text(const json_t *answer, FILE *out)
{
    const json_t *fits = json_object_get(answer, "fits"), *first = json_array_get(fits, 0);
    char ns[32];
    if (!first) {
        fputs("no backend of these results meets it", out);
        return;
    }
    if (*text_of(answer, "withheld")) {
        fprintf(out, "no answer: %s", text_of(answer, "withheld"));
        return;
    }
    if (!*text_of(answer, "winner"))
        fputs("nothing that was tested here; stated by its authors: ", out);
    number_text(number_of(first, "ns_per_packet"), ns, sizeof ns);
    fprintf(out, "%s at level %s, %s ns/packet as the mean of the slices%s, licence %s",
            text_of(first, "backend"), text_of(first, "level"), ns,
            json_is_array(json_object_get(first, "ns_per_packet_ci95")) ? "" : " (no interval)",
            text_of(first, "license"));
    ties_text(fits, out);
    if (*text_of(answer, "winner") && *text_of(answer, "main_assumption"))
        fprintf(out, ". It assumes %s", text_of(answer, "main_assumption"));
}

/* The answer as plain text; the caller frees it. */
static char *answer_words(const json_t *results, size_t question)
{
    char *text = NULL;
    size_t size;
    json_t *answer = answer_of(results, question);
    FILE *words = answer ? open_memstream(&text, &size) : NULL;
    if (words) {
        answer_text(answer, words);
        (void)fclose(words);
    }
    json_decref(answer);
    return text;
}

void section_choice(part *p)
{
    html_put(p->out, "<h3 id=\"choice-%zu\">Which backend to use</h3>\n", p->index);
    fputs("<ul class=\"choices\">\n", p->out);
    for (size_t q = 0; q < QUESTIONS; q++) {
        char *words = answer_words(p->results, q);
        if (words)
            html_put(p->out,
                     "<li><strong>%s:</strong> %s. <code>pktbench choose %s --need %s%s</code></li>"
                     "\n",
                     questions[q].words, words, p->file->name, questions[q].need,
                     questions[q].permissive ? " --license permissive" : "");
        free(words);
    }
    fputs("</ul>\n", p->out);
}

void choice_markdown(const part *p, FILE *out)
{
    fputs("**Which backend to use**\n\n", out);
    for (size_t q = 0; q < QUESTIONS; q++) {
        char *words = answer_words(p->results, q);
        if (words) {
            fprintf(out, "- %s: ", questions[q].words);
            markdown_text(out, words);
            fputs(".\n", out);
        }
        free(words);
    }
    fputc('\n', out);
}
