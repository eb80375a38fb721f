/* Dictionaries of Parquet: the different values of a column of a row group, and for each row the
 * index of its value: https://parquet.apache.org/docs/file-format/data-pages/encodings/ */
#ifndef PKT_PARQUET_DICTIONARY_H
#define PKT_PARQUET_DICTIONARY_H

#include <stdbool.h>

#include "parsers/util/buffer.h"

/* Types of values. */
enum { PARQUET_INT32 = 1, PARQUET_INT64 = 2, PARQUET_DOUBLE = 5, PARQUET_BYTES = 6 };

/* Values of a column as PLAIN has them, one after another. */
typedef struct plain_values {
    const uint8_t *at;
    size_t size, count;
    size_t width; /* bytes of a number, 4 or 8; 0: texts, each behind its length of 4 bytes */
} plain_values;

/* Zeroed at first; its memory serves one column after another. */
typedef struct dictionary {
    pkt_buffer values;  /* the different values, as PLAIN has them */
    size_t count;       /* of them */
    pkt_buffer indices; /* uint32_t: of every value */
    pkt_buffer slots;   /* hash table of the values, 2^bits slots */
    unsigned bits;
} dictionary;

/* The size of the value at `at`, bytes. */
size_t pkt_plain_value_size(const plain_values *values, const uint8_t *at);
/* Fill the dictionary. *pays: false if so many values differ that PLAIN is as good; then the
 * dictionary is not complete. 0, or -1 and *err. */
int pkt_dictionary_build(dictionary *d, const plain_values *values, bool *pays, pkt_err *err);
/* The different values, if they are of this width. */
plain_values pkt_dictionary_values(const dictionary *d, size_t width);
/* Append the indices as the data of a page: their width in bits, and runs of equal indices between
 * runs of packed ones. 0, or -1 and *err. */
int pkt_dictionary_indices_add(const dictionary *d, pkt_buffer *out, pkt_err *err);
void pkt_dictionary_free(dictionary *d);

#endif
