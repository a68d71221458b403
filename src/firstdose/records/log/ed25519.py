"""Ed25519 signatures are checked (RFC 8032, section 5.1.7); nothing is signed here, no secret is ever held."""

from __future__ import annotations

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)

# Extended coordinates (X, Y, Z, T): x = X/Z, y = Y/Z, x y = T/Z (RFC 8032, section 5.1.4).
Point = tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)


def verify(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of the secret behind `public` (32 bytes) signed the message with these 64 bytes."""
    if len(public) != 32 or len(signature) != 64:
        return False
    point = decoded(public)
    s = int.from_bytes(signature[32:], "little")
    if point is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    return encoded(_sum_of_multiples(s, BASE, k, _negative(point))) == signature[:32]


def decoded(text: bytes) -> Point | None:
    """The point of 32 bytes; None where they are no point of the curve (section 5.1.3)."""
    number = int.from_bytes(text, "little")
    sign, y = number >> 255, number & ((1 << 255) - 1)
    if y >= P:
        return None
    x = _root((y * y - 1) * pow(D * y * y + 1, -1, P) % P)
    if x is None or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def encoded(point: Point) -> bytes:
    """32 bytes: y, and in its highest bit whether x is odd (section 5.1.2)."""
    x, y, z, _ = point
    inverse = pow(z, -1, P)
    x, y = x * inverse % P, y * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _root(square: int) -> int | None:
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    return None if (x * x - square) % P else x


def _negative(point: Point) -> Point:
    x, y, z, t = point
    return -x % P, y, z, -t % P


def _sum_of_multiples(m: int, one: Point, n: int, other: Point) -> Point:
    """`m one + n other`, both in one pass over the bits."""
    both, result = _add(one, other), NEUTRAL
    for bit in reversed(range(max(m.bit_length(), n.bit_length()))):
        result = _add(result, result)
        match (m >> bit & 1, n >> bit & 1):
            case (1, 1):
                result = _add(result, both)
            case (1, 0):
                result = _add(result, one)
            case (0, 1):
                result = _add(result, other)
    return result


def _add(one: Point, other: Point) -> Point:
    """The complete addition of section 5.1.4; it also doubles."""
    x1, y1, z1, t1 = one
    x2, y2, z2, t2 = other
    a, b = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
    c, d = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _base() -> Point:
    """y = 4/5 and the even x."""
    point = decoded((4 * pow(5, -1, P) % P).to_bytes(32, "little"))
    assert point is not None
    return point


BASE = _base()
