/* pktbench._core.Batch: a record batch. */
#include "python/core/core.h"

typedef struct batch_object {
    PyObject_HEAD struct ArrowSchema schema;
    struct ArrowArray array; /* released, as the schema, once it was handed over */
    size_t readers;          /* calls that read it: objects that they make may run Python code */
} batch_object;

static void object_free(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static void batch_dealloc(PyObject *self)
{
    batch_object *b = (batch_object *)self;
    if (b->schema.release)
        b->schema.release(&b->schema);
    if (b->array.release)
        b->array.release(&b->array);
    object_free(self);
}

PyObject *core_batch_new(struct ArrowSchema *schema, struct ArrowArray *array)
{
    PyTypeObject *type = (PyTypeObject *)core.batch;
    batch_object *b = (batch_object *)((allocfunc)PyType_GetSlot(type, Py_tp_alloc))(type, 0);
    if (!b) {
        schema->release(schema);
        array->release(array);
        return NULL;
    }
    b->schema = *schema;
    b->array = *array;
    return (PyObject *)b;
}

static int is_null(const struct ArrowArray *array, int64_t row)
{
    const uint8_t *valid = array->buffers[0];
    return valid && !(valid[row >> 3] >> (row & 7) & 1);
}

/* The cell as None, int, float or str. Text that is no UTF-8 gets surrogates, as in os.fsdecode().
 */
static PyObject *cell_new(char format, const struct ArrowArray *array, int64_t row)
{
    const void *values = array->buffers[1];
    if (is_null(array, row))
        return Py_NewRef(Py_None);
    switch (format) {
    case 's':
        return PyLong_FromLong(((const int16_t *)values)[row]);
    case 'i':
        return PyLong_FromLong(((const int32_t *)values)[row]);
    case 'l':
    case 't':
        return PyLong_FromLongLong(((const int64_t *)values)[row]);
    case 'g':
        return PyFloat_FromDouble(((const double *)values)[row]);
    default: {
        const int32_t *offsets = values;
        return PyUnicode_DecodeUTF8((const char *)array->buffers[2] + offsets[row],
                                    offsets[row + 1] - offsets[row], "surrogateescape");
    }
    }
}

static PyObject *row_new(const batch_object *b, int64_t row)
{
    PyObject *tuple = PyTuple_New((Py_ssize_t)b->array.n_children);
    for (int64_t c = 0; tuple && c < b->array.n_children; c++) {
        PyObject *cell = cell_new(b->schema.children[c]->format[0], b->array.children[c], row);
        if (!cell)
            Py_CLEAR(tuple);
        else
            (void)PyTuple_SetItem(tuple, (Py_ssize_t)c, cell);
    }
    return tuple;
}

static int batch_is_there(const batch_object *b)
{
    if (!b->array.release)
        PyErr_SetString(PyExc_ValueError,
                        "the batch was handed over to another library, and is empty");
    return b->array.release != NULL;
}

static PyObject *batch_tuples(PyObject *self, PyObject *none)
{
    batch_object *b = (batch_object *)self;
    (void)none;
    if (!batch_is_there(b))
        return NULL;
    b->readers++;
    PyObject *list = PyList_New((Py_ssize_t)b->array.length);
    for (int64_t row = 0; list && row < b->array.length; row++) {
        PyObject *tuple = row_new(b, row);
        if (!tuple)
            Py_CLEAR(list);
        else
            (void)PyList_SetItem(list, (Py_ssize_t)row, tuple);
    }
    b->readers--;
    return list;
}

static void schema_free(PyObject *capsule)
{
    struct ArrowSchema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
    if (schema && schema->release)
        schema->release(schema);
    free(schema);
}

static void array_free(PyObject *capsule)
{
    struct ArrowArray *array = PyCapsule_GetPointer(capsule, "arrow_array");
    if (array && array->release)
        array->release(array);
    free(array);
}

PyObject *core_schema_capsule(struct ArrowSchema *schema)
{
    struct ArrowSchema *own = malloc(sizeof *own);
    if (!own) {
        schema->release(schema);
        return PyErr_NoMemory();
    }
    *own = *schema;
    PyObject *capsule = PyCapsule_New(own, "arrow_schema", schema_free);
    if (!capsule) {
        own->release(own);
        free(own);
    }
    return capsule;
}

static PyObject *array_capsule(struct ArrowArray *array)
{
    struct ArrowArray *own = malloc(sizeof *own);
    if (!own) {
        array->release(array);
        return PyErr_NoMemory();
    }
    *own = *array;
    PyObject *capsule = PyCapsule_New(own, "arrow_array", array_free);
    if (!capsule) {
        own->release(own);
        free(own);
    }
    return capsule;
}

static PyObject *batch_arrow(PyObject *self, PyObject *args)
{
    batch_object *b = (batch_object *)self;
    (void)args;
    if (!batch_is_there(b))
        return NULL;
    if (b->readers) {
        PyErr_SetString(PyExc_ValueError, "the batch cannot be handed over while it is read");
        return NULL;
    }
    struct ArrowSchema own_schema = b->schema;
    struct ArrowArray own_array = b->array;
    b->schema.release = NULL;
    b->array.release = NULL;
    PyObject *schema = core_schema_capsule(&own_schema);
    PyObject *array = array_capsule(&own_array);
    PyObject *both = schema && array ? PyTuple_Pack(2, schema, array) : NULL;
    Py_XDECREF(schema);
    Py_XDECREF(array);
    return both;
}

static Py_ssize_t batch_length(PyObject *self)
{
    return (Py_ssize_t)((batch_object *)self)->array.length;
}

PyObject *core_batch_type(void)
{
    static PyMethodDef methods[] = {
        {"tuples", batch_tuples, METH_NOARGS, "The rows as a list of tuples."},
        {"__arrow_c_array__", batch_arrow, METH_VARARGS,
         "The batch by the Arrow PyCapsule interface, which hands it over."},
        {NULL, NULL, 0, NULL}};
    static PyType_Slot slots[] = {{Py_tp_dealloc, batch_dealloc},
                                  {Py_tp_methods, methods},
                                  {Py_sq_length, batch_length},
                                  {Py_tp_doc, "A record batch: some of the rows, as arrays."},
                                  {0, NULL}};
    static PyType_Spec spec = {.name = "pktbench._core.Batch",
                               .basicsize = sizeof(batch_object),
                               .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                               .slots = slots};
    return PyType_FromSpec(&spec);
}
