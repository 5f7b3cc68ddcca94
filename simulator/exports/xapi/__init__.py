"""Two LRSs and what three players told them, millions of statements at a time.

what happened in a month --players--> rows --delivery, mistakes--> rows as an LRS stored them
                                            --filling--> statements --dumps--> files

statements   each shape of statement, built with tincan      templates    that statement with slots
rows         a statement as numbers                          filling      numbers to text, in bulk
players      who tells what                                  delivery     late, skewed, twice, in two LRSs
draws        randomness that belongs to an event             broken       statements that break a rule
happened, progress, mistakes                                 sent         the list of it all, for the truth
"""

from simulator.exports.xapi.lrs import Lrs
from simulator.exports.xapi.vocabulary import CATALOGUE_CODE

__all__ = ["CATALOGUE_CODE", "Lrs"]
