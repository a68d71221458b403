"""Small files made by the tests themselves: ImageJ selections byte by byte, tables and drawings."""

from __future__ import annotations

import io
import struct
import zipfile

POLYGON, RECTANGLE, OVAL, LINE, FREEHAND = 0, 1, 2, 3, 7


def roi(kind, *, box=(0, 0, 10, 10), count=0, body=b"", fields=(), version=228, name=""):
    """An ImageJ selection: box (left, top, right, bottom), further header fields as (offset, format, values...)."""
    header = bytearray(64)
    left, top, right, bottom = box
    struct.pack_into(">4shBx", header, 0, b"Iout", version, kind)
    struct.pack_into(">hhhhH", header, 8, top, left, bottom, right, count)
    for offset, form, *values in fields:
        struct.pack_into(">" + form, header, offset, *values)
    content = bytes(header) + body
    if not name:
        return content
    behind = bytearray(64)
    struct.pack_into(">ii", behind, 16, len(content) + 64, len(name))
    content = bytearray(content) + behind + name.encode("utf-16-be")
    struct.pack_into(">i", content, 60, 64 + len(body))
    return bytes(content)


def polygon(corners, **words):
    """A polygon of whole pixels."""
    x, y = [corner[0] for corner in corners], [corner[1] for corner in corners]
    body = struct.pack(f">{2 * len(corners)}h", *x, *y)
    return roi(words.pop("kind", POLYGON), count=len(corners), body=body, **words)


def composite(numbers, **words):
    """A composite of paths: the numbers of its steps."""
    body = struct.pack(f">{len(numbers)}f", *numbers)
    return roi(RECTANGLE, body=body, fields=[(36, "i", len(numbers)), *words.pop("fields", [])], **words)


SQUARE_STEPS = [0, 0, 0, 1, 10, 0, 1, 10, 10, 1, 0, 10, 4]
HOLE_STEPS = [0, 2, 2, 1, 2, 4, 1, 4, 4, 1, 4, 2, 4]
SQUARE = polygon([(0, 0), (10, 0), (10, 10), (0, 10)], name="square")


def roiset(**members):
    """An archive of selections."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("_roi", ".roi"), content)
    return held.getvalue()


def svg(inner, *, size='width="10cm" height="10cm" viewBox="0 0 100 100"'):
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{inner}</svg>'.encode()


def path(d, more=""):
    return svg(f'<path id="plaque" d="{d}" {more}/>')


GEOJSON = b"""{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "1",
 "geometry": {"type": "Polygon", "coordinates": [[[0,0],[10,0],[10,10],[0,10],[0,0]],[[2,2],[4,2],[4,4],[2,4],[2,2]]]},
 "properties": {"objectType": "annotation", "name": "dermis", "classification": {"name": "Dermis", "color": [1,2,3]}}}]}"""

RESULTS = b" ,Label,Area,Mean,Perim.,Length\n1,plaque_a.tif,12.5,100,14.1,0\n2,plaque_b.tif,30,90,20.5,0\n"

ANNOTATIONS = (
    "Image\tObject type\tName\tClassification\tParent\tROI\tNum Detections\tNum CD3: Positive\tNum CD3: Negative\t"
    "Num CD20\tCD3: Positive %\tNum CD20 per mm^2\tArea µm^2\tPerimeter µm\tLength µm\n"
    "s1.tif\tAnnotation\tDermis\tDermis\tRoot object (Image)\tPolygon\t1000\t600\t390\t10\t60.606\t5\t2000000\t6000\t\n"
    "s1.tif\tAnnotation\tField\tField\tDermis\tRectangle\t100\t60\t40\t2\t60\t20\t100000\t1300\t\n"
).encode()

DETECTIONS = (
    b"Image\tObject type\tName\tClassification\tParent\tROI\n"
    b"s1.tif\tDetection\t\tCD3: Positive\tDermis\tPolygon\n"
    b"s1.tif\tDetection\t\tCD20\tRoot object (Image)\tPolygon\n"
)

DIAMETERS = b"lesion,long_diameter_cm,short_diameter_cm,form,reader\nL1,8,4,ellipse,A\nL2,6,5,,B\n"
LINES = b"slide,field,kind,length_um\n" + b"".join(
    f"S1,{field},{kind},{200 + 10 * field + line}\n".encode()
    for field in (1, 2, 3)
    for kind in ("suprapapillary", "rete")
    for line in range(10)
)
SCORES = (
    b"slide,reader,blinded,rete_elongation,rete_club_shape,papillae_oedema,perivascular_infiltrate,granular_layer_absent,"
    b"parakeratosis,suprapapillary_thinning,suprabasal_mitoses,munro_abscess,spongiform_pustule,total\n"
    b"X7,A,yes,1,2,1,1,2,2,2,0,0,0,11\nX7,B,yes,1,2,1,1,1,2,2,0,0,0,10\n"
)
FIELDS = b"slide,field,class,cells,field_number,objective\nS1,1,CD3,40,20,40\nS1,2,CD3,44,20,40\nS1,3,CD3,36,20,40\n"
