/* `choose --confirm`: run the recommended command on a capture, and compare with the promise. */
#ifndef PKT_CONFIRM_H
#define PKT_CONFIRM_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* Run the command of the first fit of `choice` on the capture, several times. Adds the member
 * "confirmation" to `choice`. *confirmed: the columns are those of the requirements, and the
 * request holds with the measured values. false: a message was printed. */
bool confirm(json_t *choice, const char *capture, bool *confirmed);
/* Write the confirmation as text. */
void confirm_print(const json_t *confirmation, FILE *out);

#endif
