#include "cli/dataset/jobs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include "parsers/process/group.h"
#include "parsers/process/tail.h"

/* A child closes its messages when it ends; it is waited for at most so long then. */
#define END_SECONDS 10.0

typedef struct job {
    pid_t pid; /* 0: free */
    size_t item;
    int messages;  /* read end of its standard error */
    pkt_tail tail; /* of it */
    void *result;  /* shared with the child */
} job;

typedef struct job_list {
    const jobs *asked;
    job at[JOBS_MOST];
    char *results; /* shared */
    size_t results_size;
    size_t next;    /* item to begin */
    unsigned alive; /* children */
    int error;
    bool stopped;
} job_list;

static _Noreturn void child_run(const job_list *list, const job *job, int messages)
{
    if (dup2(messages, STDERR_FILENO) < 0)
        _exit(1);
    list->asked->run(list->asked->self, job->item, job->result);
    _exit(0);
}

/* 0, or -1 and list->error. */
static int job_begin(job_list *list, job *job)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        list->error = errno;
        return -1;
    }
    job->item = list->next;
    memset(job->result, 0, list->asked->result_size);
    const pid_t pid = pkt_group_fork();
    if (pid == 0)
        child_run(list, job, ends[1]);
    list->error = pid < 0 ? errno : 0;
    close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return -1;
    }
    job->pid = pid;
    job->messages = ends[0];
    list->alive++;
    list->next++;
    return 0;
}

static void messages_print(const pkt_tail *tail)
{
    size_t at = 0;
    while (at < tail->size) {
        const ssize_t put = write(STDERR_FILENO, tail->bytes + at, tail->size - at);
        if (put <= 0 && errno != EINTR)
            break;
        at += put > 0 ? (size_t)put : 0;
    }
}

static void job_end(job_list *list, job *job)
{
    int status;
    close(job->messages);
    (void)pkt_group_end(job->pid, END_SECONDS, &status, NULL);
    messages_print(&job->tail);
    pkt_tail_free(&job->tail);
    job->pid = 0;
    list->alive--;
    if (!list->asked->ended(list->asked->self, job->item, job->result, status))
        list->stopped = true;
}

/* Begin items while there are free places. */
static void places_fill(job_list *list)
{
    for (unsigned i = 0; i < list->asked->at_once; i++) {
        if (list->stopped || list->error || list->next >= list->asked->count)
            return;
        if (!list->at[i].pid)
            (void)job_begin(list, &list->at[i]);
    }
}

/* Wait until a child writes or ends. */
static void wait_any(job_list *list)
{
    struct pollfd ready[JOBS_MOST];
    for (unsigned i = 0; i < list->asked->at_once; i++)
        ready[i] = (struct pollfd){list->at[i].pid ? list->at[i].messages : -1, POLLIN, 0};
    if (poll(ready, list->asked->at_once, -1) <= 0)
        return;
    for (unsigned i = 0; i < list->asked->at_once; i++)
        if (ready[i].revents && !pkt_tail_read(&list->at[i].tail, list->at[i].messages))
            job_end(list, &list->at[i]);
}

size_t jobs_run(const jobs *asked, int *error)
{
    job_list list = {.asked = asked, .results_size = asked->at_once * asked->result_size};
    void *results =
        mmap(NULL, list.results_size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *error = results == MAP_FAILED ? errno : 0;
    if (*error)
        return 0;
    list.results = results;
    for (unsigned i = 0; i < asked->at_once; i++)
        list.at[i].result = list.results + i * asked->result_size;
    places_fill(&list);
    while (list.alive) {
        wait_any(&list);
        places_fill(&list);
    }
    (void)munmap(results, list.results_size);
    *error = list.error;
    return list.next;
}
