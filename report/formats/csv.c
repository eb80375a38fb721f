#include "report/formats/csv.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/util/output_text.h"
#include "results/reader.h"

void csv_text(FILE *out, const char *text)
{
    char *form = malloc(PKT_FORM_BYTES(strlen(text)));
    if (form) {
        (void)pkt_text_csv_no_formula(form, text);
        fputs(form, out);
    }
    free(form);
}

static void number_cell(FILE *out, const json_t *number)
{
    fputc(',', out);
    if (json_is_integer(number))
        fprintf(out, "%lld", (long long)json_integer_value(number));
    else if (json_is_real(number))
        fprintf(out, "%.9g", json_real_value(number));
}

/* median, low, high, min, max, n */
static void summary_cells(FILE *out, const json_t *summary)
{
    const json_t *ci = json_object_get(summary, "ci95");
    number_cell(out, json_object_get(summary, "median"));
    number_cell(out, json_array_get(ci, 0));
    number_cell(out, json_array_get(ci, 1));
    number_cell(out, json_object_get(summary, "min"));
    number_cell(out, json_object_get(summary, "max"));
    number_cell(out, json_object_get(summary, "n"));
}

static void run_line(const json_t *results, const json_t *run, FILE *out)
{
    const json_t *slice = named(json_object_get(results, "slices"), text_of(run, "slice"));
    const json_t *backend = named(json_object_get(results, "backends"), text_of(run, "backend"));
    const json_t *agreement = json_object_get(run, "agreement");
    const json_t *ratio = json_object_get(run, "ratio");
    const char *const words[] = {text_of(run, "slice"),       text_of(run, "backend"),
                                 text_of(backend, "version"), text_of(run, "level"),
                                 text_of(run, "status"),      text_of(run, "reason")};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (i)
            fputc(',', out);
        csv_text(out, words[i]);
    }
    number_cell(out, json_object_get(slice, "packets"));
    number_cell(out, json_object_get(slice, "bytes"));
    summary_cells(out, json_object_get(run, "wall_ns"));
    summary_cells(out, json_object_get(run, "cpu_ns"));
    number_cell(out, json_object_get(run, "ns_per_packet"));
    number_cell(out, json_object_get(run, "mb_per_s"));
    fputc(',', out);
    csv_text(out, text_of(ratio, "backend"));
    fprintf(out, ",%s", text_of(ratio, "level"));
    number_cell(out, json_object_get(ratio, "median"));
    number_cell(out, json_array_get(json_object_get(ratio, "ci95"), 0));
    number_cell(out, json_array_get(json_object_get(ratio, "ci95"), 1));
    number_cell(out, json_object_get(run, "load_ns"));
    number_cell(out, json_object_get(run, "peak_rss_bytes"));
    fputc(',', out);
    csv_text(out, text_of(agreement, "reference"));
    number_cell(out, json_object_get(agreement, "cells_compared"));
    number_cell(out, json_object_get(agreement, "cells_different"));
    number_cell(out, json_object_get(agreement, "malformed_rows"));
    number_cell(out, json_object_get(agreement, "malformed_cells_different"));
    fprintf(out, ",%s,%u", sink_of(run), threads_of(run));
    number_cell(out, json_object_get(run, "output_bytes"));
    number_cell(out, json_object_get(run, "prefix_packets"));
    number_cell(out, json_object_get(run, "first_run_ns"));
    const char *const built[] = {backend_language(backend), text_of(backend, "license"),
                                 backend_flags(results, backend)};
    for (size_t i = 0; i < sizeof built / sizeof built[0]; i++) {
        fputc(',', out);
        csv_text(out, built[i]);
    }
    fputc('\n', out);
}

void report_csv(const json_t *results, FILE *out)
{
    const json_t *run;
    fputs("slice,backend,version,level,status,reason,packets,bytes,"
          "wall_ns,wall_ns_low,wall_ns_high,wall_ns_min,wall_ns_max,samples,"
          "cpu_ns,cpu_ns_low,cpu_ns_high,cpu_ns_min,cpu_ns_max,cpu_samples,"
          "ns_per_packet,mb_per_s,ratio_to,ratio_to_level,ratio,ratio_low,ratio_high,"
          "load_ns,peak_rss_bytes,reference,cells_compared,cells_different,"
          "malformed_rows,malformed_cells_different,sink,threads,output_bytes,prefix_packets,"
          "first_run_ns,language,license,flags\n",
          out);
    for (size_t i = 0; (run = exported_run(results, i)); i++)
        run_line(results, run, out);
}
