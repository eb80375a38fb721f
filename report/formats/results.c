#include "report/formats/results.h"

#include "report/formats/change.h"
#include "report/formats/csv.h"
#include "report/formats/exports.h"
#include "report/formats/table.h"
#include "results/escaped.h"

static bool has_lists(const json_t *results)
{
    return json_is_array(json_object_get(results, "slices")) &&
           json_is_array(json_object_get(results, "runs"));
}

static int runs_write(const json_t *results, report_format format, bool colour, FILE *out)
{
    switch (format) {
    case REPORT_TABLE:
        report_table(results, colour, out);
        return 0;
    case REPORT_MARKDOWN:
        report_markdown(results, out);
        return 0;
    case REPORT_CSV:
        report_csv(results, out);
        return 0;
    case REPORT_JSON:
        return json_print(results, out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
    case REPORT_GITHUB_ACTION:
        return report_github_action(results, out);
    case REPORT_BMF:
        return report_bmf(results, out);
    case REPORT_JUNIT:
        return report_junit(results, out);
    case REPORT_GBENCH:
        return report_gbench(results, out);
    }
    return -1;
}

int report_results(const json_t *results, report_format format, bool colour, FILE *out)
{
    const json_t *comparison = json_object_get(results, "comparison");
    if (!has_lists(results))
        return -1;
    if (format == REPORT_CSV && comparison)
        return report_change(comparison, format, out);
    if (runs_write(results, format, colour, out) != 0)
        return -1;
    if (!comparison || format >= REPORT_JSON)
        return 0;
    fputc('\n', out);
    return report_change(comparison, format, out);
}
