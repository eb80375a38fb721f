#include "report/findings/aa.h"

#include <math.h>
#include <string.h>

#include "results/reader.h"

double aa_width(const json_t *results, const char *slice, const char *level)
{
    double widest = -1;
    size_t i;
    json_t *aa;
    json_array_foreach(json_object_get(results, "aa"), i, aa)
    {
        const json_t *ci = json_object_get(aa, "ci95");
        double low = json_number_value(json_array_get(ci, 0));
        double high = json_number_value(json_array_get(ci, 1));
        if ((slice && strcmp(text_of(aa, "slice"), slice) != 0) ||
            (level && strcmp(text_of(aa, "level"), level) != 0) || !(low > 0))
            continue;
        widest = fmax(widest, fmax(high, 1 / low) - 1);
    }
    return widest;
}

double aa_width_of_level(const json_t *results, const char *slice, const char *level)
{
    double width = aa_width(results, slice, level);
    return width < 0 ? aa_width(results, slice, NULL) : width;
}
