#include "bench/outcome/gate.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "bench/outcome/comparison.h"
#include "cli/message.h"

/* Instruction counts of one program vary by less than this. */
#define INSTRUCTIONS_LEAST 0.01

/* "WORD" or "WORD:5%" -> 0.05; false if the item is another word or the number is none. */
static bool threshold_read(const char *item, const char *word, double *threshold)
{
    size_t length = strlen(word);
    if (strncmp(item, word, length) != 0 || (item[length] != ':' && item[length] != '\0'))
        return false;
    if (item[length] == '\0')
        return true;
    const char *number = item + length + 1;
    char *end = NULL;
    if (isdigit((unsigned char)*number))
        *threshold = strtod(number, &end) / 100;
    if (end && *end == '%')
        end++;
    return end && *end == '\0' && *threshold < 100;
}

static bool item_take(gate *gate, const char *item)
{
    run_status status;
    if (threshold_read(item, "slower", &gate->slower_threshold))
        gate->slower = true;
    else if (threshold_read(item, "instructions", &gate->instructions_threshold))
        gate->instructions = true;
    else if (strcmp(item, "lost") == 0)
        gate->lost = true;
    else if (status_find(item, &status) == 0 && status != STATUS_OK)
        gate->fails[status] = true;
    else
        return false;
    return true;
}

bool gate_parse(gate *gate, const char *list)
{
    *gate = (struct gate){.slower_threshold = CHANGE_LEAST,
                          .instructions_threshold = INSTRUCTIONS_LEAST};
    char *copy = strdup(list), *rest = copy;
    bool good = copy != NULL;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;) {
        if (!*item)
            continue;
        good = item_take(gate, item);
        if (!good)
            message_error(
                "--fail-on: '%s' is none of differs, disagrees, unchecked, failed, crashed, "
                "timed-out, unavailable, not-offered, slower[:%g%%], lost, instructions[:%g%%]",
                item, 100 * CHANGE_LEAST, 100 * INSTRUCTIONS_LEAST);
    }
    free(copy);
    return good;
}

bool gate_compares(const gate *gate)
{
    return gate->slower || gate->lost || gate->instructions;
}

bool gate_fails(const gate *gate, run_status status)
{
    return gate->fails[status];
}
