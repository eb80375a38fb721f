#include "results.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"
#include "statistics.h"

static json_t *text_or_null(const char *text)
{
    return text && *text ? json_string(text) : json_null();
}

static json_t *count(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static bool is_address(size_t column)
{
    pkt_show show = pkt_column_at(column)->show;
    return show == PKT_SHOW_ADDRESS || show == PKT_SHOW_MAC;
}

static json_t *difference_json(const difference *first, bool show_values)
{
    if (!first->found)
        return json_null();
    bool shown = show_values || !is_address(first->column);
    return json_pack("{s:o, s:s, s:o, s:o}", "packet", count(first->packet), "column",
                     pkt_column_at(first->column)->name, "value",
                     shown ? json_string(first->value) : json_null(), "expected",
                     shown ? json_string(first->expected) : json_null());
}

json_t *agreement_json(const check *check, bool show_values)
{
    const agreement *a = &check->agreement;
    if (!a->reference)
        return json_null();
    return json_pack("{s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "reference", a->reference,
                     "independent", (int)a->independent, "rows_compared", count(a->rows_compared),
                     "cells_compared", count(a->cells_compared), "cells_different",
                     count(a->cells_different), "broken_rows", count(a->broken_rows),
                     "broken_cells_different", count(a->broken_cells_different), "listed", count(0),
                     "first_difference", difference_json(&a->first, show_values));
}
