"""The two figures of the body map: outlines of our own, drawn once for one half and mirrored for the other.

Each figure is 200 wide and 420 high, its middle at x = 100. What is written here is the half on the viewer's right:
the participant's left from the front, the participant's right from the back.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

View = Literal["front", "back"]
VIEWS: tuple[View, ...] = ("front", "back")
WIDTH, HEIGHT = 200, 420


@dataclass(frozen=True, slots=True)
class Shape:
    """One region of a figure. `half` and `middle` are path texts, `middle` empty for limbs.

    Marks stand on the line from `above` to `below`; on the midline at x = 100.
    """

    site: str
    half: str
    middle: str
    above: tuple[float, float]
    below: tuple[float, float]


_ARM = (
    Shape(
        "upper arm",
        "M137 81 C147 84 152 93 153 104 C154.5 118 156 132 157 142 Q149.5 145 142 143 C140 132 137 120 133.5 113 "
        "Q132 96 137 81 Z",
        "",
        (144, 99),
        (149, 131),
    ),
    Shape(
        "elbow",
        "M157 142 C158 148 159 154 159.5 160 Q152 163 144.5 161 C144 155 143 149 142 143 Q149.5 145 157 142 Z",
        "",
        (150, 147),
        (152, 157),
    ),
    Shape(
        "forearm",
        "M159.5 160 C164 174 167 190 169 206 Q163 209 157 207.5 C152 194 146.5 176 144.5 161 Q152 163 159.5 160 Z",
        "",
        (154, 172),
        (162, 198),
    ),
    Shape(
        "hand",
        "M169 206 C174 211 177 218 177.5 226 C178 236 175.5 243 171 245 C166.5 246.5 162 243 160 235 L157.5 224 "
        "C155 228 152 230.5 150 228.5 C148.5 226 153.5 217 157 207.5 Q163 209 169 206 Z",
        "",
        (166, 217),
        (168, 235),
    ),
)
_KNEE = Shape(
    "knee",
    "M131 296 C131.5 304 131 313 130 322 Q120 325 110 322 C108.5 313 108.5 304 109 296 Q120 299 131 296 Z",
    "",
    (120, 303),
    (120, 316),
)
_LOWER_LEG = Shape(
    "lower leg",
    "M130 322 C133.5 335 133 350 130 364 C128 376 126.5 384 126 392 Q119 394.5 112.5 392 C111.5 380 109.5 368 "
    "108.5 356 C107.5 344 108 332 110 322 Q120 325 130 322 Z",
    "",
    (120, 336),
    (119, 380),
)

FRONT = (
    Shape(
        "scalp",
        "M107 9 C115.5 11.5 121 19 121.9 29 Q115 23.5 107 22.5 Z",
        "M93 9 Q100 7 107 9 L107 22.5 Q100 21.8 93 22.5 Z",
        (113, 17),
        (113, 19),
    ),
    Shape(
        "face",
        "M107 22.5 Q115 23.5 121.9 29 L122 32 C126 30 127 36 125 40 C124 43 122.5 44 121 43 C119.5 51 114 57.5 "
        "107 61.5 Z",
        "M93 22.5 Q100 21.8 107 22.5 L107 61.5 Q100 66 93 61.5 Z",
        (114, 32),
        (112, 52),
    ),
    Shape(
        "neck",
        "M107 61.5 Q110 59.7 112.5 57 C112.5 66 113 70 118 73.5 Q123 76 129 78.5 L107 82 Z",
        "M93 61.5 Q100 66 107 61.5 L107 82 Q100 84 93 82 Z",
        (112, 72),
        (114, 76),
    ),
    *_ARM,
    Shape(
        "chest",
        "M107 82 L129 78.5 Q134 79.5 137 81 Q132 96 133.5 113 C133 122 131.5 129 130 136 Q118 140 107 139 Z",
        "M93 82 Q100 84 107 82 L107 139 L93 139 Z",
        (120, 92),
        (119, 128),
    ),
    Shape(
        "abdomen",
        "M107 139 Q118 140 130 136 C128 150 127 160 128.5 170 C129.5 180 133 190 134.5 200 Q124 214 107 223 Z",
        "M93 139 L107 139 L107 223 Q100 229 93 223 Z",
        (118, 149),
        (118, 204),
    ),
    Shape(
        "thigh",
        "M134.5 200 C139 214 140 228 138.5 244 C137 264 133 281 131 296 Q120 299 109 296 C108.5 272 103.5 250 "
        "101.5 227.5 Q104 225.5 107 223 Q124 214 134.5 200 Z",
        "",
        (123, 225),
        (120, 284),
    ),
    _KNEE,
    _LOWER_LEG,
    Shape(
        "foot",
        "M126 392 C127 398 133 405 136 410 C137 414 133 416 126 416 L117 416 C112 416 110.5 412 111.5 406 "
        "Q112.5 399 112.5 392 Q119 394.5 126 392 Z",
        "",
        (119, 401),
        (124, 410),
    ),
)
BACK = (
    Shape(
        "scalp",
        "M107 9 C115.5 11.5 121 19 122 31 C122 42 118.5 50 113 56 Q110 57.7 107 58 Z",
        "M93 9 Q100 7 107 9 L107 58 Q100 58.7 93 58 Z",
        (114, 22),
        (113, 45),
    ),
    Shape(
        "neck",
        "M107 58 Q110 57.7 113 56 C112.7 66 113.5 70.3 118 73.5 Q123 76 129 78.5 L107 82 Z",
        "M93 58 Q100 58.7 107 58 L107 82 Q100 83 93 82 Z",
        (112, 70),
        (114, 75),
    ),
    *_ARM,
    Shape(
        "back",
        "M107 82 L129 78.5 Q134 79.5 137 81 Q132 96 133.5 113 C133 125 129.5 138 128.3 150 C127 162 127.5 172 130 184 "
        "Q118 188 107 187 Z",
        "M93 82 Q100 83 107 82 L107 187 L93 187 Z",
        (120, 93),
        (118, 176),
    ),
    Shape(
        "buttock",
        "M130 184 C134.5 195 138 210 138.6 226 Q122 239.5 107 233 L107 187 Q118 188 130 184 Z",
        "M93 187 L107 187 L107 233 Q100 230 93 233 Z",
        (120, 198),
        (121, 225),
    ),
    Shape(
        "thigh",
        "M138.6 226 C139.2 233 139 240 138.5 244 C137 264 133 281 131 296 Q120 299 109 296 C108.5 272 103.5 252 "
        "101.5 231 Q104 231.7 107 233 Q122 239.5 138.6 226 Z",
        "",
        (121, 246),
        (120, 285),
    ),
    _KNEE,
    _LOWER_LEG,
    Shape(
        "foot",
        "M126 392 C127 399 128.5 406 128 411 C127 416 122.5 417 119 417 C114 417 111 415 111.3 409 Q112.5 400 112.5 392 "
        "Q119 394.5 126 392 Z",
        "",
        (119, 400),
        (119, 410),
    ),
)
SHAPES: dict[View, tuple[Shape, ...]] = {"front": FRONT, "back": BACK}

_PAIR = re.compile(r"(-?[0-9.]+) (-?[0-9.]+)")


def mirrored(path: str) -> str:
    """The path on the other half of the figure."""
    return _PAIR.sub(lambda pair: f"{WIDTH - float(pair[1]):g} {pair[2]}", path)
