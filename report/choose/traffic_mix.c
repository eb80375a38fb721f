#include "report/choose/traffic_mix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/util/error.h"
#include "results/reader.h"

void traffic_mix_even(const json_t *results, choose_request *w)
{
    size_t i;
    json_t *slice;
    w->share_count = 0;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        if (w->share_count < SHARES_MAX)
            w->shares[w->share_count++] = (traffic_share){.slice = slice};
    }
    for (i = 0; i < w->share_count; i++)
        w->shares[i].part = 1 / (double)w->share_count;
}

/* Why "NAME=SHARE" cannot be taken. */
static int share_fail(const json_t *results, const char *text, size_t length, pkt_err *err)
{
    char word[128];
    pkt_names known = {.size = 0};
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        pkt_names_add(&known, text_of(slice, "name"));
    }
    (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
    char *equals = strrchr(word, '=');
    if (equals && equals != word && length < sizeof word) {
        *equals = '\0';
        if (!named(json_object_get(results, "slices"), word))
            return pkt_fail_unknown(err, "slice", word, &known);
    }
    return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                    "'%.*s': must be SLICE=SHARE, such as NAME=0.7, with a share above 0; known "
                    "slices: %s",
                    (int)(length < 30 ? length : 30), text, known.text);
}

/* Read "NAME=SHARE" or "NAME=PERCENT%". false: it is neither. */
static bool traffic_share_read(const json_t *results, const char *text, size_t length,
                               traffic_share *out)
{
    char word[128], *end;
    (void)snprintf(word, sizeof word, "%.*s", (int)length, text);
    char *equals = strrchr(word, '=');
    if (!equals || equals == word || length >= sizeof word)
        return false;
    *equals = '\0';
    out->slice = named(json_object_get(results, "slices"), word);
    out->part = strtod(equals + 1, &end);
    if (end != equals + 1 && *end == '%') {
        out->part /= 100;
        end++;
    }
    return out->slice && end != equals + 1 && !*end && out->part > 0 && isfinite(out->part);
}

static bool slice_repeated(const choose_request *w)
{
    const size_t last = w->share_count - 1;
    for (size_t i = 0; i < last; i++)
        if (w->shares[i].slice == w->shares[last].slice)
            return true;
    return false;
}

/* Rounded shares such as 33 %, 33 %, 33 % are scaled to 1; another sum is an error. */
static int shares_check(choose_request *w, pkt_err *err)
{
    double sum = 0;
    for (size_t i = 0; i < w->share_count; i++)
        sum += w->shares[i].part;
    if (fabs(sum - 1) > 0.011)
        return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE,
                        "the shares add up to %g: they must add up to 1 (or to 100%%)", sum);
    for (size_t i = 0; i < w->share_count; i++)
        w->shares[i].part /= sum;
    return 0;
}

int traffic_mix_read(const json_t *results, const char *text, choose_request *w, pkt_err *err)
{
    w->share_count = 0;
    while (*text) {
        size_t length = strcspn(text, ",");
        if (w->share_count == SHARES_MAX ||
            !traffic_share_read(results, text, length, &w->shares[w->share_count]))
            return share_fail(results, text, length, err);
        w->share_count++;
        if (slice_repeated(w))
            return pkt_fail(err, PKT_ERR_USAGE, PKT_POS_NONE, "the slice %.60s is named twice",
                            text_of(w->shares[w->share_count - 1].slice, "name"));
        text += length + (text[length] == ',');
    }
    return w->share_count > 0 ? shares_check(w, err) : share_fail(results, "", 0, err);
}

void traffic_mix_by_frame(const json_t *results, double mean_frame, choose_request *w)
{
    const json_t *below = NULL, *above = NULL;
    size_t i;
    json_t *slice;
    json_array_foreach(json_object_get(results, "slices"), i, slice)
    {
        double mean = number_of(slice, "mean_frame");
        if (mean <= mean_frame && (!below || mean > number_of(below, "mean_frame")))
            below = slice;
        if (mean >= mean_frame && (!above || mean < number_of(above, "mean_frame")))
            above = slice;
    }
    w->share_count = 0;
    if (!below || !above || below == above) {
        w->shares[w->share_count++] = (traffic_share){.slice = below ? below : above, .part = 1};
        return;
    }
    double low = number_of(below, "mean_frame"), high = number_of(above, "mean_frame");
    double part = (mean_frame - low) / (high - low);
    w->shares[w->share_count++] = (traffic_share){.slice = below, .part = 1 - part};
    w->shares[w->share_count++] = (traffic_share){.slice = above, .part = part};
}
