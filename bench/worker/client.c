#include "bench/worker/client.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/external/protocol.h"
#include "bench/worker/python.h"
#include "parsers/process/memory.h"
#include "parsers/util/clock.h"
#include "parsers/util/output_text.h"

/* An answer is one line of at most this many bytes. */
enum { ANSWER_MAX = 1 << 20 };
/* Seconds from the end of a worker's answers to its end, at most. */
#define END_SECONDS 1.0
/* Seconds that it may take to unload its backend, at most; less if a request or its id has less. */
#define CLOSE_SECONDS 10.0
/* A worker that ended with so much of its memory limit in use has reached the limit. */
#define MEMORY_PART 0.9

/* Set status and reason: `words`, and the worker's last message. */
static void fail(client *client, run_status status, const char *words)
{
    char message[REASON_BYTES / 2], reason[2 * REASON_BYTES];
    pkt_tail_line(&client->process.tail, message, sizeof message);
    client->status = status;
    (void)snprintf(reason, sizeof reason, "%s%s%s", words, *message ? ": " : "", message);
    (void)pkt_text_fit(client->reason, sizeof client->reason, reason);
}

static void memory_fail(client *client)
{
    char words[96];
    (void)snprintf(words, sizeof words, "out of memory: its limit is %.1f GiB",
                   (double)client->process.memory_limit / (double)(1 << 30));
    fail(client, STATUS_CRASHED, words);
}

/* Was so much memory in use that the limit was reached? */
static bool is_memory_used_up(const client *client, double bytes)
{
    return client->process.memory_limit &&
           bytes >= MEMORY_PART * (double)client->process.memory_limit;
}

static void signal_fail(client *client, int signal, double peak_bytes)
{
    char words[96];
    if (is_memory_used_up(client, peak_bytes)) {
        memory_fail(client);
        return;
    }
    (void)snprintf(words, sizeof words, "killed by signal %d (%s)", signal, strsignal(signal));
    fail(client, STATUS_CRASHED, words);
}

/* Exit status of the child if the worker cannot be started. */
enum { EXIT_NO_WORKER = 127 };

/* What to say if the child exits with EXIT_NO_WORKER. */
static void not_started_set(client *client, const backend_id *id)
{
    if (id->command)
        (void)snprintf(client->not_started, sizeof client->not_started,
                       "%.100s cannot be started: no such program, or not executable; or it has "
                       "ended with exit status 127",
                       id->command[0]);
    else
        (void)snprintf(client->not_started, sizeof client->not_started,
                       "the worker cannot be started: is python3 installed?");
}

/* In the child: execute the worker. */
static void worker_exec(int socket, const backend_id *id)
{
    char *with_plugin[] = {"pktbench", "worker",         "--plugin", (char *)id->plugin,
                           "--",       (char *)id->name, NULL};
    char *by_name[] = {"pktbench", "worker", "--", (char *)id->name, NULL};
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0)
        _exit(EXIT_NO_WORKER);
    if (id->command) {
        execvp(id->command[0], id->command);
    } else if (id->driver) {
        char python[PATH_MAX];
        python_path(python, sizeof python);
        char *by_driver[] = {python, (char *)id->driver, "worker", (char *)id->name, NULL};
        execvp(python, by_driver);
    } else {
        execv(id->program ? id->program : "/proc/self/exe", id->plugin ? with_plugin : by_name);
    }
    _exit(EXIT_NO_WORKER);
}

bool client_open(client *client, const backend_id *id)
{
    int ends[2];
    *client = CLIENT_CLOSED;
    client->external = backend_is_external(id);
    client->end_s = id->end_s;
    not_started_set(client, id);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0) {
        const pid_t pid = pkt_child_start(&client->process, pkt_memory_limit());
        if (pid == 0)
            worker_exec(ends[1], id);
        const int error = errno;
        close(ends[1]);
        client->socket = ends[0];
        if (pid > 0)
            return true;
        errno = error;
    }
    client->status = STATUS_FAILED;
    (void)snprintf(client->reason, sizeof client->reason, "cannot start a worker: %s",
                   strerror(errno));
    (void)client_close(client);
    return false;
}

