#include "parsers/util/notice.h"

#include "parsers/util/error.h"

/* Longer notices are cut. */
enum { NOTICE_MAX = 1024 };

void pkt_notice(const pkt_notices *notices, pkt_notice_kind kind, const char *format, ...)
{
    char text[NOTICE_MAX];
    va_list args;
    if (!notices)
        return;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    notices->take(notices->self, kind, text);
}

void pkt_notice_err(const pkt_notices *notices, const char *about, const pkt_err *err,
                    const char *what)
{
    char text[PKT_ERR_TEXT];
    pkt_notice(notices, PKT_NOTICE_WARNING, "%s: %s%s%s", about, pkt_err_text(err, text),
               what ? ": " : "", what ? what : "");
}

void pkt_notice_expect(const pkt_notices *notices, double seconds)
{
    if (notices && notices->expect)
        notices->expect(notices->self, seconds);
}
