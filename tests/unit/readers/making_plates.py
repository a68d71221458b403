"""Small good files of every immunoassay format, made here so that tests need no data from elsewhere."""

from __future__ import annotations

import importlib

import numpy as np

from firstdose.readers.reader import Reading, Source
from firstdose.rehearsal.instrument_files.gen5 import write_gen5
from firstdose.rehearsal.instrument_files.immunoassay_plates import (
    SERUM_CYTOKINES,
    InventedPlate,
    InventedSample,
)
from firstdose.rehearsal.instrument_files.xponent import write_xponent


def entry(name):
    return importlib.import_module(f"firstdose.readers.formats.{name}").ENTRY


def read(name: str, content: bytes | str, file: str = "file.txt") -> Reading:
    return entry(name).read(Source(file, content.encode() if isinstance(content, str) else content))


def told(reading: Reading) -> str:
    """Place, code and words of every Issue, one a line."""
    return "\n".join(f"{i.place.line} {i.code} {i.message}" for i in reading.issues)


def invented_plate(samples: int = 3, **changes) -> InventedPlate:
    random = np.random.default_rng(5)
    made = tuple(
        InventedSample(
            name=f"S{k:02}-V1", concentrations=tuple(float(x) for x in np.exp(random.normal(4, 1, 4)))
        )
        for k in range(samples)
    )
    facts = {"name": "serum 1", "date": "2026-03-02", "analytes": SERUM_CYTOKINES, "samples": made}
    return InventedPlate(**{**facts, **changes})


def xponent_file(**changes) -> bytes:
    return write_xponent(invented_plate(**changes), np.random.default_rng(3))


def gen5_file(**changes) -> bytes:
    return write_gen5(invented_plate(**changes), np.random.default_rng(3))


def softmax_file() -> bytes:
    wells = [f"{row}{column}" for row in "AB" for column in (1, 2, 3)]
    first, second = ["2.040", "1.040", "0.540", "0.290", "0.165", "0.040"], ["0.040"] * 6
    title = "Plate:\tPlate1\t1.3\tTimeFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1\t\t\t\t\t\t2\t450 620 \t1\t12\t96\t1\t8"
    lines = [
        "##BLOCKS= 3",
        title,
        "\tTemperature(\xb0C)\t" + "\t".join(wells),
        "\t24.6\t" + "\t".join(first),
        "",
        "\t24.6\t" + "\t".join(second),
        "",
        "~End",
        "Group: Standards",
        "Sample\tConcentration pg/mL\tBackCalcConc\tWells\tValue",
        "1\t400\t401.5\tA1\t2.000",
        " \t \tMasked\tA2\tMasked",
        "2\t100\t99.2\tA3\t0.500",
        "",
        "Group Column\tFormula Name",
        "~End",
        "Group: Unk_Dilution",
        "Sample\tWells\tValue\tResult\tDilution",
        "P1\tB1\t0.250\t48.1\t10",
        " \tB2\t0.125\tRange?\t",
        "",
        "~End",
        "Original Filename: assay; Date Last Saved: 1/2/2026 2:05:49 PM",
    ]
    return "\r\n".join(lines).encode("latin-1")


MSD = """Plate_1
Sample,Assay,Well,Spot,Dilution,Concentration,Signal,Adjusted Signal,Calc. Concentration,Detection Range
S001,IL-6,A01,1,,100.0,1000.0,1000.0,102.0,In Detection Range
S002,IL-6,A02,1,,10.0,110.0,110.0,9.9,In Detection Range
S008,IL-6,A03,1,,0.0,8.0,8.0,NaN,Below Fit Curve Range
U001,IL-6,A04,1,2.0,,500.0,500.0,96.0,In Detection Range
U001,TNF,A04,2,2.0,,50.0,50.0,< 1.5,Below Detection Range
C001,IL-6,A05,1,1.0,50.0,480.0,480.0,47.0,In Detection Range
"""

INTELLIFLEX = """INSTRUMENT TYPE,SERIAL NUMBER,SOFTWARE VERSION,PLATE NAME,PLATE START,ACTIVE USER,WELL LOCATION,WELL TYPE,WELL STATUS,SAMPLE ID,DILUTION,R25: RP1 ANALYTE NAME,R25: RP1 MEDIAN,R25: RP1 NET MEDIAN,R25: RP1 COUNT,R25: RP2 MEDIAN,R25: RP2 COUNT
INTELLIFLEX,IF1,Bundle - 2.1/Control - 4.8,PLATE_7,12/8/2025 13:22,anna,A1,U1,Warning,P1-V2,50,IL-17A,14.9,10.9,69,6.5,69
INTELLIFLEX,IF1,Bundle - 2.1/Control - 4.8,PLATE_7,12/8/2025 13:22,anna,B1,S1,Completed,Std 1,,IL-17A,15000.5,14996.5,88,NaN,0
INTELLIFLEX,IF1,Bundle - 2.1/Control - 4.8,PLATE_7,12/8/2025 13:22,anna,C1,,Completed,QC1,,IL-17A,700,696,55,7,55
"""

