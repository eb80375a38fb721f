/* The command line, parsed by the option tables. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "parsers/util/nearest.h"
#include "parsers/util/parse.h"

enum { SIZES_TEXT = 80, LIKE_TEXT = 120, SHOWN = 60 };

static size_t option_count(const command *command)
{
    size_t count = 0;
    while (command->options[count].name)
        count++;
    return count;
}

/* Index in command->options; -1 if it has none of that name. */
static int option_find(const command *command, const char *name, size_t length)
{
    for (size_t i = 0; i < option_count(command); i++)
        if (strlen(command->options[i].name) == length &&
            memcmp(command->options[i].name, name, length) == 0)
            return (int)i;
    return -1;
}

const char *option_value(const arguments *arguments, const char *name)
{
    int index = option_find(arguments->command, name, strlen(name));
    if (index < 0) { /* a defect of the program, not of the command line */
        message_error("%s: the command has no option --%s", arguments->command->name, name);
        exit(EXIT_ERROR);
    }
    return arguments->values[index];
}

bool option_repeats(const option_spec *option)
{
    const size_t end = strlen(REPEATABLE);
    const size_t length = option->argument ? strlen(option->argument) : 0;
    return length >= end && strcmp(option->argument + length - end, REPEATABLE) == 0;
}

const char *option_values(const arguments *arguments, const char *name, size_t *next)
{
    const int index = option_find(arguments->command, name, strlen(name));
    while (*next < arguments->repeated_count) {
        const repeated_value *one = &arguments->repeated[(*next)++];
        if (one->option == index)
            return one->value;
    }
    return NULL;
}

bool option_given(const arguments *arguments, const char *name)
{
    return option_value(arguments, name) != NULL;
}

/* What stands before a name. */
static const char *dashes_of(const char *name)
{
    return option_dashes(&(option_spec){.name = name});
}

bool option_number(const arguments *arguments, const char *name, uint64_t min, uint64_t max,
                   uint64_t fallback, uint64_t *value)
{
    const char *text = option_value(arguments, name);
    *value = fallback;
    if (!text)
        return true;
    char *end = NULL;
    errno = 0;
    if (isdigit((unsigned char)text[0]))
        *value = strtoull(text, &end, 10);
    if (!end || *end || errno || *value < min || *value > max) {
        message_error("%s%s %s: must be a whole number from %llu to %llu", dashes_of(name), name,
                      text, (unsigned long long)min, (unsigned long long)max);
        return false;
    }
    return true;
}

bool option_seconds(const arguments *arguments, const char *name, double fallback, double *value)
{
    const char *text = option_value(arguments, name);
    *value = fallback;
    if (!text || pkt_parse_seconds(text, value))
        return true;
    message_error("%s%s %s: must be a duration such as " PKT_SECONDS_FORM, dashes_of(name), name,
                  text);
    return false;
}

/* Append the examples of sizes that are within [min, max]: ", such as 500000, 64kB". */
static void sizes_text(double min, double max, char text[SIZES_TEXT])
{
    static const char *const examples[] = {"500000", "64kB", "2MB", "100MB", "1GiB", "1Gbit"};
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        double bytes;
        if (pkt_parse_bytes(examples[i], &bytes) && bytes >= min && bytes <= max)
            n += (size_t)snprintf(text + n, SIZES_TEXT - n, "%s%s", n ? ", " : ", such as ",
                                  examples[i]);
    }
}

bool option_bytes(const arguments *arguments, const char *name, uint64_t min, uint64_t max,
                  uint64_t fallback, uint64_t *value)
{
    const char *text = option_value(arguments, name);
    char sizes[SIZES_TEXT];
    double bytes;
    *value = fallback;
    if (!text)
        return true;
    if (pkt_parse_bytes(text, &bytes) && bytes >= (double)min && bytes <= (double)max) {
        *value = (uint64_t)bytes;
        return true;
    }
    sizes_text((double)min, (double)max, sizes);
    message_error("%s%s %s: must be a size from %.10g to %.10g bytes%s", dashes_of(name), name,
                  text, (double)min, (double)max, sizes);
    return false;
}

/* "--rotate-size or --rotate-every" for "rotate-time": the options that begin alike. */
static void family_text(const command *command, const char *name, char text[LIKE_TEXT])
{
    const char *hyphen = strrchr(name, '-');
    const size_t size = hyphen ? (size_t)(hyphen - name) + 1 : 0;
    size_t n = 0;
    text[0] = '\0';
    for (size_t i = 0; size > 0 && i < option_count(command) && n < LIKE_TEXT; i++)
        if (strncmp(command->options[i].name, name, size) == 0)
            n += (size_t)snprintf(text + n, LIKE_TEXT - n, "%s--%s", n ? " or " : "",
                                  command->options[i].name);
}

