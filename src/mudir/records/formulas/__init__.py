"""Formulas that an administrator writes: read, checked and turned into SQL; nothing of them is ever run as code.

A formula reads the fields of one record. What it says in PostgreSQL filters, sorts, groups and shows alike.
"""

from mudir.records.formulas.compiling import Formula, compile_formula
from mudir.records.formulas.functions import FUNCTIONS
from mudir.records.formulas.kinds import KIND_NAMES, Kind, Term
from mudir.records.formulas.reading import LONGEST, FormulaError

__all__ = ["FUNCTIONS", "KIND_NAMES", "LONGEST", "Formula", "FormulaError", "Kind", "Term", "compile_formula"]
