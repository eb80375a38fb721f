/* Errors of the library as exceptions. */
#include "python/core/core.h"

core_module core;

PyObject *core_text(void *text)
{
    return PyUnicode_DecodeFSDefault(text);
}

PyObject *core_error(const pkt_err *err, const char *path, uint64_t packets)
{
    PyObject *offset =
        err->pos == PKT_POS_NONE ? Py_NewRef(Py_None) : PyLong_FromUnsignedLongLong(err->pos);
    PyObject *name = PyUnicode_DecodeFSDefault(path);
    PyObject *e = offset && name ? PyObject_CallFunction(core.make_error, "iiO&OOK", (int)err->code,
                                                         err->sys, core_text, err->msg, offset,
                                                         name, (unsigned long long)packets)
                                 : NULL;
    Py_XDECREF(offset);
    Py_XDECREF(name);
    return e;
}

PyObject *core_raise(const pkt_err *err, const char *path, uint64_t packets)
{
    PyObject *e = core_error(err, path, packets);
    if (e)
        PyErr_SetObject((PyObject *)Py_TYPE(e), e);
    Py_XDECREF(e);
    return NULL;
}
