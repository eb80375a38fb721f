#include "cli/shared_options.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/external/command.h"
#include "cli/message.h"
#include "parsers/util/atomic_file.h"
#include "parsers/util/error.h"

selection_request selection_request_of(const arguments *arguments)
{
    return (selection_request){.backends = option_value(arguments, "backends"),
                               .plugins = option_value(arguments, "plugin"),
                               .levels = option_value(arguments, "levels")};
}

/* The commands of EXTERNAL_OPTIONS; `built`: see selection_of(). 0, or -1 and *err; free the list
 * in both cases. */
static int externals_read(const arguments *arguments, bool built, external_list *list, pkt_err *err)
{
    const char *file = option_value(arguments, "externals"), *command;
    char path[PATH_MAX];
    if (built && !file && !option_given(arguments, "external")) {
        external_built(path, sizeof path);
        if (access(path, R_OK) == 0)
            return external_add_file(list, path, err);
        message_note("no drivers of other languages: run `./run setup externals`, or give "
                     "--externals FILE");
    }
    for (size_t next = 0; (command = option_values(arguments, "external", &next));)
        if (external_add(list, command, false, err) != 0)
            return pkt_err_about(err, "--external");
    if (file && external_add_file(list, file, err) != 0)
        return pkt_err_about(err, "--externals");
    return 0;
}

bool selection_of(const arguments *arguments, selection_request request, bool built,
                  selection *selection)
{
    external_list externals = {.count = 0};
    pkt_err err = {.pos = PKT_POS_NONE};
    request.externals = &externals;
    const bool good = externals_read(arguments, built, &externals, &err) == 0 &&
                      selection_open(selection, &request, &err) == 0;
    external_list_free(&externals);
    if (!good)
        message_err(&err);
    return good;
}

void paths_note(const char *operand, const pkt_paths *paths)
{
    if (paths->others)
        message_note("%s%spassed over, because they are no captures: %zu files or folders%s%s%s",
                     operand ? operand : "", operand ? ": " : "", paths->others,
                     paths->folder ? "; " : "", paths->folder ? paths->folder : "",
                     paths->folder ? " is a folder without captures" : "");
}

bool captures_find(const arguments *arguments, bool missing, pkt_paths *paths)
{
    const pkt_paths_request request = {.operands = arguments->operands,
                                       .count = arguments->operand_count,
                                       .recursive = option_given(arguments, "R"),
                                       .missing = missing};
    pkt_err err = {.pos = PKT_POS_NONE};
    if (pkt_paths_find(paths, &request, &err) != 0) {
        message_err(&err);
        return false;
    }
    paths_note(NULL, paths);
    return true;
}

static bool capture_left_out(void *self, const pkt_err *err)
{
    left_out *out = self;
    if (out->keep_going)
        failures_add(&out->bad, NULL, err, NULL);
    else
        out->stopped = true;
    return out->keep_going;
}

/* Open the suite of these captures. false: messages were printed. */
static bool captures_take(suite *suite, suite_request *request, const pkt_notices *notices,
                          left_out *out)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    out->total = request->count;
    const int bad = suite_open(suite, request, notices, &err);
    if (bad)
        message_err(&err);
    if (out->stopped && request->count > 1)
        message_note("nothing was run; --keep-going leaves out captures that cannot be read");
    if (!bad && suite->count > 0)
        return true;
    (void)left_out_end(out, EXIT_ERROR);
    suite_close(suite);
    return false;
}

bool captures_open(suite *suite, const arguments *arguments, const suite_request *request,
                   const pkt_notices *notices, left_out *out)
{
    suite_request with = *request;
    pkt_paths paths;
    out->keep_going = option_given(arguments, "keep-going");
    if (out->keep_going && with.as_is) {
        message_error("--keep-going cannot be combined with --as-is, which measures every CAPTURE");
        return false;
    }
    if (!captures_find(arguments, out->keep_going, &paths))
        return false;
    with.captures = paths.at;
    with.count = paths.count;
    with.bad = capture_left_out;
    with.self = out;
    const bool good = captures_take(suite, &with, notices, out);
    pkt_paths_close(&paths);
    return good;
}

int left_out_end(left_out *out, int status)
{
    const bool some = out->bad.count > 0;
    failures_print(&out->bad, out->total);
    return some ? EXIT_ERROR : status;
}

static bool is_terminal(const char *path)
{
    struct stat st;
    const int number = strcmp(path, "-") == 0 ? STDOUT_FILENO : pkt_path_descriptor(path);
    if (number >= 0)
        return isatty(number);
    if (stat(path, &st) != 0 || !S_ISCHR(st.st_mode))
        return false;
    const int fd = open(path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    const bool is = fd >= 0 && isatty(fd);
    if (fd >= 0)
        close(fd);
    return is;
}

bool terminal_refused(const char *path, const char *what)
{
    if (!is_terminal(path))
        return false;
    message_error("%s is a terminal, and %s is binary: -o FILE, or send it into a pipe",
                  strcmp(path, "-") == 0 ? "standard output" : path, what);
    return true;
}

bool flow_options(const arguments *arguments, pkt_flow_choice *choice)
{
    const char *rule = option_value(arguments, "flow-rule");
    uint64_t max;
    pkt_err err;
    *choice = (pkt_flow_choice){.rule = PKT_FLOW_WIRESHARK_4_0};
    if (rule && pkt_flow_rule_find(rule, &choice->rule, &err) != 0) {
        message_failure("--flow-rule", &err);
        return false;
    }
    if (!option_number(arguments, "max-flows", 1, PKT_MOST_FLOWS, PKT_MAX_FLOWS, &max))
        return false;
    choice->max = (uint32_t)max;
    return true;
}

bool word_find(const char *what, const char *word, const char *words, size_t *index)
{
    pkt_names known = {.size = 0};
    pkt_err err;
    char one[PKT_NEAREST_TEXT];
    *index = 0;
    for (size_t size; *words; words += size + (words[size] == '|'), ++*index) {
        size = strcspn(words, "|");
        (void)snprintf(one, sizeof one, "%.*s", (int)size, words);
        if (strcmp(word, one) == 0)
            return true;
        pkt_names_add(&known, one);
    }
    pkt_fail_unknown(&err, what, word, &known);
    message_err(&err);
    return false;
}

bool json_option(const arguments *arguments, bool *json)
{
    const char *format = option_value(arguments, "format");
    size_t index = 0;
    if (format && !word_find("format", format, "table|json", &index))
        return false;
    *json = index == 1;
    return true;
}
