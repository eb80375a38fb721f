/* The table of commands, and `pktbench help`. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bench/timing/machine.h"
#include "cli/command.h"
#include "cli/message.h"
#include "cli/shared_options.h"
#include "parsers/process/rights.h"
#include "parsers/util/error.h"

extern const command bench_command, compare_command, verify_command, extract_command, list_command,
    gen_command, slice_command, mix_command, info_command, index_command, report_command,
    board_command, history_command, choose_command, worker_command;

const command *const commands[] = {
    &bench_command, &compare_command, &verify_command, &report_command,
    &board_command, &history_command, &choose_command, &extract_command,
    &info_command,  &list_command,    &gen_command,    &slice_command,
    &mix_command,   &index_command,   &worker_command, NULL,
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

/* `shell` may be NULL. */
static int completion_print(const char *shell)
{
    size_t index;
    if (!shell) {
        message_error("help: --completion needs a shell: bash or zsh");
        return EXIT_ERROR;
    }
    if (!word_find("shell", shell, "bash|zsh", &index))
        return EXIT_ERROR;
    (index ? completion_zsh : completion_bash)(stdout);
    return EXIT_DONE;
}

/* Is there a word too many behind `most` of them? If so, a message was printed. */
static bool is_too_long(int argc, char **argv, int most)
{
    if (argc > most)
        message_error("%s: unexpected '%s'; see `pktbench help`", argv[0], argv[most]);
    return argc > most;
}

/* `pktbench help [COMMAND|--man|--completion SHELL]` */
static int help_run(int argc, char **argv)
{
    if (is_too_long(argc, argv, argc > 1 && strcmp(argv[1], "--completion") == 0 ? 3 : 2))
        return EXIT_ERROR;
    if (argc < 2) {
        program_help(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--man") == 0) {
        manual_page(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--completion") == 0)
        return completion_print(argc > 2 ? argv[2] : NULL);
    const command *command = command_find(argv[1]);
    if (!command)
        return EXIT_ERROR;
    command_help(command, stdout);
    return EXIT_DONE;
}

static int version_print(void)
{
    json_t *tool = tool_describe();
    printf("pktbench %s (revision %s)\n", pkt_version(),
           json_string_value(json_object_get(tool, "revision")));
    json_decref(tool);
    return EXIT_DONE;
}

/* Only live captures need rights. Nothing has been loaded or opened yet. */
bool rights_give_up(void)
{
    const pkt_rights rights = {.keep = PKT_RIGHT_FILES | PKT_RIGHT_COUNTERS};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_rights_drop(&rights, &err) == 0)
        return true;
    message_err(&err);
    return false;
}

static int command_run(const command *command, int argc, char **argv)
{
    arguments arguments;
    int status;
    if (!command->gives_up_rights && !rights_give_up())
        return EXIT_ERROR;
    if (!arguments_parse(command, argc, argv, &arguments, &status))
        return status;
    return command->run(&arguments);
}

/* An option where a command is expected. */
static int option_refuse(const char *option)
{
    pkt_nearest nearest = {.word = option};
    pkt_nearest_try(&nearest, "--help");
    pkt_nearest_try(&nearest, "--version");
    message_error("unknown option %s; %s%s%s `pktbench help`", option,
                  *nearest.found ? "did you mean " : "", nearest.found,
                  *nearest.found ? "? See" : "see");
    return EXIT_ERROR;
}

static int dispatch(int argc, char **argv)
{
    if (argc < 2) {
        program_help(stderr);
        return EXIT_ERROR;
    }
    if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0)
        return help_run(argc - 1, argv + 1);
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0)
        return is_too_long(argc - 1, argv + 1, 1) ? EXIT_ERROR : version_print();
    if (argv[1][0] == '-')
        return option_refuse(argv[1]);
    const command *command = command_find(argv[1]);
    return command ? command_run(command, argc - 1, argv + 1) : EXIT_ERROR;
}

/* A file must not be opened as one of the standard descriptors: messages, or output, would go into
 * it. Those that are closed become a device, open the wrong way round: to read from it, or to write
 * output to it, stays an error; to a device that is always full, also by the name /dev/stdout. */
static bool descriptors_fill(void)
{
    static const struct {
        const char *device;
        int flags;
    } closed[] = {{"/dev/null", O_WRONLY}, {"/dev/full", O_RDONLY}, {"/dev/null", O_WRONLY}};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open(closed[fd].device, closed[fd].flags) != fd) {
            message_error("a standard descriptor is closed, and %s cannot be opened: %s",
                          closed[fd].device, strerror(errno));
            return false;
        }
    return true;
}

int main(int argc, char **argv)
{
    if (!descriptors_fill())
        return EXIT_ERROR;
    int status = dispatch(argc, argv);
    /* SIGPIPE ends the program quietly; a full disk is an error. */
    if (fflush(stdout) != 0 || ferror(stdout)) {
        if (status != EXIT_ERROR) /* else the error was printed */
            message_error("standard output: cannot write: %s", strerror(errno));
        return EXIT_ERROR;
    }
    return status;
}
