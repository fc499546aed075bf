"""Mutants of a module: one small change each, as a programmer's slip would be.

Not changed: documentation, annotations, imports, decorators, f-strings and what errors say in words.
"""

import ast
from collections.abc import Iterator
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """A change of a module: `start` and `end` are its bytes."""

    path: str
    line: int
    start: int
    end: int
    text: str

    def of(self, source: bytes) -> bytes:
        """The module with the change."""
        return source[: self.start] + self.text.encode() + source[self.end :]

    def told(self, source: bytes) -> str:
        """The change, for people."""
        before = " ".join(source[self.start : self.end].decode().split())
        return f"{self.path}:{self.line}: {before} → {self.text}"


def mutants_of(path: str, source: bytes) -> list[Mutant]:
    """All mutants of a module, in the order of its text; each can be compiled."""
    begins = [0]
    for line in source.splitlines(keepends=True):
        begins.append(begins[-1] + len(line))
    found: list[Mutant] = []
    for node in _code(ast.parse(source)):
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = begins[node.lineno - 1] + node.col_offset
        end = begins[node.end_lineno - 1] + node.end_col_offset
        for text in _changes(node):
            mutant = Mutant(path, node.lineno, start, end, text)
            if _compiles(mutant.of(source)):
                found.append(mutant)
    return sorted(found, key=lambda mutant: (mutant.start, mutant.end, mutant.text))


def _compiles(source: bytes) -> bool:
    try:
        compile(source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _code(node: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """What of a module is done, and not said."""
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for child in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            if not isinstance(child, ast.AST) or _only_says(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield child
            yield from _code(_without_words(child))


def _only_says(node: ast.AST) -> bool:
    match node:
        case ast.JoinedStr() | ast.Import() | ast.ImportFrom():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Subscript(value=ast.Name(id="Literal" | "Annotated" | "Callable")):
            return True
        case _:
            return False


def _without_words(node: ast.AST) -> ast.AST:
    """An error without the words that it is raised with."""
    match node:
        case ast.Raise(exc=ast.Call() as call):
            keywords = [each for each in call.keywords if not isinstance(each.value, ast.Constant)]
            return ast.Raise(exc=ast.copy_location(ast.Call(call.func, [], keywords), call))
        case _:
            return node


def _changes(node: ast.expr | ast.stmt) -> list[str]:
    changed = [f"({ast.unparse(each)})" for each in _expressions(node)]
    match node:
        case ast.Constant(value=bool(value)):
            changed.append(str(not value))
        case ast.Constant(value=int(value)):
            changed.append(str(value + 1))
        case ast.Constant(value=str(value)):
            changed.append(repr(f"{value}X"))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            changed.append(f"({ast.unparse(operand)})")
        case ast.Name(id=name) if name in OPPOSITES:
            changed.append(OPPOSITES[name])
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call() | ast.Await()):
            changed.append("pass")
        case _:
            pass
    return changed


def _expressions(node: ast.expr | ast.stmt) -> Iterator[ast.expr]:
    match node:
        case ast.Compare(left=left, ops=ops, comparators=comparators):
            for index, op in enumerate(ops):
                new = [*ops[:index], COMPARISONS[type(op)](), *ops[index + 1 :]]
                yield ast.Compare(left, new, comparators)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in ARITHMETIC:
            if not _is_type(right):
                yield ast.BinOp(left, ARITHMETIC[type(op)](), right)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield ast.IfExp(test, orelse, body)
        case _:
            pass


def _is_type(node: ast.expr) -> bool:
    """As the right half of `str | None`."""
    return isinstance(node, ast.Constant) and node.value is None
