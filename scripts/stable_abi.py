"""Are all names of Python that a module uses in the stable interface of that version? Prints those
that are not; exit status 1 if there are any.

Usage: stable_abi.py MODULE VERSION"""

import sys

from abi3info import DATAS, FUNCTIONS
from elftools.elf.elffile import ELFFile


def main():
    version = tuple(map(int, sys.argv[2].split(".")))
    stable = {symbol.name: known.added for known_names in (FUNCTIONS, DATAS)
              for symbol, known in known_names.items()}
    with open(sys.argv[1], "rb") as file:
        symbols = [s for s in ELFFile(file).get_section_by_name(".dynsym").iter_symbols()
                   if s.name.startswith(("Py", "_Py"))]
        used = {s.name for s in symbols if s["st_shndx"] == "SHN_UNDEF"}
    others = sorted(name for name in used if name not in stable or
                    (stable[name].major, stable[name].minor) > version)
    print("\n".join(others) if others else f"{len(used)} names of Python, all stable in {sys.argv[2]}")
    sys.exit(bool(others) or not used)


main()
