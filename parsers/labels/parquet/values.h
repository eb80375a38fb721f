/* The values of a column of a Parquet file, one after another. */
#ifndef PKT_PARQUET_VALUES_H
#define PKT_PARQUET_VALUES_H

#include "parsers/labels/parquet/page.h"

typedef struct parquet_values parquet_values;

/* `text`: valid until the next value of the column is read. */
typedef struct parquet_value {
    bool is_null;
    int64_t number;
    const char *text;
    size_t size; /* of the text */
} parquet_value;

/* Of the index'th column; the file must stay open. NULL and *err. */
parquet_values *pkt_parquet_values_open(const parquet_file *parquet, size_t column, pkt_err *err);
/* The next value: 1, 0 at the end, -1 and *err. */
int pkt_parquet_values_next(parquet_values *values, parquet_value *value, pkt_err *err);
void pkt_parquet_values_close(parquet_values *values);

#endif