/* The worker and its group are ended. Set status and reason from how it has ended by itself. */
static void worker_reap(client *client)
{
    char words[96];
    int status = 0;
    struct rusage usage = {.ru_maxrss = 0};
    pkt_child_end(&client->process, &status, &usage);
    if (WIFSIGNALED(status)) {
        signal_fail(client, WTERMSIG(status), (double)usage.ru_maxrss * 1024);
    } else if (WEXITSTATUS(status) == EXIT_NO_WORKER) {
        fail(client, STATUS_FAILED, client->not_started);
    } else {
        (void)snprintf(words, sizeof words, "the %s left with exit status %d",
                       client->external ? "command" : "worker", WEXITSTATUS(status));
        fail(client, STATUS_CRASHED, words);
    }
}

/* The worker and its group are killed. Then set status and reason. */
static void worker_kill(client *client, run_status status, const char *words)
{
    int ignored;
    pkt_child_end(&client->process, &ignored, NULL);
    fail(client, status, words);
}

/* false: the worker takes no request. Its buffer has room for one. */
static bool send_line(client *client, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t put = send(client->socket, text, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        text += put;
        length -= (size_t)put;
    }
    return true;
}

static bool buffer_grow(client *client)
{
    size_t room = client->room ? 2 * client->room : 4096;
    char *more = room <= ANSWER_MAX ? realloc(client->buffer, room) : NULL;
    if (!more)
        return false;
    client->buffer = more;
    client->room = room;
    return true;
}

typedef enum line_end {
    LINE_WHOLE,
    LINE_TIMEOUT,
    LINE_CLOSED,
    LINE_TOO_LONG,
    LINE_MORE, /* more than one line */
    LINE_MEMORY
} line_end;

/* Read what is there of the line. true: *end is how it has ended. */
static bool line_take(client *client, line_end *end)
{
    *end = LINE_TOO_LONG;
    if (client->filled + 1 >= client->room && !buffer_grow(client))
        return true;
    const ssize_t got = recv(client->socket, client->buffer + client->filled,
                             client->room - 1 - client->filled, MSG_DONTWAIT);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    *end = LINE_CLOSED;
    if (got <= 0)
        return true;
    client->filled += (size_t)got;
    client->buffer[client->filled] = '\0';
    char *newline = memchr(client->buffer, '\n', client->filled);
    if (!newline)
        return false;
    *newline = '\0';
    const bool more = newline + 1 != client->buffer + client->filled;
    *end = client->external && more ? LINE_MORE : LINE_WHOLE;
    return true;
}

/* Read one line into the buffer. Its line end is replaced by '\0'. */
static line_end read_line(client *client, double deadline)
{
    line_end end;
    client->filled = 0;
    for (;;)
        switch (pkt_child_wait(&client->process, client->socket, deadline)) {
        case PKT_CHILD_READY:
            if (line_take(client, &end))
                return end;
            break;
        case PKT_CHILD_ENDED:
            return LINE_CLOSED; /* also if a process that it has left could still write */
        case PKT_CHILD_LATE:
            return LINE_TIMEOUT;
        case PKT_CHILD_MEMORY:
            return LINE_MEMORY;
        }
}

/* Set status and reason from an error answer. */
static void refused(client *client, const json_t *answer)
{
    const char *reason = json_string_value(json_object_get(answer, "reason"));
    const json_int_t signal = json_integer_value(json_object_get(answer, "signal"));
    const json_t *peak = json_object_get(answer, "peak_rss_bytes");
    if (signal)
        signal_fail(client, (int)signal, (double)json_integer_value(peak));
    else
        fail(client, STATUS_FAILED, reason && *reason ? reason : "failed without a reason");
}

/* Kill the worker, because what it wrote is no answer to `op`. */
static void answer_refuse(client *client, const char *op, const char *why)
{
    char words[REASON_BYTES];
    (void)snprintf(words, sizeof words, "its answer to \"%s\" %s%s", op, why,
                   client->external ? " (doc/external-parsers.md)" : "");
    worker_kill(client, STATUS_FAILED, words);
}

