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

Two-way fixed effects is nowhere: with staggered starts it compares those who start with those who started before.
"""
