/* The known word that a misspelt one is most like. */
#ifndef PKT_NEAREST_H
#define PKT_NEAREST_H

#include <stddef.h>

enum { PKT_NEAREST_TEXT = 48 };

typedef struct pkt_nearest {
    const char *word;             /* set by the caller: what was written */
    char found[PKT_NEAREST_TEXT]; /* "" at first, and as long as nothing is like it */
    size_t edits;                 /* between the two */
} pkt_nearest;

/* Compare one more known word. Like the written one is what an edit makes of it, or two if it has 5
 * letters (a letter more, fewer, another, or two exchanged); and what it begins. Case does not
 * count, nor which of . - and _ is between parts. */
void pkt_nearest_try(pkt_nearest *nearest, const char *known);

#endif
