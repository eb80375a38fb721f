/* pktbench._core.Reader: a pkt_reader. */
#include <stdatomic.h>

#include "python/core/core.h"

/* The longest time without a look for signals, ns. */
#define SLICE_NS 50000000LL

typedef struct reader_object {
    PyObject_HEAD pkt_reader *reader; /* NULL: closed, or handed over */
    atomic_flag busy;
} reader_object;

static PyObject *reader_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    PyObject *dict;
    core_query query;
    pkt_err err = {.pos = PKT_POS_NONE};
    pkt_reader *reader;
    (void)keywords;
    if (!PyArg_ParseTuple(args, "O!", &PyDict_Type, &dict) || core_query_read(dict, &query) != 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS reader = pkt_reader_open(&query.query, &err);
    Py_END_ALLOW_THREADS core_query_free(&query);
    if (!reader)
        return core_raise(&err, "", 0);
    reader_object *self = (reader_object *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!self) {
        pkt_reader_close(reader);
        return NULL;
    }
    self->reader = reader;
    atomic_flag_clear(&self->busy);
    return (PyObject *)self;
}

static void reader_free(pkt_reader *reader)
{
    Py_BEGIN_ALLOW_THREADS pkt_reader_close(reader);
    Py_END_ALLOW_THREADS
}

static void reader_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    reader_free(((reader_object *)self)->reader);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

/* A reader is used by one thread at a time. 0, or -1 and an exception. */
static int reader_take(reader_object *self)
{
    if (atomic_flag_test_and_set(&self->busy)) {
        PyErr_SetString(PyExc_RuntimeError, "another thread is reading from this reader");
        return -1;
    }
    if (self->reader)
        return 0;
    atomic_flag_clear(&self->busy);
    PyErr_SetString(PyExc_ValueError, "the reader is closed");
    return -1;
}

/* Wait for rows up to `wait` ns, below 0 for ever, and look for signals meanwhile. As
 * pkt_reader_next(), or -2 and an exception. */
static int batch_wait(pkt_reader *reader, long long wait, struct ArrowArray *array, pkt_err *err)
{
    for (long long left = wait;; left -= SLICE_NS) {
        const long long slice = wait < 0 || left > SLICE_NS ? SLICE_NS : left;
        int got;
        Py_BEGIN_ALLOW_THREADS got = pkt_reader_next(reader, slice, array, err);
        Py_END_ALLOW_THREADS if (PyErr_CheckSignals() != 0)
        {
            if (got == 1)
                array->release(array);
            return -2;
        }
        if (got != 2 || (wait >= 0 && left <= slice))
            return got;
    }
}

static PyObject *next_of(pkt_reader *reader, long long wait)
{
    struct ArrowArray array;
    struct ArrowSchema schema;
    pkt_err err = {.pos = PKT_POS_NONE};
    const int got = batch_wait(reader, wait, &array, &err);
    if (got == -2)
        return NULL;
    if (got != 1 && got != 2 && core_warnings_give(reader) != 0)
        return NULL;
    if (got == -1)
        return core_raise(&err, pkt_reader_path(reader), pkt_reader_packets(reader));
    if (got != 1)
        return Py_NewRef(got == 2 ? Py_False : Py_None);
    if (pkt_reader_schema(reader, &schema, &err) == 0)
        return core_batch_new(&schema, &array);
    array.release(&array);
    return core_raise(&err, "", 0);
}

static PyObject *reader_next(PyObject *self, PyObject *args)
{
    reader_object *r = (reader_object *)self;
    long long wait = -1;
    if (!PyArg_ParseTuple(args, "|L", &wait) || reader_take(r) != 0)
        return NULL;
    PyObject *batch = next_of(r->reader, wait);
    atomic_flag_clear(&r->busy);
    return batch;
}

static PyObject *reader_start(PyObject *self, PyObject *none)
{
    reader_object *r = (reader_object *)self;
    pkt_err err = {.pos = PKT_POS_NONE};
    int bad;
    (void)none;
    if (reader_take(r) != 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS bad = pkt_reader_start(r->reader, &err);
    Py_END_ALLOW_THREADS PyObject *result =
        bad ? core_raise(&err, pkt_reader_path(r->reader), 0) : Py_NewRef(Py_None);
    atomic_flag_clear(&r->busy);
    return result;
}

static PyObject *reader_stop(PyObject *self, PyObject *none)
{
    (void)none;
    if (((reader_object *)self)->reader)
        pkt_reader_stop(((reader_object *)self)->reader);
    return Py_NewRef(Py_None);
}

static PyObject *reader_close(PyObject *self, PyObject *none)
{
    reader_object *r = (reader_object *)self;
    (void)none;
    if (!r->reader)
        return Py_NewRef(Py_None);
    if (reader_take(r) != 0)
        return NULL;
    pkt_reader *reader = r->reader;
    r->reader = NULL;
    atomic_flag_clear(&r->busy);
    reader_free(reader);
    return Py_NewRef(Py_None);
}

static PyObject *reader_arrow(PyObject *self, PyObject *args)
{
    reader_object *r = (reader_object *)self;
    (void)args;
    if (reader_take(r) != 0)
        return NULL;
    pkt_reader *reader = r->reader;
    r->reader = NULL;
    atomic_flag_clear(&r->busy);
    return core_stream_capsule(reader);
}

PyObject *core_reader_type(void)
{
    static PyMethodDef methods[] = {
        {"start", reader_start, METH_NOARGS, "Open the first capture, or the interface."},
        {"next", reader_next, METH_VARARGS,
         "next(wait_ns=-1): the next Batch; None at the end; False: no rows in time."},
        {"stop", reader_stop, METH_NOARGS, "End a live capture."},
        {"close", reader_close, METH_NOARGS, "Close the reader."},
        {"__arrow_c_stream__", reader_arrow, METH_VARARGS,
         "The batches by the Arrow PyCapsule interface, which closes the reader."},
        {NULL, NULL, 0, NULL}};
    static PyType_Slot slots[] = {{Py_tp_new, reader_new},
                                  {Py_tp_dealloc, reader_dealloc},
                                  {Py_tp_methods, methods},
                                  {Py_tp_doc, "Reader(query): reads the rows of a query, a dict."},
                                  {0, NULL}};
    static PyType_Spec spec = {.name = "pktbench._core.Reader",
                               .basicsize = sizeof(reader_object),
                               .flags = Py_TPFLAGS_DEFAULT,
                               .slots = slots};
    return PyType_FromSpec(&spec);
}
