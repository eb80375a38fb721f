/* Pages of a Parquet file, unpacked: https://parquet.apache.org/docs/file-format/data-pages/ */
#ifndef PKT_PARQUET_PAGE_H
#define PKT_PARQUET_PAGE_H

#include "parsers/labels/parquet/file.h"
#include "parsers/util/buffer.h"

/* Kinds of pages. */
enum { PARQUET_DATA = 0, PARQUET_DICTIONARY = 2, PARQUET_DATA_V2 = 3 };

typedef struct parquet_page {
    unsigned kind;
    unsigned encoding;
    uint64_t values;     /* with nulls */
    size_t levels_size;  /* of PARQUET_DATA_V2: bytes of definition levels */
    size_t repeats_size; /* the same: of repetition levels, which come first */
    pkt_buffer bytes;    /* owned: unpacked; of PARQUET_DATA_V2 with the levels */
    pkt_buffer packed;   /* owned: scratch space */
} parquet_page;

/* Read the page of the chunk at *offset, which is then behind it. *page is zeroed at first, and
 * serves one page after another. 0, or -1 and *err. */
int pkt_parquet_page_read(const parquet_file *parquet, const parquet_part *chunk, uint64_t *offset,
                          parquet_page *page, pkt_err *err);
void pkt_parquet_page_free(parquet_page *page);

#endif
