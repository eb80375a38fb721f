/* The extension module, and what the library offers. */
#include "parsers/features/set.h"
#include "python/core/core.h"

static PyObject *core_connect(PyObject *self, PyObject *args)
{
    PyObject *error, *warning;
    (void)self;
    if (!PyArg_ParseTuple(args, "OO", &error, &warning))
        return NULL;
    Py_XDECREF(core.make_error);
    Py_XDECREF(core.make_warning);
    core.make_error = Py_NewRef(error);
    core.make_warning = Py_NewRef(warning);
    return Py_NewRef(Py_None);
}

/* Schema of a query without captures, as a capsule. */
PyObject *core_schema(PyObject *self, PyObject *dict)
{
    core_query query;
    struct ArrowSchema schema;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)self;
    if (core_query_read(dict, &query) != 0)
        return NULL;
    const int bad = pkt_query_schema(&query.query, &schema, &err);
    core_query_free(&query);
    return bad ? core_raise(&err, "", 0) : core_schema_capsule(&schema);
}

/* Names of the columns of a query without captures. */
static PyObject *core_names(PyObject *self, PyObject *dict)
{
    core_query query;
    struct ArrowSchema schema;
    pkt_err err = {.pos = PKT_POS_NONE};
    (void)self;
    if (core_query_read(dict, &query) != 0)
        return NULL;
    const int bad = pkt_query_schema(&query.query, &schema, &err);
    core_query_free(&query);
    if (bad)
        return core_raise(&err, "", 0);
    PyObject *list = PyList_New((Py_ssize_t)schema.n_children);
    for (int64_t i = 0; list && i < schema.n_children; i++) {
        PyObject *name = PyUnicode_FromString(schema.children[i]->name);
        if (!name)
            Py_CLEAR(list);
        else
            (void)PyList_SetItem(list, (Py_ssize_t)i, name);
    }
    schema.release(&schema);
    return list;
}

/* Append what was made to the list, and give it up. 0, or -1 and an exception. */
static int list_append(PyObject *list, PyObject *item)
{
    const int bad = item ? PyList_Append(list, item) : -1;
    Py_XDECREF(item);
    return bad;
}

/* (name, level, meaning) of every column that rows of packets can have. */
PyObject *core_columns(PyObject *self, PyObject *none)
{
    PyObject *list = PyList_New(0);
    (void)self;
    (void)none;
    for (size_t c = 0; list && c < pkt_column_count(); c++) {
        const pkt_column_info *info = pkt_column_at(c);
        size_t size = strlen(info->name);
        if (info->format_as == PKT_AS_HIDDEN)
            continue;
        if (info->format_as == PKT_AS_ADDRESS)
            size -= strlen("_hi");
        if (list_append(list, Py_BuildValue("(s#ss)", info->name, (Py_ssize_t)size,
                                            pkt_level_name(info->level), info->doc)) != 0)
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *set_columns(const pkt_feature_set *set)
{
    PyObject *list = PyList_New(0);
    for (size_t i = 0; list && i < set->count; i++) {
        const pkt_feature_column *c = &set->columns[i];
        if (list_append(list, Py_BuildValue("(sssss)", c->name, c->unit ? c->unit : "",
                                            pkt_aggregate_name(c->aggregate), c->meaning,
                                            c->defect ? c->defect : "")) != 0)
            Py_CLEAR(list);
    }
    return list;
}

/* (name, summary, [(name, unit, aggregate, meaning, defect)]) of every set. */
PyObject *core_features(PyObject *self, PyObject *none)
{
    const pkt_feature_set *set;
    PyObject *list = PyList_New(0);
    (void)self;
    (void)none;
    for (size_t i = 0; list && (set = pkt_feature_set_at(i)) != NULL; i++) {
        PyObject *columns = set_columns(set);
        if (!columns ||
            list_append(list, Py_BuildValue("(ssN)", set->name, set->summary, columns)) != 0)
            Py_CLEAR(list);
    }
    return list;
}

static int module_exec(PyObject *module)
{
    if (core.batch) {
        PyErr_SetString(PyExc_ImportError,
                        "pktbench._core is loaded once a process: it can be imported neither by a "
                        "second interpreter, nor again after it was removed from sys.modules");
        return -1;
    }
    core.batch = core_batch_type();
    core.reader = core.batch ? core_reader_type() : NULL;
    if (!core.reader)
        Py_CLEAR(core.batch);
    if (!core.reader || PyModule_AddObjectRef(module, "Batch", core.batch) != 0 ||
        PyModule_AddObjectRef(module, "Reader", core.reader) != 0)
        return -1;
    return PyModule_AddStringConstant(module, "version", pkt_version());
}

PyMODINIT_FUNC PyInit__core(void)
{
    static PyMethodDef methods[] = {
        {"connect", core_connect, METH_VARARGS, "connect(make_error, make_warning)"},
        {"schema", core_schema, METH_O, "schema(query): the schema of its rows, a capsule"},
        {"names", core_names, METH_O, "names(query): the columns of its rows"},
        {"plan", core_plan, METH_VARARGS,
         "plan(query, bytes): [(start, stop, packets, skip, preface, reset_every)], and an "
         "exception or None"},
        {"captures", core_captures, METH_O,
         "captures(query): the paths of its captures, and how many files are none"},
        {"columns", core_columns, METH_NOARGS, "[(name, level, meaning)]"},
        {"features", core_features, METH_NOARGS,
         "[(name, summary, [(name, unit, aggregate, meaning, defect)])]"},
        {NULL, NULL, 0, NULL}};
    static PyModuleDef_Slot slots[] = {{Py_mod_exec, module_exec}, {0, NULL}};
    static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "pktbench._core",
                                            .m_methods = methods, .m_slots = slots};
    return PyModuleDef_Init(&definition);
}
