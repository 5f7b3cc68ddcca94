"""A company whose truth is known, which exports its records as real tools do. The pipeline never imports it."""

from simulator.exports.files import WrittenFile
from simulator.recipe import Recipe, RecipeError, load
from simulator.settings import SETTINGS
from simulator.writing import Written, write_company

__all__ = ["SETTINGS", "Recipe", "RecipeError", "Written", "WrittenFile", "load", "write_company"]
