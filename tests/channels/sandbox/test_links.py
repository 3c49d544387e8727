"""Links as a person and as a scanner find them."""

from channels.sandbox.links import in_text, links_of, origin, pieces

MAIL = """
<html><head><style>a{color:red}</style></head><body>
<a href="https://x.test/c/hidden1" style="display: none">x</a>
<div style="visibility:hidden"><p>no <a href="https://x.test/c/hidden2">x</a><br></p></div>
<p>Hello <a href="https://x.test/c/1">one</a> <img src="https://x.test/o/pixel.gif" width=1>
<a href="https://x.test/c/2"><b>two</b></a> <a href="mailto:a@b.c">mail</a> <a href="#top">top</a> <a>nothing</a></p>
<span hidden><a href="https://x.test/c/hidden3">x</a></span>
<a href="https://x.test/u/1">Unsubscribe</a>
</body></html>
"""


def test_a_person_sees_what_is_shown_and_a_scanner_finds_the_rest() -> None:
    found = links_of(text="", html=MAIL, buttons=[])
    assert found.visible == ("https://x.test/c/1", "https://x.test/c/2", "https://x.test/u/1")
    assert found.hidden == ("https://x.test/c/hidden1", "https://x.test/c/hidden2", "https://x.test/c/hidden3")
    assert found.pictures == ("https://x.test/o/pixel.gif",)


def test_links_stand_in_texts_and_buttons() -> None:
    found = links_of(
        text="Look: https://x.test/c/1. Or (https://x.test/c/2)!",
        html="",
        buttons=[{"label": "Go", "url": "https://x.test/c/3"}],
    )
    assert found.visible == ("https://x.test/c/1", "https://x.test/c/2", "https://x.test/c/3")


def test_the_full_stop_of_a_sentence_is_not_part_of_the_link() -> None:
    assert in_text("https://x.test/a?b=c&d=e, http://y.test/…") == ["https://x.test/a?b=c&d=e", "http://y.test/"]
    assert pieces("a https://x.test/1 b") == [("a ", False), ("https://x.test/1", True), (" b", False)]


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://X.test:8443/a/b?c") == "https://x.test:8443"
    assert origin("/relative") == ""
