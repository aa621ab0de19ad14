"""Example cases laid out from a folder or the network."""

from __future__ import annotations

import hashlib
import io
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from earthwork.errors import CaseBusy, FetchError, InvalidValue
from earthwork.io.samples import Sample, SampleFile, find_sample, lay_out, samples

CONTENT = b"pixels of somebody else"
FILE = SampleFile(
    path="images/a.tif",
    name="a.tif",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    size=len(CONTENT),
    url="https://example.org/a.tif",
)


@pytest.fixture
def sample(tmp_path: Path) -> Sample:
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "case.toml").write_text("[case]\n")
    return Sample(name="ours", folder=folder, summary="S", terms="T", files=(FILE,))


def bring(sample: Sample, target: Path, source: Path | None) -> list[str]:
    notes: list[str] = []
    lay_out(sample, target, source=source, note=notes.append)
    return notes


def given(folder: Path, content: bytes = CONTENT, *, below: str = "deep") -> Path:
    (folder / below).mkdir(parents=True, exist_ok=True)
    (folder / below / "a.tif").write_bytes(content)
    return folder


def test_the_examples_are_known_by_name() -> None:
    assert {"kahramanmaras", "mosul-2016"} <= {sample.name for sample in samples()}
    assert find_sample("mosul-2016").files[0].url is None
    assert str(find_sample("kahramanmaras").files[0].url).startswith("https://")
    with pytest.raises(InvalidValue) as caught:
        find_sample("nowhere")
    assert "mosul-2016" in caught.value.choices


def test_files_come_from_a_folder_and_are_kept(sample: Sample, tmp_path: Path) -> None:
    source, target = given(tmp_path / "theirs"), tmp_path / "case"
    assert bring(sample, target, source) == ["images/a.tif: 23 bytes, sha256 as promised"]
    assert (target / "images" / "a.tif").read_bytes() == CONTENT
    assert (target / "case.toml").exists()
    assert bring(sample, target, source) == ["images/a.tif: already there"]


def test_of_two_files_of_one_name_the_one_promised_is_taken(sample: Sample, tmp_path: Path) -> None:
    source = given(tmp_path / "theirs", b"another", below="a")
    bring(sample, tmp_path / "case", given(source, below="b"))
    assert (tmp_path / "case/images/a.tif").read_bytes() == CONTENT


def test_a_damaged_file_is_brought_again(sample: Sample, tmp_path: Path) -> None:
    source, target = given(tmp_path / "theirs"), tmp_path / "case"
    bring(sample, target, source)
    (target / "images" / "a.tif").write_bytes(b"cut")
    assert "as promised" in bring(sample, target, source)[0]


def test_another_file_under_the_name_is_refused(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="not the file promised"):
        bring(sample, tmp_path / "case", given(tmp_path / "theirs", b"another"))
    assert not (tmp_path / "case/images/a.tif").exists()


def test_a_file_that_is_not_there(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(FetchError, match="not in the folder given"):
        bring(sample, tmp_path / "case", tmp_path / "empty")


def test_another_case_is_not_overwritten(sample: Sample, tmp_path: Path) -> None:
    target = tmp_path / "case"
    target.mkdir()
    (target / "case.toml").write_text("# mine\n")
    with pytest.raises(CaseBusy):
        bring(sample, target, given(tmp_path / "theirs"))
    assert (target / "case.toml").read_text() == "# mine\n"


def test_an_example_can_be_filled_where_it_lies(sample: Sample, tmp_path: Path) -> None:
    bring(sample, sample.folder, given(tmp_path / "theirs"))
    assert (sample.folder / "images" / "a.tif").read_bytes() == CONTENT


def test_files_are_fetched_when_no_folder_is_given(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(url: str, **_: Any) -> io.BytesIO:
        asked.append(url)
        return io.BytesIO(CONTENT)

    monkeypatch.setattr(urllib.request, "urlopen", answer)
    bring(sample, tmp_path / "case", None)
    assert asked == ["https://example.org/a.tif"]
    assert (tmp_path / "case/images/a.tif").read_bytes() == CONTENT


def test_without_a_network_the_folder_is_named(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise urllib.error.URLError("no route")

    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    with pytest.raises(FetchError, match="could not be fetched") as caught:
        bring(sample, tmp_path / "case", None)
    assert caught.value.choices == ("--from FOLDER with the files",)


@pytest.mark.parametrize("url", [None, "http://example.org/a.tif", "file:///etc/hostname"])
def test_only_a_public_secure_address_is_asked(
    sample: Sample, tmp_path: Path, url: str | None
) -> None:
    file = SampleFile(path="a", name="a", sha256="0" * 64, size=1, url=url)
    other = Sample(name="o", folder=sample.folder, summary="", terms="", files=(file,))
    with pytest.raises(FetchError, match="no public address"):
        bring(other, tmp_path / "case", None)
