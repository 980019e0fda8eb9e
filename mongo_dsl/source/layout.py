"""How source code is laid out: on one line where it fits, else broken like Black's."""

from __future__ import annotations

from typing import Union

import attrs


WIDTH = 88


@attrs.frozen
class Prefix:
    """Code behind a text: ``"name": …``, ``total=…``, ``lambda item: …``."""

    text: str
    code: Code


@attrs.frozen
class Call:
    """Items in brackets behind a head."""

    head: Code
    items: tuple[Code, ...]
    opening: str = "("
    closing: str = ")"


@attrs.frozen
class Infix:
    """Terms around a sign; inside other signs it gets brackets."""

    sign: str
    terms: tuple[Code, ...]


@attrs.frozen
class Chain:
    """Methods called one after the other."""

    root: Code
    calls: tuple[Code, ...]


Code = Union[str, Prefix, Call, Infix, Chain]  # noqa: UP007 - names stand in quotes


def flat(code: Code) -> str:
    """Write *code* on one line."""
    if isinstance(code, Prefix):
        return code.text + flat(code.code)
    if isinstance(code, Call):
        return f"{flat(code.head)}{code.opening}{', '.join(map(flat, code.items))}{code.closing}"
    if isinstance(code, Infix):
        return f" {code.sign} ".join(map(_term, code.terms))
    if isinstance(code, Chain):
        return flat(code.root) + "".join(map(flat, code.calls))
    return code


def _term(code: Code) -> str:
    return f"({flat(code)})" if isinstance(code, Infix) else flat(code)


def laid_out(code: Code, margin: int = 0, taken: int = 0) -> str:
    """Write *code*, broken where it is wider than fits behind *margin* and *taken*."""
    line = flat(code)
    if margin + taken + len(line) < WIDTH or isinstance(code, str):
        return line
    if isinstance(code, Prefix):
        return code.text + laid_out(code.code, margin, taken + len(code.text))
    if isinstance(code, Call):
        return _broken_call(code, margin) if code.items else line
    return _bracketed(code, margin)


def _broken_call(code: Call, margin: int) -> str:
    inner = margin + 4
    rows = [f"{' ' * inner}{laid_out(item, inner)},\n" for item in code.items]
    head = laid_out(code.head, margin)
    return f"{head}{code.opening}\n{''.join(rows)}{' ' * margin}{code.closing}"


def _bracketed(code: Infix | Chain, margin: int) -> str:
    inner = margin + 4
    if isinstance(code, Chain):
        rows = [laid_out(part, inner) for part in (code.root, *code.calls)]
    else:
        rows = [_row(term, inner) for term in code.terms]
        rows[1:] = [f"{code.sign} {row}" for row in rows[1:]]
    lines = "".join(f"{' ' * inner}{row}\n" for row in rows)
    return f"(\n{lines}{' ' * margin})"


def _row(term: Code, inner: int) -> str:
    """Write a term on rows of its own; a nested infix never loses its brackets."""
    if not isinstance(term, Infix):
        return laid_out(term, inner)
    fits = inner + len(flat(term)) + 4 < WIDTH
    return _term(term) if fits else _bracketed(term, inner)
