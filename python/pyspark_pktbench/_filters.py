"""Predicates of a query on columns of its rows, which the source applies before Spark takes the rows.

They are about decoded cells, after streams were numbered, and so give what Spark's own filters give.
"""

from typing import Any, NamedTuple

from ._options import ERROR

_WHOLE = ("int16", "int32", "int64")
_COMPARISONS = {"EqualTo": "equal", "GreaterThan": "greater", "GreaterThanOrEqual": "greater_equal",
                "LessThan": "less", "LessThanOrEqual": "less_equal"}
_TEXTS = {"StringStartsWith": "starts_with", "StringEndsWith": "ends_with",
          "StringContains": "match_substring"}


class Predicate(NamedTuple):
    """kind: the name of Spark's class; value: a scalar, or a tuple of "In"."""

    kind: str
    column: str
    value: Any
    negated: bool


def _fits(value, type_):
    if type_ == "string":
        return isinstance(value, str)
    bits = int(type_[len("int"):]) - 1
    return isinstance(value, int) and not isinstance(value, bool) and -2**bits <= value < 2**bits


def predicate(filter_, options):
    """The Predicate of a filter of Spark; None: Spark applies it itself."""
    negated = type(filter_).__name__ == "Not"
    if negated:
        filter_ = filter_.child
    kind = type(filter_).__name__
    types = {field.name: str(field.type) for field in options.rows().schema}
    attribute = getattr(filter_, "attribute", ())
    type_ = types.get(attribute[0]) if len(attribute) == 1 else None
    if options.read.get("features") or attribute == (ERROR,) or type_ not in (*_WHOLE, "string"):
        return None
    if kind in ("IsNull", "IsNotNull"):
        return Predicate(kind, attribute[0], None, negated)
    value = getattr(filter_, "value", None)
    if kind == "In":
        value = tuple(value)
        fits = all(_fits(one, type_) for one in value)
    else:
        fits = _fits(value, type_) and (kind in _COMPARISONS or kind == "EqualNullSafe" or
                                        (kind in _TEXTS and type_ == "string"))
    return Predicate(kind, attribute[0], value, negated) if fits else None


def _mask(batch, asked):
    """True, false, or null where SQL has it, for each row."""
    import pyarrow
    import pyarrow.compute as pc
    cells = batch.column(asked.column)
    if asked.kind in ("IsNull", "IsNotNull"):
        return pc.is_null(cells) if asked.kind == "IsNull" else pc.is_valid(cells)
    if asked.kind == "In":
        found = pc.is_in(cells, value_set=pyarrow.array(asked.value, cells.type))
        return pc.if_else(pc.is_valid(cells), found, pyarrow.scalar(None, pyarrow.bool_()))
    if asked.kind in _TEXTS:
        return getattr(pc, _TEXTS[asked.kind])(cells, asked.value)
    value = pyarrow.scalar(asked.value, cells.type)
    if asked.kind == "EqualNullSafe":
        return pc.fill_null(pc.equal(cells, value), False)
    return getattr(pc, _COMPARISONS[asked.kind])(cells, value)


def keep(batch, predicates):
    """The rows for which all are true."""
    import pyarrow.compute as pc
    for asked in predicates:
        mask = _mask(batch, asked)
        batch = batch.filter(pc.invert(mask) if asked.negated else mask)
    return batch
