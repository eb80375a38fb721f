"""The classes that Spark calls."""

from dataclasses import replace

import pktbench
from pktbench import OptionError
from pyspark import cloudpickle
from pyspark.sql.datasource import (DataSource, DataSourceReader, DataSourceStreamReader,
                                    InputPartition)
from pyspark.sql.types import (DoubleType, IntegerType, LongType, ShortType, StringType,
                               StructField, StructType, TimestampType)

from . import _filters, _options, _series, _ship, _tasks

cloudpickle.register_pickle_by_value(_ship)

_TYPES = {"int16": ShortType, "int32": IntegerType, "int64": LongType, "double": DoubleType,
          "string": StringType, "timestamp[us, tz=UTC]": TimestampType}


def _schema_of(options):
    types = {field.name: _TYPES[str(field.type)]() for field in options.rows().schema}
    if options.permissive:
        types[_options.ERROR] = StringType()
    return StructType([StructField(name, types[name]) for name in options.columns])


def _selected(options, schema):
    """The options that give the rows of a schema, which a user may have given."""
    if options.permissive and _options.ERROR not in schema.names:
        raise OptionError("schema: with mode=PERMISSIVE it must have the column "
                          f"{_options.ERROR} string")
    if _schema_of(options).names != schema.names:
        options = options.selecting(schema.names)
    own = _schema_of(options)
    for field, asked in zip(own.fields, schema.fields):
        if (field.name, field.dataType) != (asked.name, asked.dataType):
            raise OptionError(f"schema: column {asked.name} {asked.dataType.simpleString()} is not "
                              f"offered: here it is {field.name} {field.dataType.simpleString()}; "
                              "leave the schema out, or cast")
    return options


class _Sent:
    """An object that is pickled as a call of _ship.restore()."""

    def __reduce__(self):
        state = cloudpickle.dumps(self.__dict__)  # unpickled by restore(), when it knows that it can be
        return _ship.restore, (pktbench.__version__, type(self).__name__, state)


class DefaultSource(_Sent, DataSource):
    """The data source ``pktbench``."""

    @classmethod
    def name(cls):
        return "pktbench"

    def schema(self):
        return _schema_of(_options.parse(self.options, files=False))

    def reader(self, schema):
        options = _selected(_options.parse(self.options), schema)
        return PushingReader(options) if options.push_filters else Reader(options)

    def streamReader(self, schema):
        return StreamReader(_selected(_options.parse(self.options, stream=True), schema))


class Reader(_Sent, DataSourceReader):
    """A query over captures that are there."""

    def __init__(self, options):
        self.options = options

    def partitions(self):
        return [InputPartition(task) for task in _tasks.plan(self.options)]

    def read(self, partition):
        return _tasks.batches(partition.value, self.options)


class PushingReader(Reader):
    """The same, which takes filters. Spark refuses one that does while
    spark.sql.python.filterPushdown.enabled is false, so there are two."""

    def pushFilters(self, filters):
        left, taken = [], []
        for filter_ in filters:
            asked = _filters.predicate(filter_, self.options)
            if asked:
                taken.append(asked)
            else:
                left.append(filter_)
        self.options = replace(self.options, predicates=tuple(taken))
        return left


class StreamReader(_Sent, DataSourceStreamReader):
    """A stream over a folder into which captures are dropped."""

    def __init__(self, options):
        self.options = options
        self.folder = _series.FolderStream(options)

    def initialOffset(self):
        return {}

    def latestOffset(self, start=None, limit=None):
        del limit  # all that is complete; before PySpark 4.2 neither is given
        return self.folder.latest(start)

    def partitions(self, start, end):
        return [InputPartition(task) for task in self.folder.tasks(start, end)]

    def read(self, partition):
        return _tasks.batches(partition.value, self.options)

    def commit(self, end):
        del end  # captures are kept
