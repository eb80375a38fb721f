#include "cli/progress.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Not more often than this, seconds. */
#define REDRAW_SECONDS 0.1

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void progress_open(progress *progress)
{
    const char *term = getenv("TERM");
    *progress = (struct progress){
        .shown = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0,
        .started = seconds_now(),
    };
}

void progress_expect(progress *progress, double seconds)
{
    progress->started = seconds_now();
    progress->expected = seconds;
}

void progress_show(progress *progress, const char *format, ...)
{
    double now = seconds_now();
    if (!progress->shown || now - progress->drawn < REDRAW_SECONDS)
        return;
    progress->drawn = now;
    char words[160];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(words, sizeof words, format, args);
    va_end(args);
    double left = progress->started + progress->expected - now;
    if (progress->expected > 0 && left > 0)
        fprintf(stderr, "\r\033[K%.60s, %.0f s left", words, left);
    else
        fprintf(stderr, "\r\033[K%.75s", words);
    fflush(stderr);
}

void progress_close(progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
}