/* There is no answer to `op`: end the worker, and set status and reason. */
static void unanswered(client *client, const char *op, line_end end)
{
    char words[96];
    const double until = pkt_seconds_now() + END_SECONDS;
    switch (end) {
    case LINE_TIMEOUT:
        /* The first answer of a driver that leaves it in a buffer. */
        (void)snprintf(words, sizeof words, "no answer within %.0f s%s", client->limit_s,
                       client->external && strcmp(op, "describe") == 0
                           ? ": standard output must be flushed after each line"
                           : "");
        worker_kill(client, STATUS_TIMED_OUT, words);
        break;
    case LINE_CLOSED:
        if (pkt_child_wait(&client->process, -1, until) == PKT_CHILD_ENDED)
            worker_reap(client);
        else
            worker_kill(client, STATUS_CRASHED, "it closed its answers and did not end");
        break;
    case LINE_MEMORY:
        worker_kill(client, STATUS_CRASHED, "");
        memory_fail(client);
        break;
    case LINE_TOO_LONG:
        answer_refuse(client, op, "is no JSON line: it is longer than 1 MiB");
        break;
    case LINE_WHOLE:
    case LINE_MORE:
        answer_refuse(client, op, "has more than one line");
        break;
    }
}

/* The answer to `op` in the buffer. Returns a new reference; NULL: it is none, and the worker was
 * ended. */
static json_t *answer_read(client *client, const char *op)
{
    char words[REASON_BYTES], why[REASON_BYTES / 2];
    json_t *answer = json_loads(client->buffer, 0, NULL);
    const json_t *good = json_object_get(answer, "ok");
    const bool has_nul = client->external && strlen(client->buffer) + 1 != client->filled;
    if (!json_is_object(answer) || has_nul)
        (void)snprintf(words, sizeof words, "is no JSON line: '%.80s'", client->buffer);
    else if (client->external && !json_is_boolean(good))
        (void)snprintf(words, sizeof words, "has no \"ok\": true or false");
    else if (client->external && json_is_true(good) && !protocol_check(op, answer, why, sizeof why))
        (void)snprintf(words, sizeof words, "does not fit the protocol: %s", why);
    else
        return answer;
    json_decref(answer);
    answer_refuse(client, op, words);
    return NULL;
}

