#include "datasets/frame.h"

void frame_app_begin(frame *f, pkt_app proto)
{
    f->app.proto = proto;
    f->app.known = f->size;
    f->app.end = f->app.count = f->app.text_size = 0;
    f->app.part = 0;
}

void frame_app_known(frame *f)
{
    f->app.known = f->size;
}

/* The value of the column, which is known by the bytes up to here. */
static frame_value *value_add(frame *f, pkt_column column)
{
    static frame_value surplus;
    size_t i = 0;
    while (i < f->app.count && f->app.values[i].column != column)
        i++;
    if (i == FRAME_VALUES_MAX) {
        f->defect = "more values than FRAME_VALUES_MAX";
        return &surplus;
    }
    f->app.count += i == f->app.count;
    f->app.values[i] = (frame_value){f->size, column, 0, {PKT_TEXT_NULL, 0}};
    return &f->app.values[i];
}

void frame_app_number(frame *f, pkt_column column, uint64_t number)
{
    value_add(f, column)->number = number;
}

void frame_app_text(frame *f, pkt_column column, const char *text, size_t size)
{
    if (size > FRAME_TEXT_MAX - f->app.text_size) {
        f->defect = "more text than FRAME_TEXT_MAX";
        return;
    }
    memcpy(f->app.text + f->app.text_size, text, size);
    value_add(f, column)->text = (pkt_text){(uint32_t)f->app.text_size, (uint32_t)size};
    f->app.text_size += size;
}

void frame_app_end(frame *f, unsigned part)
{
    f->app.end = f->size;
    f->app.part = part;
}

/* Where the columns are in a truth_row. */
static const size_t places[] = {
#define PKT_X(name, type, level, has, format_as, doc) offsetof(truth_row, name),
    PKT_COLUMNS(PKT_X)
#undef PKT_X
};

static void number_store(truth_row *row, const pkt_column_info *info, size_t place, uint64_t number)
{
    uint8_t *cell = (uint8_t *)row + place;
    const uint32_t u32 = (uint32_t)number;
    const uint16_t u16 = (uint16_t)number;
    row->present |= info->present;
    if (info->size == sizeof u32)
        memcpy(cell, &u32, sizeof u32);
    else if (info->size == sizeof u16)
        memcpy(cell, &u16, sizeof u16);
    else
        *cell = (uint8_t)number;
}

static void texts_clear(truth_row *row)
{
    const pkt_text null = {PKT_TEXT_NULL, UINT32_MAX};
    for (size_t c = 0; c < PKT_COLUMN_COUNT; c++)
        if (pkt_column_at(c)->format_as == PKT_AS_TEXT)
            memcpy((uint8_t *)row + places[c], &null, sizeof null);
}

void frame_app_truth(const frame *f, size_t captured, truth_row *row)
{
    const frame_app *app = &f->app;
    texts_clear(row);
    if (app->proto == PKT_APP_NONE || captured < app->known || row->verdict != PKT_OK ||
        row->payload_len == 0)
        return;
    row->present |= PKT_HAS_APP;
    row->app_proto = (uint8_t)app->proto;
    row->app_part = (uint8_t)(captured < app->end ? 0 : app->part);
    row->app_verdict = captured < app->end ? PKT_CUT_BY_SNAPLEN : PKT_OK;
    for (size_t i = 0; i < app->count; i++) {
        const frame_value *value = &app->values[i];
        const pkt_column_info *info = pkt_column_at(value->column);
        if (value->end > captured)
            continue;
        if (info->format_as == PKT_AS_TEXT)
            memcpy((uint8_t *)row + places[value->column], &value->text, sizeof value->text);
        else
            number_store(row, info, places[value->column], value->number);
    }
}

unsigned frame_port(unsigned port)
{
    static const unsigned owned[] = {
        53,   67,   68,   80,   324,  443,  465,  631,  636,  802,   853,   993,   995,  1300, 1883,
        1900, 2221, 2443, 2710, 2869, 3128, 3132, 3249, 3250, 3251,  3252,  3496,  3689, 5061, 5353,
        5355, 5671, 5683, 5684, 5868, 5985, 8080, 8088, 8883, 11207, 11371, 19999, 27017};
    for (size_t i = 0; i < sizeof owned / sizeof owned[0]; i++)
        port += port == owned[i]; /* in order: neighbours are left too */
    return port;
}
