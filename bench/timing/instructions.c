#include "bench/timing/instructions.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "parsers/process/program.h"

/* Count only the timed region: the parsing loop and its callees. With a sink, the end of the output
 * counts too, but not its start. */
#define REGION "--toggle-collect=pkt_run"
#define OUTPUT_REGION "--toggle-collect=pkt_writer_end"
/* A run takes about 50 times as long under callgrind. */
#define COUNTED_TIMES 50

/* Maximum environment variables passed to the counted program. Other variables are removed because
 * they change the stack address. */
enum { VARIABLES_MAX = 32 };

static bool variable_passes(const char *variable)
{
    static const char *const passing[] = {
        "PATH=", "HOME=", "TMPDIR=", "LD_LIBRARY_PATH=", "PKTBENCH_"};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        if (strncmp(variable, passing[i], strlen(passing[i])) == 0)
            return true;
    return false;
}

static void environment_make(char *out[VARIABLES_MAX + 2])
{
    size_t n = 0;
    for (char **variable = environ; *variable && n < VARIABLES_MAX; variable++)
        if (variable_passes(*variable))
            out[n++] = *variable;
    out[n++] = "LC_ALL=C";
    out[n] = NULL;
}

/* Exit status, or -1 if the program cannot be started. `last` takes its last message. */
static int run_counted(char *const *argv, double seconds, char *last, size_t size)
{
    char *environment[VARIABLES_MAX + 2];
    environment_make(environment);
    const pkt_program program = {
        .argv = argv, .environment = environment, .output = "/dev/null", .seconds = seconds};
    return pkt_program_run(&program, last, size);
}

/* The total in a callgrind output file ("summary: 123" or "totals: 123"); 0 if there is none. */
static uint64_t total_read(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[512];
    uint64_t total = 0;
    while (file && total == 0 && fgets(line, sizeof line, file))
        if (strncmp(line, "summary: ", 9) == 0)
            total = strtoull(line + 9, NULL, 10);
        else if (strncmp(line, "totals: ", 8) == 0)
            total = strtoull(line + 8, NULL, 10);
    if (file)
        fclose(file);
    return total;
}

static void cell_warn(const schedule *s, const bench_cell *cell, const char *words)
{
    char name[CELL_NAME];
    pkt_notice(s->notices, PKT_NOTICE_WARNING, "instructions of %s, %s%s are not counted: %s",
               cell_name(cell, name), cell->slice->name,
               cell->role == ROLE_BASELINE ? " (the old side)" : "", words);
}

/* One run of `extract` under callgrind. */
static void cell_count(const schedule *s, bench_cell *cell, const char *program, const char *out)
{
    char out_option[PATH_MAX + 32], words[256];
    const backend_id *id = &cell->backend->id;
    (void)snprintf(out_option, sizeof out_option, "--callgrind-out-file=%s", out);
    char *argv[] = {"valgrind",
                    "-q",
                    "--tool=callgrind",
                    REGION,
                    OUTPUT_REGION,
                    out_option,
                    (char *)(id->program ? id->program : program),
                    "extract",
                    "-o",
                    "/dev/null",
                    "--format",
                    (char *)(cell->sink ? cell->sink->name : "none"),
                    "--level",
                    (char *)pkt_level_name(cell->level),
                    (char *)(id->plugin ? "--plugin" : "--backend"),
                    (char *)(id->plugin ? id->plugin : cell->backend->name),
                    "--",
                    cell->slice->path,
                    NULL};
    (void)remove(out);
    int status = run_counted(argv, COUNTED_TIMES * s->request_s, words, sizeof words);
    if (status == 0)
        cell->instructions = total_read(out);
    if (status == 0 && cell->instructions == 0) {
        cell_warn(s, cell, "the program has no symbol pkt_run: was it stripped?");
    } else if (status != 0) {
        cell_warn(s, cell, *words ? words : "no words");
    }
}

/* Can instructions be counted? Not for third-party libraries: callgrind takes a minute or more for
 * each. */
static bool is_countable(const bench_cell *cell)
{
    pkt_entry entry = PKT_INIT(pkt_entry);
    if (!cell_is_timed(cell) || cell->role == ROLE_AA_CONTROL || cell->role == ROLE_PARSE ||
        cell->role == ROLE_INPUT || cell->role == ROLE_FEATURES ||
        backend_is_external(&cell->backend->id))
        return false;
    if (cell->sink && cell->threads > 1)
        return false; /* the assignment of blocks to threads is not deterministic */
    return cell->backend->id.plugin ||
           (pkt_registry_find(cell->backend->name, &entry) == 0 && entry.backend);
}

/* Count for every cell that can be counted. */
static void cells_count(schedule *s, const char *program, const char *out)
{
    char name[CELL_NAME];
    for (size_t i = 0; i < s->cell_count; i++) {
        if (!is_countable(&s->cells[i]))
            continue;
        pkt_notice(s->notices, PKT_NOTICE_PROGRESS, "instructions: %s, %s",
                   cell_name(&s->cells[i], name), s->cells[i].slice->name);
        cell_count(s, &s->cells[i], program, out);
    }
}

void instructions_count(schedule *s, const suite *suite)
{
    char program[PATH_MAX];
    char *version[] = {"valgrind", "--version", NULL};
    char *out = scratch_path(&suite->scratch, "callgrind.out");
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    program[length > 0 ? length : 0] = '\0';
    if (!out || length <= 0)
        pkt_notice(s->notices, PKT_NOTICE_WARNING,
                   "instructions are not counted: no memory, or no /proc");
    else if (run_counted(version, s->request_s, NULL, 0) != 0)
        pkt_notice(s->notices, PKT_NOTICE_WARNING,
                   "instructions are not counted: valgrind is not installed");
    else
        cells_count(s, program, out);
    free(out);
}
