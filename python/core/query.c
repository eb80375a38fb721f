/* A dict to a query. */
#include "python/core/core.h"

typedef enum member_kind {
    MEMBER_TEXT,
    MEMBER_U64,
    MEMBER_I64,
    MEMBER_U32,
    MEMBER_INT
} member_kind;

typedef struct member {
    const char *name;
    member_kind kind;
    size_t at; /* offset in the query */
} member;

#define MEMBER(name, kind)                                                                         \
    {                                                                                              \
#name, kind, offsetof(pkt_query, name)                                                     \
    }
static const member members[] = {
    MEMBER(recursive, MEMBER_INT),  MEMBER(join, MEMBER_INT),
    MEMBER(interface, MEMBER_TEXT), MEMBER(backend, MEMBER_TEXT),
    MEMBER(plugin, MEMBER_TEXT),    MEMBER(level, MEMBER_TEXT),
    MEMBER(columns, MEMBER_TEXT),   MEMBER(filter, MEMBER_TEXT),
    MEMBER(features, MEMBER_TEXT),  MEMBER(window, MEMBER_TEXT),
    MEMBER(by, MEMBER_TEXT),        MEMBER(reset_every, MEMBER_TEXT),
    MEMBER(label, MEMBER_TEXT),     MEMBER(flow_rule, MEMBER_TEXT),
    MEMBER(max_flows, MEMBER_U64),  MEMBER(count, MEMBER_U64),
    MEMBER(strict, MEMBER_INT),     MEMBER(batch_rows, MEMBER_U32),
    MEMBER(duration, MEMBER_I64),   MEMBER(flush_every, MEMBER_I64),
    MEMBER(snaplen, MEMBER_U32),    MEMBER(buffer, MEMBER_U32),
    MEMBER(immediate, MEMBER_INT),  MEMBER(inner, MEMBER_INT),
    MEMBER(threads, MEMBER_U32),    MEMBER(idle, MEMBER_TEXT),
    MEMBER(active, MEMBER_TEXT),    MEMBER(labels, MEMBER_TEXT),
    MEMBER(label_by, MEMBER_TEXT),  MEMBER(name, MEMBER_TEXT),
};

/* A str, or the bytes of a path, which may be no text. */
static int text_set(PyObject *value, const char **to)
{
    Py_ssize_t size;
    if (PyBytes_Check(value))
        return PyBytes_AsStringAndSize(value, (char **)(uintptr_t)to, NULL);
    *to = PyUnicode_AsUTF8AndSize(value, &size);
    if (*to && strlen(*to) != (size_t)size) {
        PyErr_SetString(PyExc_ValueError, "embedded null character");
        return -1;
    }
    return *to ? 0 : -1;
}

static int number_refused(const char *name, long long most)
{
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)pkt_fail(&err, PKT_ERR_USAGE, PKT_POS_NONE, "%s: must be a whole number from 1 to %lld",
                   name, most);
    (void)core_raise(&err, "", 0);
    return -1;
}

int core_number_read(PyObject *value, const char *name, long long most, long long *number)
{
    PyObject *whole = PyNumber_Index(value);
    if (!whole && PyErr_ExceptionMatches(PyExc_TypeError))
        PyErr_Format(PyExc_TypeError, "%s: must be a whole number", name);
    if (!whole)
        return -1;
    *number = PyLong_AsLongLong(whole);
    Py_DECREF(whole);
    const int over = *number == -1 && PyErr_Occurred();
    if (over && !PyErr_ExceptionMatches(PyExc_OverflowError))
        return -1;
    if (over)
        PyErr_Clear();
    return over || *number < 1 || *number > most ? number_refused(name, most) : 0;
}

static int number_set(const member *m, PyObject *value, void *to)
{
    long long number;
    if (m->kind == MEMBER_INT) {
        *(int *)to = PyObject_IsTrue(value);
        return *(int *)to < 0 ? -1 : 0;
    }
    if (core_number_read(value, m->name, m->kind == MEMBER_U32 ? UINT32_MAX : INT64_MAX, &number) !=
        0)
        return -1;
    if (m->kind == MEMBER_U32)
        *(uint32_t *)to = (uint32_t)number;
    else
        *(int64_t *)to = number;
    return 0;
}

/* Members whose value is not None. */
static int members_set(PyObject *dict, pkt_query *query)
{
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        PyObject *value = PyDict_GetItemString(dict, members[i].name);
        void *to = (char *)query + members[i].at;
        if (!value || value == Py_None)
            continue;
        if (members[i].kind == MEMBER_TEXT ? text_set(value, to)
                                           : number_set(&members[i], value, to))
            return -1;
    }
    return 0;
}

static int paths_set(PyObject *dict, core_query *out)
{
    PyObject *list = PyDict_GetItemString(dict, "paths");
    const Py_ssize_t count = list ? PyList_Size(list) : 0;
    if (count < 0)
        return -1;
    out->paths = calloc((size_t)count + 1, sizeof *out->paths);
    if (!out->paths) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++) {
        char *path;
        if (PyBytes_AsStringAndSize(PyList_GetItem(list, i), &path, NULL) != 0)
            return -1;
        out->paths[i] = path;
    }
    out->query.captures = out->paths;
    out->query.capture_count = (size_t)count;
    return 0;
}

/* A part of plan(). It points into the tuple. */
static int part_read(PyObject *tuple, pkt_part *part)
{
    unsigned long long start, stop, packets, skip, reset_every = 0;
    const char *preface;
    Py_ssize_t size;
    if (!PyTuple_Check(tuple)) {
        PyErr_SetString(PyExc_TypeError, "part: must be a part of plan()");
        return -1;
    }
    if (!PyArg_ParseTuple(tuple, "KKKKy#|K", &start, &stop, &packets, &skip, &preface, &size,
                          &reset_every))
        return -1;
    *part = (pkt_part){.struct_size = sizeof *part,
                       .start = start,
                       .stop = stop,
                       .packets = packets,
                       .skip = skip,
                       .preface = (const uint8_t *)preface,
                       .preface_size = (size_t)size,
                       .reset_every = reset_every};
    return 0;
}

static int part_set(PyObject *dict, core_query *out)
{
    PyObject *part = PyDict_GetItemString(dict, "part");
    if (!part || part == Py_None)
        return 0;
    out->query.part = &out->part;
    return part_read(part, &out->part);
}

int core_query_read(PyObject *dict, core_query *out)
{
    *out = (core_query){.query = PKT_INIT(pkt_query)};
    if (paths_set(dict, out) == 0 && members_set(dict, &out->query) == 0 &&
        part_set(dict, out) == 0)
        return 0;
    core_query_free(out);
    return -1;
}

void core_query_free(core_query *query)
{
    free(query->paths);
    query->paths = NULL;
}
