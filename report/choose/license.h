/* SPDX expressions: https://spdx.github.io/spdx-spec/, annex on licence expressions. */
#ifndef PKT_LICENSE_H
#define PKT_LICENSE_H

#include <stdbool.h>

/* Is everything in the expression a permissive licence? */
bool license_is_permissive(const char *expression);

#endif
