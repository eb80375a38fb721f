/* Bytes as a results file: any JSON is either refused or printed as tables. */
#include <jansson.h>
#include <stdlib.h>

#include "report/formats/conformance.h"
#include "report/formats/results.h"
#include "tests/fuzz/fuzz.h"

static size_t rendered(const json_t *results, report_format format, int *status)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    must(out != NULL, "there is memory for the table");
    *status = report_results(results, format, false, out);
    report_conformance(json_object_get(results, "conformance"), false, true, out);
    (void)fclose(out);
    free(text);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *results = json_loadb((const char *)data, size, 0, NULL);
    const bool complete = json_is_array(json_object_get(results, "slices")) &&
                          json_is_array(json_object_get(results, "runs"));
    for (unsigned format = REPORT_TABLE; results && format <= REPORT_CSV; format++) {
        int status;
        must(rendered(results, (report_format)format, &status) > 0 || status != 0 ||
                 format == REPORT_CSV,
             "the table is not empty");
        must((status == 0) == complete, "exactly the files with slices and runs are accepted");
    }
    json_decref(results);
    return 0;
}
