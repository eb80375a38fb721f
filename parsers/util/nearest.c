#include "parsers/util/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* EDITS_MAX: more is another word. LETTERS_OF_ONE, LETTERS_OF_TWO: letters that a word must have
 * for one or two edits. ABBREVIATION_MIN: letters of a beginning that is taken for one. */
enum { EDITS_MAX = 2, LETTERS_OF_ONE = 2, LETTERS_OF_TWO = 5, ABBREVIATION_MIN = 3, ROWS = 3 };

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* `ip_src`, `ip.src` and `ip-src` are one word. */
static int plain(char letter)
{
    return letter == '.' || letter == '-' ? '_' : tolower((unsigned char)letter);
}

static bool same(char a, char b)
{
    return plain(a) == plain(b);
}

/* Edits that make one word the other (optimal string alignment); both are shorter than
 * PKT_NEAREST_TEXT. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[ROWS][PKT_NEAREST_TEXT], n = strlen(b), i = 0;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = j;
    for (i = 1; a[i - 1]; i++) {
        const size_t *before = rows[(i + 1) % ROWS], *last = rows[(i - 1) % ROWS];
        size_t *now = rows[i % ROWS];
        now[0] = i;
        for (size_t j = 1; j <= n; j++) {
            now[j] = least(last[j - 1] + !same(a[i - 1], b[j - 1]), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[(i - 1) % ROWS][n];
}

void pkt_nearest_try(pkt_nearest *nearest, const char *known)
{
    const size_t size = strlen(nearest->word);
    if (size >= PKT_NEAREST_TEXT || strlen(known) >= PKT_NEAREST_TEXT)
        return;
    size_t edits = distance(nearest->word, known);
    if (size >= ABBREVIATION_MIN && strncasecmp(nearest->word, known, size) == 0)
        edits = least(edits, EDITS_MAX);
    else if (size < (edits > 1 ? LETTERS_OF_TWO : LETTERS_OF_ONE))
        return;
    if (edits > EDITS_MAX || (*nearest->found && edits >= nearest->edits))
        return;
    nearest->edits = edits;
    (void)snprintf(nearest->found, sizeof nearest->found, "%s", known);
}
