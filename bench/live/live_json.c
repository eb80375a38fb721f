#include "bench/live/live_json.h"

#include "bench/features/feature_rows.h"
#include "results/json_values.h"

json_t *live_json(const live_request *request)
{
    const live_processors processors = live_processors_get();
    return json_pack("{s:f, s:f, s:f, s:f, s:o, s:o, s:o, s:o, s:i, s:i, s:[]}", "trial_s",
                     request->plan.seconds, "resolution", LIVE_RESOLUTION, "late_part",
                     LIVE_LATE_PART, "late_s", LIVE_LATE_S, "buffer_bytes",
                     json_count(request->buffer), "snaplen", json_count(request->snaplen),
                     "sent_packets_max", json_count(LIVE_PACKETS_MAX), "sent_bytes_max",
                     json_count(LIVE_BYTES_MAX), "sender_cpu", processors.sender, "receiver_cpu",
                     processors.receiver, "runs");
}

static json_t *rate_or_null(double rate)
{
    return json_real_or_null(rate > 0, rate);
}

static json_t *trial_json(const live_trial *t)
{
    return json_pack("{s:o, s:f, s:o, s:o, s:o, s:o, s:o, s:f, s:b}", "asked_packets_per_s",
                     rate_or_null(t->asked), "seconds", t->seconds, "sent", json_count(t->sent),
                     "arrived", json_count(t->arrived), "received", json_count(t->got), "dropped",
                     json_count(t->dropped), "rows", json_count(t->rows), "late_s", t->late_s,
                     "passed", (int)live_trial_passed(t));
}

json_t *live_run_json(const char *slice, const live_request *request, const live_outcome *outcome)
{
    const live_rate *rate = outcome->rate;
    json_t *trials = json_array();
    for (size_t i = 0; i < rate->count; i++)
        json_array_append_new(trials, trial_json(&rate->trials[i]));
    json_t *run = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b, s:o, s:o, s:o, s:o}", "backend", request->backend,
        "slice", slice, "level", pkt_level_name(request->level), "sink",
        *request->encoder ? request->encoder : "null", "status", status_name(outcome->status),
        "reason", json_text_or_null(outcome->reason), "packets_per_s", rate_or_null(rate->rate),
        "at_least", (int)rate->at_least, "failed_packets_per_s",
        rate_or_null(rate->failed > rate->rate ? rate->failed : 0), "sender_packets_per_s",
        rate_or_null(rate->sender), "compared_packets", json_count(outcome->compared), "trials",
        trials);
    if (run && *request->features) {
        json_object_set_new(run, "features", json_string(request->features));
        json_object_set_new(run, "by", json_string(feature_by_name(request->by)));
    }
    return run;
}
