"""`stopall` and `start` ignored (mautic#11333): words per language, and only the word itself."""

import pytest

from channels.stop_words import is_stop


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop.", " Stop! ", "STOPALL", "opt-out", "Стоп", "«стоп»", "ОТПИСАТЬСЯ", "Відписатися", "BAJA", "no más"],
)
def test_a_stop_word_alone_is_an_opt_out(text: str) -> None:
    assert is_stop(text)


@pytest.mark.parametrize("text", ["", "start", "stop by our shop", "don't stop", "не стоп", "yes", "👍", "para mí sí"])
def test_a_stop_word_within_a_sentence_is_a_reply(text: str) -> None:
    assert not is_stop(text)
