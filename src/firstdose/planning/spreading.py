"""The same work on many blocks: in this process, by joblib over cores, or on a dask cluster. Same numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from firstdose import __version__
from firstdose.values.issue import Issue, Place, UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

T = TypeVar("T")
ANALYSIS = 12
PATIENCE = "10s"


def spread(work: Callable[[int], T], blocks: int, *, workers: int = 1, cluster: str = "") -> Iterator[T]:
    """work(0), work(1), ... in this order, wherever each is computed.

    `cluster`: address of a dask scheduler; `workers` then says nothing. `work` and what it returns can be pickled.

    Raises:
        UserError: the cluster cannot be used; says why.
    """
    if cluster:
        yield from _on_cluster(work, blocks, cluster)
    elif workers > 1 and blocks > 1:
        from joblib import Parallel, delayed

        tasks = (delayed(work)(block) for block in range(blocks))
        yield from Parallel(n_jobs=min(workers, blocks), return_as="generator")(tasks)
    else:
        yield from map(work, range(blocks))


def _on_cluster(work: Callable[[int], T], blocks: int, address: str) -> Iterator[T]:
    from joblib import Parallel, delayed, parallel_config

    client = connect(address)
    try:
        if found := check_versions(address, client.run(_version_there())):
            raise UserError(found, ANALYSIS)
        with parallel_config("dask", scheduler_host=client.scheduler.address):
            tasks = (delayed(work)(block) for block in range(blocks))
            yield from Parallel(return_as="generator", batch_size=1)(tasks)
    finally:
        client.close()


def connect(address: str, patience: str = PATIENCE) -> Any:
    """A client of the dask scheduler there.

    Raises:
        UserError: dask is not installed here, or nobody answers there.
    """
    try:
        import distributed
    except ImportError:
        raise UserError([_no_package(address)], ANALYSIS) from None
    client: Any = distributed.Client  # comes without types
    try:
        return client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError):
        raise UserError([_no_answer(address)], ANALYSIS) from None


def check_versions(address: str, found: Mapping[str, str]) -> list[Issue]:
    """Worker > its firstdose, empty where it has none: other software would be other numbers."""
    others = sorted({version or "none" for version in found.values()} - {__version__})
    if found and not others:
        return []
    they_have = f"its workers have firstdose {', '.join(others)}" if others else "it has no workers"
    return [
        Issue(
            Place(address),
            "FD-A212",
            f"{they_have}; here it is {__version__}.",
            "Start workers with the same version of firstdose.",
        )
    ]


def _version_there() -> Callable[[], str]:
    def version() -> (
        str
    ):  # defined here, so that it travels as a whole to workers that may not have firstdose
        try:
            import firstdose
        except ImportError:
            return ""
        return firstdose.__version__

    return version


def _no_package(address: str) -> Issue:
    return Issue(
        Place(address),
        "FD-A211",
        "a cluster needs the package distributed, which is not installed.",
        "Install firstdose with its extra `cluster`, or say --workers instead.",
    )


def _no_answer(address: str) -> Issue:
    return Issue(
        Place(address),
        "FD-A210",
        "no dask scheduler answers there.",
        "Start one with `dask scheduler` and name its address, such as tcp://HOST:8786, or say --workers instead.",
    )
