/* Words for the user, on standard error: one line each, prefixed by the program's name. */
#ifndef PKT_MESSAGE_H
#define PKT_MESSAGE_H

#include <stdbool.h>

#include "pktbench.h"

/* All of these write the form of the text for a terminal (see pkt_text_terminal()): names and words
 * of others in it are no control codes, and make no further lines. */

#if defined(__GNUC__)
#define MESSAGE_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define MESSAGE_FORMAT
#endif

/* May standard output have colours? It is a terminal that is not dumb, and NO_COLOR is not
 * set. */
bool message_colour_stdout(void);
void message_error(const char *format, ...) MESSAGE_FORMAT;
void message_warning(const char *format, ...) MESSAGE_FORMAT;
void message_note(const char *format, ...) MESSAGE_FORMAT;
/* A line of a table on standard output. */
void message_output(const char *format, ...) MESSAGE_FORMAT;
/* The text alone, without a line end. */
void message_text(FILE *out, const char *format, va_list args);
/* "pktbench: error: MESSAGE (at byte N)". */
void message_err(const pkt_err *err);
/* The same of a file, or of an option: "pktbench: error: PATH: MESSAGE (at byte N)". */
void message_failure(const char *path, const pkt_err *err);
/* "pktbench: warning: PATH: MESSAGE (at byte N): WHAT", of a truncated capture. */
void message_truncated(const char *path, const pkt_err *err, const char *what);

#endif
