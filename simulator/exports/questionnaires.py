"""What the company's questionnaires ask and offer as answers, in the four languages of their respondents."""

from __future__ import annotations

META = {
    "en": (
        "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address", "First Name",
        "Last Name", "Custom Data 1",
    ),
    "nl": (
        "Respondent-ID", "Collector-ID", "Startdatum", "Einddatum", "IP-adres", "E-mailadres", "Voornaam",
        "Achternaam", "Aangepaste gegevens 1",
    ),
    "de": (
        "Befragten-ID", "Collector-ID", "Startdatum", "Enddatum", "IP-Adresse", "E-Mail-Adresse", "Vorname",
        "Nachname", "Benutzerdefinierte Daten 1",
    ),
    "fr": (
        "ID du répondant", "ID du collecteur", "Date de début", "Date de fin", "Adresse IP", "Adresse e-mail",
        "Prénom", "Nom de famille", "Données personnalisées 1",
    ),
}  # fmt: skip
"""The columns that SurveyMonkey puts in front, in the languages of its site."""

RESPONSE = {"en": "Response", "nl": "Antwoord", "de": "Antwort", "fr": "Réponse"}
OPEN = {"en": "Open-Ended Response", "nl": "Open antwoord", "de": "Offene Antwort", "fr": "Réponse ouverte"}
OTHER = {"en": "Other (please specify)", "nl": "Anders, namelijk", "de": "Sonstiges", "fr": "Autre (veuillez préciser)"}
REMARK = {"en": "Anything else?", "nl": "Verder nog iets?", "de": "Noch etwas?", "fr": "Autre chose ?"}
MATRIX = {
    "en": "How far do you agree?", "nl": "In hoeverre ben je het eens?", "de": "Wie sehr stimmen Sie zu?",
    "fr": "Dans quelle mesure êtes-vous d'accord ?",
}  # fmt: skip
QUESTION = {
    "en": {
        "satisfaction": "I am satisfied with the programme", "relevance": "What I learned is relevant to my work",
        "intent": "I will use what I learned in the coming weeks", "support": "My manager supports me in using it",
        "success": "It led to a result that I can name",
        "has_applied": "Have you used what you learned at work?", "barrier": "What kept you from using it?",
    },
    "nl": {
        "satisfaction": "Ik ben tevreden over het programma", "relevance": "Wat ik leerde is relevant voor mijn werk",
        "intent": "Ik ga het geleerde de komende weken gebruiken",
        "support": "Mijn leidinggevende steunt mij bij het toepassen",
        "success": "Het leidde tot een resultaat dat ik kan noemen",
        "has_applied": "Heb je het geleerde in je werk gebruikt?", "barrier": "Wat hield je tegen?",
    },
    "de": {
        "satisfaction": "Ich bin mit dem Programm zufrieden", "relevance": "Das Gelernte ist für meine Arbeit relevant",
        "intent": "Ich werde das Gelernte in den nächsten Wochen anwenden",
        "support": "Meine Führungskraft unterstützt mich dabei",
        "success": "Es hat zu einem Ergebnis geführt, das ich nennen kann",
        "has_applied": "Haben Sie das Gelernte bei der Arbeit genutzt?", "barrier": "Was hat Sie daran gehindert?",
    },
    "fr": {
        "satisfaction": "Je suis satisfait du programme",
        "relevance": "Ce que j'ai appris est pertinent pour mon travail",
        "intent": "J'utiliserai ce que j'ai appris dans les prochaines semaines",
        "support": "Mon responsable me soutient dans l'application",
        "success": "Cela a mené à un résultat que je peux citer",
        "has_applied": "Avez-vous utilisé au travail ce que vous avez appris ?",
        "barrier": "Qu'est-ce qui vous en a empêché ?",
    },
}  # fmt: skip
BARRIER = {
    "en": {
        "none": "Nothing", "no_opportunity": "I had no opportunity", "no_support": "I had no support",
        "not_relevant": "It is not relevant to my work", "forgot": "I forgot about it",
    },
    "nl": {
        "none": "Niets", "no_opportunity": "Ik had geen gelegenheid", "no_support": "Ik kreeg geen steun",
        "not_relevant": "Het is niet relevant voor mijn werk", "forgot": "Ik ben het vergeten",
    },
    "de": {
        "none": "Nichts", "no_opportunity": "Ich hatte keine Gelegenheit", "no_support": "Mir fehlte Unterstützung",
        "not_relevant": "Es ist für meine Arbeit nicht relevant", "forgot": "Ich habe es vergessen",
    },
    "fr": {
        "none": "Rien", "no_opportunity": "Je n'ai pas eu l'occasion", "no_support": "J'ai manqué de soutien",
        "not_relevant": "Ce n'est pas pertinent pour mon travail", "forgot": "Je l'ai oublié",
    },
}  # fmt: skip
STATEMENT = {
    "en": (
        "My work leaves enough time to learn", "I can plan time for learning during working hours",
        "My manager talks with me about what I want to learn", "My manager helps me to use what I learned",
        "In my team I can admit mistakes", "In my team difficult questions can be asked",
        "We tell each other what we learned", "Good ideas of one team reach other teams",
        "Learning counts in my appraisal", "Who learns something new is appreciated here",
    ),
    "nl": (
        "Mijn werk laat genoeg tijd om te leren", "Ik kan onder werktijd tijd voor leren inplannen",
        "Mijn leidinggevende praat met mij over wat ik wil leren",
        "Mijn leidinggevende helpt mij om toe te passen wat ik leerde",
        "In mijn team kan ik fouten toegeven", "In mijn team kunnen lastige vragen gesteld worden",
        "Wij vertellen elkaar wat we geleerd hebben", "Goede ideeën van het ene team bereiken andere teams",
        "Leren telt mee in mijn beoordeling", "Wie iets nieuws leert, wordt hier gewaardeerd",
    ),
    "de": (
        "Meine Arbeit lässt mir genug Zeit zum Lernen", "Ich kann während der Arbeit Zeit für das Lernen einplanen",
        "Meine Führungskraft spricht mit mir darüber, was ich lernen will",
        "Meine Führungskraft hilft mir, Gelerntes anzuwenden",
        "In meinem Team kann ich Fehler zugeben", "In meinem Team darf man schwierige Fragen stellen",
        "Wir erzählen einander, was wir gelernt haben", "Gute Ideen eines Teams erreichen andere Teams",
        "Lernen zählt in meiner Beurteilung", "Wer Neues lernt, wird hier geschätzt",
    ),
    "fr": (
        "Mon travail me laisse assez de temps pour apprendre", "Je peux prévoir du temps d'apprentissage au travail",
        "Mon responsable parle avec moi de ce que je veux apprendre",
        "Mon responsable m'aide à utiliser ce que j'ai appris",
        "Dans mon équipe, je peux admettre mes erreurs", "Dans mon équipe, on peut poser des questions difficiles",
        "Nous nous racontons ce que nous avons appris", "Les bonnes idées d'une équipe parviennent aux autres",
        "Apprendre compte dans mon évaluation", "Celui qui apprend du nouveau est apprécié ici",
    ),
}  # fmt: skip
"""The climate survey's statements, in the order of ``CLIMATE_ITEMS``."""
AGREEMENT = {
    "en": ("Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"),
    "nl": ("Helemaal mee oneens", "Mee oneens", "Neutraal", "Mee eens", "Helemaal mee eens"),
    "de": ("Stimme überhaupt nicht zu", "Stimme nicht zu", "Weder noch", "Stimme zu", "Stimme voll und ganz zu"),
    "fr": ("Pas du tout d'accord", "Pas d'accord", "Neutre", "D'accord", "Tout à fait d'accord"),
}
YES_NO = {"en": ("Yes", "No"), "nl": ("Ja", "Nee"), "de": ("Ja", "Nein"), "fr": ("Oui", "Non")}
