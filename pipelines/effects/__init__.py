"""INFER, run: each registered study becomes a panel, is estimated and judged, and leaves a card.

    pilots of the workbook --freeze--> registrations --join outcomes--> panel, evidence --transfer/effect--> card

`plans` reads what was planned, `registrations` freezes it, `panels` is the one place in which outcomes meet who was
trained, `evidence` collects what the guards judge, and `cards` writes what may be published.
"""
