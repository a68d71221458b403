"""Small files of flow cytometry, made here: FCS of every kind, Gating-ML, FlowJo workspaces, FACSDiva experiments."""

from __future__ import annotations

import struct

import numpy as np

ASKED = {"$MODE": "L", "$NEXTDATA": "0", "$BYTEORD": "1,2,3,4"}
FLOATS = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0]], dtype="<f4")


def channel(number, name="A", bits=32, **own):
    keys = {"N": name, "B": str(bits), "E": "0,0", "R": "1024"} | own
    return {f"$P{number}{key}": value for key, value in keys.items() if value is not None}


def two_channels(**own):
    return channel(1, "A", **own) | channel(2, "B", **own)


def text_of(keywords, mark="/"):
    pairs = (part.replace(mark, mark * 2) for pair in keywords.items() for part in pair)
    return (mark + mark.join(pairs) + mark).encode("latin-1")


BYTES = FLOATS.tobytes()


def fcs(
    values=BYTES,
    keywords=None,
    *,
    version=b"FCS3.1",
    channels=None,
    total=4,
    kind="F",
    mark="/",
    offsets=True,
    header=None,
    drop=(),
):
    """A whole file; `header`: other offsets of DATA there, `offsets`: TEXT says them too, `drop`: keywords left out."""
    said = (
        ASKED
        | {"$DATATYPE": kind, "$TOT": str(total)}
        | (channels if channels is not None else two_channels())
    )
    said["$PAR"] = str(sum(key.startswith("$P") and key.endswith("B") for key in said))
    if offsets:
        said |= {"$BEGINDATA": "0" * 6, "$ENDDATA": "0" * 6}
    said |= keywords or {}
    said = {key: value for key, value in said.items() if key not in drop}
    first = 58 + len(text_of(said, mark))
    last = first + len(values) - 1
    if offsets:
        said |= {
            key: f"{value:06d}"
            for key, value in (("$BEGINDATA", first), ("$ENDDATA", last))
            if key not in (keywords or {})
        }
    begin, end = header or (first, last)
    told = b"".join(b"%8d" % number for number in (58, first - 1, begin, end, 0, 0))
    return version + b"    " + told + text_of(said, mark) + values


def two_data_sets():
    """An LMD: the first says where the second begins."""
    one = fcs(keywords={"$NEXTDATA": "000000", "$FIL": "one"})
    return one.replace(b"$NEXTDATA/000000", b"$NEXTDATA/%06d" % len(one)) + fcs(keywords={"$FIL": "two"})


def mixed():
    """FCS 3.2: a double beside a 16-bit integer."""
    values = b"".join(struct.pack("<dH", number / 2, number) for number in range(4))
    channels = channel(1, "A", 64, DATATYPE="D") | channel(2, "B", 16, DATATYPE="I", R="1024")
    return fcs(values, channels=channels, version=b"FCS3.2")


SPACE = "http://www.isac-net.org/std/Gating-ML/v2.0"
HEAD = (
    f'<gating:Gating-ML xmlns:gating="{SPACE}/gating" xmlns:transforms="{SPACE}/transformations" '
    f'xmlns:data-type="{SPACE}/datatypes">'
)


