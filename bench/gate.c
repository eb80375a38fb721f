#include "gate.h"

#include <stdlib.h>
#include <string.h>

#include "say.h"

bool gate_parse(gate *gate, const char *list)
{
    *gate = (struct gate){{false}};
    char *copy = strdup(list), *rest = copy;
    bool good = copy != NULL;
    for (char *item; good && (item = strsep(&rest, ",")) != NULL;) {
        run_status status;
        if (!*item)
            continue;
        good = status_find(item, &status) == 0 && status != STATUS_OK;
        if (good)
            gate->fails[status] = true;
        else
            say_error("--fail-on: '%s' is none of differs, disagrees, unchecked, failed, crashed, "
                      "timed-out, unavailable, not-offered",
                      item);
    }
    free(copy);
    return good;
}

bool gate_fails(const gate *gate, run_status status)
{
    return gate->fails[status];
}
