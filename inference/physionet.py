"""The public databases that the program can bring: where, which files, whose work, which licence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PHYSIONET_CITATION: Final = (
    "Goldberger AL, Amaral LAN, Glass L, et al. PhysioBank, PhysioToolkit, and PhysioNet. "
    "Circulation 2000;101(23):e215-e220."
)
_LUDB_LEADS: Final = ("i", "ii", "iii", "avr", "avl", "avf", "v1", "v2", "v3", "v4", "v5", "v6")


@dataclass(frozen=True, slots=True)
class PublicDataset:
    """One PhysioNet database at one fixed version."""

    title: str
    url: str
    """The folder of its files, with a slash at the end."""
    licence: str
    citations: tuple[str, ...]
    record_pattern: str
    """Regular expression of the record names that are wanted, relative to the folder."""
    record_suffixes: tuple[str, ...]
    """The files of one record."""
    tables: tuple[str, ...]
    """Files beside the records that a reader or training needs."""
    notes: tuple[str, ...] = ("LICENSE.txt", "RECORDS", "README", "README.txt")
    """Files that are brought where the server has them."""

    def wants(self, name: str) -> bool:
        """Whether a file that the server lists is one to bring. No other name is ever written to disk."""
        suffixes = "|".join(re.escape(suffix) for suffix in self.record_suffixes)
        is_record = re.fullmatch(f"(?:{self.record_pattern})(?:{suffixes})", name, re.ASCII)
        return name in self.tables or name in self.notes or is_record is not None


DATASETS: Final = {
    "ptb-xl": PublicDataset(
        title="PTB-XL, a large publicly available electrocardiography dataset, version 1.0.3",
        url="https://physionet.org/files/ptb-xl/1.0.3/",
        licence="Creative Commons Attribution 4.0 International (CC BY 4.0)",
        citations=(
            "Wagner P, Strodthoff N, Bousseljot R, Samek W, Schaeffter T. PTB-XL, a large publicly available "
            "electrocardiography dataset (version 1.0.3). PhysioNet 2022. https://doi.org/10.13026/kfzx-aw45",
            "Wagner P, Strodthoff N, Bousseljot R-D, et al. PTB-XL, a large publicly available "
            "electrocardiography dataset. Scientific Data 2020;7:154. https://doi.org/10.1038/s41597-020-0495-6",
            _PHYSIONET_CITATION,
        ),
        record_pattern=r"records500/\d{5}/\d{5}_hr",
        record_suffixes=(".hea", ".dat"),
        tables=("ptbxl_database.csv", "scp_statements.csv"),
    ),
    "ptb": PublicDataset(
        title="PTB Diagnostic ECG Database, version 1.0.0",
        url="https://physionet.org/files/ptbdb/1.0.0/",
        licence="Open Data Commons Attribution License 1.0 (ODC-By)",
        citations=(
            "Bousseljot R, Kreiseler D, Schnabel A. Nutzung der EKG-Signaldatenbank CARDIODAT der PTB über "
            "das Internet. Biomedizinische Technik 1995;40(S1):317. https://doi.org/10.13026/C28C71",
            _PHYSIONET_CITATION,
        ),
        record_pattern=r"patient\d{3}/s\d{4}\w*",
        record_suffixes=(".hea", ".dat", ".xyz"),
        tables=(),
        notes=("LICENSE.txt", "RECORDS", "CONTROLS", "README", "README.txt"),
    ),
    "ludb": PublicDataset(
        title="Lobachevsky University Electrocardiography Database (LUDB), version 1.0.1",
        url="https://physionet.org/files/ludb/1.0.1/",
        licence="Open Data Commons Attribution License 1.0 (ODC-By)",
        citations=(
            "Kalyakulina A, Yusipov I, Moskalenko V, et al. Lobachevsky University Electrocardiography "
            "Database (version 1.0.1). PhysioNet 2021. https://doi.org/10.13026/eegm-h675",
            "Kalyakulina AI, Yusipov II, Moskalenko VA, et al. LUDB: a new open-access validation tool for "
            "electrocardiogram delineation algorithms. IEEE Access 2020;8:186181-186190. "
            "https://doi.org/10.1109/ACCESS.2020.3029211",
            _PHYSIONET_CITATION,
        ),
        record_pattern=r"data/\d+",
        record_suffixes=(".hea", ".dat", *(f".{lead}" for lead in _LUDB_LEADS)),
        tables=("ludb.csv",),
        notes=("LICENSE.txt", "RECORDS", "ANNOTATORS", "README", "README.txt"),
    ),
}
"""By the name that the command line takes."""
