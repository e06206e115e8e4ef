"""Strangers' texts for places without markup: one line, cut, with nothing hidden."""

from xml.etree import ElementTree

from trails.web.plain import one_line


def test_a_text_becomes_one_line() -> None:
    assert one_line("  two\n\nlines\tand a\u00a0tab ", 100) == "two lines and a tab"


def test_what_is_hidden_is_named() -> None:
    assert one_line("\u202egpj.exe\x1b[2J", 100) == "⟨U+202E⟩gpj.exe⟨U+001B⟩[2J"


def test_a_long_text_is_cut_within_the_limit() -> None:
    for text in ("x" * 1000, "\u202e" * 1000, "x " * 1000, " " * 1000 + "x"):
        assert len(one_line(text, 50)) <= 50
    assert one_line("x" * 51, 50) == "x" * 49 + "…"
    assert one_line("x" * 50, 50) == "x" * 50


def test_every_character_can_stand_in_a_document_of_xml() -> None:
    every = "".join(map(chr, [*range(0x300), *range(0xD800, 0xE000), *range(0xFFF0, 0x10000)]))
    for start in range(0, len(every), 40):
        element = ElementTree.Element("a")
        element.text = one_line(every[start : start + 40], 1000)
        written = ElementTree.tostring(element, encoding="utf-8")
        assert ElementTree.fromstring(written).text == (element.text or None)  # noqa: S314
