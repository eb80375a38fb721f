/* Words for the user, on standard error: one line each, prefixed by the program's name. */
#ifndef PKT_MESSAGE_H
#define PKT_MESSAGE_H

#include <stdbool.h>

#include "pktbench.h"

#if defined(__GNUC__)
#define MESSAGE_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define MESSAGE_FORMAT
#endif

/* May standard output have colours? It is a terminal, and NO_COLOR is not set. */
bool message_colour_stdout(void);
void message_error(const char *format, ...) MESSAGE_FORMAT;
void message_warning(const char *format, ...) MESSAGE_FORMAT;
void message_note(const char *format, ...) MESSAGE_FORMAT;
/* "pktbench: error: MESSAGE (at byte N)". */
void message_err(const pkt_err *err);
/* The same of a file, or of an option: "pktbench: error: PATH: MESSAGE (at byte N)". */
void message_failure(const char *path, const pkt_err *err);
/* "pktbench: warning: PATH: MESSAGE (at byte N): WHAT", of a truncated capture. */
void message_truncated(const char *path, const pkt_err *err, const char *what);

#endif
