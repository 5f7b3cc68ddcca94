"""Words by which a login or a mailbox names a role or a thing and nobody in particular.

Mailboxes of RFC 2142 and what desks, terminals and trial accounts are called in the languages of the connectors, but
for words that are as often a family name (Porter, Post, Winkel, Meister). A login counts only where none of its words
is anybody's, so ``guest2`` is nobody, and ``j.guest`` and ``anna.kiosk`` are persons.
"""

from __future__ import annotations

import re

_WORDS = """
abuse accounts admin administrator algemeen anoniem anonymous atelier backoffice balie beheer beheerder betriebsrat
bhv bureau cafeteria cashier consulta contact courrier cursist curso demo desk dienst directie dispatch display
donotreply dummy elearning empfang entrepot exam examen expeditie fabriek facilities factory finance formation front
frontdesk gast geen generic guest helpdesk herramienta hostmaster hr hrm hrservice info informatie information it
kantine kantoor kassa kasse keine kiosk klantenservice klassenraum lager learning leerling leitstand leslokaal lms lxp
machine magazijn mailbox marketing nobody noemail nomail none noreply null office onbekend opleiding opleidingen
paneel panel placeholder planning portal poste postmaster privacy produccion production produktie produktion recepcion
receptie reception registratie rezeption rooster sales schicht schulung schulungen secretariaat secretariat security
sekretariat service shared shift shopfloor sinemail sistema soporte station student support system tablet team
teamleider teilnehmer tempworker terminal test tester testuser trainee training uitzendkracht unbekannt unknown user
verkauf verkoop vorming warehouse webinar webmaster welcome welkom werkplaats werkstatt workshop zentrale
"""
ROLES = frozenset(_WORDS.split())

_WORD = re.compile(r"[^\W\d_]+")


def is_role(value: str, places: frozenset[str] = frozenset()) -> bool:
    """Whether all words of a login, or of an address before its ``@``, are of roles or ``places``, and one is a role's.

    A single letter is a shift, a line or a door where a role stands beside it, and an initial where none does.
    """
    words = _WORD.findall(value.removeprefix("mailto:").partition("@")[0].casefold())
    named = [word for word in words if len(word) > 1]
    has_role = any(word in ROLES for word in named)
    return has_role and all(word in ROLES or word in places for word in named) and _is_at_its_place(words)


def _is_at_its_place(words: list[str]) -> bool:
    """``j.guest`` begins with an initial; ``shift b`` doesn't."""
    return len(words[0]) > 1


def words_of(names: list[str]) -> frozenset[str]:
    """The words of places and units, as logins write them."""
    return frozenset(word for name in names for word in _WORD.findall(name.casefold()) if len(word) > 2)
