#include "report/formats/format.h"

#include "parsers/util/error.h"

int report_format_find(const char *name, report_format last, report_format *format, pkt_err *err)
{
    static const char *const names[] = {"table",         "markdown", "csv",   "json",
                                        "github-action", "bmf",      "junit", "gbench"};
    pkt_names known = {.size = 0};
    for (unsigned i = 0; i <= (unsigned)last; i++) {
        if (strcmp(name, names[i]) == 0) {
            *format = (report_format)i;
            return 0;
        }
        pkt_names_add(&known, names[i]);
    }
    return pkt_fail_unknown(err, "format", name, &known);
}
