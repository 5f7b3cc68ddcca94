"""MAP: rows of text become rows of record kinds, landed or rejected with a reason.

    Original --connectors.reading--> source --candidates--> candidates --clearing--> clear --keying--> keyed
             a long one: source --wordings--> keyed
             --fates--> fated --outcomes--> landed.parquet (open) | rejected.parquet (restricted) | names (vault)

reader         one original, all kinds that come out of it
setting        what the mapping of all its kinds shares
candidates     records that may be of a kind
planning       a kind's columns, and what can be wrong with a record
expressions    a declared value as SQL: `texts` are its text steps, `casts` its type, `surroundings` what it refers to
time_formats   which of the declared time formats a file uses
day_offsets    days counted from a date
clearing       candidates → typed values, identifiers in clear
keying         tokens in place of identifiers, record keys
wordings       the same for a long original, where each different wording of some cells is worked out once
fates          duplicates and conflicts
outcomes       landed rows, names for the vault, rejects

An original is read once, however many kinds come out of it, and each kind is one vectorised statement. Clear
identifiers exist only in this room's database, which spills, if at all, to the restricted scratch folder.
"""

from connectors.mapping.reader import expecting, kinds_of, read

__all__ = ["expecting", "kinds_of", "read"]
