"""Which encoding a text is in: certain for Unicode, weighed by its letters for the rest."""

import codecs
import re
import unicodedata
from itertools import islice
from typing import BinaryIO

from django.utils.translation import gettext

from campaigns.audience.file_reading.limits import MEGABYTE, UnreadableFile

# What a person may choose when the guess is wrong; the first of two that fit equally well wins.
SINGLE_BYTE = ("cp1252", "cp1251", "koi8-u", "cp866", "cp1250")
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", *SINGLE_BYTE)

_SAMPLE = 256 * 1024
_MOST_WORDS = 4000
_WORD = re.compile(r"[^\s,;|\t\"'.:/@()<>]*[^\x00-\x7f\s][^\s,;|\t\"'.:/@()<>]*")
# Signs that stand beside words in good text of every language, and so speak neither for nor against.
_NEUTRAL = re.compile("[«»“”„‘’–—…№€£§©®°\N{NO-BREAK SPACE}]")
# Of the Cyrillic letters, those that Russian, Ukrainian, Belarusian and Bulgarian use.
_CYRILLIC = re.compile("[а-яёіїєґў]+", re.IGNORECASE)
_LATIN = re.compile("[a-z\u00c0-\u024f]+", re.IGNORECASE)
# Letters of the code pages that hardly ever stand in a name or word.
_ODD_LATIN = frozenset("ÐÞðþÝý÷×¤¦¨¸")


def detect_encoding(file: BinaryIO) -> str:
    """The Python codec's name (one of ENCODINGS) that reads all of `file`, which is left at its beginning.

    Raises UnreadableFile when none does.
    """
    sample = file.read(_SAMPLE)
    for encoding in _candidates(sample):
        if _reads_all(file, encoding):
            return encoding
    raise UnreadableFile(gettext("The file is neither a table of text nor an XLSX workbook."))


def _candidates(sample: bytes) -> list[str]:
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    if sample.startswith(codecs.BOM_UTF8):
        return ["utf-8-sig"]
    nulls = [sample[start:4000:2].count(0) for start in (0, 1)]
    if max(nulls) > len(sample[:4000]) // 8:
        return ["utf-16-be" if nulls[0] > nulls[1] else "utf-16-le"]
    return ["utf-8-sig", *sorted(SINGLE_BYTE, key=lambda encoding: -_score(sample, encoding))]


def _reads_all(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(MEGABYTE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    finally:
        file.seek(0)
    return True


def _score(sample: bytes, encoding: str) -> float:
    """How natural the words of `sample` that are not plain ASCII look in `encoding`: the mean over them."""
    text = sample.decode(encoding, errors="replace")
    words = [match[0] for match in islice(_WORD.finditer(text), _MOST_WORDS)]
    return sum(map(_naturalness, words)) / (len(words) or 1)


def _naturalness(word: str) -> float:
    """From -3 to 1 for one word with letters beyond ASCII."""
    letters = _NEUTRAL.sub("", word)
    foreign = [sign for sign in letters if sign > "\x7f"]
    if not foreign:
        return 0
    if any(unicodedata.category(sign)[0] not in "LM" for sign in foreign):
        return -2
    if not _is_cased_naturally(letters):
        return -1
    plain = re.sub(r"[\W\d_]", "", letters)
    if _CYRILLIC.fullmatch(plain):
        return 1
    if _LATIN.fullmatch(plain):
        return -1 if _ODD_LATIN & set(foreign) or len(foreign) * 2 > max(len(plain), 3) else 1
    return -3


def _is_cased_naturally(word: str) -> bool:
    return all(part.islower() or part.isupper() or part[1:].islower() for part in re.findall(r"[^\W\d_]+", word))
