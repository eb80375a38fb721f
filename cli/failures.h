/* Captures of a command that could not be read: kept, and listed at its end. */
#ifndef PKT_FAILURES_H
#define PKT_FAILURES_H

#include <stddef.h>

#include "cli/message.h"

/* Zeroed at first. */
typedef struct failures {
    char **lines; /* owned */
    size_t count, room;
} failures;

/* Keep "NAME: MESSAGE (at byte N)", and ": REST" unless that is NULL. `name` NULL: the message
 * names the capture. Without memory, the line is printed at once. */
void failures_add(failures *list, const char *name, const pkt_err *err, const char *rest);
/* The same of a line that is made. */
void failures_add_line(failures *list, const char *line);
/* Print the lines as errors, and how many of the `total` captures they are; free them. */
void failures_print(failures *list, size_t total);

#endif