BIOPLEX = """<?xml version="1.0" encoding="UTF-8"?>
<bpm:BioPlexManager xmlns:bpm="http://www.Bio-Rad.com/XMLschema/2010/Bio-Plex_5" BioPlexManagerVersion="6.2.0.175">
 <NativeDocumentName>run 1</NativeDocumentName>
 <StandardCurves><Interpolators><Interpolator RegionNumber="12"><AnalyteName>IL-10</AnalyteName>
  <ConcentrationUnits>pg/mL</ConcentrationUnits><Regression Type="10">Logistic - 5PL</Regression></Interpolator>
 </Interpolators></StandardCurves>
 <Wells><Well RowNo="1" ColNo="1"><User>anna</User><AcquisitionTime>2023-05-09T18:55:02Z</AcquisitionTime>
  <RunSettings><RegionsOfInterest><Region RegionNumber="12">61</Region></RegionsOfInterest></RunSettings>
  <MachineInfo><SerialNumber>LX1</SerialNumber></MachineInfo></Well></Wells>
 <Samples>
  <Blanks><Blank><Label>B</Label><MemberWells><MemberWell RowNo="1" ColNo="1"><MWAnalytes>
   <MWAnalyte RegionNumber="12"><AnalyteName>IL-10</AnalyteName><Reading OutlierType="None">6.2E+001</Reading></MWAnalyte>
  </MWAnalytes></MemberWell></MemberWells></Blank></Blanks>
  <Standards><Standard><Label>S1</Label><MemberWells><MemberWell RowNo="2" ColNo="1"><MWAnalytes>
   <MWAnalyte RegionNumber="12"><AnalyteName>IL-10</AnalyteName><Reading OutlierType="None">9000</Reading>
   <ExpConc>1000</ExpConc></MWAnalyte>
  </MWAnalytes></MemberWell></MemberWells></Standard></Standards>
  <Unknowns><Unknown><Label>X1</Label><Dilution>4</Dilution><MemberWells>
   <MemberWell RowNo="3" ColNo="1"><MWAnalytes><MWAnalyte RegionNumber="12"><AnalyteName>IL-10</AnalyteName>
    <Reading OutlierType="None">500</Reading><MWObsConc ReadingOK="true">22.5</MWObsConc></MWAnalyte></MWAnalytes></MemberWell>
   <MemberWell RowNo="4" ColNo="1"><MWAnalytes><MWAnalyte RegionNumber="12"><AnalyteName>IL-10</AnalyteName>
    <Reading OutlierType="User">5000</Reading><MWObsConc ReadingOK="false" ReadError="not set">0</MWObsConc></MWAnalyte></MWAnalytes></MemberWell>
  </MemberWells></Unknown></Unknowns>
 </Samples>
</bpm:BioPlexManager>
"""

LAYOUT = "Plate:\tplate 1\n" + "\n".join(
    ["\t" + "\t".join(map(str, range(1, 13)))]
    + [f"{row}\ts{k}\ts{k}\tP{k}" + "\t" * 9 for k, row in enumerate("ABCDEFGH", 1)]
    + ["~End", ""]
)
SIGNALS = "OD 450\n" + "\n".join(
    [";" + ";".join(map(str, range(1, 13)))]
    + [
        f"{row};" + ";".join(f"{0.1 * k:.1f}".replace(".", ",") for _ in range(12))
        for k, row in enumerate("ABCDEFGH", 1)
    ]
)
STANDARDS = (
    "Plate:\tplate 1\nID\tStd\ns1\t800\ns2\t400\ns3\t200\ns4\t100\ns5\t50\ns6\t25\ns7\t12.5\ns8\t0\n~End\n"
)

GOOD = {
    "xponent": xponent_file(),
    "gen5": gen5_file(),
    "softmax": softmax_file(),
    "msd_workbench": MSD.encode(),
    "intelliflex": INTELLIFLEX.encode(),
    "bioplex": BIOPLEX.encode(),
    "plate_layout": (LAYOUT + STANDARDS).encode(),
}
