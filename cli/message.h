/* Words for the user, on standard error: one line each, prefixed by the program's name. */
#ifndef PKT_SAY_H
#define PKT_SAY_H

#include "pktbench.h"

#if defined(__GNUC__)
#define SAY_FORMAT __attribute__((format(printf, 1, 2)))
#else
#define SAY_FORMAT
#endif

void say_error(const char *format, ...) SAY_FORMAT;
void say_warning(const char *format, ...) SAY_FORMAT;
void say_note(const char *format, ...) SAY_FORMAT;
/* "pktbench: error: PATH: MESSAGE (at byte N)". */
void say_failure(const char *path, const pkt_err *err);
/* "pktbench: warning: PATH: MESSAGE (at byte N): WHAT", of a capture that is cut. */
void say_cut(const char *path, const pkt_err *err, const char *what);

#endif
