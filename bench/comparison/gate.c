#include "bench/comparison/gate.h"

#include "parsers/util/error.h"
#include "parsers/util/parse.h"

/* Instruction counts of one program vary by less than this. */
#define INSTRUCTIONS_LEAST 0.01

/* Default thresholds. The first run of a process has page faults and cold caches, and varies more.
 */
#define FIRST_LEAST 0.20
#define LOAD_LEAST 0.10
#define RSS_LEAST 0.10

static const struct {
    const char *word;
    statistic statistic;
} conditions[] = {{"first", STATISTIC_FIRST}, {"load", STATISTIC_LOAD}, {"rss", STATISTIC_RSS}};
enum { CONDITIONS = sizeof conditions / sizeof conditions[0] };

bool statistic_is_time(statistic statistic)
{
    return statistic <= STATISTIC_FIRST;
}

/* Parse "WORD" or "WORD:5%" (gives 0.05). false: another word, or the number is malformed. */
static bool threshold_read(const char *item, const char *word, double *threshold)
{
    size_t length = strlen(word);
    if (strncmp(item, word, length) != 0 || (item[length] != ':' && item[length] != '\0'))
        return false;
    if (item[length] == '\0')
        return true;
    double percent = 0;
    const char *end = pkt_parse_number(item + length + 1, &percent);
    if (end)
        *threshold = percent / 100;
    if (end && *end == '%')
        end++;
    return end && *end == '\0' && *threshold < 100;
}

static int item_unknown(const char *item, pkt_err *err)
{
    pkt_names known = {.size = 0};
    pkt_names_add(&known, "slower[:P%]");
    for (size_t i = 0; i < CONDITIONS; i++) {
        char word[16];
        (void)snprintf(word, sizeof word, "%s[:P%%]", conditions[i].word);
        pkt_names_add(&known, word);
    }
    pkt_names_add(&known, "lost");
    pkt_names_add(&known, "instructions[:P%]");
    for (unsigned i = 0; i < STATUS_COUNT; i++)
        if (i != STATUS_OK)
            pkt_names_add(&known, status_name((run_status)i));
    return pkt_fail_unknown(err, "condition", item, &known);
}

/* first, load or rss, with their thresholds. */
static bool condition_read(gate *gate, const char *item)
{
    for (size_t i = 0; i < CONDITIONS; i++)
        if (threshold_read(item, conditions[i].word, &gate->thresholds[conditions[i].statistic])) {
            gate->asked[conditions[i].statistic] = true;
            return true;
        }
    return false;
}

static int item_take(void *self, const char *item, pkt_err *err)
{
    gate *gate = self;
    run_status status;
    if (threshold_read(item, "slower", &gate->slower_threshold))
        gate->slower = true;
    else if (threshold_read(item, "instructions", &gate->instructions_threshold))
        gate->instructions = true;
    else if (strcmp(item, "lost") == 0)
        gate->lost = true;
    else if (condition_read(gate, item))
        return 0;
    else if (status_find(item, &status) == 0 && status != STATUS_OK)
        gate->fails[status] = true;
    else
        return item_unknown(item, err);
    return 0;
}

int gate_parse(gate *gate, const char *list, pkt_err *err)
{
    *gate = (struct gate){.slower_threshold = CHANGE_LEAST,
                          .thresholds = {[STATISTIC_FIRST] = FIRST_LEAST,
                                         [STATISTIC_LOAD] = LOAD_LEAST,
                                         [STATISTIC_RSS] = RSS_LEAST},
                          .instructions_threshold = INSTRUCTIONS_LEAST};
    const int bad = pkt_parse_list(list, item_take, gate, err);
    for (unsigned i = STATISTIC_MEDIAN; i <= STATISTIC_SLOW_PROCESSES; i++)
        gate->thresholds[i] = gate->slower_threshold;
    return bad;
}

bool gate_compares(const gate *gate)
{
    bool asked = false;
    for (unsigned i = 0; i < STATISTIC_COUNT; i++)
        asked = asked || gate->asked[i];
    return gate->slower || gate->lost || gate->instructions || asked;
}

bool gate_fails(const gate *gate, run_status status)
{
    return gate->fails[status];
}

bool gate_judges(const gate *gate, statistic statistic)
{
    return gate->asked[statistic] || (gate->slower && statistic_is_time(statistic));
}
