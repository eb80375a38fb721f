/* Statistics of a column of a row group, by which readers pass over row groups. */
#ifndef PKT_PARQUET_STATISTICS_H
#define PKT_PARQUET_STATISTICS_H

#include "parsers/encode/parquet/dictionary.h"

/* Append the struct Statistics: the number of nulls, and the least and the greatest of the values,
 * of the type PARQUET_INT32 and so on, without NaN. Both are left out if there is no value, or one
 * is a long text. 0, or -1 and *err. */
int pkt_parquet_statistics_add(const plain_values *values, unsigned type, size_t nulls,
                               pkt_buffer *out, pkt_err *err);

#endif
