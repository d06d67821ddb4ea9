"""The rules of every language: what they are, and which sentences they hold for."""

import pytest

from bot.dialogue.script import SCRIPTS, load, slots_of
from bot.dialogue.understanding import Understanding

LANGUAGES = sorted(script.stem for script in SCRIPTS.glob("*.toml"))


@pytest.mark.parametrize("ending", ["", ".", "?", "!", "..."])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_hard_rule_holds_however_it_is_written(language: str, ending: str) -> None:
    """Ears write capitals, punctuation and other apostrophes."""
    script = load(language)
    understanding = Understanding(script)
    for name, intent in script.intents.items():
        for sentence in intent.patterns if intent.hard else ():
            for slot in slots_of(sentence):
                sentence = sentence.replace(f"{{{slot}}}", script.slots[slot][0])
            written = sentence[:1].upper() + sentence[1:].replace("'", "\N{RIGHT SINGLE QUOTATION MARK}") + ending
            meaning = understanding.meaning(written)
            assert meaning is not None, written
            assert meaning.name == name, written


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_rules(language: str) -> None:
    """And their effects; the gravest first."""
    rules = [(name, intent.hard, intent.effect) for name, intent in load(language).intents.items() if intent.hard]
    assert rules == [(name, intent.hard, intent.effect) for name, intent in load("en").intents.items() if intent.hard]


