/* SPDX licence expressions: https://spdx.github.io/spdx-spec/, annex "SPDX license expressions". */
#ifndef PKT_LICENSE_H
#define PKT_LICENSE_H

typedef enum license_kind {
    LICENSE_PERMISSIVE, /* one side of every OR, and both sides of every AND, have no copyleft */
    LICENSE_OTHER,      /* copyleft, or a licence that is not in the list of permissive ones */
    LICENSE_MALFORMED   /* not an SPDX expression */
} license_kind;

/* Parentheses bind first, then WITH, AND and OR, as in the specification. */
license_kind license_read(const char *text);

#endif
