/* Options that several commands have. */
#ifndef PKT_SHARED_OPTIONS_H
#define PKT_SHARED_OPTIONS_H

#include "bench/input/build.h"
#include "bench/worker/selection.h"
#include "cli/command.h"
#include "cli/failures.h"
#include "parsers/input/paths.h"
#include "parsers/util/parse.h"

#define SELECTION_OPTIONS                                                                          \
    {"backends", "BACKEND,...",                                                                    \
     "Backends to run. `all` includes the opt-in backends: memcpy, raw-mapped, libtins, "          \
     "libtrace, pcapplusplus and the external programs. Default: the others."},                    \
        {"levels", "LEVEL,...",                                                                    \
         "Levels to run: frames, headers, flows, app, inner, dissect. Default: all but inner."},   \
    {                                                                                              \
        "plugin", "FILE,...",                                                                      \
            "Shared objects with further backends (plug-ins), which always take part."             \
    }

#define EXTERNAL_OPTIONS                                                                           \
    {"external", "NAME=COMMAND" REPEATABLE,                                                        \
     "A parser in any language: a command that speaks the protocol of doc/external-parsers.md, "   \
     "and the name for it. It always takes part, may be given several times, and is started "      \
     "without a shell."},                                                                          \
    {                                                                                              \
        "externals", "FILE",                                                                       \
            "The same, from a file with a line NAME=COMMAND for each. One that cannot be started " \
            "is unavailable, which is no error."                                                   \
    }

/* The SELECTION_OPTIONS of a command that has them all. `externals` stays empty. */
selection_request selection_request_of(const arguments *arguments);
/* Open a selection with the commands of EXTERNAL_OPTIONS added to the request. `built`: without
 * these options, the drivers that `./run setup externals` built. false: a message was printed, and
 * there is nothing to close. */
bool selection_of(const arguments *arguments, selection_request request, bool built,
                  selection *selection);

#define FLOW_OPTIONS                                                                               \
    {"flow-rule", "wireshark-4.0|wireshark-4.4",                                                   \
     "Rule for stream numbers: that of Wireshark 4.0, or that of Wireshark 4.4 and later. The "    \
     "backends wireshark and tshark use the rule of their own version, the golden rows that of "   \
     "4.0. Default wireshark-4.0."},                                                               \
    {                                                                                              \
        "max-flows", "N",                                                                          \
            "Flows in memory at once. Beyond that, the least recently used flow is forgotten. "    \
            "Default 1048576."                                                                     \
    }

#define FOLDER_OPTION                                                                              \
    {                                                                                              \
        "R", NULL, "Of a folder, also take the captures in its folders, at any depth."             \
    }

/* The captures that the operands name, by a command that has the FOLDER_OPTION. `missing`: as in
 * pkt_paths_request. false: a message was printed, and there is nothing to close. */
bool captures_find(const arguments *arguments, bool missing, pkt_paths *paths);
/* Say what was passed over, if anything was, of this operand, or of all: NULL. */
void paths_note(const char *operand, const pkt_paths *paths);

#define KEEP_GOING_OPTION                                                                          \
    {                                                                                              \
        "keep-going", NULL,                                                                        \
            "Leave out captures that cannot be read. They are listed at the end; the exit status " \
            "is 2."                                                                                \
    }

/* Captures that --keep-going left out. Zeroed at first. */
typedef struct left_out {
    failures bad;
    size_t total;    /* captures, with those */
    bool keep_going; /* else nothing is left out */
    bool stopped;    /* by a capture that cannot be read */
} left_out;

/* Open the suite of the captures that the operands name, by a command that has the FOLDER_OPTION
 * and the KEEP_GOING_OPTION; *request is as in suite_open(), without captures. false: messages were
 * printed, and there is nothing to close. */
bool captures_open(suite *suite, const arguments *arguments, const suite_request *request,
                   const pkt_notices *notices, left_out *out);
/* List them. The exit status of the command, which is `status` if there is none. */
int left_out_end(left_out *out, int status);

/* Is the output ("-": standard output) a terminal, which must not get the bytes of WHAT? If so, a
 * message was printed. */
bool terminal_refused(const char *path, const char *what);

/* The FLOW_OPTIONS; false: a message was printed. */
bool flow_options(const arguments *arguments, pkt_flow_choice *choice);
/* Which of `words` ("a|b|c") is `word`? false: none, and a message was printed, in which it is a
 * WHAT. */
bool word_find(const char *what, const char *word, const char *words, size_t *index);
/* --format, of a command whose formats are table (the default) and json. false: a message was
 * printed. */
bool json_option(const arguments *arguments, bool *json);

#endif
