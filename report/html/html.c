#include "report/html/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "parsers/util/utf8.h"
#include "results/reader.h"

static void character(FILE *out, char c)
{
    switch (c) {
    case '&':
        fputs("&amp;", out);
        break;
    case '<':
        fputs("&lt;", out);
        break;
    case '>':
        fputs("&gt;", out);
        break;
    case '"':
        fputs("&quot;", out);
        break;
    case '\'':
        fputs("&#39;", out);
        break;
    default:
        fputc(c, out);
    }
}

void html_text(FILE *out, const char *text)
{
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        bool plain;
        length = pkt_character((const uint8_t *)text, left, &plain);
        if (plain && length == 1)
            character(out, *text);
        else if (plain || *text == '\n' || *text == '\t')
            (void)fwrite(text, 1, length, out);
        else /* control characters, those that reorder text, and no UTF-8 have no place in HTML */
            fputs("\xef\xbf\xbd", out);
    }
}

void html_put(FILE *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    for (; *format; format++) {
        if (strncmp(format, "%s", 2) == 0) {
            html_text(out, va_arg(values, const char *));
            format++;
        } else if (strncmp(format, "%zu", 3) == 0) {
            fprintf(out, "%zu", va_arg(values, size_t));
            format += 2;
        } else {
            fputc(*format, out);
            format += format[0] == '%' && format[1] == '%';
        }
    }
    va_end(values);
}

void html_base64(FILE *out, const void *bytes, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = bytes;
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t group = (uint32_t)in[i] << 16;
        group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
        group |= left > 2 ? in[i + 2] : 0;
        fputc(digits[group >> 18], out);
        fputc(digits[group >> 12 & 63], out);
        fputc(left > 1 ? digits[group >> 6 & 63] : '=', out);
        fputc(left > 2 ? digits[group & 63] : '=', out);
    }
}

void html_table_begin(FILE *out, const char *caption, const html_head *heads, size_t count)
{
    html_put(out,
             "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"%s\">\n"
             "<table class=\"sorts\"><caption><span>%s</span></caption>\n<thead><tr>",
             caption, caption);
    for (size_t i = 0; i < count; i++)
        html_put(out,
                 heads[i].is_number ? "<th scope=\"col\" class=\"n\">%s</th>"
                                    : "<th scope=\"col\">%s</th>",
                 heads[i].text);
    fputs("</tr></thead>\n<tbody>\n", out);
}

void html_table_end(FILE *out)
{
    fputs("</tbody></table></div>\n", out);
}

static void place_attributes(FILE *out, double factor, const char *place, const char *over)
{
    html_put(out, " data-json=\"%s\"", place);
    if (factor != 1)
        fprintf(out, " data-factor=\"%g\"", factor);
    if (over)
        html_put(out, " data-over=\"%s\"", over);
}

void html_figure(FILE *out, double value, double factor, const char *place, const char *over)
{
    char text[48];
    number_text(value * factor, text, sizeof text);
    fprintf(out, "<td class=\"n\" data-sort=\"%.9g\"", value * factor);
    place_attributes(out, factor, place, over);
    html_put(out, ">%s</td>", text);
}

void html_quotient(FILE *out, double dividend, double value, const char *place)
{
    char text[48];
    number_text(dividend / value, text, sizeof text);
    fprintf(out, "<td class=\"n\" data-sort=\"%.9g\" data-per=\"%.9g\"", dividend / value,
            dividend);
    place_attributes(out, 1, place, NULL);
    html_put(out, ">%s</td>", text);
}

void html_histogram(FILE *out, const double *shares, size_t bins, const char *alt)
{
    enum { HEIGHT = 16, BIN = 2 };
    double most = 0;
    for (size_t i = 0; i < bins; i++)
        most = shares[i] > most ? shares[i] : most;
    html_put(out, "<td><svg class=\"samples\" role=\"img\" aria-label=\"%s\"", alt);
    fprintf(out, " viewBox=\"0 0 %zu %d\"><path class=\"axis\" d=\"M0 %dh%zuv1H0\"/><path d=\"",
            bins * BIN, HEIGHT, HEIGHT - 1, bins * BIN);
    for (size_t i = 0; i < bins; i++)
        if (shares[i] > 0)
            fprintf(out, "M%zu %dv-%.1fh%dV%d", i * BIN, HEIGHT,
                    1 + (HEIGHT - 1) * shares[i] / most, BIN, HEIGHT);
    html_put(out, "\"/><title>%s</title></svg></td>", alt);
}

void html_interval(FILE *out, const json_t *summary, double factor, double divisor,
                   const char *place, const char *over)
{
    char text[96], where[PLACE_BYTES + 8];
    interval_text(summary, factor / divisor, text, sizeof text);
    if (!*text) {
        html_empty(out);
        return;
    }
    (void)snprintf(where, sizeof where, "%s/ci95", place);
    fputs("<td class=\"i\"", out);
    place_attributes(out, factor, where, over);
    html_put(out, ">%s</td>", text);
}

void html_summary(FILE *out, const json_t *summary, double factor, double divisor,
                  const char *place, const char *over)
{
    char where[PLACE_BYTES + 8];
    if (!json_is_object(summary)) {
        html_empty(out);
        html_empty(out);
        return;
    }
    (void)snprintf(where, sizeof where, "%s/median", place);
    html_figure(out, number_of(summary, "median") / divisor, factor, where, over);
    html_interval(out, summary, factor, divisor, place, over);
}

void html_cell(FILE *out, const char *text)
{
    html_put(out, "<td>%s</td>", text);
}

void html_empty(FILE *out)
{
    fputs("<td></td>", out);
}
