"""Figures of record: plain values in, SVG text out, the same bytes every time."""

from __future__ import annotations

from firstdose.report.figures.boundary import BoundaryLine, draw_boundary
from firstdose.report.figures.chances import ChancePanel, draw_chances
from firstdose.report.figures.decisions import DecisionColumn, draw_decisions
from firstdose.report.figures.doses import DoseBar, draw_dose_bars
from firstdose.report.figures.feasibility import Curve, Mark, draw_feasibility
from firstdose.report.figures.flow import FlowStep, draw_flow
from firstdose.report.figures.intervals import ForestRow, ShareRow, draw_change_forest, draw_share_intervals
from firstdose.report.figures.panels import draw_panel
from firstdose.report.figures.reactions import HeatCell, HeatMap, draw_local_reactions
from firstdose.report.figures.swimmer import SwimRow, draw_swimmer
from firstdose.report.figures.trajectories import Line, draw_trajectories

__all__ = [
    "BoundaryLine",
    "ChancePanel",
    "Curve",
    "DecisionColumn",
    "DoseBar",
    "FlowStep",
    "ForestRow",
    "HeatCell",
    "HeatMap",
    "Line",
    "Mark",
    "ShareRow",
    "SwimRow",
    "draw_boundary",
    "draw_chances",
    "draw_change_forest",
    "draw_decisions",
    "draw_dose_bars",
    "draw_feasibility",
    "draw_flow",
    "draw_local_reactions",
    "draw_panel",
    "draw_share_intervals",
    "draw_swimmer",
    "draw_trajectories",
]
