#include "bench/comparison/decide.h"

#include <math.h>
#include <stdlib.h>

#include "results/json_values.h"

/* P value of the hypothesis that the time did not change by more than the threshold in the
 * direction (1: slower, -1: faster). The larger of the p values by wall clock and by CPU time. */
static double p_beyond(const cell_change *c, double threshold, int direction)
{
    const summary *both[] = {&c->wall, &c->cpu};
    double p = 0;
    for (size_t i = 0; i < 2; i++)
        if (both[i]->count && both[i]->has_interval)
            p = fmax(p, change_p(both[i], threshold, direction));
    return p;
}

/* Adjusted p values of one cell; 1 where there was no test. */
typedef struct cell_tests {
    double slower, faster, statistics[STATISTIC_COUNT];
} cell_tests;

/* Collect pointers to the p values of one direction. Returns their number. */
static size_t slower_tests(const cell_change *cells, size_t count, cell_tests *t, double **out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (decile_is_testable(&cells[i]))
            out[n++] = &t[i].slower;
        for (unsigned s = 0; s < STATISTIC_COUNT; s++)
            if (statistic_is_testable(&cells[i], (statistic)s))
                out[n++] = &t[i].statistics[s];
    }
    return n;
}

static size_t faster_tests(const cell_change *cells, size_t count, cell_tests *t, double **out)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (decile_is_testable(&cells[i]))
            out[n++] = &t[i].faster;
    return n;
}

static void adjust(double **tests, size_t n, double *p, size_t *order)
{
    for (size_t i = 0; i < n; i++)
        p[i] = *tests[i];
    holm_adjust(p, n, order);
    for (size_t i = 0; i < n; i++)
        *tests[i] = p[i];
}

static void tests_fill(const cell_change *c, double threshold, cell_tests *t)
{
    *t = (cell_tests){.slower = 1, .faster = 1};
    if (decile_is_testable(c)) {
        t->slower = p_beyond(c, threshold, 1);
        t->faster = p_beyond(c, threshold, -1);
    }
    for (unsigned s = 0; s < STATISTIC_COUNT; s++)
        t->statistics[s] = statistic_is_testable(c, (statistic)s) ? c->p[s] : 1;
}

/* Adjusted p values of all cells. Returns the number of tests of "slower", or -1 if memory runs
 * out. */
static long tests_make(const cell_change *cells, size_t count, double threshold, cell_tests *t)
{
    const size_t room = count * (1 + STATISTIC_COUNT) + 1;
    double **tests = calloc(room, sizeof *tests), *p = calloc(room, sizeof *p);
    size_t *order = calloc(room, sizeof *order);
    long made = -1;
    if (tests && p && order) {
        for (size_t i = 0; i < count; i++)
            tests_fill(&cells[i], threshold, &t[i]);
        adjust(tests, faster_tests(cells, count, t, tests), p, order);
        const size_t n = slower_tests(cells, count, t, tests);
        adjust(tests, n, p, order);
        made = (long)n;
    }
    free(tests);
    free(p);
    free(order);
    return made;
}

/* The smallest change that these samples detect with probability GATE_POWER. */
static json_t *smallest_seen(const cell_change *c, double threshold, size_t tests)
{
    const summary *s = c->cpu.count && c->cpu.error > c->wall.error ? &c->cpu : &c->wall;
    if (!decile_is_testable(c))
        return json_null();
    double steps = student_quantile(GATE_ERROR / (double)tests, s->freedom) +
                   student_quantile(1 - GATE_POWER, s->freedom);
    return json_real(exp(log1p(threshold) + steps * s->error) - 1);
}

double processes_least(size_t tests, bool paired)
{
    const double least = paired ? floor(log2((double)tests / GATE_ERROR)) + 1 : 0;
    return fmax(least, INTERVAL_BLOCKS_MIN);
}

/* What the statistic says is known: it shows a slowdown, or its test could have failed. */
static bool is_known(const cell_change *c, statistic s, const cell_tests *t, bool paired,
                     size_t tests)
{
    return t->statistics[s] < GATE_ERROR || (double)c->n[s] >= processes_least(tests, paired);
}

/* Was a statistic of the time measured in too few processes to see a slowdown by it? */
static bool is_untested(const cell_change *c, const cell_tests *t, bool paired, size_t tests)
{
    for (unsigned s = 0; s < STATISTIC_COUNT; s++)
        if (statistic_is_time((statistic)s) && c->n[s] > 0 &&
            !is_known(c, (statistic)s, t, paired, tests))
            return true;
    return false;
}

/* Set the p values of the statistics: null if there are too few processes for one that counts.
 * Returns the names of those that show a slowdown. */
static json_t *slower_by(const cell_change *c, const cell_tests *t, bool paired, size_t tests)
{
    json_t *names = json_array();
    if (t->slower < GATE_ERROR)
        json_array_append_new(names, json_string("decile"));
    for (unsigned s = 0; s < STATISTIC_COUNT; s++) {
        json_t *one =
            json_object_get(json_object_get(c->json, "statistics"), statistic_name((statistic)s));
        if (one)
            json_object_set_new(
                one, "p",
                json_real_or_null(is_known(c, (statistic)s, t, paired, tests), t->statistics[s]));
        if (statistic_is_time((statistic)s) && t->statistics[s] < GATE_ERROR)
            json_array_append_new(names, json_string(statistic_name((statistic)s)));
    }
    return names;
}

/* `same` needs an interval inside the threshold on both sides, and statistics that could have shown
 * a slowdown: without them, nothing is known. */
static const char *change_word(const cell_change *c, double threshold, const cell_tests *t,
                               bool slower, bool untested)
{
    const double most = 1 + threshold;
    const bool faster = t->faster < GATE_ERROR;
    if (!c->wall.count)
        return "incomparable";
    if (slower)
        return "slower";
    if (c->wall.has_interval && !faster && c->wall.high > most)
        return "inconclusive";
    if (!c->wall.has_interval || untested)
        return "too-few-samples";
    if (faster)
        return "faster";
    return c->wall.low < 1 / most ? "not-slower" : "same";
}

int changes_decide(cell_change *cells, size_t count, bool paired, double threshold, size_t *tests)
{
    cell_tests *t = calloc(count + 1, sizeof *t);
    const long made = t ? tests_make(cells, count, threshold, t) : -1;
    for (size_t i = 0; made >= 0 && i < count; i++) {
        json_t *cell = cells[i].json, *names = slower_by(&cells[i], &t[i], paired, (size_t)made);
        const bool slower = json_array_size(names) > 0;
        const bool untested = is_untested(&cells[i], &t[i], paired, (size_t)made);
        json_object_set_new(cell, "p_slower",
                            json_real_or_null(decile_is_testable(&cells[i]), t[i].slower));
        json_object_set_new(cell, "slower_by", names);
        json_object_set_new(cell, "smallest_seen",
                            smallest_seen(&cells[i], threshold, (size_t)made));
        json_object_set_new(
            cell, "change",
            json_string(change_word(&cells[i], threshold, &t[i], slower, untested)));
    }
    free(t);
    *tests = made > 0 ? (size_t)made : 0;
    return made < 0 ? -1 : 0;
}
