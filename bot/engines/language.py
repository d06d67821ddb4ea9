"""Codes of languages (BCP 47, RFC 5646), as far as engines tell them apart. Pure."""


def primary(language: str) -> str:
    """Return the language itself, without country, script and variant."""
    return language.lower().split("-")[0]


def is_english(language: str) -> bool:
    """Whether it is English, of whatever country: what the embedded engines know."""
    return primary(language) == "en"
