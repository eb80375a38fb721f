"""Labels of packets, from a CSV with the columns packet and label, as `gen --labels` and `mix` write it."""

from pktbench import OptionError


class Labels:
    """The labels of a file, for packets whose numbers rise. It is read once, a block at a time."""

    def __init__(self, path):
        from pyarrow import csv
        self._path, self._packet = path, 0
        self._held = []  # (numbers, labels) of blocks that may be needed
        parse = csv.ParseOptions(newlines_in_values=True)
        convert = csv.ConvertOptions(include_columns=["packet", "label"], null_values=[],
                                     column_types={"packet": "uint64", "label": "string"})
        self._blocks = self._opened(lambda: csv.open_csv(path, parse_options=parse,
                                                         convert_options=convert))

    def _opened(self, call):
        """What pyarrow gives; its errors are those of an option."""
        import pyarrow
        try:
            return call()
        except (pyarrow.ArrowInvalid, pyarrow.ArrowKeyError) as error:
            raise OptionError(f"labels: {self._path}: {error}; it must be a CSV with the columns "
                              "packet and label") from error

    def _next(self):
        """Whether there was one more block."""
        import numpy
        block = self._opened(lambda: next(self._blocks, None))
        if block is None:
            return False
        if block.num_rows:
            numbers = block.column("packet").to_numpy()
            before = numpy.concatenate(([self._packet], numbers[:-1])).astype("uint64")
            wrong = numpy.flatnonzero(numbers <= before)
            if wrong.size:
                raise OptionError(f"labels: {self._path}: the number of the packet does not rise: "
                                  f"{numbers[wrong[0]]} is behind {before[wrong[0]]}")
            self._packet = int(numbers[-1])
            self._held.append((numbers, block.column("label")))
        return True

    def of(self, packets):
        """The labels of these packets, in a rising order; "" of one that has none."""
        import numpy
        import pyarrow
        if not len(packets):
            return pyarrow.array([], pyarrow.string())
        asked = packets.to_numpy().astype("uint64")
        more = True
        while more:
            more = self._packet < asked[-1] and self._next()
            self._held = [block for block in self._held if block[0][-1] >= asked[0]]
        if not self._held:
            return pyarrow.array([""] * len(asked), pyarrow.string())
        numbers = numpy.concatenate([block for block, _ in self._held])
        labels = pyarrow.chunked_array([cells for _, cells in self._held]).combine_chunks()
        places = numpy.minimum(numpy.searchsorted(numbers, asked), numbers.size - 1)
        found = pyarrow.array(places, mask=numbers[places] != asked)
        return labels.take(found).fill_null("")
