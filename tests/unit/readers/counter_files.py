"""Small files of every counter, written for tests in the shape of the real exports."""

from __future__ import annotations

import io
import json
from typing import Any

BLU = (
    "Sample ID,Cell count,Viable cells,Total (x10^6) cells/mL,Viable (x10^6) cells/mL,Viability (%),"
    "Average diameter (\u03bcm),Cluster count,Images for analysis,Analysis date/time,Dilution\r\n"
    "LOT-1,2000,1900,2.00,1.90,95.0,18.5,0,100,3/4/2024 8:00,1\r\n"
    "LOT-2,1000,800,1.00,0.80,80.0,18.1,1,100,3/4/2024 8:10,1\r\n"
)
CEDEX = (
    "Cedex ID,Sample identifer,Dilution,Date finished,Viable Cell Count,Dead Cell Count,Viability,Viable Cell Conc.,"
    "Dead Cell Conc.,Total Cell Conc.,Total Cell Count,Aggregate Rate\n"
    "1,LOT-1,0.5,3-4-2024 8:00:00 AM,950,50,95,1900000,100000,2000000,1000,3.5\n"
)
CELLACA = (
    "Plate Name,Plate1,,\r\nDilution,2,,\r\nResults Timestamp,3/4/24 8:00,,\r\nOperator,LR,,\r\n,,,\r\n"
    ",,Row,Well Name,Live Count,Live Concentration (E6),Viability (%),Dead Count,Dead Concentration (E6),Total Count,"
    "Total Concentration (E6),Aggregate Count,Aggregates (%),Errors\r\n"
    ",,0,A1,950,1.90,95.00,50,0.10,1000,2.00,1,0.50,\r\n"
)
NUCLEO = (
    "Viability and Cell Count Assay - test; ;\r\nImage;LOT-1;\r\nOperator;LR;\r\nViability (%);95.0;\r\n"
    "Live (cells/ml);1.90E6;\r\nDead (cells/ml);1.00E5;\r\nTotal (cells/ml);2.00E6;\r\n"
    "Estimated cell diameter (um);13.2 (Uncertain\r\ndetermination);\r\nInstrument type;NucleoView NC-200;\r\n"
    "Date time;20240304 080000;\r\n"
)
NUCLEO_202 = (
    "Sample ID:\tLOT-1\r\nOperator:\tLR\r\nTotal (cells/ml):\t2.00E+06\r\nLive (cells/ml):\t1.90E+06\r\n"
    "Dead (cells/ml):\t1.00E+05\r\nViability (%):\t95.0\r\nStatus:\tOK\r\n"
)
CHAMBER = "sample,live,dead,squares,dilution,time,counted_by\nLOT-1,190,10,4,2,2024-03-04T08:00,LR\n"
ASM: dict[str, Any] = {
    "$asm.manifest": "http://purl.allotrope.org/manifests/cell-counting/REC/2024/09/cell-counting.manifest",
    "cell counting aggregate document": {
        "cell counting document": [
            {
                "measurement aggregate document": {
                    "measurement document": [
                        {
                            "measurement time": "2024-03-04T08:00:00+00:00",
                            "sample document": {"sample identifier": "LOT-1"},
                            "processed data aggregate document": {
                                "processed data document": [
                                    {
                                        "viability (cell counter)": {"value": 95.0, "unit": "%"},
                                        "viable cell density (cell counter)": {
                                            "value": 1.9,
                                            "unit": "10^6 cells/mL",
                                        },
                                        "total cell density (cell counter)": {
                                            "value": 2.0,
                                            "unit": "10^6 cells/mL",
                                        },
                                        "total cell count": {"value": 1000, "unit": "cell"},
                                        "viable cell count": {"value": 950, "unit": "cell"},
                                    }
                                ]
                            },
                        }
                    ]
                }
            }
        ]
    },
}
XR_ROWS: list[list[object]] = [
    ["Vi-CELL XR 2.06.3"],
    ["run.xlsx"],
    ["Unit S/N:  AV1"],
    [],
    [
        "Sample ID",
        "Dilution",
        "Sample date/time",
        "Total",
        "Viable",
        "Viability",
        "Total cells",
        "Viable cells",
        "Images",
    ],
    [None, "factor", None, "cells", "cells", "(%)", "/ml (x10^6)", "/ml (x10^6)"],
    ["LOT-1", "3.00", "4 Mar 2024  8:00:00 AM", 1000, 950, "95.0", "2.00", "1.90", 50],
]


def asm(**changed: Any) -> bytes:
    """The Allotrope document; values of its only measurement may be changed, None takes one away."""
    root = json.loads(json.dumps(ASM))
    document = root["cell counting aggregate document"]["cell counting document"][0]
    measurement = document["measurement aggregate document"]["measurement document"][0]
    values = measurement["processed data aggregate document"]["processed data document"][0]
    for key, value in changed.items():
        name = key.replace("_", " ") + (" (cell counter)" if "density" in key or key == "viability" else "")
        values[name] = value
        if value is None:
            del values[name]
    return json.dumps(root, indent=1).encode()


def xr(rows: list[list[object]] | None = None) -> bytes:
    """The workbook of a run."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows or XR_ROWS:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def good() -> dict[str, bytes]:
    """Format > a file that is read without an Issue."""
    texts = {
        "vicell_blu": BLU,
        "cedex_hires": CEDEX,
        "cellaca": CELLACA,
        "nucleoview": NUCLEO,
        "haemocytometer": CHAMBER,
    }
    return {name: text.encode() for name, text in texts.items()} | {
        "allotrope_counts": asm(),
        "vicell_xr": xr(),
    }
