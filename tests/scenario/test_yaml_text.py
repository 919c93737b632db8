"""YAML in: scalars by the core schema, places of all values, and what is refused before it is built."""

import pytest

from orbital_compute.errors import ScenarioError
from orbital_compute.scenario.yaml_text import MAX_ENTRIES, path_text, read_file, read_yaml, scalar


def refusal(text):
    with pytest.raises(ScenarioError) as caught:
        read_yaml(text, "s.yaml")
    return str(caught.value)


def test_scalars_follow_yaml_1_2():
    assert [scalar(text) for text in ("12", "-3", "0x1F", "0o17", "1e3", ".5", "true", "null", "~")] == [
        12, -3, 31, 15, 1000.0, 0.5, True, None, None,
    ]  # fmt: skip
    words = ["yes", "off", "18:00", "2026-06-21", "1_000", "1.2.3", "012a"]
    assert [scalar(text) for text in words] == words
    assert scalar("-.inf") == float("-inf")


def test_keys_and_values_know_their_line_and_column():
    document = read_yaml("a: 1\nb:\n  - {c: 550 km}\n  - 'x'\n", "s.yaml")
    assert document.tree == {"a": 1, "b": [{"c": "550 km"}, "x"]}
    assert document.values[("b", 0, "c")] == (3, 9)
    assert document.keys[("b", 0, "c")] == (3, 6)
    assert document.position(("b", 0, "missing")) == (3, 5)
    assert path_text(("b", 0, "c")) == "b[0].c"


def test_quoted_numbers_stay_text():
    assert read_yaml("a: '12'\n", "s").tree == {"a": "12"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: &x 1\n", "s.yaml:1:4: a: anchor &x"),
        ("a: [*x]\n", "alias *x"),
        ("a:\n  <<: {b: 1}\n", "s.yaml:2:3: a: merge key <<"),
        ("a: !!python/object:os.system ls\n", "tags are not read"),
        ("a: 1\nb: 2\na: 3\n", "s.yaml:3:1: a: the key stands twice, first in line 1"),
        ("? [a, b]\n: 1\n", "a key that is not a plain word"),
        ("a: 1\n---\nb: 2\n", "a second document"),
        ("a:\n\tb: 1\n", "s.yaml:2:1: not YAML: a tab stands where YAML wants spaces"),
        ("a: [1, 2\n", "not YAML"),
        ("a: 'x\n", "not YAML"),
        ("a: " + "[" * 5000, "more than 20 deep"),
        ("\n".join(" " * i + "a:" for i in range(40)), "more than 20 deep"),
    ],
)
def test_what_a_scenario_may_not_use_is_refused(text, says):
    assert says in refusal(text)


def test_an_endless_list_is_refused_at_its_limit():
    text = "a:\n" + "- 1\n" * (MAX_ENTRIES + 1)
    assert f"more than {MAX_ENTRIES:,} entries" in refusal(text)
    assert len(read_yaml("a:\n" + "- 1\n" * MAX_ENTRIES, "s").tree["a"]) == MAX_ENTRIES


def test_an_alias_bomb_is_refused_before_it_unfolds():
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "anchor &a" in refusal(bomb)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"  \n\n", "the file is empty"),
        (bytes(range(1, 256)), "bytes that are not UTF-8"),
        (b"name: a\nname2: \xff\n", ":2:1: bytes that are not UTF-8"),
        (b"a: \x00\n", "not YAML"),
        (b"a: 1\n" * 300_000, "the file is too large; a scenario has at most 1,000,000 bytes"),
    ],
)
def test_a_file_that_is_no_text_is_refused(tmp_path, content, says):
    path = tmp_path / "s.yaml"
    path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        read_file(path)
    assert says in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path, says in ((tmp_path / "none.yaml", "no such file"), (tmp_path, "it is a folder")):
        with pytest.raises(ScenarioError, match=says):
            read_file(path)


def test_a_byte_order_mark_is_left_out(tmp_path):
    path = tmp_path / "s.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_file(path).tree == {"a": 1}