def axis(name, inner="", **attributes):
    told = "".join(f' gating:{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<gating:dimension{told}><data-type:fcs-dimension data-type:name="{name}"/>{inner}</gating:dimension>'


def corner(*values):
    inner = "".join(f'<gating:coordinate data-type:value="{value}"/>' for value in values)
    return f"<gating:vertex>{inner}</gating:vertex>"


def gatingml(*gates):
    return (HEAD + "".join(gates) + "</gating:Gating-ML>").encode()


RECTANGLE = f'<gating:RectangleGate gating:id="low">{axis("A", min=0, max=2.5)}</gating:RectangleGate>'
POLYGON = (
    '<gating:PolygonGate gating:id="corner" gating:parent_id="low">'
    f"{axis('A')}{axis('B')}{corner(0, 0)}{corner(3, 0)}{corner(3, 35)}</gating:PolygonGate>"
)
BOOLEAN = (
    '<gating:BooleanGate gating:id="either"><gating:or><gating:gateReference gating:ref="low"/>'
    '<gating:gateReference gating:ref="corner" gating:use-as-complement="true"/></gating:or></gating:BooleanGate>'
)
QUADRANT = (
    '<gating:QuadrantGate gating:id="cross"><gating:divider gating:id="a">'
    '<data-type:fcs-dimension data-type:name="A"/><gating:value>2.5</gating:value></gating:divider>'
    '<gating:Quadrant gating:id="right"><gating:position gating:divider_ref="a" gating:location="3"/>'
    "</gating:Quadrant></gating:QuadrantGate>"
)
ELLIPSOID = (
    '<gating:EllipsoidGate gating:id="round">'
    f"{axis('A')}{axis('B')}"
    '<gating:mean><gating:coordinate data-type:value="2"/><gating:coordinate data-type:value="20"/></gating:mean>'
    '<gating:covarianceMatrix><gating:row><gating:entry data-type:value="1"/><gating:entry data-type:value="0"/>'
    '</gating:row><gating:row><gating:entry data-type:value="0"/><gating:entry data-type:value="100"/></gating:row>'
    '</gating:covarianceMatrix><gating:distanceSquare data-type:value="1"/></gating:EllipsoidGate>'
)
SCALE = (
    '<transforms:transformation transforms:id="log"><transforms:flog transforms:T="100" transforms:M="2"/>'
    "</transforms:transformation>"
)
RATIO = (
    '<transforms:transformation transforms:id="share"><transforms:fratio transforms:A="1" transforms:B="0" '
    'transforms:C="0"><data-type:fcs-dimension data-type:name="A"/><data-type:fcs-dimension data-type:name="B"/>'
    "</transforms:fratio></transforms:transformation>"
    '<gating:RectangleGate gating:id="tenth"><gating:dimension gating:compensation-ref="uncompensated" '
    'gating:min="0.05" gating:max="0.2"><data-type:new-dimension data-type:transformation-ref="share"/>'
    "</gating:dimension></gating:RectangleGate>"
)
MATRIX = (
    '<transforms:spectrumMatrix transforms:id="spill"><transforms:fluorochromes>'
    '<data-type:fcs-dimension data-type:name="dye"/></transforms:fluorochromes><transforms:detectors>'
    '<data-type:fcs-dimension data-type:name="A"/><data-type:fcs-dimension data-type:name="B"/></transforms:detectors>'
    '<transforms:spectrum><transforms:coefficient transforms:value="1"/><transforms:coefficient transforms:value="0.5"/>'
    "</transforms:spectrum></transforms:spectrumMatrix>"
    f'<gating:RectangleGate gating:id="dyed">{axis("dye", compensation_ref="spill", min=1)}</gating:RectangleGate>'
)
SCALED = f'<gating:RectangleGate gating:id="scaled">{axis("B", transformation_ref="log", min=0.6)}</gating:RectangleGate>'
GATINGML = gatingml(SCALE, RECTANGLE, POLYGON, BOOLEAN, QUADRANT, ELLIPSOID, SCALED, RATIO, MATRIX)


def population(name, gate="", below="", count=2, tag="Population"):
    inner = f"<Subpopulations>{below}</Subpopulations>" if below else ""
    return f'<{tag} name="{name}" count="{count}">{gate}{inner}</{tag}>'


def gate(shape):
    return f'<Gate gating:id="ID1">{shape}</Gate>'


def shape(tag, *inner, **attributes):
    told = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<gating:{tag}{told}>{''.join(inner)}</gating:{tag}>"


LINEAR = (
    '<transforms:linear transforms:minRange="0" transforms:maxRange="256" gain="1">{}</transforms:linear>'
)
BIEX = (
    '<transforms:biex transforms:length="256" transforms:maxRange="262144" transforms:neg="0" '
    'transforms:width="-100" transforms:pos="4.41854">{}</transforms:biex>'
)
LOG = '<transforms:log transforms:offset="1" transforms:decades="4">{}</transforms:log>'
PARAMETER = '<data-type:parameter data-type:name="{}"/>'
SCALES = LINEAR.format(PARAMETER.format("A")) + LINEAR.format(PARAMETER.format("B"))
FLOWJO_MATRIX = (
    '<transforms:spilloverMatrix prefix="Comp-" suffix=""><data-type:parameters>'
    + PARAMETER.format("A")
    + PARAMETER.format("B")
    + "</data-type:parameters>"
    + "".join(
        f'<transforms:spillover data-type:parameter="{row}">'
        + "".join(
            f'<transforms:coefficient data-type:parameter="{column}" transforms:value="{int(row == column)}"/>'
            for column in "AB"
        )
        + "</transforms:spillover>"
        for row in "AB"
    )
    + "</transforms:spilloverMatrix>"
)
BOX = gate(shape("RectangleGate", axis("Comp-A", min=0, max=256), axis("B", min=5, max=35), eventsInside="1"))
TRIANGLE = gate(
    shape(
        "PolygonGate", axis("A"), axis("B"), corner(0, 0), corner(9, 0), corner(9, 90), gateResolution="256"
    )
)
ELLIPSE = gate(
    shape(
        "EllipsoidGate",
        axis("A"),
        axis("B"),
        f"<gating:edge>{corner(0, 20)}{corner(5, 20)}{corner(2.5, 0)}{corner(2.5, 40)}</gating:edge>",
    )
)
CURLY = gate(shape("CurlyQuad", axis("A", max=2)))
NOT_BOX = population(
    "no box", "<Dependents><Dependent name='box'/></Dependents>", tag="NotNode", count=1
).replace("'", '"')


def flowjo(populations=None, *, scales=SCALES, matrix=FLOWJO_MATRIX, sample="small.fcs", count=4, gain="0"):
    inner = populations if populations is not None else population("box", BOX, population("three", TRIANGLE))
    return (
        f'<Workspace flowJoVersion="10.8" xmlns:gating="{SPACE}/gating" xmlns:transforms="{SPACE}/transformations" '
        f'xmlns:data-type="{SPACE}/datatypes"><Cytometers><Cytometer useGain="{gain}"/></Cytometers><SampleList>'
        f'<Sample><DataSet uri="file:/C:/{sample}"/>{matrix}<Transformations>{scales}</Transformations>'
        f'<SampleNode name="{sample}" count="{count}"><Subpopulations>{inner}</Subpopulations></SampleNode></Sample>'
        "</SampleList></Workspace>"
    ).encode()


FLOWJO = flowjo(
    population("box", BOX, population("three", TRIANGLE))
    + population("round", ELLIPSE)
    + population("curly", CURLY, count=-1)
    + NOT_BOX
)


def tube(*gates, name="tube 1"):
    inner = "".join(
        f'<gate fullname="{path}"><num_events>{count}</num_events></gate>' for path, count in gates
    )
    return (
        f'<tube name="{name}"><data_instrument_name>Aria</data_instrument_name><gates>{inner}</gates></tube>'
    )


def facsdiva(*tubes):
    return (
        '<bdfacs version="Version 8.0"><experiment name="e"><date>2020-01-02T03:04:05</date><owner_name>Lab</owner_name>'
        f"<specimen>{''.join(tubes)}</specimen></experiment></bdfacs>"
    ).encode()


FACSDIVA = facsdiva(
    tube(("All Events", 100), ("All Events\\P1", 60), ("All Events\\P1\\P2", 0)),
    tube(("All Events", 0), ("All Events\\P1", 0), name="tube 2"),
)
