"""What the lints read in C sources. It relies on this project's clang-format style: declarations
and the braces of functions stand in column 0, everything inside of them is indented."""

import re

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
# Comments, and texts in quotes. An #include line is matched first, so that its text stays.
HIDDEN = re.compile(r'^[ \t]*#[ \t]*include[^\n]*|//[^\n]*|/\*.*?\*/'
                    r'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.MULTILINE | re.DOTALL)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.MULTILINE)
ATTRIBUTE = re.compile(r'__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|__extension__')
DEFINITION = re.compile(r'^([A-Za-z_][^;{}]*\))\s*\n\{$(.*?)^\}$', re.MULTILINE | re.DOTALL)
PROTOTYPE = re.compile(r'^([A-Za-z_][^;{}=]*\))\s*;', re.MULTILINE)
DATA = re.compile(r'^((?:[A-Za-z_]\w*[ \n*]+)+)(\w+)(?:\[[^\]]*\])*\s*(?:=|;)', re.MULTILINE)
NAME = re.compile(r'([A-Za-z_]\w*)\s*\(')
WORD = re.compile(r'(?<![\w.>])[A-Za-z_]\w*')


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def blank(text):
    """Spaces for all but the line ends: positions and line numbers stay."""
    return re.sub(r'[^\n]', ' ', text)


def code_of(text):
    """The text without comments and without what stands in quotes."""
    def hide(match):
        found = match.group()
        return found if found.lstrip().startswith("#") else blank(found)
    return HIDDEN.sub(hide, text)


def bare(code):
    """Code without preprocessor lines and attributes."""
    for pattern in (DIRECTIVE, ATTRIBUTE):
        code = pattern.sub(lambda match: blank(match.group()), code)
    return code


def includes(text):
    """(line, path) of every #include "path"."""
    return [(line_of(text, m.start(1)), m.group(1)) for m in INCLUDE.finditer(text)]


class Function:
    def __init__(self, code, match):
        self.name = NAME.search(match.group(1)).group(1)
        # ALWAYS_INLINE of parsers/decode/cursor.h is static too.
        self.static = bool(re.match(r'(?:static|ALWAYS_INLINE)\b', match.group(1)))
        self.line = line_of(code, match.start())
        # From the line of the opening brace to that of the closing one.
        self.lines = match.group(2).count("\n") + 1


def functions(code):
    """The functions that are defined in the code."""
    code = bare(code)
    return [Function(code, match) for match in DEFINITION.finditer(code)
            if NAME.search(match.group(1))]


def without_functions(code):
    return DEFINITION.sub(lambda match: blank(match.group()), bare(code))


def prototypes(code):
    """(line, name) of the functions that are declared but not defined, not static, no types."""
    code = without_functions(code)
    found = []
    for match in PROTOTYPE.finditer(code):
        name = NAME.search(match.group(1))
        if name and not re.match(r'(typedef|static|return)\b', match.group(1)):
            found.append((line_of(code, match.start()), name.group(1)))
    return found


def data(code):
    """(line, name) of the variables that are defined for other files to use."""
    code = without_functions(code)
    return [(line_of(code, m.start()), m.group(2)) for m in DATA.finditer(code)
            if not re.match(r'(?:static|typedef|extern|using|return)\b', m.group(1))
            and not re.fullmatch(r'(?:struct|enum|union)\s+', m.group(1))]


def uses(code):
    """{name: first line} of the words in the code, without declarations of functions and without
    members of structs (a.name, a->name)."""
    code = PROTOTYPE.sub(lambda match: blank(match.group()), bare(code))
    found = {}
    for match in WORD.finditer(code):
        found.setdefault(match.group(), match.start())
    return {name: line_of(code, position) for name, position in found.items()}
