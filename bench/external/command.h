/* Commands of external parsers, as the user gives them: NAME=COMMAND. */
#ifndef PKT_COMMAND_LINE_H
#define PKT_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "pktbench.h"

/* Maximum number of commands in a run. */
#define EXTERNAL_MAX 32

typedef struct external_command {
    char *name;    /* owned; of a-z, 0-9 and - */
    char *command; /* owned; external_words() can split it */
    bool optional; /* from a file: if it cannot be started, it is a backend that is unavailable */
} external_command;

typedef struct external_list {
    external_command at[EXTERNAL_MAX];
    size_t count;
} external_list;

/* Add "NAME=COMMAND". 0, or -1 and *err: what is wrong, and what it must be. */
int external_add(external_list *list, const char *text, bool optional, pkt_err *err);
/* Add the lines of a file, each NAME=COMMAND. Empty lines and lines that begin with # are skipped.
 * 0, or -1 and *err with the number of the line. */
int external_add_file(external_list *list, const char *path, pkt_err *err);
/* Path of the list that `./run setup externals` writes; it may not exist. */
void external_built(char *path, size_t size);
/* Free what the list owns. It is then empty. */
void external_list_free(external_list *list);

/* Split a command into words at blanks. '...' and "..." keep blanks, and a backslash (not within
 * '...') keeps the next character. Nothing else is special: no shell is involved. Returns a list
 * that ends with NULL and is freed by one free(); NULL and *err if a quote is not closed or there
 * is no word. */
char **external_words(const char *command, pkt_err *err);

#endif