/* The options that an unknown one is like; "" if it is like none. */
static void like_text(const command *command, const char *name, bool is_short, char text[LIKE_TEXT])
{
    pkt_nearest nearest = {.word = name};
    if (!is_short && strlen(name) == 1 && option_find(command, name, 1) >= 0) {
        (void)snprintf(text, LIKE_TEXT, "-%s", name);
        return;
    }
    for (size_t i = 0; i < option_count(command); i++)
        if (strlen(command->options[i].name) > 1)
            pkt_nearest_try(&nearest, command->options[i].name);
    pkt_nearest_try(&nearest, "help");
    family_text(command, name, text);
    if (*nearest.found && (nearest.edits < 2 || !*text))
        (void)snprintf(text, LIKE_TEXT, "--%s", nearest.found);
}

/* `is_short`: it was written with one dash. Returns false. */
static bool option_unknown(const command *command, const char *name, bool is_short)
{
    char like[LIKE_TEXT];
    like_text(command, name, is_short, like);
    message_error("%s: unknown option %s%s; %s%s%s `pktbench %s --help`", command->name,
                  is_short ? "-" : "--", name, *like ? "did you mean " : "", like,
                  *like ? "? See" : "see", command->name);
    return false;
}

/* State of a parse: where in argv it is. */
typedef struct reading {
    int at, argc;
    char **argv;
} reading;

static bool option_store(arguments *out, int index, const char *value, reading *r)
{
    const option_spec *spec = &out->command->options[index];
    const char *dashes = option_dashes(spec);
    if (!spec->argument && value) {
        message_error("%s: %s%s takes no value", out->command->name, dashes, spec->name);
        return false;
    }
    if (spec->argument && !value) {
        if (r->at + 1 >= r->argc) {
            message_error("%s: %s%s needs a value: %s", out->command->name, dashes, spec->name,
                          spec->argument);
            return false;
        }
        value = r->argv[++r->at];
    }
    out->values[index] = value ? value : "";
    if (!option_repeats(spec))
        return true;
    if (out->repeated_count == MAX_REPEATED) {
        message_error("%s: more than %d options %s%s", out->command->name, MAX_REPEATED, dashes,
                      spec->name);
        return false;
    }
    out->repeated[out->repeated_count++] = (repeated_value){index, value};
    return true;
}

static bool option_read(arguments *out, reading *r)
{
    const char *word = r->argv[r->at];
    if (word[1] == '-') {
        const char *name = word + 2, *equals = strchr(name, '=');
        size_t length = equals ? (size_t)(equals - name) : strlen(name);
        int index = length > 1 ? option_find(out->command, name, length) : -1;
        if (index < 0) {
            char shown[SHOWN + 1];
            (void)snprintf(shown, sizeof shown, "%.*s", (int)(length < SHOWN ? length : SHOWN),
                           name);
            return option_unknown(out->command, shown, false);
        }
        return option_store(out, index, equals ? equals + 1 : NULL, r);
    }
    int index = option_find(out->command, word + 1, 1);
    if (index < 0) {
        const char shown[] = {word[1], '\0'};
        return option_unknown(out->command, shown, true);
    }
    const char *value = word[2] ? word + 2 : NULL;
    return option_store(out, index, value && *value == '=' ? value + 1 : value, r);
}

static bool operands_fit(const arguments *arguments)
{
    const command *c = arguments->command;
    size_t given = arguments->operand_count;
    if (given >= c->operands_min && given <= c->operands_max)
        return true;
    if (given > c->operands_max && c->operands_max == 0)
        message_error("%s: takes no operand, '%s' was given; see `pktbench %s --help`", c->name,
                      arguments->operands[0], c->name);
    else
        message_error("%s: %s: expected %s; see `pktbench %s --help`", c->name,
                      given < c->operands_min ? "an operand is missing" : "too many operands",
                      c->operands, c->name);
    return false;
}

bool arguments_parse(const command *command, int argc, char **argv, arguments *arguments,
                     int *status)
{
    *arguments = (struct arguments){.command = command};
    reading r = {.at = 1, .argc = argc, .argv = argv};
    bool only_operands = false;
    *status = EXIT_ERROR;
    if (option_count(command) > MAX_OPTIONS) {
        message_error("%s: the command has more than %d options", command->name, MAX_OPTIONS);
        return false;
    }
    arguments->operands = argv + 1; /* operands are gathered at the front of argv */
    for (; r.at < argc; r.at++) {
        char *word = argv[r.at];
        if (only_operands || word[0] != '-' || word[1] == '\0') {
            arguments->operands[arguments->operand_count++] = word;
        } else if (strcmp(word, "--") == 0) {
            only_operands = true;
        } else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
            command_help(command, stdout);
            *status = EXIT_DONE;
            return false;
        } else if (!option_read(arguments, &r)) {
            return false;
        }
    }
    return operands_fit(arguments);
}
