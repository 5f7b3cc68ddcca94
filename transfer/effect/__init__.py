"""EFFECT: did the work change where people were trained, compared with where they were not yet, or never?

    long table --long_table--> Panel --group_time--> ATT(g, t) --aggregation--> simple, dynamic, group, calendar
                                                        --inference--> intervals and p-values that hold with few units
               --imputation--> a second estimator, which fails in other ways

long_table       a long table becomes a balanced `panel`, or is refused; `periods` reads the calendar, `columns` numbers
cells            which cells (cohort, period, base, controls) a panel has
group_time       group-time effects and their influence functions (Callaway and Sant'Anna 2021)
adjustment       the same with covariates (Sant'Anna and Zhao 2020)
aggregation      what the cells say together
inference        standard errors, jackknife; `permutation`: randomisation p-values and intervals
imputation       Borusyak, Jaravel and Spiess (2024)
study            all of it, in one call

Two-way fixed effects is nowhere: with staggered starts it compares those who start with those who started before.
"""
