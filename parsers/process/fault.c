#include "parsers/process/fault.h"

#include <signal.h>
#include <stdlib.h>

static bool (*fault_repair)(const void *address);

/* The kernel repeats the access when the handler returns. */
static void fault_handle(int number, siginfo_t *info, void *context)
{
    const int kept = errno;
    (void)context;
    if (info->si_code <= 0 || !fault_repair(info->si_addr)) {
        const struct sigaction ends = {.sa_handler = SIG_DFL};
        if (sigaction(number, &ends, NULL) != 0) /* refused, as in a worker */
            abort();
        if (info->si_code <= 0) /* sent by a process: there is no access to repeat */
            (void)raise(number);
    }
    errno = kept;
}

int pkt_fault_guard(bool (*repair)(const void *address), pkt_err *err)
{
    struct sigaction action = {.sa_sigaction = fault_handle, .sa_flags = SA_SIGINFO};
    fault_repair = repair;
    (void)sigemptyset(&action.sa_mask);
    if (sigaction(SIGBUS, &action, NULL) == 0)
        return 0;
    return pkt_fail(err, PKT_ERR_LIBRARY, PKT_POS_NONE, "cannot set the handler of SIGBUS: %s",
                    strerror(errno));
}
