/* A choice as text. */
#ifndef PKT_CHOOSE_PRINT_H
#define PKT_CHOOSE_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* Write what choose() gave. Says nothing that its JSON does not. */
void choose_print(const json_t *choice, FILE *out);

#endif
