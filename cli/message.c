#include "cli/message.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "parsers/util/error.h"
#include "parsers/util/output_text.h"

static bool coloured(int fd)
{
    const char *off = getenv("NO_COLOR"), *term = getenv("TERM");
    return isatty(fd) && !(off && *off) && term && strcmp(term, "dumb") != 0;
}

void message_text(FILE *out, const char *format, va_list args)
{
    char *text = NULL;
    const int length = vasprintf(&text, format, args);
    char *form = length < 0 ? NULL : malloc(PKT_FORM_BYTES((size_t)length));
    if (form) {
        (void)pkt_text_terminal(form, text);
        fputs(form, out);
    }
    if (length >= 0)
        free(text);
    free(form);
}

static void message_line(const char *kind, const char *colour, const char *format, va_list args)
{
    const bool shown = coloured(STDERR_FILENO);
    fprintf(stderr, "pktbench: %s%s%s", shown ? colour : "", kind, shown ? "\033[0m" : "");
    message_text(stderr, format, args);
    fputc('\n', stderr);
}

void message_output(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_text(stdout, format, args);
    va_end(args);
    putchar('\n');
}

bool message_colour_stdout(void)
{
    return coloured(STDOUT_FILENO);
}

void message_error(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_line("error: ", "\033[1;31m", format, args);
    va_end(args);
}

void message_warning(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_line("warning: ", "\033[1;33m", format, args);
    va_end(args);
}

void message_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    message_line("", "", format, args);
    va_end(args);
}

void message_err(const pkt_err *err)
{
    char text[PKT_ERR_TEXT];
    message_error("%s", pkt_err_text(err, text));
}

void message_failure(const char *path, const pkt_err *err)
{
    char text[PKT_ERR_TEXT];
    message_error("%s: %s", path, pkt_err_text(err, text));
}

void message_truncated(const char *path, const pkt_err *err, const char *what)
{
    char text[PKT_ERR_TEXT];
    message_warning("%s: %s: %s", path, pkt_err_text(err, text), what);
}
