/* Commands and their options. One table of options for each command parses the command line and
 * makes --help, the manual page and shell completion. */
#ifndef PKT_COMMAND_H
#define PKT_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "parsers/util/parse.h"
#include "pktbench.h"

/* Exit statuses of every command. */
enum { EXIT_DONE = 0, EXIT_CHECK_FAILED = 1, EXIT_ERROR = 2 };

typedef struct option_spec {
    const char *name; /* without the dashes; "o" style single letters are one character */
    /* Name of the value as shown; NULL: a flag. `a|b|c` in lower case: one of these words. Shell
     * completion knows BACKEND, LEVEL, FILE, DIR and INTERFACE, and lists as BACKEND,... An
     * argument that ends with REPEATABLE may be given several times: option_values(). */
    const char *argument;
    const char *help; /* sentences; the first one says what it is; the default is named */
} option_spec;

struct arguments;

typedef struct command {
    const char *name;
    const char *operands;       /* for the usage line: "[CAPTURE...]" */
    const char *summary;        /* one line */
    const char *details;        /* paragraphs for --help and the manual page */
    const option_spec *options; /* ends with name == NULL; --help is everyone's */
    size_t operands_min, operands_max;
    int (*run)(const struct arguments *arguments); /* returns the exit status */
    bool internal;                                 /* not shown in help or manual */
    /* run() gives up the rights of the process; for the other commands, main() does it first. */
    bool gives_up_rights;
} command;

#define REPEATABLE " ..."
#define MAX_OPTIONS 48
#define MAX_REPEATED 256

/* One value of an option that may be given several times. */
typedef struct repeated_value {
    int option; /* index in command->options */
    const char *value;
} repeated_value;

typedef struct arguments {
    const command *command;
    const char *values[MAX_OPTIONS]; /* by index in command->options; NULL: not given; "": a flag */
    repeated_value repeated[MAX_REPEATED];
    size_t repeated_count;
    char **operands;
    size_t operand_count;
} arguments;

/* Value of an option by its name; NULL if it was not given. The program ends, after a message, if
 * the command has no such option. */
const char *option_value(const arguments *arguments, const char *name);
/* The next value of a repeatable option, in the order of the command line; NULL: no more. *next is
 * 0 at first. */
const char *option_values(const arguments *arguments, const char *name, size_t *next);
/* May the option be given several times? */
bool option_repeats(const option_spec *option);
bool option_given(const arguments *arguments, const char *name);
/* The option as a whole number within [min, max]; `fallback` if not given.
 * false: a message was printed. */
bool option_number(const arguments *arguments, const char *name, uint64_t min, uint64_t max,
                   uint64_t fallback, uint64_t *value);
/* The option as a duration (PKT_SECONDS_FORM) in seconds. */
bool option_seconds(const arguments *arguments, const char *name, double fallback, double *value);
/* The option as a size ("1000000", "100MB", "1GB") in bytes within [min, max]. */
bool option_bytes(const arguments *arguments, const char *name, uint64_t min, uint64_t max,
                  uint64_t fallback, uint64_t *value);

/* Give up the rights of the process, as every command does that does not do it by itself. false: a
 * message was printed, and it must not go on. Lives in main.c. */
bool rights_give_up(void);
/* Every command, in help order; ends with NULL. Lives in main.c. */
extern const command *const commands[];

/* argv[0] is the command's name. Returns false after printing an error (*status is set), or help.
 */
bool arguments_parse(const command *command, int argc, char **argv, arguments *arguments,
                     int *status);
/* "--" or "-": what stands before the option's name. */
const char *option_dashes(const option_spec *option);
/* `pktbench verify --mix`, which is in cli/mix/. Returns the exit status. */
int verify_mix(const arguments *arguments);
/* The text of `pktbench COMMAND --help`. */
void command_help(const command *command, FILE *out);
/* The text of `pktbench help`. */
void program_help(FILE *out);
/* The manual page, in roff with man macros. */
void manual_page(FILE *out);
/* Completion scripts: commands, options, and values where they are known. */
void completion_bash(FILE *out);
void completion_zsh(FILE *out);

#endif
