/* The command line that gives what was asked for. */
#ifndef PKT_EXTRACT_WORDS_H
#define PKT_EXTRACT_WORDS_H

#include "report/choose/judge.h"

/* What stands for the user's capture and interface in a command. */
#define CAPTURE_WORD "CAPTURE"
#define INTERFACE_WORD "INTERFACE"

/* How `pktbench extract` runs a backend. */
typedef enum extracts {
    EXTRACTS_NOT,     /* not by its name */
    EXTRACTS_LEVEL,   /* with the columns of one level */
    EXTRACTS_COLUMNS, /* with columns of several levels together, too */
} extracts;

typedef extracts extracts_function(const char *backend);

/* Words of a `pktbench` command whose rows have exactly the columns of the requirements, or all of
 * the level if no column is named. null: there is none; then *note says what to do instead. *note
 * may also be a remark on the command, or null. Two new references. */
json_t *extract_words(const choose_request *w, const judgement *j, extracts how, json_t **note);

/* Names of the columns of its rows, in order: those of the requirements, or all of the level. A new
 * reference. */
json_t *extract_columns(const choose_request *w, const judgement *j);

/* The same of a backend that meets each requirement at some level, and all of them at none
 * (judgement.is_split): the command names columns of several levels. null: there is none. */
json_t *extract_split_words(const choose_request *w, const judgement *j, extracts how);

#endif
