"""From PEFT's safetensors to llama.cpp's GGUF: names, order of rows, numbers, the cache."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from mevllm.errors import WeightsError
from mevllm.gguf_file import GgufTensor, read_metadata, write_gguf
from mevllm.lora import read_adapter
from mevllm.lora_gguf import gguf_of
from mevllm.safetensors_file import read_safetensors
from tests.peft_folder import ALPHA, RANK, write_peft

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def base(folder: Path, architecture: str = "llama", heads: int = 9, kv_heads: int = 3) -> Path:
    """A GGUF file that says of itself what the converter asks, and has no weights."""
    path = folder / f"{architecture}.gguf"
    pairs = {f"{architecture}.attention.head_count": heads}
    pairs[f"{architecture}.attention.head_count_kv"] = kv_heads
    entries = text("general.architecture") + struct.pack("<I", 8) + text(architecture)
    # An array of strings lies before what is looked for, as a vocabulary may.
    entries += text("words") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b")
    for key, value in pairs.items():
        entries += text(key) + struct.pack("<II", 4, value)
    path.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 2 + len(pairs)) + entries)
    return path


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def tensors(path: Path) -> Mapping[str, tuple[tuple[int, ...], tuple[float, ...]]]:
    """Shape and values of every float32 tensor, read independently of the writer."""
    data = path.read_bytes()
    _, count, pairs = struct.unpack_from("<IQQ", data, 4)
    at = 24

    def take(form: str) -> int:
        nonlocal at
        (value,) = struct.unpack_from(form, data, at)
        at += struct.calcsize(form)
        return int(value)

    def take_text() -> str:
        nonlocal at
        length = take("<Q")
        at += length
        return data[at - length : at].decode()

    for _ in range(pairs):
        take_text()
        if take("<I") == 8:
            take_text()
        else:
            at += 4
    places = {}
    for _ in range(count):
        name = take_text()
        shape = tuple(take("<Q") for _ in range(take("<I")))
        assert take("<I") == 0
        places[name] = (shape, take("<Q"))
    start = -(-at // 32) * 32
    return {
        name: (shape, struct.unpack_from(f"<{shape[0] * shape[1]}f", data, start + offset))
        for name, (shape, offset) in places.items()
    }


def source(folder: Path, name: str) -> tuple[float, ...]:
    file = read_safetensors(folder / "adapter_model.safetensors")
    data = file.read(f"base_model.model.model.layers.{name}.weight")
    return tuple(
        struct.unpack("<f", b"\0\0" + data[at : at + 2])[0] for at in range(0, len(data), 2)
    )


def test_every_linear_layer_gets_llama_cpp_s_name_and_the_exact_values(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=2)
    found = tensors(gguf_of(adapter, base(tmp_path)))
    assert len(found) == 2 * 7 * 2
    shape, values = found["blk.1.ffn_down.weight.lora_a"]
    assert shape == (1536, RANK)
    assert values == source(adapter, "1.mlp.down_proj.lora_A")
    shape, values = found["blk.0.attn_output.weight.lora_b"]
    assert shape == (RANK, 576)
    assert values == source(adapter, "0.self_attn.o_proj.lora_B")


def test_the_header_says_what_llama_cpp_checks(tmp_path: Path) -> None:
    made = gguf_of(write_peft(tmp_path / "basic", layers=1), base(tmp_path))
    keys = ["general.architecture", "general.type", "adapter.type", "adapter.lora.alpha"]
    assert list(read_metadata(made, keys).values()) == ["llama", "adapter", "lora", ALPHA]


@pytest.mark.parametrize(("module", "heads"), [("q_proj", 9), ("k_proj", 3)])
def test_in_a_llama_model_the_halves_of_each_head_are_interleaved(
    tmp_path: Path, module: str, heads: int
) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    values = source(adapter, f"0.self_attn.{module}.lora_B")
    rows = [values[at : at + RANK] for at in range(0, len(values), RANK)]
    head = len(rows) // heads
    letter = module[0]
    _, found = tensors(gguf_of(adapter, base(tmp_path)))[f"blk.0.attn_{letter}.weight.lora_b"]
    mixed = [found[at : at + RANK] for at in range(0, len(found), RANK)]
    assert mixed[:4] == [rows[0], rows[head // 2], rows[1], rows[head // 2 + 1]]
    assert mixed[head] == rows[head]
    assert sorted(mixed) == sorted(rows)


def test_in_a_qwen2_model_the_rows_keep_their_order(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    found = tensors(gguf_of(adapter, base(tmp_path, "qwen2")))
    assert found["blk.0.attn_q.weight.lora_b"][1] == source(adapter, "0.self_attn.q_proj.lora_B")


def test_a_converted_adapter_is_kept_and_found_again(tmp_path: Path, home: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    first = gguf_of(adapter, base(tmp_path))
    assert first.is_relative_to(home)
    before = first.stat()
    assert gguf_of(adapter, base(tmp_path)) == first
    assert first.stat().st_mtime_ns == before.st_mtime_ns
    assert gguf_of(adapter, base(tmp_path, "qwen2")) != first


def test_retrained_weights_or_another_alpha_are_converted_anew(tmp_path: Path) -> None:
    model = base(tmp_path)
    made = {
        gguf_of(write_peft(tmp_path / "basic", layers=1), model),
        gguf_of(write_peft(tmp_path / "basic", layers=1, seed=1), model),
        gguf_of(write_peft(tmp_path / "basic", layers=1, seed=1, config={"lora_alpha": 4}), model),
    }
    assert len(made) == 3


def test_a_rank_stabilised_lora_keeps_its_scale(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1, config={"use_rslora": True})
    made = gguf_of(adapter, base(tmp_path))
    alpha = read_metadata(made, ["adapter.lora.alpha"])["adapter.lora.alpha"]
    assert float(alpha) / RANK == pytest.approx(ALPHA / RANK**0.5)


def test_several_processes_may_convert_at_once(tmp_path: Path, home: Path) -> None:
    adapter, model = write_peft(tmp_path / "basic", layers=4), base(tmp_path)
    code = (
        "import sys; from pathlib import Path; from mevllm.lora_gguf import gguf_of\n"
        "print(gguf_of(Path(sys.argv[1]), Path(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(adapter), str(model)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(4)
    ]
    said = {process.communicate()[0].strip() for process in running}
    assert len(said) == 1
    made = Path(said.pop())
    assert [path.name for path in made.parent.iterdir()] == [made.name]
    assert len(tensors(made)) == 4 * 7 * 2


def test_a_gguf_adapter_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "basic.gguf"
    write_gguf(path, {"general.type": "adapter"}, [GgufTensor("x", "F32", (1,), b"\0" * 4)])
    assert gguf_of(path, base(tmp_path)) == path


def test_the_hash_of_an_adapter_is_that_of_its_peft_weights(tmp_path: Path) -> None:
    told = {"base_sha256": "ab" * 32, "data_sha256": "cd" * 32, "rank": "4"}
    folder = write_peft(tmp_path / "expert", layers=1, metadata=told)
    (folder / "card.json").write_text('{"scores": {"pass@1": 0.5}}')
    adapter = read_adapter(folder)
    weights = (folder / "adapter_model.safetensors").read_bytes()
    assert adapter.sha256 == hashlib.sha256(weights).hexdigest()
    assert adapter.name == "expert"
    assert adapter.metadata == {"format": "pt", **told}
    assert adapter.card["scores"] == {"pass@1": 0.5}


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"use_dora": True}, "use_dora is true"),
        ({"alpha_pattern": {"q_proj": 4}}, "alpha_pattern"),
        ({"peft_type": "IA3"}, 'peft_type is "IA3"'),
        ({"lora_alpha": None}, "no rank or alpha"),
    ],
)
def test_what_llama_cpp_cannot_apply_is_refused_by_name(
    tmp_path: Path, config: Mapping[str, object], words: str
) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1, config=config)
    with pytest.raises(WeightsError, match=words):
        gguf_of(adapter, base(tmp_path))


def test_an_adapter_of_other_layers_is_refused(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    weights = adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes().replace(b"mlp.gate_proj", b"mlp.gate_moon"))
    with pytest.raises(WeightsError, match="gate_moon"):
        gguf_of(adapter, base(tmp_path))


def test_another_architecture_is_refused_with_those_that_work(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    with pytest.raises(WeightsError, match="llama, qwen2"):
        gguf_of(adapter, base(tmp_path, "mamba"))


def test_heads_that_do_not_divide_the_rows_mean_another_base(tmp_path: Path) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    with pytest.raises(WeightsError, match="another base"):
        gguf_of(adapter, base(tmp_path, heads=7))


def cut(weights: bytes) -> bytes:
    return weights[:-1]


def no_header(weights: bytes) -> bytes:
    return b"\xff" * 16


def empty(weights: bytes) -> bytes:
    return b""


def wrong_shape(weights: bytes) -> bytes:
    length = struct.unpack_from("<Q", weights)[0]
    header = json.loads(weights[8 : 8 + length])
    next(entry for name, entry in header.items() if name != "__metadata__")["shape"] = [1, 1]
    told = json.dumps(header).encode()
    return struct.pack("<Q", len(told)) + told + weights[8 + length :]


@pytest.mark.parametrize("damage", [cut, no_header, empty, wrong_shape])
def test_a_damaged_safetensors_file_is_an_error(tmp_path: Path, damage: object) -> None:
    assert callable(damage)
    adapter = write_peft(tmp_path / "basic", layers=1)
    weights = adapter / "adapter_model.safetensors"
    weights.write_bytes(damage(weights.read_bytes()))
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        gguf_of(adapter, base(tmp_path))


def test_a_cache_that_cannot_be_written_is_an_error_that_names_the_variable(
    tmp_path: Path, home: Path
) -> None:
    adapter = write_peft(tmp_path / "basic", layers=1)
    home.write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match="MEVAGENT_HOME"):
        gguf_of(adapter, base(tmp_path))
