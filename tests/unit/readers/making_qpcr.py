"""Small files of real-time PCR programs, made for tests: every reader has one that it reads without an Issue."""

from __future__ import annotations

import io
import zipfile

from firstdose.rehearsal.instrument_files.qpcr import PcrWell, write_quantstudio, write_rdml

WELLS = (
    PcrWell(well="A1", sample="S1", target="IL17A", cq=27.5),
    PcrWell(well="A2", sample="S1", target="GAPDH", cq=20.1),
    PcrWell(well="A3", sample="NTC", target="IL17A", cq=None, role="ntc"),
    PcrWell(well="A4", sample="STD 1000", target="IL17A", cq=24.0, role="standard", amount=1000.0),
)
QUANTSTUDIO = write_quantstudio(WELLS, name="small", ended="2024-03-04 12:00:00 PM UTC", cycles=40)
RDML = write_rdml(WELLS, name="small", run_date="2024-03-04T12:00:00", cycles=40)
SDS = (
    (
        "SDS 2.3 RQ Results\t1.2\nFilename\tsmall.sdm\nAssay Type\tRQ Study\nRun DateTime\tMon Mar 04 12:00 2024\nOperator\tNN\n\n"
        "# \tPlate\tPos\tFlag\tSample\tDetector\tTask\tCt\tDelta Ct\tOmit\n"
        "1\tP1\tA1\tPassed\tS1\tGAPDH\tEndogenous Control\t20.1\t\tFALSE\n"
        "2\tP1\tA2\tPassed\tS1\tIL17A\tTarget\t27.5\t7.4\tFALSE\n"
        "3\tP1\tA3\tFlagged\tS1\tTNF\tTarget\tUndetermined\t\tTRUE\n\nPlateID\tX\n"
    )
    .replace("\n", "\r")
    .encode()
)
CFX = (
    b",Well,Fluor,Target,Content,Sample,Biological Set Name,Cq,Cq Mean,Starting Quantity (SQ)\n"
    b",A01,SYBR,GAPDH,Unkn-1,S1,,20.10,20.1,N/A\n,A02,SYBR,IL17A,Unkn-1,S1,,27.50,27.5,N/A\n"
    b",A03,SYBR,IL17A,NTC,,,N/A,0.00,N/A\n,A04,SYBR,IL17A,Std-1,,,24.00,24.0,1.0E+03\n"
)
LIGHTCYCLER = (
    b"Experiment: small  Selected Filter: SYBR Green (483-533)\t\t\t\t\t\t\t\r"
    b"Include\tColor\tPos\tName\tCp\tConcentration\tStandard\tStatus\r"
    b"True\t255\tA1\tS1\t20.1\t\t0\t\rTrue\t255\tA2\tno template control\t\t\t0\t\r"
)
ROTORGENE = (
    "Excel Analysed Data Export;;;;;;\nFile;small.rex;;;;;\nDate;3/4/2024;;;;;\nTime;12:00:00 PM;;;;;\n;;;;;;\n"
    "Quantitative analysis of Cycling A.Green (GAPDH);;;;;;\n;;;;;;\n"
    "No.;Color;Name;Type;Ct;Ct Comment;Given Conc (Copies)\n1;255;S1;Unknown;20.1;;\n2;255;S2;Unknown;20.3;;\n;;;;;;\n"
    "Quantitative analysis of Cycling A.Green (IL17A);;;;;;\n;;;;;;\n"
    "No.;Color;Name;Type;Ct;Ct Comment;Given Conc (Copies)\n1;255;S1;Unknown;27.5;;\n2;255;S2;NTC;;;\n;;;;;;\n"
).encode("utf-8-sig")
LONG = b"Well;Sample;Target;Task;Cq;Quantity\nA1;S1;GAPDH;UNKNOWN;20,1;\nA2;S1;IL17A;UNKNOWN;27,5;\nA3;;IL17A;NTC;Undetermined;\n"
WIDE = b"IL17A,GAPDH\n27.5,20.1\nUndetermined,20.2\n,20.3\n"
GOOD = {
    "quantstudio": QUANTSTUDIO, "rdml": RDML, "sds": SDS, "cfx": CFX, "lightcycler480": LIGHTCYCLER,
    "rotorgene": ROTORGENE, "qpcr_table": LONG,
}  # fmt: skip


def zipped(members: dict[str, str | bytes]) -> bytes:
    """An archive of these members."""
    opened = io.BytesIO()
    with zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return opened.getvalue()


def rdml_of(inside: str, version: str = "1.2") -> bytes:
    """An RDML archive around the children of its root."""
    return zipped({"rdml_data.xml": f'<rdml version="{version}" xmlns="http://www.rdml.org">{inside}</rdml>'})


def run_of(reacts: str, samples: str = '<sample id="S1"><type>unkn</type></sample>') -> bytes:
    """An RDML archive of one run of a 96-well plate with the target T."""
    return rdml_of(
        f'<dye id="FAM"/>{samples}<target id="T"><type>toi</type><dyeId id="FAM"/></target><experiment id="E">'
        '<run id="R"><pcrFormat><rows>8</rows><columns>12</columns><rowLabel>ABC</rowLabel>'
        f"<columnLabel>123</columnLabel></pcrFormat>{reacts}</run></experiment>"
    )


def react_of(number: str, inside: str, sample: str = "S1", target: str = "T") -> str:
    """One reaction."""
    return f'<react id="{number}"><sample id="{sample}"/><data><tar id="{target}"/>{inside}</data></react>'


def workbook_of(sheets: dict[str, list[list[object]]]) -> bytes:
    """A workbook of these rows."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    opened = io.BytesIO()
    book.save(opened)
    return opened.getvalue()
