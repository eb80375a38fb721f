"""Circles of modules. X.c and X.h are one module, X; a header without a file of its name is one too.
A module needs another one if it includes its header, or uses a function that the other one defines:
several modules may share a header. The lists of backends, engines, scenarios and commands, which
name constants of other files, are no such need."""

import c_text
from tree import module


def definitions(tree):
    """{function that other files may call: its module}, of those that one module alone defines."""
    owners = {}
    for name in tree.program():
        for function in c_text.functions(tree.code(name)):
            if not function.static:
                owners.setdefault(function.name, set()).add(module(name))
    return {word: modules.pop() for word, modules in owners.items() if len(modules) == 1}


def reached(tree, name):
    """All that the file includes, directly and not, and itself."""
    seen, left = set(), [name]
    while left:
        now = left.pop()
        if now not in seen:
            seen.add(now)
            left.extend(path for _, path in tree.includes(now))
    return seen


def declared(tree, name):
    """Functions that the file or its headers declare: the same word elsewhere is another thing."""
    return {word for path in reached(tree, name)
            for _, word in c_text.prototypes(tree.code(path))}


def needs(tree):
    """{module: {module that it needs: (file, line, why)}}"""
    owners = definitions(tree)
    graph = {}
    for name in tree.program():
        edges = graph.setdefault(module(name), {})
        for line, path in tree.includes(name):
            edges.setdefault(module(path), (name, line, f"includes {path}"))
        used = c_text.uses(tree.code(name))
        for word in sorted(used.keys() & owners.keys() & declared(tree, name), key=used.get):
            edges.setdefault(owners[word], (name, used[word], f"uses {word}"))
        edges.pop(module(name), None)
    return graph


def groups(graph):
    """Sets of nodes that all reach each other, by Tarjan's algorithm; single nodes left out."""
    index, low, stack, found = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in graph.get(node, ()):
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            group = set(stack[at:])
            del stack[at:]
            if len(group) > 1:
                found.append(group)

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def shortest(graph, group):
    """The shortest way from the first node of a group, by name, back to it."""
    start = min(group)
    before, left = {}, [start]
    while left:
        node = left.pop(0)
        for other in sorted(graph.get(node, ())):
            if other == start:
                way = [node]
                while way[0] != start:
                    way.insert(0, before[way[0]])
                return way
            if other in group and other not in before:
                before[other] = node
                left.append(other)
    raise AssertionError("not a group")


def lint(tree):
    graph = needs(tree)
    for group in groups(graph):
        way = shortest(graph, group)
        steps = list(zip(way, way[1:] + way[:1]))
        told = "; ".join("{}:{} {}".format(*graph[a][b]) for a, b in steps)
        name, line, _ = graph[steps[0][0]][steps[0][1]]
        others = sorted(group - set(way))
        also = f" (connected with it: {', '.join(others)})" if others else ""
        yield (f"{name}:{line}: include circle of {' and '.join(way)}: {told}{also}; "
               "move what both need into a module below them")
