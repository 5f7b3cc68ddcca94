"""A table or a query of PostgreSQL or MariaDB: one file of rows per window.

    settings.yml, secrets --source--> Database --rows--> Parquet

source    what is read from where, as settings.yml says, and the address with its secret
rows      one read-only transaction, a cursor on the server, rows into a file some at a time
texts     how values are written there
errors    what the server complains of, sorted by what to do about it
"""
