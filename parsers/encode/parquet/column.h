/* A column of a row group of Parquet: its pages, and what the footer says of it. */
#ifndef PKT_PARQUET_COLUMN_H
#define PKT_PARQUET_COLUMN_H

#include "parsers/encode/parquet/dictionary.h"
#include "parsers/rows/column_types.h"

enum { PARQUET_PLAIN = 0, PARQUET_RLE = 3, PARQUET_DICTIONARY = 8 }; /* encodings */
enum { PARQUET_NOT_PACKED = 0, PARQUET_ZSTD = 6 };

/* Footer entry of a column of a row group. */
typedef struct parquet_chunk {
    uint64_t offset;           /* of its first page: in the row group, then in the file */
    uint64_t dictionary_size;  /* bytes of the page of its dictionary, which comes first; 0: none */
    uint64_t size, plain_size; /* bytes of its pages as they are, and before they were packed */
    uint64_t statistics_size;  /* bytes of its statistics, as the footer has them */
} parquet_chunk;

/* Memory that columns are made in, one after another. Zeroed at first. */
typedef struct parquet_scratch {
    pkt_buffer levels, values, page, packed;
    dictionary dictionary;
} parquet_scratch;

/* PARQUET_INT32 and so on. */
unsigned pkt_parquet_type(const pkt_field *field);
/* The compression of pages: PARQUET_NOT_PACKED or PARQUET_ZSTD. */
unsigned pkt_parquet_codec(void);
/* Append the pages of the column to *out and its statistics to *statistics, and describe them in
 * *chunk. 0, or -1 and *err. */
int pkt_parquet_column_add(parquet_scratch *scratch, const pkt_rows *rows, const pkt_field *field,
                           parquet_chunk *chunk, pkt_buffer *out, pkt_buffer *statistics,
                           pkt_err *err);
void pkt_parquet_scratch_free(parquet_scratch *scratch);

#endif
