#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "parsers/util/clock.h"
#include "parsers/util/output_text.h"

/* Not more often than this, seconds. */
#define REDRAW_SECONDS 0.1

void progress_open(progress *progress)
{
    const char *term = getenv("TERM");
    *progress = (struct progress){
        .shown = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0,
        .started = pkt_seconds_now(),
    };
}

void progress_expect(progress *progress, double seconds)
{
    progress->started = pkt_seconds_now();
    progress->expected = seconds;
}

void progress_show(progress *progress, const char *format, ...)
{
    double now = pkt_seconds_now();
    if (!progress->shown || now - progress->drawn < REDRAW_SECONDS)
        return;
    progress->drawn = now;
    char words[160], form[PKT_FORM_BYTES(sizeof words)];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    (void)pkt_text_terminal(form, words);
    double left = progress->started + progress->expected - now;
    if (progress->expected > 0 && left > 0)
        fprintf(stderr, "\r\033[K%.60s, %.0f s left", form, left);
    else
        fprintf(stderr, "\r\033[K%.75s", form);
    fflush(stderr);
}

void progress_close(progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}

static void notice_take(void *self, pkt_notice_kind kind, const char *text)
{
    if (kind == PKT_NOTICE_PROGRESS) {
        progress_show(self, "%s", text);
        return;
    }
    progress_close(self);
    (kind == PKT_NOTICE_WARNING ? message_warning : message_note)("%s", text);
}

static void notice_expect(void *self, double seconds)
{
    progress_expect(self, seconds);
}

pkt_notices progress_notices(progress *progress)
{
    return (pkt_notices){notice_take, notice_expect, progress};
}
