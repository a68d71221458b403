"""A second verifier of the log, written from docs/reference/log-format.md alone: it imports nothing of firstdose.

    python second_verifier.py LOG [FILE WITH ANCHORS ...]

Signatures need the package `cryptography`; kinds are read from the table of that page.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import sys
import unicodedata
import urllib.parse
from pathlib import Path

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "log-format.md"
KINDS = set(re.findall(r"(?m)^\| `([a-z.]+)` \|", PAGE.read_text("utf-8").partition("## Kinds")[2]))
HEX = "([0-9a-f]{64})"
ANCHOR = re.compile(rf"firstdose anchor 1 (\S+) (\d+) (\S+Z) {HEX} {HEX} {HEX} {HEX}(?!\w)")
BAD = (ValueError, RecursionError)


def need(right, what):
    if not right:
        raise ValueError(what)


def strictly(pairs):
    need(len(dict(pairs)) == len(pairs), "a name twice in an object")
    return dict(pairs)


def composed(value):
    return unicodedata.normalize("NFC", value)


def text(value):
    short = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    each = (short.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in composed(value))
    return f'"{"".join(each)}"'.encode()  # ValueError: half a surrogate pair


def canonical(value):
    if type(value) is str:
        return text(value)
    if type(value) is int:
        return str(value).encode()
    if type(value) is list:
        return b"[" + b",".join(map(canonical, value)) + b"]"
    need(type(value) is dict, "a value that is no text, whole number, array or object")
    names = sorted(value, key=composed)
    return b"{" + b",".join(text(name) + b":" + canonical(value[name]) for name in names) + b"}"


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).hexdigest()


def origin(study):
    return sha(b"firstdose log 1 ", composed(study).encode())


def event_of(line):
    event = json.loads(line.decode(), object_pairs_hook=strictly)
    need(type(event) is list and len(event) == 4, "no array of four")
    header, own, salt, payload = event
    need(type(header) is list and len(header) == 18, "no header of 18 parts")
    need([type(part) for part in header] == [int, str, int] + [str] * 15, "parts of the header")
    need(header[0] == 1 and type(own) is str and type(salt) is str, "format, hash or salt")
    need(payload is None or type(payload) is dict, "the payload is no object")
    return header, own, salt, payload


def verify_lines(lines):
    """(study, seq -> hash, faults as (seq at which they were seen, what))."""
    lines = [line for line in lines if line.strip()]
    study, hashes, faults, absent, erased = None, {}, [], set(), set()
    try:
        title = json.loads(lines[0].decode(), object_pairs_hook=strictly)
        study = title["study"]
        need(title["firstdose log"] == 1 and type(study) is str and canonical(study), "title")
    except (*BAD, LookupError, TypeError):
        return None, {}, [(0, "the first line is no title")]
    before, at = origin(study), ""
    for seq, line in enumerate(lines[1:], start=1):
        try:
            header, own, salt, payload = event_of(line)
            hashes[header[2]] = own
            follows, before = sha(bytes.fromhex(before), canonical(header)), own
            late, at = header[3] < at, header[3]
            need(header[2] == seq and header[1] == composed(study), "seq or study")
            need(follows == own, "the hash does not follow")
            need(re.fullmatch(r"\d{4}(-\d\d){2}T\d\d:\d\d:\d\d\.\d{6}Z", at, re.ASCII) and not late, "time")
            datetime.datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007
            need(header[7] in KINDS, "kind")
            if payload is None:
                absent.add(seq)
                continue
            need(re.fullmatch("[0-9a-f]{32}", salt), "salt")
            need(
                sha(bytes.fromhex(salt), canonical(payload)) == header[14], "the digest is of something else"
            )
            if header[7] == "redacted" and type(payload.get("seq")) is int and payload.get("reason"):
                one, two = payload.get("first"), payload.get("second")
                erased |= {payload["seq"]} if one and two and one != two and payload["seq"] < seq else set()
        except BAD as why:
            faults.append((seq, str(why)))
            before = before if re.fullmatch("[0-9a-f]{64}", before) else "00" * 32
    faults += [(seq, "a payload is missing") for seq in sorted(absent - erased)]
    return study, hashes, faults


def anchor_faults(page, study, hashes, keys=()):
    """Faults of the anchors of a text, and of the log against them."""
    plain = " ".join(re.sub(r"(?m)^[ \t>]+", "", re.sub(r"=[ \t]*\r?\n", "", page)).split())
    found = [ANCHOR.match(plain, at.start()) for at in re.finditer("firstdose anchor [0-9]", plain)]
    return [fault for each in found for fault in check_anchor(each, study, hashes, keys)]


def check_anchor(match, study, hashes, keys):
    if match is None:
        return [(0, "an anchor that cannot be read")]
    name, seq, at, own, key, one, two = match.groups()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signed = ["firstdose anchor", 1, urllib.parse.unquote(name), int(seq), own, at, key]
    try:
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key))
        public.verify(bytes.fromhex(one + two), canonical(signed))
    except InvalidSignature:
        return [(int(seq), "signature")]
    if (keys and key not in keys) or urllib.parse.unquote(name) != study:
        return [(int(seq), "key or study")]
    hashes = {0: origin(study), **hashes}
    return [] if hashes.get(int(seq)) == own else [(int(seq), "the log is not the one that was anchored")]


if __name__ == "__main__":
    study, hashes, faults = verify_lines(Path(sys.argv[1]).read_bytes().split(b"\n"))
    for path in sys.argv[2:]:
        faults += anchor_faults(Path(path).read_text("utf-8", errors="replace"), study, hashes)
    for seq, what in faults:
        print(f"event {seq}: {what}")  # noqa: T201
    sys.exit(bool(faults))