/* Has it written something that no request asked for? */
static bool has_unread(const client *client)
{
    char byte;
    return recv(client->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

/* Send a request, and read the line of its answer. */
static line_end line_ask(client *client, const char *request)
{
    /* A worker of pktbench whose backend cannot be loaded says so before it is asked. */
    if (client->external && has_unread(client))
        return LINE_MORE;
    (void)(send_line(client, request) && send_line(client, "\n")); /* read_line() detects errors */
    return read_line(client, pkt_seconds_now() + client->limit_s);
}

json_t *client_ask(client *client, json_t *request, double seconds)
{
    char op[32], *text = json_dumps(request, JSON_COMPACT);
    const char *name = json_string_value(json_object_get(request, "op"));
    const bool request_made = text != NULL;
    (void)snprintf(op, sizeof op, "%s", name ? name : "");
    json_decref(request);
    if (!client->process.pid || !text) {
        free(text);
        if (client->status == STATUS_OK)
            fail(client, STATUS_FAILED,
                 request_made ? "there is no worker to ask"
                              : "it cannot be asked: a path is not UTF-8, or there is no memory");
        return NULL;
    }
    client->limit_s = seconds;
    const line_end end = line_ask(client, text);
    free(text);
    if (end != LINE_WHOLE) {
        unanswered(client, op, end);
        return NULL;
    }
    json_t *answer = answer_read(client, op);
    if (!answer || json_is_true(json_object_get(answer, "ok")))
        return answer;
    refused(client, answer);
    json_decref(answer);
    return NULL;
}

bool client_open_loaded(client *client, const backend_id *id, double seconds, uint64_t *load_ns)
{
    if (!client_open(client, id))
        return false;
    const int64_t from = pkt_clock_ns(CLOCK_MONOTONIC);
    json_t *answer = client_ask(client, json_pack("{s:s}", "op", "load"), seconds);
    const int64_t took = pkt_clock_ns(CLOCK_MONOTONIC) - from;
    const json_t *own = json_object_get(answer, "load_ns");
    client->says_end = !client->external && json_is_true(json_object_get(answer, WORKER_SAYS_END));
    if (answer && load_ns)
        *load_ns = (uint64_t)(own && !id->command ? json_integer_value(own) : took);
    json_decref(answer);
    if (!answer)
        (void)client_close(client);
    return answer != NULL;
}

bool client_is_whole(client *client)
{
    if (!client->process.pid || pkt_child_is_whole(&client->process))
        return true;
    worker_kill(client, STATUS_UNFAITHFUL,
                client->external ? CLIENT_LEFT("driver") : CLIENT_LEFT("worker"));
    return false;
}

bool client_close_whole(client *client)
{
    const bool whole = client_is_whole(client);
    return client_close(client) && whole;
}

/* Has it ended without a crash? */
static bool is_well_ended(int status)
{
#ifdef __SANITIZE_ADDRESS__ /* it has leaked memory: some libraries do */
    enum { EXIT_LEAKED = 23 };
    if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_LEAKED)
        return true;
#endif
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

uint64_t client_peak_rss(const client *client)
{
    char path[64], line[256];
    unsigned long long kilobytes = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)client->process.pid);
    FILE *file = client->process.pid ? fopen(path, "re") : NULL;
    while (file && !kilobytes && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kilobytes = strtoull(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return (uint64_t)kilobytes * 1024;
}

/* Has it said that its backend is unloaded? One that exits while it is unloaded has not. */
static bool is_unloaded(const client *client)
{
    char last[sizeof WORKER_END];
    const ssize_t got = recv(client->socket, last, sizeof last, MSG_DONTWAIT);
    return got == (ssize_t)strlen(WORKER_END) && memcmp(last, WORKER_END, (size_t)got) == 0;
}

/* Wait for the end of the worker, which exits at the end of its input. false: it crashed or hung;
 * status and reason are set. */
static bool worker_finish(client *client)
{
    const double most = client->end_s > 0 ? fmin(client->end_s, CLOSE_SECONDS) : CLOSE_SECONDS;
    const double seconds = client->limit_s > 0 ? fmin(client->limit_s, most) : most;
    (void)shutdown(client->socket, SHUT_WR);
    const pkt_child_event end = pkt_child_wait(&client->process, -1, pkt_seconds_now() + seconds);
    int status = 0;
    if (end == PKT_CHILD_MEMORY) {
        unanswered(client, "", LINE_MEMORY);
        return false;
    }
    if (end != PKT_CHILD_ENDED) {
        worker_kill(client, STATUS_TIMED_OUT, "it did not end after its last answer");
        return false;
    }
    pkt_child_end(&client->process, &status, NULL);
    if (is_well_ended(status) && (!client->says_end || is_unloaded(client)))
        return true;
    char words[96];
    if (WIFSIGNALED(status))
        (void)snprintf(words, sizeof words, "killed by signal %d (%s) when it was unloaded",
                       WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        (void)snprintf(words, sizeof words, "exit status %d when it was unloaded",
                       WEXITSTATUS(status));
    fail(client, STATUS_CRASHED, words);
    return false;
}

bool client_close(client *client)
{
    const struct client before = *client;
    const bool good = !client->process.pid || worker_finish(client);
    if (before.status != STATUS_OK) { /* the first failure counts */
        client->status = before.status;
        memcpy(client->reason, before.reason, sizeof client->reason);
    }
    if (client->socket >= 0)
        close(client->socket);
    free(client->buffer);
    pkt_child_free(&client->process);
    client->socket = -1;
    client->buffer = NULL;
    client->filled = client->room = 0;
    return good;
}
