"""The only door to numba: machine code kept on disk, run without the interpreter's lock.

Loops allocate nothing (arrays are made by the caller), so memory management is left out of them; and only `opened`
ones can be called from Python: both shorten the first compilation several times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numba

if TYPE_CHECKING:
    from collections.abc import Callable

Loop = TypeVar("Loop", bound="Callable[..., Any]")

_njit: Any = numba.njit
_ALWAYS = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False, "no_cfunc_wrapper": True}


def compiled(loop: Loop) -> Loop:
    """Called by other loops only. A division by zero gives infinity or NaN, as in numpy."""
    return cast("Loop", _njit(**_ALWAYS, no_cpython_wrapper=True)(loop))


def opened(loop: Loop) -> Loop:
    """Called from Python: compiled at its first call, then read from the cache."""
    return cast("Loop", _njit(**_ALWAYS)(loop))
