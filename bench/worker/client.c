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

/* In the child: execute the worker. */
static void worker_exec(int socket, int messages, const backend_id *id)
{
    char *with_plugin[] = {"pktbench", "worker",         "--plugin", (char *)id->plugin,
                           "--",       (char *)id->name, NULL};
    char *by_name[] = {"pktbench", "worker", "--", (char *)id->name, NULL};
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0 ||
        dup2(messages, STDERR_FILENO) < 0)
        _exit(EXIT_NO_WORKER);
    if (id->driver) {
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
    *client = (struct client){.socket = -1, .messages = messages_open()};
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
        fail(client, STATUS_FAILED, "the worker cannot be started: is python3 installed?");
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

typedef enum line_end { LINE_WHOLE, LINE_TIMEOUT, LINE_CLOSED, LINE_TOO_LONG } line_end;

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
            return LINE_WHOLE;
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

json_t *client_ask(client *client, json_t *request, double seconds)
{
    char *text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    if (!client->pid || !text) {
        free(text);
        if (client->status == STATUS_OK)
            fail(client, STATUS_FAILED, "there is no worker to ask");
        return NULL;
    }
    (void)(send_line(client, text) && send_line(client, "\n")); /* read_line() detects errors */
    free(text);
    line_end end = read_line(client, pkt_seconds_now() + seconds);
    json_t *answer = end == LINE_WHOLE ? json_loads(client->buffer, 0, NULL) : NULL;
    if (answer && json_is_true(json_object_get(answer, "ok")))
        return answer;
    if (answer) {
        refused(client, answer);
    } else if (end == LINE_TIMEOUT || end == LINE_CLOSED) {
        worker_reap(client, end == LINE_TIMEOUT, seconds);
    } else {
        kill(client->pid, SIGKILL);
        worker_reap(client, false, seconds);
        fail(client, STATUS_FAILED, "the worker's answer is no JSON line");
    }
    json_decref(answer);
    return NULL;
}

bool client_open_loaded(client *client, const backend_id *id, double seconds, uint64_t *load_ns)
{
    if (!client_open(client, id))
        return false;
    json_t *answer = client_ask(client, json_pack("{s:s}", "op", "load"), seconds);
    if (answer && load_ns)
        *load_ns = (uint64_t)json_integer_value(json_object_get(answer, "load_ns"));
    json_decref(answer);
    if (!answer)
        client_close(client);
    return answer != NULL;
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
