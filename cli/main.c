/* The table of commands, and what all of them have in common. */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/message.h"
#include "parsers/util/error.h"

extern const command bench_command, compare_command, verify_command, extract_command, list_command,
    gen_command, slice_command, info_command, report_command, choose_command, worker_command;

const command *const commands[] = {
    &bench_command,  &compare_command, &verify_command, &report_command,
    &choose_command, &extract_command, &info_command,   &list_command,
    &gen_command,    &slice_command,   &worker_command, NULL,
};

/* NULL after a message, if there is none of the name. */
static const command *command_find(const char *name)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    for (size_t i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
        if (!commands[i]->internal)
            pkt_names_add(&known, commands[i]->name);
    }
    pkt_fail_unknown(&err, "command", name, &known);
    message_err(&err);
    return NULL;
}

static void help(FILE *out)
{
    fputs("Usage: pktbench COMMAND [OPTION...] [OPERAND...]\n\n"
          "Which packet parser should I ship, for this traffic, for these fields?\n\nCommands:\n",
          out);
    for (size_t i = 0; commands[i]; i++)
        if (!commands[i]->internal)
            fprintf(out, "  %-9s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n`pktbench COMMAND --help` explains one of them, `pktbench help --man` is the manual\n"
          "page. Exit status: 0 done, 1 a check failed, 2 an error.\n",
          out);
}

static int help_run(int argc, char **argv)
{
    if (argc < 2) {
        help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--man") == 0) {
        manual_page(stdout);
        return EXIT_DONE;
    }
    const command *command = command_find(argv[1]);
    if (!command)
        return EXIT_ERROR;
    command_help(command, stdout);
    return EXIT_DONE;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        help(stderr);
        return EXIT_ERROR;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return help_run(argc - 1, argv + 1);
    if (strcmp(argv[1], "--version") == 0) {
        printf("pktbench %s\n", pkt_version());
        return EXIT_DONE;
    }
    const command *command = command_find(argv[1]);
    if (!command)
        return EXIT_ERROR;
    arguments arguments;
    int status;
    if (!arguments_parse(command, argc - 1, argv + 1, &arguments, &status))
        return status;
    return command->run(&arguments);
}

int main(int argc, char **argv)
{
    int status = dispatch(argc, argv);
    /* A reader that has seen enough is no error (SIGPIPE is left as it is); a full disk is. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (status != EXIT_ERROR) /* else it has been said */
            message_error("standard output: cannot write: %s", strerror(errno));
        return EXIT_ERROR;
    }
    return status;
}
