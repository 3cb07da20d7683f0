"""Who answers for a tier: its expert, the monolith, the base; and which model routes."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from pathlib import Path

import pytest

from mevllm import experts, routing
from mevllm.engines import open_engine
from mevllm.engines.base import Engine, Message, ModelInfo, Prompt, Sampling
from mevllm.errors import WeightsError
from mevllm.experts import all_adapters, expert_of, find_adapter, resolve_expert
from mevllm.lora_gguf import gguf_of
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from tests.peft_folder import write_peft
from tests.small_base import SMALL, small_base

SPEC = parse_spec(
    "Module name: det\n\n- input clk\n- input x\n- output z\n\nA Moore FSM.\n", "s.md"
)


def test_a_missing_adapter_falls_back_to_the_base_visibly() -> None:
    expert = resolve_expert(Tier.EXPERT, "some-base")
    assert expert.adapter is None
    assert "base model" in expert.label
    assert "no adapter yet" in expert.label


def test_a_gguf_adapter_is_found_by_tier_and_named_with_its_hash(tmp_path: Path) -> None:
    (tmp_path / "basic.gguf").write_bytes(b"GGUF adapter")
    expert = resolve_expert(Tier.BASIC, "some-base", tmp_path)
    assert expert.adapter == tmp_path / "basic.gguf"
    assert expert.adapter_sha256 == hashlib.sha256(b"GGUF adapter").hexdigest()
    assert expert.label == f"some-base + basic ({str(expert.adapter_sha256)[:12]})"
    assert find_adapter("advanced", "some-base", tmp_path) is None


def test_a_peft_adapter_goes_by_the_hash_of_its_weights(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "basic", layers=1)
    expert = resolve_expert(Tier.BASIC, "some-base", tmp_path)
    assert expert.adapter == folder
    weights = (folder / "adapter_model.safetensors").read_bytes()
    assert expert.adapter_sha256 == hashlib.sha256(weights).hexdigest()


def test_a_folder_laid_out_by_base_is_understood(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "some-base" / "expert", layers=1)
    assert resolve_expert(Tier.EXPERT, "some-base", tmp_path).adapter == folder
    assert resolve_expert(Tier.EXPERT, "other-base", tmp_path).adapter is None


def test_a_tier_without_an_expert_is_answered_by_the_monolith_visibly(tmp_path: Path) -> None:
    own = write_peft(tmp_path / "advanced", layers=1)
    monolith = write_peft(tmp_path / "monolith", layers=1, seed=1)
    expert = resolve_expert(Tier.BASIC, "some-base", tmp_path)
    assert expert.adapter == monolith
    assert "monolith" in expert.label
    assert "basic has no expert of its own" in expert.label
    assert all_adapters("some-base", tmp_path) == (monolith, own)


def test_the_folder_that_is_named_goes_before_the_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experts, "PACKAGED", tmp_path / "package")
    packaged = write_peft(tmp_path / "package" / "some-base" / "basic", layers=1)
    assert resolve_expert(Tier.BASIC, "some-base").adapter == packaged
    (tmp_path / "mine").mkdir()
    assert resolve_expert(Tier.BASIC, "some-base", tmp_path / "mine").adapter == packaged
    monolith = write_peft(tmp_path / "mine" / "monolith", layers=1)
    assert resolve_expert(Tier.BASIC, "some-base", tmp_path / "mine").adapter == monolith


def test_half_an_adapter_is_none(tmp_path: Path) -> None:
    folder = write_peft(tmp_path / "basic", layers=1)
    (folder / "adapter_config.json").unlink()
    assert find_adapter("basic", "some-base", tmp_path) is None


def test_an_adapter_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="--adapters"):
        resolve_expert(Tier.BASIC, "some-base", tmp_path / "absent")


def test_a_server_answers_with_the_experts_that_it_serves() -> None:
    info = ModelInfo("openai", "coder", "", served=("expert", "monolith"))
    assert expert_of(info, Tier.EXPERT).adapter == Path("expert")
    assert "on the server" in expert_of(info, Tier.EXPERT).label
    assert expert_of(info, Tier.BASIC).adapter == Path("monolith")
    assert expert_of(ModelInfo("openai", "coder", "", served=()), Tier.BASIC).adapter is None


def scripted(folder: Path) -> Engine:
    path = folder / "script.json"
    path.write_text(json.dumps({"scores": {"expert": -0.1, "basic": -9}}))
    return open_engine("scripted", script=path)


def never() -> Engine:
    raise AssertionError("the experts' base is not needed")


def test_without_a_classifier_the_engine_at_hand_routes_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(experts, "PACKAGED", tmp_path / "none")
    routed = routing.route(SPEC, lambda: scripted(tmp_path), tmp_path)
    assert routed.tier is Tier.EXPERT
    assert "no classifier adapter is installed" in routed.method


def test_without_the_classifier_s_base_the_engine_at_hand_routes_and_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_peft(tmp_path / "classifier", layers=1)
    monkeypatch.setenv("MEVAGENT_HOME", str(tmp_path / "empty"))
    routed = routing.route(SPEC, lambda: scripted(tmp_path), tmp_path)
    assert routed.tier is Tier.EXPERT
    assert f"mevagent models pull {SMALL}" in routed.method


def test_the_classifier_routes_on_its_own_base_without_the_experts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = small_base()
    at_home(monkeypatch, tmp_path, base)
    folder = write_peft(tmp_path / "adapters" / "classifier", layers=4).parent
    routed = routing.route(SPEC, never, folder)
    assert routed.method == f"{SMALL} with the classifier adapter"
    assert sum(routed.probabilities.values()) == pytest.approx(1)
    (folder / "classifier" / "card.json").write_text('{"temperature": 1e6}')
    even = routing.route(SPEC, never, folder)
    assert all(odds == pytest.approx(0.25, abs=0.01) for odds in even.probabilities.values())
    assert even.tier is routed.tier


def test_llama_cpp_answers_alike_with_a_peft_folder_and_its_gguf_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = small_base()
    at_home(monkeypatch, tmp_path, base)
    folder = write_peft(tmp_path / "basic", layers=6)
    made = gguf_of(folder, base)
    prompt = Prompt((Message("user", "Count."),), "one two three four five six seven")
    sampling = Sampling(temperature=0.0, max_tokens=12, stop=())
    with closing(open_engine("llamacpp", model=base, adapters=(folder, made), parallel=1)) as both:
        plain, peft, gguf = (
            both.generate(prompt, 1, sampling, adapter=adapter)[0].text
            for adapter in (None, str(folder), str(made))
        )
    assert peft == gguf
    assert peft != plain


def at_home(monkeypatch: pytest.MonkeyPatch, folder: Path, base: Path) -> None:
    """A home of the test's own, with the base's file in it and nothing else."""
    models = folder / "home" / "models"
    models.mkdir(parents=True)
    (models / base.name).symlink_to(base)
    monkeypatch.setenv("MEVAGENT_HOME", str(folder / "home"))
