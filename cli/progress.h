/* The current step and the time left: one line that is rewritten on a terminal, else a new line
 * every half a minute. */
#ifndef PKT_PROGRESS_H
#define PKT_PROGRESS_H

#include <stdbool.h>

#include "parsers/util/notice.h"

/* Bytes of the words of a step, with the final 0. */
#define PROGRESS_WORDS 160

typedef struct progress {
    bool terminal;              /* standard error is a terminal */
    double every;               /* seconds between two lines */
    double started;             /* of what is expected: seconds on the monotonic clock */
    double expected;            /* seconds from then until the end; 0: not known */
    double drawn;               /* when a line was last written, or the progress was opened */
    char words[PROGRESS_WORDS]; /* the current step; "" before the first */
} progress;

/* The line goes on while a worker or another program is waited for, too: `progress` must stay where
 * it is until the program ends. */
void progress_open(progress *progress);
/* Show the current step once more, if it is time. */
void progress_tick(progress *progress);
/* About so many seconds are left. What is done is counted from the first call on. */
void progress_expect(progress *progress, double seconds);
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
void progress_show(progress *progress, const char *format, ...);
/* Leave the line empty, until the next step. */
void progress_close(progress *progress);
/* Who prints a library's notices: progress on that line, notes and warnings as messages. */
pkt_notices progress_notices(progress *progress);

#endif
