"""Gaps in a text, marked and found again."""

from campaigns.marks import Piece, mark, pieces


def test_a_marked_text_is_cut_where_something_is_missing() -> None:
    marked = f"Hello {mark('first_name')}, from {mark('city')}"
    assert pieces(marked, ["first_name", "city"]) == (
        Piece(text="Hello "),
        Piece(text="first_name", is_missing=True),
        Piece(text=", from "),
        Piece(text="city", is_missing=True),
    )


def test_signs_that_the_author_wrote_are_words() -> None:
    assert pieces("An ⟦array⟧", ["first_name"]) == (Piece(text="An ⟦array⟧"),)
    assert pieces("", []) == ()
