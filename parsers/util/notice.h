/* Warnings, notes and progress of a library. The caller passes functions that take them; nothing is
 * printed here. */
#ifndef PKT_NOTICE_H
#define PKT_NOTICE_H

#include "pktbench.h"

typedef enum pkt_notice_kind {
    PKT_NOTICE_PROGRESS, /* what is being done now: the next one takes its place */
    PKT_NOTICE_NOTE,
    PKT_NOTICE_WARNING
} pkt_notice_kind;

/* Who takes notices, in the thread that called the library. */
typedef struct pkt_notices {
    /* One line without its end; `text` does not outlive the call. */
    void (*take)(void *self, pkt_notice_kind kind, const char *text);
    /* About so many seconds are left; a later call corrects it. May be NULL. */
    void (*expect)(void *self, double seconds);
    void *self;
} pkt_notices;

/* Give a notice. `notices` may be NULL: they are discarded. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void pkt_notice(const pkt_notices *notices, pkt_notice_kind kind, const char *format, ...);
/* Warn of an error that is none for the caller: "ABOUT: MESSAGE (at byte N)", then ": WHAT" unless
 * that is NULL. */
void pkt_notice_err(const pkt_notices *notices, const char *about, const pkt_err *err,
                    const char *what);
/* Say that about so many seconds are left. */
void pkt_notice_expect(const pkt_notices *notices, double seconds);

#endif
