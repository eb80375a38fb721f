/* Does a backend meet the request, and at which level and cost? */
#ifndef PKT_JUDGE_H
#define PKT_JUDGE_H

#include "report/choose/cost.h"

typedef struct judgement {
    const json_t *backend; /* borrowed */
    const char *level;     /* "" if no level meets the requirements */
    cost cost;             /* at that level */
    bool is_split;         /* none does, and each requirement is met at some level */
    live_limit live;       /* the same; only if the request is live */
    bool fits;             /* it meets the request */
    json_t *reasons;       /* sentences against it, if it does not fit */
    json_t *stated;        /* requirements that no comparison covers, with their source; empty: all
                            * were compared or tested */
} judgement;

/* Judge a backend of the results. Free the judgement afterwards. */
judgement judge(const json_t *results, const choose_request *w, const json_t *backend);
void judgement_free(judgement *j);
/* Must one core do all the work at this level? Stream numbers depend on every packet before. */
bool is_sequential(const choose_request *w, const char *level);

#endif
