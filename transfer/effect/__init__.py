"""EFFECT: did the work change where people were trained, compared with where they were not yet, or never?

    long table --long_table--> Panel --study--> Study --guards, verdict--> effect card

long_table       a long table becomes a balanced `panel`, or is refused; `periods`, `starts`, `columns` read it
cells            which comparisons (cohort, period, base, controls) a panel has
group_time       ATT(g, t) of Callaway and Sant'Anna (2021); `influence`: its standard errors
adjustment       the same with covariates (Sant'Anna and Zhao 2020)
aggregation      what the comparisons say together: simple, dynamic, group, calendar
inference        the jackknife, and other intervals
assignments      who could have started when; `permutation`: tests, intervals and the pre-trend test that come of it
imputation       the second estimator (Borusyak, Jaravel and Spiess 2024)
two_groups       what a textbook says of two groups and two periods
study            all of these, in one call; `study_json`: as plain values
design           which design a situation allows, and the best verdict that it earns; `evidence`: what no panel holds
sensitivity      what an estimate withstands, from `joint_figures`; `balance`: did both sides look alike before
guards           every check by name: on the comparison, and on the record
verdict          from a study to its `card`; `card_text` and `card_page` show it, `card.withheld` is what is published
power            what a plan can detect; `pilot`: who starts when, drawn by lot
single_units     one or two treated units: `synthetic_control`, or `interrupted_series`, which claims nothing
roi              costs, and the return on a credible effect

Two-way fixed effects is nowhere: with staggered starts it compares those who start with those who started before.
"""
