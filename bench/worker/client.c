#include "bench/worker/client.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/external/protocol.h"
#include "bench/worker/python.h"
#include "parsers/util/clock.h"
#include "parsers/util/output_text.h"

/* An answer is one line of at most this many bytes. */
enum { ANSWER_MAX = 1 << 20 };

/* The last line that the worker wrote to standard error; "" if there is none. */
static void last_message(const client *client, char *text, size_t size)
{
    char tail[REASON_BYTES];
    text[0] = '\0';
    off_t end = lseek(client->messages, 0, SEEK_END);
    off_t from = end > (off_t)sizeof tail - 1 ? end - ((off_t)sizeof tail - 1) : 0;
    ssize_t got = pread(client->messages, tail, sizeof tail - 1, from);
    while (got > 0 && (tail[got - 1] == '\n' || tail[got - 1] == '\r'))
        got--;
    if (got <= 0)
        return;
    tail[got] = '\0';
    const char *line = strrchr(tail, '\n');
    line = line ? line + 1 : tail;
    (void)snprintf(text, size, "%.*s", (int)(size - 1), line);
}

/* Set status and reason: `words`, and the worker's last message. */
static void fail(client *client, run_status status, const char *words)
{
    char message[REASON_BYTES / 2], reason[2 * REASON_BYTES];
    last_message(client, message, sizeof message);
    client->status = status;
    (void)snprintf(reason, sizeof reason, "%s%s%s", words, *message ? ": " : "", message);
    (void)pkt_text_fit(client->reason, sizeof client->reason, reason);
}

/* Exit status of the child if the worker cannot be started. */
enum { EXIT_NO_WORKER = 127 };

/* What to say if the child exits with EXIT_NO_WORKER. */
static void not_started_set(client *client, const backend_id *id)
{
    if (id->command)
        (void)snprintf(client->not_started, sizeof client->not_started,
                       "%.100s cannot be started: no such program, or not executable",
                       id->command[0]);
    else
        (void)snprintf(client->not_started, sizeof client->not_started,
                       "the worker cannot be started: is python3 installed?");
}

/* In the child: execute the worker. */
static void worker_exec(int socket, int messages, const backend_id *id)
{
    char *with_plugin[] = {"pktbench", "worker",         "--plugin", (char *)id->plugin,
                           "--",       (char *)id->name, NULL};
    char *by_name[] = {"pktbench", "worker", "--", (char *)id->name, NULL};
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0)
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

static int messages_open(void)
{
    FILE *file = tmpfile();
    if (!file)
        return -1;
    int fd = fcntl(fileno(file), F_DUPFD_CLOEXEC, 0);
    fclose(file);
    return fd;
}

bool client_open(client *client, const backend_id *id)
{
    *client = (struct client){
        .socket = -1, .messages = messages_open(), .external = backend_is_external(id)};
    not_started_set(client, id);
    int ends[2];
    if (client->messages < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        client->status = STATUS_FAILED;
        (void)snprintf(client->reason, sizeof client->reason, "cannot start a worker: %s",
                       strerror(errno));
        client_close(client);
        return false;
    }
    client->pid = fork();
    if (client->pid == 0)
        worker_exec(ends[1], client->messages, id);
    close(ends[1]);
    client->socket = ends[0];
    if (client->pid < 0) {
        client->pid = 0;
        fail(client, STATUS_FAILED, "cannot start a worker: fork failed");
        client_close(client);
        return false;
    }
    return true;
}

/* Wait for the end of the worker, after killing it on a timeout. Set status and reason. */
static void worker_reap(client *client, bool timed_out, double seconds)
{
    char words[96];
    int status = 0;
    if (timed_out)
        kill(client->pid, SIGKILL);
    while (waitpid(client->pid, &status, 0) < 0 && errno == EINTR)
        ;
    client->pid = 0;
    if (timed_out) {
        (void)snprintf(words, sizeof words, "no answer within %.0f s", seconds);
        fail(client, STATUS_TIMED_OUT, words);
    } else if (WIFSIGNALED(status)) {
        (void)snprintf(words, sizeof words, "killed by signal %d (%s)", WTERMSIG(status),
                       strsignal(WTERMSIG(status)));
        fail(client, STATUS_CRASHED, words);
    } else if (WEXITSTATUS(status) == EXIT_NO_WORKER) {
        fail(client, STATUS_FAILED, client->not_started);
    } else {
        (void)snprintf(words, sizeof words, "the worker left with exit status %d",
                       WEXITSTATUS(status));
        fail(client, STATUS_CRASHED, words);
    }
}

