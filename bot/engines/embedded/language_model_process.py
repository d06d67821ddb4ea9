"""Makes what the recogniser knows of the language, in a process of its own, which is run by its path and then gone.

Reads the sentences that callers may say from its input, one a line; writes an ARPA trigram model and a dictionary into
the folder that it is given. Besides the words of the sentences both have the most frequent words of the language:
without them everything that is said would be taken for one of the sentences.
"""

import sys
from pathlib import Path

LANGUAGE = "language.arpa"
DICTIONARY = "words.dict"
# Words of the language at large: with more the recogniser gets slow, with fewer it is too sure of itself.
BACKGROUND_WORDS = 3000
# Of shorter words only those of the sentences: nobody says the others alone, and "us" is too near to "yes".
SHORTEST = 3
# How much of the probability goes to what is not in the sentences.
DISCOUNT = 0.5


def spelled(line: str) -> str:
    """Return the word of a dictionary's line: `read(2) R EH D` is another way to say `read`."""
    return line.split(maxsplit=1)[0].partition("(")[0]


def make(folder: Path, sentences: list[str]) -> None:
    """Write the model and the dictionary."""
    # Imported here: the bot's own process takes names from this file, and must not load a recogniser.
    import pocketsphinx
    from pocketsphinx.lm import ArpaBoLM

    pocketsphinx.set_loglevel("FATAL")
    lines = Path(pocketsphinx.get_model_path("en-us/cmudict-en-us.dict")).read_text("utf-8").splitlines()
    english = pocketsphinx.NGramModel.readfile(pocketsphinx.get_model_path("en-us/en-us.lm.bin"))
    known = {spelled(line) for line in lines}
    candidates = (word for word in known if word.isalpha() and len(word) >= SHORTEST)
    background = sorted(candidates, key=lambda word: (-english.prob([word]), word))[:BACKGROUND_WORDS]
    words = folder / "background"
    words.write_text("\n".join(background), "utf-8")
    text = "\n".join(f"<s> {sentence} </s>" for sentence in sentences)
    model = ArpaBoLM(text=text, word_file=str(words), word_file_count=1, discount_mass=DISCOUNT)
    words.unlink()
    model.compute()
    with (folder / LANGUAGE).open("w", encoding="utf-8") as file:
        model.write(file)
    wanted = {word for sentence in sentences for word in sentence.split()}.union(background)
    kept = [line for line in lines if spelled(line) in wanted]
    (folder / DICTIONARY).write_text("".join(f"{line}\n" for line in kept), "utf-8")


if __name__ == "__main__":
    make(Path(sys.argv[1]), sys.stdin.read().splitlines())
