/* The captures that a query names, for Python. */
#include "parsers/input/paths.h"
#include "python/core/core.h"

static PyObject *paths_list(const pkt_paths *paths)
{
    PyObject *list = PyList_New((Py_ssize_t)paths->count);
    for (size_t i = 0; list && i < paths->count; i++) {
        PyObject *path = PyBytes_FromString(paths->at[i]);
        if (!path)
            Py_CLEAR(list);
        else
            (void)PyList_SetItem(list, (Py_ssize_t)i, path);
    }
    return list;
}

PyObject *core_captures(PyObject *self, PyObject *dict)
{
    PyObject *list, *result = NULL;
    core_query query;
    pkt_paths paths;
    pkt_err err = {.pos = PKT_POS_NONE};
    const char *failed = "";
    int bad;
    (void)self;
    if (core_query_read(dict, &query) != 0)
        return NULL;
    const pkt_paths_request request = {.operands = (char *const *)(uintptr_t)query.paths,
                                       .count = query.query.capture_count,
                                       .recursive = query.query.recursive};
    Py_BEGIN_ALLOW_THREADS bad = pkt_paths_find_of(&paths, &request, &failed, &err);
    Py_END_ALLOW_THREADS if (bad)(void) core_raise(&err, failed, 0);
    else
    {
        list = paths_list(&paths);
        result = list ? Py_BuildValue("(NK)", list, (unsigned long long)paths.others) : NULL;
        pkt_paths_close(&paths);
    }
    core_query_free(&query);
    return result;
}
