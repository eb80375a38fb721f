/* An Arrow stream that other libraries pull, in any thread, with or without the interpreter's lock.
 */
#include <unistd.h>

#include "python/core/core.h"

#define SLICE_NS 50000000LL

typedef struct stream {
    pkt_reader *reader;
    char message[640];
} stream;

static int stream_schema(struct ArrowArrayStream *self, struct ArrowSchema *out)
{
    const stream *s = self->private_data;
    pkt_err err;
    return pkt_reader_schema(s->reader, out, &err) == 0 ? 0 : ENOMEM;
}

/* Did a handler of a signal, such as Ctrl-C, raise an exception? Only the main thread handles
 * signals. The exception is raised when the library that pulls has returned to Python. */
static int is_interrupted(const stream *s)
{
    if (gettid() != getpid() || !Py_IsInitialized())
        return 0;
    PyGILState_STATE state = PyGILState_Ensure();
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    const int interrupted = PyErr_CheckSignals() != 0;
    if (interrupted)
        core_later_exception(s);
    PyErr_Restore(type, value, trace);
    PyGILState_Release(state);
    return interrupted;
}

static int code_of(const pkt_err *err)
{
    switch (err->code) {
    case PKT_ERR_IO:
        return err->sys ? err->sys : EIO;
    case PKT_ERR_MEMORY:
        return ENOMEM;
    case PKT_ERR_LIBRARY:
        return EIO;
    default:
        return EINVAL;
    }
}

static int stream_failed(stream *s, const pkt_err *err)
{
    char where[40] = "";
    if (err->pos != PKT_POS_NONE)
        (void)snprintf(where, sizeof where, " (at byte %llu)", (unsigned long long)err->pos);
    (void)snprintf(s->message, sizeof s->message, "%s: %s%s", pkt_reader_path(s->reader), err->msg,
                   where);
    return code_of(err);
}

static int stream_next(struct ArrowArrayStream *self, struct ArrowArray *out)
{
    stream *s = self->private_data;
    pkt_err err = {.pos = PKT_POS_NONE};
    int got = 2;
    while (got == 2) {
        if (is_interrupted(s)) {
            (void)snprintf(s->message, sizeof s->message, "interrupted");
            return EINTR;
        }
        got = pkt_reader_next(s->reader, SLICE_NS, out, &err);
    }
    if (got == 1)
        return 0;
    core_later_warnings(s, s->reader);
    return got == 0 ? 0 : stream_failed(s, &err);
}

static const char *stream_error(struct ArrowArrayStream *self)
{
    const stream *s = self->private_data;
    return s->message[0] ? s->message : NULL;
}

static void stream_release(struct ArrowArrayStream *self)
{
    stream *s = self->private_data;
    pkt_reader_close(s->reader);
    free(s);
    self->release = NULL;
}

static void stream_free(PyObject *capsule)
{
    struct ArrowArrayStream *stream = PyCapsule_GetPointer(capsule, "arrow_array_stream");
    if (stream && stream->release)
        stream->release(stream);
    free(stream);
}

PyObject *core_stream_capsule(pkt_reader *reader)
{
    struct ArrowArrayStream *out = malloc(sizeof *out);
    stream *s = calloc(1, sizeof *s);
    if (!out || !s) {
        free(out);
        free(s);
        pkt_reader_close(reader);
        return PyErr_NoMemory();
    }
    s->reader = reader;
    *out = (struct ArrowArrayStream){.get_schema = stream_schema,
                                     .get_next = stream_next,
                                     .get_last_error = stream_error,
                                     .release = stream_release,
                                     .private_data = s};
    PyObject *capsule = PyCapsule_New(out, "arrow_array_stream", stream_free);
    if (!capsule) {
        stream_release(out);
        free(out);
    }
    return capsule;
}
