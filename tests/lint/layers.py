"""Who may include whom: tests/lint/layers.txt, one line a room (a folder), "ROOM: ROOM ROOM...".
Rooms are named exactly. A room names only rooms whose lines stand above its own, so that the rooms
have an order. A file may always include its own room."""

from tree import folder

RULES = "tests/lint/layers.txt"


def read(text):
    """({room: (line, {room that it may include})}, complaints)"""
    rules, complaints = {}, []
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#")[0].strip()
        if not line:
            continue
        room, colon, allowed = line.partition(":")
        if not colon:
            complaints.append((number, "this is no rule; write 'ROOM: ROOM ROOM...'"))
        elif room in rules:
            complaints.append((number, f"{room} has two lines; join them"))
        else:
            for other in allowed.split():
                if other not in rules:
                    complaints.append((number, f"{room} names {other}, which has no line above; "
                                       "move that line up, or drop the name: rooms have an order"))
            rules[room] = (number, set(allowed.split()))
    return rules, complaints


def check_room(rules, name):
    if folder(name) not in rules:
        yield (f"{name}:1: the room {folder(name)} has no line in {RULES}; add one that names the "
               "rooms it includes")


def check_includes(tree, rules, name, used):
    room = folder(name)
    allowed = rules[room][1] if room in rules else set()
    for line, path in tree.includes(name):
        other = folder(path)
        if other == room:
            continue
        used.add((room, other))
        if room in rules and other not in allowed:
            yield (f"{name}:{line}: {room} may not include {other}; move what is needed into a "
                   f"room below both, see {RULES}")


def lint(tree):
    rules, complaints = read(tree.text(RULES))
    used = set()
    for number, what in complaints:
        yield f"{RULES}:{number}: {what}"
    rooms = {}
    for name in tree.program():
        rooms.setdefault(folder(name), name)
        yield from check_includes(tree, rules, name, used)
    for name in rooms.values():
        yield from check_room(rules, name)
    for room, (number, allowed) in rules.items():
        if room not in rooms:
            yield f"{RULES}:{number}: {room} holds no C file; drop the line"
            continue
        for other in sorted(allowed):
            if (room, other) not in used:
                yield f"{RULES}:{number}: {room} includes nothing of {other}; drop the name"
