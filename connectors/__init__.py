"""READ: how each tool's data becomes a record kind. Plain Python; never imports Dagster, dbt or Great Expectations.

    inbox --archive--> Original --reading--> rows of text --mapping--> rows of record kinds --landing--> landing zone
                                └------------- xapi -----------------┘

In the order of the flow:

archive       every original as it was received
declaration   what a connector file may say; the files are in `catalogue/`
reading       an original becomes rows of text
mapping       rows of text become rows of record kinds, landed or rejected with a reason
xapi          the same for statements, which have rules of their own
landing       what was mapped becomes part of the landing zone, whole or not at all

What all of them know:

records       the record kinds: what every tool's data becomes
seam          what passes from room to room
errors        what can go wrong, sorted by what the caller does next
home, files   where everything lives, and how it is written durably
masking, sql  e-mail addresses in text that gets out; text of ours inside SQL
"""
