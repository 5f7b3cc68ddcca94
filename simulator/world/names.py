"""The vocabulary of made-up people and places.

Letters with marks are those that Windows-1250 and Windows-1252 write alike, as a HR system's export does
that was never told about Unicode.
"""

from __future__ import annotations

import unicodedata

GIVEN = (
    "Aafke", "Abel", "Ada", "Adèle", "Aron", "Bas", "Beatrix", "Bengt", "Bo", "Bram", "Cas", "Céline", "Chloé",
    "Dagmar", "Daan", "Dilara", "Eda", "Elin", "Emre", "Esmée", "Eva", "Fenna", "Femke", "Floor", "Floris", "Gijs",
    "Greta", "Hanna", "Hélène", "Ida", "Ilse", "Imani", "Ivo", "Jens", "Jonas", "Joris", "Jörg", "Kaya", "Klaas",
    "Lars", "Lotte", "Léon", "Maartje", "Mats", "Mees", "Mila", "Nadia", "Niels", "Noor", "Olga", "Otto", "Pien",
    "Pim", "Quinten", "Ravi", "René", "Rosa", "Roos", "Samir", "Sanne", "Sjoerd", "Sofie", "Stijn", "Sven", "Tess",
    "Thijs", "Tomás", "Ulla", "Ümit", "Vera", "Victor", "Willem", "Wouter", "Xenia", "Yara", "Youssef", "Zeno",
    "Zoë",
)  # fmt: skip

FAMILY = (
    "Aalders", "Abbink", "Achterberg", "Adelaar", "Barends", "Beekhof", "Beukema", "Blokzijl", "Boskamp",
    "Brouwerij", "Çelik", "Claassen", "Cordes", "Dalmeijer", "Dekkers", "Dölling", "Drost", "Dubois", "Eekhout",
    "Elzinga", "Engelhardt", "Faber", "Feenstra", "Ferrière", "Galema", "Geerlings", "Goossens", "Groothuis",
    "Haverkamp", "Heemskerk", "Hiemstra", "Hölscher", "Huizenga", "IJsselstein", "Imhof", "Jorritsma", "Kamphuis",
    "Kaplan", "Keizerin", "Koopmans", "Kramer", "Krüger", "Lamberts", "Leeuwerik", "Lindqvist", "Looijenga",
    "Maatkamp", "Meerdink", "Mulderij", "Müller", "Nagel", "Nijboer", "Noordhoek", "Oosterling", "Oud", "Özdemir",
    "Pasveer", "Pietersma", "Postma", "Quist", "Rademaker", "Reinders", "Rietveldt", "Roelfsema", "Sánchez",
    "Schaafsma", "Schröder", "Slootweg", "Steenbergen", "Terpstra", "Tielman", "Toorop", "Uitdehaag", "Valkema",
    "van den Hoek", "van der Laan", "van Essen", "Veenhof", "Visserman", "Vlasblom", "Wagenaar", "Weidema",
    "Westerhuis", "Wiersma", "Wolthuis", "Yildirim", "Zandstra", "Zijlstra", "Zwaan",
)  # fmt: skip

DOMAIN = "meridian.example.com"

SITES = (("Groningen", "NL"), ("Zwolle", "NL"), ("Breda", "NL"), ("Köln", "DE"), ("Liège", "BE"), ("Antwerpen", "BE"))


def ascii_folded(name: str) -> str:
    """``Jörg van den Hoek`` → ``jorgvandenhoek``: what an e-mail address can hold."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "".join(letter for letter in plain.lower() if letter.isalnum())
