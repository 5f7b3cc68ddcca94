"""A company whose truth is known, which exports its records as real tools do. The pipeline never imports it."""

from simulator.exports.files import WrittenFile
from simulator.settings import SETTINGS
from simulator.writing import Written, write_company

__all__ = ["SETTINGS", "Written", "WrittenFile", "write_company"]
