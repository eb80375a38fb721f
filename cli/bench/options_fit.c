/* `pktbench bench`: do the options fit each other? */
#include "cli/bench/benchmark.h"
#include "cli/message.h"

bool bench_options_fit(const benchmark *b, bool turns)
{
    const arguments *a = b->arguments;
    if (gate_compares(&b->gate) && !turns) {
        message_error("--fail-on: slower, first, load, rss, lost and instructions need --baseline");
        return false;
    }
    if (b->gate.instructions && !option_given(a, "count-instructions")) {
        message_error("--fail-on: instructions needs --count-instructions");
        return false;
    }
    if (option_given(a, "threads") && b->sinks.count == 0) {
        message_error("--threads are those that write rows: it needs --sink csv, arrow or parquet");
        return false;
    }
    if (turns && outputs_data_frames(&b->sinks)) {
        message_error("--sink pandas, polars and pyarrow measure one build: leave out --baseline");
        return false;
    }
    if (option_given(a, "as-is") && (a->operand_count == 0 || option_given(a, "f"))) {
        message_error("--as-is measures a CAPTURE where it lies: it needs one, and no -f");
        return false;
    }
    if (option_given(a, "large") && b->kind != SUITE_SCALE) {
        message_error("--large needs --suite scale");
        return false;
    }
    for (size_t i = 0; turns && i < b->sinks.thread_count; i++)
        if (b->sinks.threads[i] > 1)
            message_note(
                "--threads %u: both sides of --baseline keep to one processor, on which threads "
                "take turns",
                b->sinks.threads[i]);
    return true;
}
