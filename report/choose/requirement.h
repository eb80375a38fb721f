/* What the user needs, in the words of `choose --need`. */
#ifndef PKT_NEED_H
#define PKT_NEED_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { NEEDS_MAX = 32, NEED_WORD = 64 };

typedef enum need_kind {
    NEED_LEVEL,   /* every column of a level */
    NEED_COLUMN,  /* one column */
    NEED_FEATURE, /* something that a backend can do besides */
} need_kind;

typedef struct need {
    char word[NEED_WORD]; /* as the user wrote it */
    need_kind kind;
    const char *name; /* of the level, column or feature */
} need;

typedef struct needs {
    need list[NEEDS_MAX];
    size_t count;
} needs;

/* Read a list with commas: levels, columns, features (`pktbench list` shows all three), and fields
 * by Wireshark's names. false: `why` says what is wrong. */
bool needs_read(const json_t *results, const char *text, needs *out, char *why, size_t size);

#endif
