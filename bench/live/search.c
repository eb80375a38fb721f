#include "bench/live/search.h"

#include <math.h>

/* The search gives up below this rate, packets per second. */
#define RATE_MIN 100.0

typedef struct search {
    live_try *try;
    void *self;
    live_rate *found;
} search;

/* One trial. 0, or -1 and *err. */
static int trial_make(const search *s, double rate, const live_trial **trial, pkt_err *err)
{
    live_rate *found = s->found;
    live_trial *t = &found->trials[found->count];
    if (s->try(s->self, rate, t, err) != 0)
        return -1;
    found->count++;
    found->sender = fmax(found->sender, live_trial_rate(t));
    *trial = t;
    return 0;
}

/* Try the rate, twice if the first trial fails: a machine has pauses of its own. `trial` is the
 * last one. 0, or -1 and *err. */
static int rate_try(const search *s, double rate, const live_trial **trial, pkt_err *err)
{
    for (int i = 0; i < 2 && s->found->count < LIVE_TRIALS_MAX; i++) {
        if (trial_make(s, rate, trial, err) != 0)
            return -1;
        if (live_trial_passed(*trial))
            break;
    }
    return 0;
}

/* Is the sender the limit of this trial? */
static bool is_short(const live_trial *trial)
{
    return live_trial_rate(trial) < LIVE_REACHED * trial->asked;
}

/* Between a rate without loss (0: unknown) and one with loss. */
static int rates_halve(const search *s, double low, double high, pkt_err *err)
{
    live_rate *found = s->found;
    bool was_short = false;
    while (high - low > LIVE_RESOLUTION * high && high > RATE_MIN &&
           found->count < LIVE_TRIALS_MAX) {
        const double middle = (low + high) / 2;
        const live_trial *trial = NULL;
        if (rate_try(s, middle, &trial, err) != 0)
            return -1;
        if (live_trial_passed(trial)) {
            found->rate = fmax(found->rate, live_trial_rate(trial));
            if (is_short(trial) && was_short)
                break; /* the sender does not reach the rate at all: see `failed` */
            was_short = is_short(trial);
            low = was_short ? fmax(low, live_trial_rate(trial)) : middle;
        } else {
            high = is_short(trial) ? fmax(low, live_trial_rate(trial)) : middle;
            found->failed = high;
        }
    }
    return 0;
}

int live_search(live_try *try, void *self, live_rate *found, pkt_err *err)
{
    const search s = {try, self, found};
    const live_trial *trial = NULL;
    *found = (live_rate){.count = 0};
    if (rate_try(&s, 0, &trial, err) != 0)
        return -1;
    if (live_trial_passed(trial)) {
        found->rate = live_trial_rate(trial);
        found->at_least = true;
        return 0;
    }
    found->failed = live_trial_rate(trial);
    return rates_halve(&s, 0, found->failed, err);
}
