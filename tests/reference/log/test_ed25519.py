"""Ed25519 as RFC 8032 has it: its own test vectors, and the library `cryptography` beside it where that is installed."""

from __future__ import annotations

import numpy as np
import pytest

from firstdose.records.log.ed25519 import BASE, L, P, decoded, encoded, verify

# RFC 8032, section 7.1: public key, message, signature of TEST 1, TEST 2 and TEST 3.
VECTORS = {
    "TEST 1": (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24"
            "655141438e7a100b"
        ),
    ),
    "TEST 2": (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aee"
            "b00d291612bb0c00"
        ),
    ),
    "TEST 3": (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28d"
            "c027beceea1ec40a"
        ),
    ),
}


@pytest.mark.parametrize("name", sorted(VECTORS))
def test_the_vectors_of_rfc_8032_are_accepted(name):
    """RFC 8032, section 7.1."""
    public, message, signature = map(bytes.fromhex, VECTORS[name])
    assert verify(public, message, signature)


@pytest.mark.parametrize("name", sorted(VECTORS))
@pytest.mark.parametrize("part", [0, 1, 2])
def test_one_bit_more_or_less_and_a_vector_is_refused(name, part):
    parts = [bytearray(bytes.fromhex(text)) for text in VECTORS[name]]
    if not parts[part]:
        parts[part] += b"\0"
    else:
        parts[part][0] ^= 1
    assert not verify(*map(bytes, parts))


def test_a_signature_with_s_beyond_the_order_is_refused():
    """RFC 8032, section 5.1.7, step 1: S is in the range 0 <= S < L, so that nobody makes a second signature of one."""
    public, message, signature = map(bytes.fromhex, VECTORS["TEST 2"])
    s = int.from_bytes(signature[32:], "little") + L
    assert not verify(public, message, signature[:32] + s.to_bytes(32, "little"))


def test_keys_and_signatures_of_another_length_are_refused():
    public, message, signature = map(bytes.fromhex, VECTORS["TEST 1"])
    assert not verify(public[:31], message, signature)
    assert not verify(public, message, signature + b"\0")


def test_what_is_no_point_is_none():
    """RFC 8032, section 5.1.3: y >= p, no square root, and x = 0 with the sign of an odd one."""
    assert decoded(P.to_bytes(32, "little")) is None
    assert decoded((2).to_bytes(32, "little")) is None
    assert decoded((1 | 1 << 255).to_bytes(32, "little")) is None
    assert decoded((1).to_bytes(32, "little")) == (0, 1, 1, 0)
    assert not verify(P.to_bytes(32, "little"), b"", bytes(64))


def test_the_base_point_is_that_of_the_rfc():
    """RFC 8032, section 5.1: B = (15112...2202, 4631...3960)."""
    assert BASE[0] == 15112221349535400772501151409588531511454012693041857206046113283949847762202
    assert BASE[1] == 46316835694926478169428394003475163141307993866256225615783033603165251855960
    assert encoded(BASE).hex() == "58" + "66" * 31


def test_it_agrees_with_the_library_cryptography():
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    rng = np.random.default_rng(1)
    for length in range(40):
        key = ed25519.Ed25519PrivateKey.from_private_bytes(rng.bytes(32))
        public, message = key.public_key().public_bytes_raw(), rng.bytes(length)
        signature = key.sign(message)
        turned = bytearray(signature)
        turned[length] ^= 1 << int(rng.integers(8))
        assert verify(public, message, signature)
        assert not verify(public, message, bytes(turned))
        assert not verify(public, message + b"\0", signature)
