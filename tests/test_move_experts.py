"""Experts that move along with the monolith they began from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mevllm.tiers import Tier
from tests.peft_folder import write_peft

pytest.importorskip("torch", reason="needs the [train] extra")
pytest.importorskip("safetensors", reason="needs the [train] extra")


def moved(folder: Path, new: Path, old: Path, experts: Path, *more: str) -> Path:
    from scripts.move_experts import move

    words = [str(new), "--old", str(old), "--experts", str(experts), "--out", str(folder)]
    words += more
    done = CliRunner().invoke(move, words, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return folder


def experts_of(folder: Path) -> Path:
    for number, tier in enumerate(Tier):
        place = write_peft(folder / str(tier), seed=10 + number, layers=1)
        (place / "card.json").write_text(json.dumps({"name": str(tier)}))
    return folder


def test_an_expert_gains_what_the_monolith_gained(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    old, new = (write_peft(tmp_path / str(i) / "monolith", seed=i, layers=1) for i in (0, 1))
    experts = experts_of(tmp_path / "experts")
    found = moved(tmp_path / "out", new, old, experts)
    weights = "adapter_model.safetensors"
    start, gained, expert, result = (
        load_file(folder / weights) for folder in (old, new, experts / "basic", found / "basic")
    )
    for name, tensor in result.items():
        wanted = expert[name].float() + gained[name].float() - start[name].float()
        assert (tensor.float() - wanted).abs().max() < 0.02
    assert (found / "monolith" / weights).read_bytes() == (new / weights).read_bytes()


def test_the_card_says_from_which_monolith_to_which(tmp_path: Path) -> None:
    from mevllm.weights import file_sha256

    old, new = (write_peft(tmp_path / str(i) / "monolith", seed=i, layers=1) for i in (0, 1))
    found = moved(tmp_path / "out", new, old, experts_of(tmp_path / "experts"))
    card = json.loads((found / "expert" / "card.json").read_text())
    weights = "adapter_model.safetensors"
    assert card["name"] == "expert"
    assert card["moved_from"] == file_sha256(old / weights)
    assert card["moved_to"] == file_sha256(new / weights)
    assert card["weights_sha256"] == file_sha256(found / "expert" / weights)


def test_a_weight_of_nothing_leaves_the_new_monolith(tmp_path: Path) -> None:
    from safetensors.torch import load_file

    old, new = (write_peft(tmp_path / str(i) / "monolith", seed=i, layers=1) for i in (0, 1))
    experts = experts_of(tmp_path / "experts")
    found = moved(tmp_path / "out", new, old, experts, "--weight", "basic", "0")
    gained, basic, other = (
        load_file(folder / "adapter_model.safetensors")
        for folder in (new, found / "basic", found / "expert")
    )
    assert all(basic[name].equal(gained[name]) for name in gained)
    assert not all(other[name].equal(gained[name]) for name in gained)
    assert json.loads((found / "basic" / "card.json").read_text())["moved_weight"] == 0
