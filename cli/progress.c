#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/message.h"
#include "parsers/process/child.h"
#include "parsers/util/clock.h"
#include "parsers/util/output_text.h"

/* Seconds between two lines: on a terminal, and elsewhere. */
#define REDRAW_SECONDS 0.1
#define LINE_SECONDS 30.0

static void on_wait(void *self)
{
    progress_tick(self);
}

void progress_open(progress *progress)
{
    const char *term = getenv("TERM");
    const double now = pkt_seconds_now();
    const bool terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
    *progress = (struct progress){
        .terminal = terminal,
        .every = terminal ? REDRAW_SECONDS : LINE_SECONDS,
        .started = now,
        .drawn = now,
    };
    pkt_child_on_wait(on_wait, progress);
}

void progress_expect(progress *progress, double seconds)
{
    const double now = pkt_seconds_now();
    if (!(progress->expected > 0))
        progress->started = now;
    progress->expected = now - progress->started + seconds;
}

static void line_draw(const progress *progress, const char *words, double left)
{
    if (progress->expected > 0 && left > 0)
        fprintf(stderr, "\r\033[K%.60s, %.0f s left", words, left);
    else
        fprintf(stderr, "\r\033[K%.75s", words);
    fflush(stderr);
}

/* "12 % done, about 90 s left: block 1 of 8, ..." */
static void line_print(const progress *progress, const char *words, double left)
{
    if (progress->expected > 0 && left > 0)
        message_note("%.0f %% done, about %.0f s left: %s", 100 * (1 - left / progress->expected),
                     left, words);
    else
        message_note("%s", words);
}

void progress_show(progress *progress, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(progress->words, sizeof progress->words, format, args);
    va_end(args);
    progress_tick(progress);
}

void progress_tick(progress *progress)
{
    char form[PKT_FORM_BYTES(PROGRESS_WORDS)];
    double now = pkt_seconds_now();
    if (!*progress->words || now - progress->drawn < progress->every)
        return;
    progress->drawn = now;
    (void)pkt_text_terminal(form, progress->words);
    double left = progress->started + progress->expected - now;
    if (progress->terminal)
        line_draw(progress, form, left);
    else
        line_print(progress, form, left);
}

static void line_clear(const progress *progress)
{
    if (progress->terminal)
        fputs("\r\033[K", stderr);
}

void progress_close(progress *progress)
{
    line_clear(progress);
    progress->words[0] = '\0';
}

static void notice_take(void *self, pkt_notice_kind kind, const char *text)
{
    if (kind == PKT_NOTICE_PROGRESS) {
        progress_show(self, "%s", text);
        return;
    }
    line_clear(self);
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
