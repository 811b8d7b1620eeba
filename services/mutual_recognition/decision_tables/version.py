"""A published version of a table under its name, ready to be evaluated. It never changes."""

from dataclasses import dataclass
from functools import cached_property

from services.mutual_recognition.decision_tables.dictionary import Dictionary
from services.mutual_recognition.decision_tables.index import Index
from services.mutual_recognition.decision_tables.table import Table


@dataclass(frozen=True)
class Version:
    """Version number `version` of table `name`; the dictionary types its inputs."""

    name: str
    version: int
    table: Table
    dictionary: Dictionary

    @cached_property
    def index(self) -> Index:
        """Made when it is first asked for."""
        return Index(self.table, self.dictionary)
