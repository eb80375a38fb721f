/* The formats that rows can be written in. */
#include "parsers/rows/rows.h"

static const pkt_encoder *const encoders[] = {
    &pkt_encoder_csv,
    &pkt_encoder_arrow,
    &pkt_encoder_parquet,
};

const pkt_encoder *pkt_encoder_at(size_t index)
{
    return index < sizeof encoders / sizeof encoders[0] ? encoders[index] : NULL;
}

const pkt_encoder *pkt_encoder_find(const char *name)
{
    const pkt_encoder *encoder = NULL;
    for (size_t i = 0; (encoder = pkt_encoder_at(i)) != NULL; i++)
        if (strcmp(encoder->name, name) == 0)
            break;
    return encoder;
}
