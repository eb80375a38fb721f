/* The command line, --help and the manual page, all from the option tables. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "parsers/util/parse.h"

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
    assert(index >= 0);
    return arguments->values[index];
}

bool option_given(const arguments *arguments, const char *name)
{
    return option_value(arguments, name) != NULL;
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
        message_error("--%s %s: must be a whole number from %llu to %llu", name, text,
                      (unsigned long long)min, (unsigned long long)max);
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
    message_error("--%s %s: must be a duration such as 90, 90s, 2m or 5ms", name, text);
    return false;
}

bool option_bytes(const arguments *arguments, const char *name, uint64_t min, uint64_t max,
                  uint64_t fallback, uint64_t *value)
{
    const char *text = option_value(arguments, name);
    double bytes;
    *value = fallback;
    if (!text)
        return true;
    if (pkt_parse_bytes(text, &bytes) && bytes >= (double)min && bytes <= (double)max) {
        *value = (uint64_t)bytes;
        return true;
    }
    message_error(
        "--%s %s: must be a size from %.10g to %.10g bytes, such as 500000, 64kB, 100MB or "
        "1GB",
        name, text, (double)min, (double)max);
    return false;
}

/* Edits that make one word the other; both shorter than the limit. */
static size_t distance(const char *a, const char *b)
{
    enum { LIMIT = 32 };
    size_t rows[2][LIMIT + 1], n = strlen(b);
    if (strlen(a) > LIMIT || n > LIMIT)
        return LIMIT;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        const size_t *last = rows[(i - 1) % 2];
        size_t *now = rows[i % 2];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best = last[j - 1] + (a[i - 1] != b[j - 1]);
            best = last[j] + 1 < best ? last[j] + 1 : best;
            now[j] = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
        }
    }
    return rows[strlen(a) % 2][n];
}

static bool option_unknown(const command *command, const char *name)
{
    const char *nearest = NULL;
    size_t least = 3; /* further off is no typing error */
    for (size_t i = 0; i < option_count(command); i++) {
        size_t d = distance(name, command->options[i].name);
        if (d < least && strlen(command->options[i].name) > 1) {
            least = d;
            nearest = command->options[i].name;
        }
    }
    const char *dashes = strlen(name) > 1 ? "--" : "-";
    if (nearest)
        message_error("%s: unknown option %s%s; did you mean --%s? See `pktbench %s --help`",
                      command->name, dashes, name, nearest, command->name);
    else
        message_error("%s: unknown option %s%s; see `pktbench %s --help`", command->name, dashes,
                      name, command->name);
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
    const char *dashes = strlen(spec->name) > 1 ? "--" : "-";
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
            char shown[64];
            (void)snprintf(shown, sizeof shown, "%.*s", (int)(length < 60 ? length : 60), name);
            return option_unknown(out->command, shown);
        }
        return option_store(out, index, equals ? equals + 1 : NULL, r);
    }
    int index = option_find(out->command, word + 1, 1);
    if (index < 0) {
        const char shown[] = {word[1], '\0'};
        return option_unknown(out->command, shown);
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
    assert(option_count(command) <= MAX_OPTIONS);
    reading r = {.at = 1, .argc = argc, .argv = argv};
    bool only_operands = false;
    *status = EXIT_ERROR;
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

/* Words of `text` in lines of at most `width` characters, each after `indent` blanks; a blank line
 * stays one. The first line is begun at `column`. */
static void wrap(FILE *out, const char *text, int indent, int column, int width)
{
    while (*text) {
        if (*text == '\n') {
            fputc('\n', out);
            column = 0;
            text++;
            continue;
        }
        size_t word = strcspn(text, " \n");
        if (column > indent && column + 1 + (int)word > width) {
            fputc('\n', out);
            column = 0;
        }
        if (column > indent) {
            fputc(' ', out);
            column++;
        }
        for (; column < indent; column++)
            fputc(' ', out);
        fprintf(out, "%.*s", (int)word, text);
        column += (int)word;
        text += word;
        while (*text == ' ')
            text++;
    }
    fputc('\n', out);
}

enum { HELP_WIDTH = 92, HELP_INDENT = 26 };

static void option_help(FILE *out, const option_spec *option)
{
    int column = fprintf(out, "  %s%s%s%s", strlen(option->name) > 1 ? "--" : "-", option->name,
                         option->argument ? " " : "", option->argument ? option->argument : "");
    if (column > HELP_INDENT - 2) {
        fputc('\n', out);
        column = 0;
    }
    for (; column < HELP_INDENT; column++)
        fputc(' ', out);
    wrap(out, option->help, HELP_INDENT, HELP_INDENT, HELP_WIDTH);
}

void command_help(const command *command, FILE *out)
{
    fprintf(out, "Usage: pktbench %s [OPTION...]%s%s\n\n", command->name,
            *command->operands ? " " : "", command->operands);
    wrap(out, command->details, 0, 0, HELP_WIDTH);
    fputs("\nOptions:\n", out);
    for (const option_spec *o = command->options; o->name; o++)
        option_help(out, o);
    option_help(out, &(option_spec){"help", NULL, "Show this text."});
}

/* Text for roff: no line starts with a control character, backslashes and dashes are kept. */
static void roff(FILE *out, const char *text)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\''))
            fputs("\\&", out);
        if (*text == '\n' && text[1] == '\n') {
            fputs("\n.PP\n", out);
            text++;
            line_start = true;
            continue;
        }
        if (*text == '\\')
            fputs("\\e", out);
        else if (*text == '-')
            fputs("\\-", out);
        else
            fputc(*text, out);
        line_start = *text == '\n';
    }
    fputc('\n', out);
}

static void command_manual(FILE *out, const command *command)
{
    fprintf(out, ".SS pktbench %s [\\fIOPTION\\fR...]%s", command->name,
            *command->operands ? " " : "");
    roff(out, command->operands);
    roff(out, command->details);
    for (const option_spec *o = command->options; o->name; o++) {
        fprintf(out, ".TP\n\\fB%s%s\\fR", strlen(o->name) > 1 ? "\\-\\-" : "\\-", o->name);
        if (o->argument)
            fprintf(out, " \\fI%s\\fR", o->argument);
        fputc('\n', out);
        roff(out, o->help);
    }
}

void manual_page(FILE *out)
{
    fprintf(out, ".TH PKTBENCH 1 \"\" \"pktbench %s\"\n", pkt_version());
    fputs(".SH NAME\npktbench \\- which packet parser to ship, answered by measurement\n"
          ".SH SYNOPSIS\n.B pktbench\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIOPERAND\\fR...]\n"
          ".SH DESCRIPTION\n"
          "Packet parsers stand behind one interface and give the same rows of columns. They are\n"
          "proven to agree, then timed over the same slices of at most 10,000,000 bytes.\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            command_manual(out, commands[i]);
    fputs(".SH EXIT STATUS\n0 done, 1 a check failed, 2 an error.\n"
          ".SH ENVIRONMENT\n"
          ".TP\n.B NO_COLOR\nNo colours on the terminal.\n"
          ".TP\n.B PKTBENCH_MODULES\nFolder to load backend modules from.\n"
          ".TP\n.B PKTBENCH_CACHE\nFolder for generated slices.\n",
          out);
}