static bool send_line(client *client, const char *text)
{
    size_t length = strlen(text);
    while (length > 0) {
        ssize_t put = send(client->socket, text, length, MSG_NOSIGNAL);
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
    LINE_MORE /* more than a line */
} line_end;

/* Read one line into the buffer. Its line end is replaced by '\0'. */
static line_end read_line(client *client, double deadline)
{
    client->filled = 0;
    for (;;) {
        if (client->filled + 1 >= client->room && !buffer_grow(client))
            return LINE_TOO_LONG;
        double left = deadline - pkt_seconds_now();
        struct pollfd ready = {client->socket, POLLIN, 0};
        int n = left > 0 ? poll(&ready, 1, (int)(left * 1000) + 1) : 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return LINE_TIMEOUT;
        ssize_t got = recv(client->socket, client->buffer + client->filled,
                           client->room - 1 - client->filled, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return LINE_CLOSED;
        client->filled += (size_t)got;
        client->buffer[client->filled] = '\0';
        char *end = memchr(client->buffer, '\n', client->filled);
        if (end) {
            *end = '\0';
            return end + 1 == client->buffer + client->filled ? LINE_WHOLE : LINE_MORE;
        }
    }
}

/* Set status and reason from an error answer. */
static void refused(client *client, const json_t *answer)
{
    char words[REASON_BYTES];
    const char *reason = json_string_value(json_object_get(answer, "reason"));
    json_int_t signal = json_integer_value(json_object_get(answer, "signal"));
    if (signal)
        (void)snprintf(words, sizeof words, "killed by signal %d (%s)", (int)signal,
                       strsignal((int)signal));
    else
        (void)snprintf(words, sizeof words, "%s",
                       reason && *reason ? reason : "failed without a reason");
    fail(client, signal ? STATUS_CRASHED : STATUS_FAILED, words);
}

/* Has it written something that no request asked for? */
static bool has_unread(const client *client)
{
    char byte;
    return recv(client->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

/* Kill the worker, because what it wrote is no answer to `op`. */
static void answer_refuse(client *client, const char *op, const char *why)
{
    char words[REASON_BYTES];
    kill(client->pid, SIGKILL);
    worker_reap(client, false, 0);
    (void)snprintf(words, sizeof words, "its answer to \"%s\" %s%s", op, why,
                   client->external ? " (doc/external-parsers.md)" : "");
    fail(client, STATUS_FAILED, words);
}

/* The answer to `op` in the buffer. Returns a new reference; NULL: it is none, and the worker was
 * ended. */
static json_t *answer_read(client *client, const char *op)
{
    char words[REASON_BYTES], why[REASON_BYTES / 2];
    json_t *answer = json_loads(client->buffer, 0, NULL);
    const json_t *good = json_object_get(answer, "ok");
    if (!json_is_object(answer))
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

/* Set status and reason, and end the worker, whose answer to `op` is no whole line. */
static void answer_missing(client *client, const char *op, line_end end, double seconds)
{
    if (end == LINE_MORE)
        answer_refuse(client, op, "has more than one line");
    else if (end == LINE_TOO_LONG)
        answer_refuse(client, op, "is longer than 1 MiB");
    else
        worker_reap(client, end == LINE_TIMEOUT, seconds);
}

json_t *client_ask(client *client, json_t *request, double seconds)
{
    char op[32], *text = json_dumps(request, JSON_COMPACT);
    const char *name = json_string_value(json_object_get(request, "op"));
    (void)snprintf(op, sizeof op, "%s", name ? name : "");
    json_decref(request);
    if (!client->pid || !text) {
        free(text);
        if (client->status == STATUS_OK)
            fail(client, STATUS_FAILED, "there is no worker to ask");
        return NULL;
    }
    line_end end = LINE_MORE;
    if (!has_unread(client)) {
        (void)(send_line(client, text) && send_line(client, "\n")); /* read_line() has the error */
        end = read_line(client, pkt_seconds_now() + seconds);
    }
    free(text);
    if (end != LINE_WHOLE) {
        answer_missing(client, op, end, seconds);
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
    if (answer && load_ns)
        *load_ns = (uint64_t)(own ? json_integer_value(own) : took);
    json_decref(answer);
    if (!answer)
        client_close(client);
    return answer != NULL;
}

uint64_t client_peak_rss(const client *client)
{
    char path[64], line[256];
    unsigned long long kilobytes = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)client->pid);
    FILE *file = client->pid ? fopen(path, "re") : NULL;
    while (file && !kilobytes && fgets(line, sizeof line, file))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kilobytes = strtoull(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return (uint64_t)kilobytes * 1024;
}

void client_close(client *client)
{
    if (client->pid) {
        /* A worker exits at the end of its input. One that does not exit within 2 s is killed. */
        shutdown(client->socket, SHUT_WR);
        struct pollfd gone = {client->socket, POLLIN, 0};
        if (poll(&gone, 1, 2000) <= 0)
            kill(client->pid, SIGKILL);
        while (waitpid(client->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    if (client->socket >= 0)
        close(client->socket);
    if (client->messages >= 0)
        close(client->messages);
    free(client->buffer);
    client->pid = 0;
    client->socket = client->messages = -1;
    client->buffer = NULL;
    client->filled = client->room = 0;
}
