/* What the user needs, in the words of `choose --need`. */
#ifndef PKT_REQUIREMENT_H
#define PKT_REQUIREMENT_H

#include <jansson.h>
#include <stdbool.h>

#include "pktbench.h"

enum { REQUIREMENTS_MAX = 32, REQUIREMENT_WORD = 64 };

typedef enum requirement_kind {
    REQUIREMENT_LEVEL,   /* every column of a level */
    REQUIREMENT_COLUMN,  /* one column */
    REQUIREMENT_FEATURE, /* an ability of a backend */
} requirement_kind;

typedef struct requirement {
    char word[REQUIREMENT_WORD]; /* as the user wrote it */
    requirement_kind kind;
    const char *name;       /* of the level, column or feature */
    pkt_column_set columns; /* of the level */
} requirement;

typedef struct requirements {
    requirement list[REQUIREMENTS_MAX];
    size_t count;
} requirements;

/* Read a list with commas: levels, columns, features (`pktbench list backends` and `pktbench list
 * columns` show them), and fields by Wireshark's names. 0, or -1 and *err. */
int requirements_read(const json_t *results, const char *text, requirements *out, pkt_err *err);

/* Is it a column of level `app`? */
bool requirement_is_application(const requirement *n);
/* Is it a column that the rows must have? An address counts as its first half. */
bool requirement_has_column(const requirement *n, const pkt_column_info *column);
/* All such columns. */
pkt_column_set requirements_columns(const requirements *needs);

#endif
