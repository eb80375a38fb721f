/* Bytes as the output of a worker: messages up to the first 0, then its answer. There is no worker
 * process: pkt_child_end() is replaced by a function here, see CMakeLists.txt. */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench/worker/client.h"
#include "tests/fuzz/fuzz.h"

/* Limit of the answer: a socket buffers this much without a reader. */
enum { ANSWER_BYTES = 65536 };

static int exit_status;

void __wrap_pkt_child_end(pkt_child *child, int *status, struct rusage *usage);

void __wrap_pkt_child_end(pkt_child *child, int *status, struct rusage *usage)
{
    *status = exit_status;
    if (usage)
        *usage = (struct rusage){.ru_maxrss = 0};
    child->pid = 0;
    while (pkt_tail_read(&child->tail, child->messages))
        ;
}

static void check_outcome(const client *client, const json_t *answer)
{
    must(memchr(client->reason, '\0', sizeof client->reason) != NULL, "a reason is terminated");
    if (answer)
        must(json_is_true(json_object_get(answer, "ok")) && client->status == STATUS_OK,
             "an accepted answer has ok true");
    else
        must(client->status != STATUS_OK && client->status < STATUS_COUNT,
             "a refused answer has a status");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int ends[2];
    const uint8_t *zero = size ? memchr(data, 0, size) : NULL;
    const size_t messages = zero ? (size_t)(zero - data) : 0;
    const uint8_t *answer_bytes = zero ? zero + 1 : data;
    const size_t answer_size = size - (size_t)(answer_bytes - data);
    if (answer_size > ANSWER_BYTES)
        return 0;
    exit_status = messages % 2 ? 9 : 1 << 8; /* killed, or exited with status 1 */
    client client = CLIENT_CLOSED;
    client.process.pid = getpid();
    client.process.end = memfd_create("end", MFD_CLOEXEC); /* readable: it has ended */
    const int file = client.process.messages = memfd_create("messages", MFD_CLOEXEC);
    must(file >= 0 && write(file, data, messages) == (ssize_t)messages &&
             lseek(file, 0, SEEK_SET) == 0 &&
             socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0,
         "memory is available for the messages");
    client.socket = ends[0];
    must(send(ends[1], answer_bytes, answer_size, 0) == (ssize_t)answer_size &&
             shutdown(ends[1], SHUT_WR) == 0,
         "memory is available for the answer");
    json_t *answer = client_ask(&client, json_pack("{s:s}", "op", "describe"), 10);
    check_outcome(&client, answer);
    json_decref(answer);
    close(ends[1]);
    (void)client_close(&client);
    return 0;
}