@pytest.mark.parametrize(
    ("language", "said", "name"),
    [
        ("de", "Hallo, ich bin Tom, und ich bin 14.", "minor"),
        ("de", "Ich bin 12 Jahre alt.", "pupil"),
        ("de", "Ich bin erst zwölf Jahre alt.", "pupil"),
        ("de", "Bist du eine KI?", "human"),
        ("de", "Bist du wirklich ein Mensch?", "human"),
        ("de", "Ich muss jetzt leider los, tschüß!", "bye"),
        ("de", "Ich bin 14. Wie alt bist du?", "minor"),
        ("de", "Ich bin 13 und mag Fußball.", "minor"),
        ("de", "Ich bin zwölf Jahre.", "minor"),
        ("de", "Ich heiße Max und bin 12.", "minor"),
        ("de", "Ich bin gerade 15 geworden.", "minor"),
        ("de", "Ich werde bald 16.", "minor"),
        ("de", "Ich bin noch nicht volljährig.", "minor"),
        ("de", "Ich geh in die siebte Klasse.", "pupil"),
        ("de", "Ich werde um zehn anrufen.", None),
        ("de", "Ich bin noch keine 18.", "minor"),
        ("de", "Ich bin fast achtzehn.", "minor"),
        ("de", "Hallo, ich bin Tom. Ich bin in der 7. Klasse.", "minor"),
        ("de", "Ich gehe in die siebte Klasse.", "pupil"),
        ("de", "Ich gehe in die 7. Klasse und mag Fußball.", "pupil"),
        ("de", "Als ich zwölf Jahre alt war, zogen wir um.", None),
        ("de", "Als ich in der siebten Klasse war, zogen wir um.", None),
        ("de", "Ich bin in der siebten Klasse sitzengeblieben.", None),
        ("de", "Mein Sohn geht in die siebte Klasse.", None),
        ("de", "Ich bin im 7. Semester.", None),
        ("de", "Ich bin in der 10. Woche schwanger.", None),
        ("de", "Ich bin die 12. Anruferin.", None),
        ("de", "Ich bin um zehn im Bett.", None),
        ("de", "Ich muss morgen gehen und einkaufen.", None),
        ("es", "¿Eres una IA?", "human"),
        ("es", "¿Eres realmente humano?", "human"),
        ("es", "Adiós, buenas noches.", "bye"),
        ("es", "Hola, buenas noches.", None),
        ("es", "Hola, tengo 15 años.", "minor"),
        ("es", "Tengo diez minutos.", None),
        ("es", "Tengo 15 \N{EURO SIGN}.", None),
        ("es", "Tengo 15.000 pesos.", None),
        ("es", "Mi hijo tiene doce años.", None),
        ("es", "Tengo quince.", "minor"),
        ("es", "Tengo dieciseis años.", "minor"),
        ("es", "Tengo 15 años y vivo en Lima.", "minor"),
        ("es", "Tengo casi 18.", "minor"),
        ("es", "Tengo solo doce añitos.", "minor"),
        ("es", "Acabo de cumplir quince años.", "minor"),
        ("es", "Voy a cumplir 15 años.", "minor"),
        ("es", "Aún no soy mayor de edad.", "minor"),
        ("es", "Soy un niño de doce años.", "pupil"),
        ("es", "Voy en sexto de primaria.", "pupil"),
        ("es", "Soy madre de un niño de doce años.", None),
        ("es", "Estoy en 6º de primaria.", "pupil"),
        ("es", "Estoy en 3º de la ESO.", "pupil"),
        ("es", "Estoy en segundo de secundaria y me gusta.", "pupil"),
        ("es", "Tengo seis.", None),
        ("es", "Tengo el 15.", None),
        ("es", "Tengo una de quince años.", None),
        ("es", "Tengo dos hermanos, soy el menor.", None),
        ("es", "Soy menor que ella.", None),
        ("es", "¿Eres menor de edad?", None),
        ("es", "Mi hijo está en sexto de primaria.", None),
        ("fr", "J\N{RIGHT SINGLE QUOTATION MARK}ai 12 ans.", "minor"),
        ("fr", "J'ai dix-sept ans et je suis au lycée.", "minor"),
        ("fr", "Es-tu une IA ?", "human"),
        ("fr", "Tu es vraiment humain ?", "human"),
        ("fr", "J'ai dix ans d'expérience.", None),
        ("fr", "J'ai 18 ans.", None),
        ("fr", "Je suis un meneur.", None),
        ("fr", "Tu n'as pas dix-huit ans.", None),
        ("fr", "J'ai dix-neuf ans.", None),
        ("fr", "Les moins de 18 ans.", None),
        ("fr", "J'ai presque dix-huit ans.", "minor"),
        ("fr", "J'ai pas encore 18 ans.", "minor"),
        ("fr", "J'ai 17 ans et toi ?", "minor"),
        ("fr", "J'ai 15 ans et demi.", "minor"),
        ("fr", "J'ai bientôt 16 ans.", "minor"),
        ("fr", "Je n'ai que douze ans.", "minor"),
        ("fr", "Je viens d'avoir 15 ans.", "minor"),
        ("fr", "Je vais avoir 15 ans.", "minor"),
        ("fr", "Je suis pas majeur.", "minor"),
        ("fr", "Je suis en sixième au collège.", "minor"),
        ("fr", "Je suis au collège, en troisième.", "minor"),
        ("fr", "Je suis une fille de 14 ans.", "pupil"),
        ("fr", "Je suis la mère d'une fille de 14 ans.", None),
        ("fr", "Je suis au collège.", "minor"),
        ("fr", "Salut, je suis en 4ème.", "minor"),
        ("fr", "Je suis en 5e et j'aime le foot.", "minor"),
        ("fr", "Je suis en classe de cinquième au collège Hugo.", "pupil"),
        ("fr", "Je suis collégienne, et toi ?", "pupil"),
        ("fr", "Je suis en troisième année de droit.", None),
        ("fr", "Je suis au collège Hugo comme prof.", None),
        ("fr", "Quand j'étais en classe de cinquième, je lisais.", None),
        ("pt", "Tenho 12 anos.", "minor"),
        ("pt", "Você é uma IA?", "human"),
        ("pt", "Você é mesmo humano?", "human"),
        ("pt", "Tchau, boa noite!", "bye"),
        ("pt", "Boa noite! Tudo bem?", None),
        ("pt", "Eu vou para casa.", None),
        ("pt", "Tenho quinze.", "minor"),
        ("pt", "Tenho quase 18 anos.", "minor"),
        ("pt", "Tenho quatorze anos.", "minor"),
        ("pt", "Tenho só 12 aninhos.", "minor"),
        ("pt", "Acabei de fazer 15 anos.", "minor"),
        ("pt", "Vou fazer 15 anos.", "minor"),
        ("pt", "Ainda não sou maior de idade.", "minor"),
        ("pt", "Sou uma menina de 12 anos.", "pupil"),
        ("pt", "Sou mãe de uma menina de 12 anos.", None),
        ("pt", "Sou de menor.", "minor"),
        ("pt", "Estou no 7º ano.", "minor"),
        ("pt", "Tô no nono ano e gosto de futebol.", "minor"),
        ("pt", "Estou no 5º ano do fundamental, e você?", "pupil"),
        ("pt", "Estou no quarto ano de medicina.", None),
        ("pt", "Estou no quarto ano.", None),
        ("pt", "Tenho seis.", None),
        ("pt", "Tenho o 15.", None),
        ("pt", "Tenho uma de quinze.", None),
        ("pt", "Tenho dois irmãos, sou o menor.", None),
        ("pt", "Ela é menor de idade.", None),
    ],
)
def test_the_rules_of_other_languages(language: str, said: str, name: str | None) -> None:
    """They hold in figures and marks of their own, and leave other sentences alone."""
    meaning = Understanding(load(language)).meaning(said)
    assert (meaning and meaning.name) == name
