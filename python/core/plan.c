/* Parts of a capture, for Python. */
#include <stdbool.h>

#include "python/core/core.h"

typedef struct parts {
    pkt_part *at; /* each with a preface of its own */
    size_t count, room;
    bool interrupted; /* an exception is set */
} parts;

static int part_keep(void *self, const pkt_part *part, pkt_err *err)
{
    parts *p = self;
    PyGILState_STATE state = PyGILState_Ensure();
    p->interrupted = PyErr_CheckSignals() != 0;
    PyGILState_Release(state);
    if (p->interrupted)
        return -1;
    uint8_t *preface = malloc(part->preface_size + 1);
    if (p->count == p->room) {
        const size_t room = 2 * p->room + 64;
        pkt_part *more = realloc(p->at, room * sizeof *more);
        p->at = more ? more : p->at;
        p->room = more ? room : p->room;
    }
    if (!preface || p->count == p->room) {
        free(preface);
        return pkt_fail(err, PKT_ERR_MEMORY, PKT_POS_NONE, "no memory for parts");
    }
    memcpy(preface, part->preface, part->preface_size);
    p->at[p->count] = *part;
    p->at[p->count++].preface = preface;
    return 0;
}

/* [(start, stop, packets, skip, preface, reset_every)] */
static PyObject *parts_list(const parts *p)
{
    PyObject *list = PyList_New((Py_ssize_t)p->count);
    for (size_t i = 0; list && i < p->count; i++) {
        const pkt_part *part = &p->at[i];
        PyObject *tuple =
            Py_BuildValue("(KKKKy#K)", (unsigned long long)part->start,
                          (unsigned long long)part->stop, (unsigned long long)part->packets,
                          (unsigned long long)part->skip, (const char *)part->preface,
                          (Py_ssize_t)part->preface_size, (unsigned long long)part->reset_every);
        if (!tuple)
            Py_CLEAR(list);
        else
            (void)PyList_SetItem(list, (Py_ssize_t)i, tuple);
    }
    return list;
}

static void parts_free(parts *p)
{
    for (size_t i = 0; i < p->count; i++)
        free((void *)(uintptr_t)p->at[i].preface);
    free(p->at);
}

/* (parts, fault): the fault is None, or the exception for a damaged capture, whose parts end in
 * front of it. */
static PyObject *plan_result(const parts *p, PyObject *fault)
{
    PyObject *list = fault ? parts_list(p) : NULL;
    if (!list) {
        Py_XDECREF(fault);
        return NULL;
    }
    return Py_BuildValue("(NN)", list, fault);
}

PyObject *core_plan(PyObject *self, PyObject *args)
{
    PyObject *dict, *result = NULL;
    PyObject *size;
    long long bytes;
    core_query query;
    parts p = {.at = NULL};
    pkt_err err = {.pos = PKT_POS_NONE};
    int bad;
    (void)self;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &size) ||
        core_number_read(size, "bytes_a_part", INT64_MAX, &bytes) != 0 ||
        core_query_read(dict, &query) != 0)
        return NULL;
    Py_BEGIN_ALLOW_THREADS bad = pkt_query_plan(&query.query, (uint64_t)bytes, part_keep, &p, &err);
    Py_END_ALLOW_THREADS const char *path = query.query.capture_count ? query.paths[0] : "";
    if (!bad)
        result = plan_result(&p, Py_NewRef(Py_None));
    else if (!p.interrupted && pkt_err_rows_stand(&err))
        result = plan_result(&p, core_error(&err, path, 0));
    else if (!p.interrupted)
        (void)core_raise(&err, path, 0);
    parts_free(&p);
    core_query_free(&query);
    return result;
}
