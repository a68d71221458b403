"""Lesions in participants, written as in the papers: whole matrices, every arrangement, every resample."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np


def cr2(X, y, units, contrast):
    """Estimate, standard error and df (Bell & McCaffrey 2002; Pustejovsky & Tipton 2018), N x N matrices."""
    M = np.linalg.pinv(X.T @ X)
    H = X @ M @ X.T
    e, rest = y - H @ y, np.eye(len(y)) - H
    meat, columns = np.zeros((X.shape[1], X.shape[1])), []
    for unit in dict.fromkeys(units.tolist()):
        own = np.flatnonzero(units == unit)
        A = root_of_inverse(rest[np.ix_(own, own)])
        score = X[own].T @ A @ e[own]
        meat += np.outer(score, score)
        columns.append(rest[:, own] @ A @ X[own] @ M @ contrast)
    found = np.linalg.eigvalsh(np.array(columns) @ np.array(columns).T)
    se = float(np.sqrt(contrast @ M @ meat @ M @ contrast))
    return float(contrast @ M @ X.T @ y), se, float(found.sum() ** 2 / (found**2).sum())


def root_of_inverse(symmetric):
    values, vectors = np.linalg.eigh(symmetric)
    return sum(
        np.outer(v, v) / np.sqrt(value) for value, v in zip(values, vectors.T, strict=True) if value > 1e-9
    )


def flipped(numbers):
    """Sums over all choices of signs."""
    return np.array([np.dot(signs, numbers) for signs in product((-1, 1), repeat=len(numbers))])


def relabelled(labels, statistic):
    """The statistic of every order of the labels, also of equal ones."""
    return np.array([statistic(np.array(order)) for order in permutations(labels)])


def relabelled_within(units, labels, statistic):
    """The same, the labels moving within units only."""
    people = list(dict.fromkeys(units.tolist()))
    orders = [list(permutations(labels[units == unit].tolist())) for unit in people]
    found = []
    for chosen in product(*orders):
        moved = np.empty_like(labels)
        for unit, order in zip(people, chosen, strict=True):
            moved[units == unit] = order
        found.append(statistic(moved))
    return np.array(found)


def shares(every, observed):
    """P(<=), P(>=), P(as far from zero)."""
    near = 1e-9 * (1 + np.abs(every).max())
    return (
        np.mean(every <= observed + near),
        np.mean(every >= observed - near),
        np.mean(np.abs(every) >= abs(observed) - near),
    )


def resampled(values, units):
    """The mean over lesions of every one of the n^n ordered resamples of participants, in rising order."""
    people = [values[units == unit] for unit in dict.fromkeys(units.tolist())]
    drawn = product(people, repeat=len(people))
    return np.sort([np.concatenate(some).mean() for some in drawn])
