/* The parts of the extension module pktbench._core, in CPython's limited interface. */
#ifndef PKT_PYTHON_CORE_H
#define PKT_PYTHON_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdlib.h>

#include "pktbench.h"

/* Objects of the module, for all its parts; NULL before it is imported. */
typedef struct core_module {
    PyObject *make_error;   /* pktbench._errors.make(code, errno, message, offset, path, packets) */
    PyObject *make_warning; /* pktbench._errors.warn(code, count, offset, path, text) */
    PyObject *reader, *batch; /* types */
} core_module;
extern core_module core;

/* A text of the library, for "O&": paths in it need not be UTF-8, and it may be cut. */
PyObject *core_text(void *text);
/* The exception that *err stands for; NULL and an exception. */
PyObject *core_error(const pkt_err *err, const char *path, uint64_t packets);
/* Raise it. Returns NULL. */
PyObject *core_raise(const pkt_err *err, const char *path, uint64_t packets);

/* A pkt_query made of a dict of its members' names, in which a value None is left out, and "paths",
 * a list of bytes. It points into the dict's objects. */
typedef struct core_query {
    pkt_query query;
    const char **paths; /* owned */
    pkt_part part;
} core_query;
/* 0, or -1 and an exception, with nothing to free. */
int core_query_read(PyObject *dict, core_query *out);
void core_query_free(core_query *query);

/* A whole number from 1 to `most`, of an argument of this name. 0, or -1 and an exception. */
int core_number_read(PyObject *value, const char *name, long long most, long long *number);

/* Types; NULL and an exception. */
PyObject *core_reader_type(void);
PyObject *core_batch_type(void);

/* A batch that owns both; NULL and an exception, then they are released. */
PyObject *core_batch_new(struct ArrowSchema *schema, struct ArrowArray *array);
/* A capsule that owns the schema; the same. */
PyObject *core_schema_capsule(struct ArrowSchema *schema);
/* A capsule with a stream that owns the reader; the same. */
PyObject *core_stream_capsule(pkt_reader *reader);
/* Give all warnings of the reader that were not given yet. 0, or -1 and an exception, if warnings
 * are errors. */
int core_warnings_give(pkt_reader *reader);

/* What the main thread raises or warns of when it runs Python next, in this order: for code that
 * has no way to Python's caller. `owner` tells one stream from another: after an exception, nothing
 * more of it is given. */
/* Take the exception that is set; the caller has the interpreter's lock. */
void core_later_exception(const void *owner);
/* Take all warnings of the reader that were not given yet; with or without the lock. */
void core_later_warnings(const void *owner, pkt_reader *reader);

/* Functions of the module. */
PyObject *core_captures(PyObject *self, PyObject *dict);
PyObject *core_plan(PyObject *self, PyObject *args);
PyObject *core_schema(PyObject *self, PyObject *dict);
PyObject *core_columns(PyObject *self, PyObject *none);
PyObject *core_features(PyObject *self, PyObject *none);

#endif
