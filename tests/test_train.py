"""Training: packs give the gradients of single sequences, runs resume to the same end."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from agent.cli import mevagent
from mevllm.data.build import build
from mevllm.data.pairs import Pair
from mevllm.data.records import write_records
from mevllm.errors import MevllmError
from mevllm.lora import read_adapter
from mevllm.prompts import generate_prompt, repair_prompt
from mevllm.spec import parse_spec
from mevllm.tiers import Tier
from mevllm.train.config import TrainConfig, load_config
from mevllm.train.examples import classifier_examples, design_examples, pair_examples
from mevllm.train.packing import batches, pack
from mevllm.train.padded import rectangles
from mevllm.train.sequences import TokenSequence
from tests.small_base import small_base
from tests.small_torch import torch

TEXT = "Write a module named m with these ports:\n\n- input a\n- output y\n\ny is a inverted."


def sequence(context: list[int], answer: list[int]) -> TokenSequence:
    return TokenSequence(tuple(context), tuple(answer))


SHARED = list(range(100, 130))
SEQUENCES = [
    sequence([*SHARED, 1, 2, 3], [50, 51, 52]),
    sequence([*SHARED, 1, 2, 3, *range(200, 215), 4], [60, 61]),
    sequence([*SHARED, 1, 2, 3, *range(200, 215), 5, 6], [70, 71, 72, 73]),
    sequence([7, 8, 9], [80, 81]),
]


def test_a_pack_reads_what_its_sequences_have_in_common_once() -> None:
    packed = pack(SEQUENCES)
    assert packed.sequences == 4
    assert len(packed.tokens) < sum(map(len, SEQUENCES)) - 2 * len(SHARED)
    assert sorted(packed.targets) == sorted(t for s in SEQUENCES for t in s.answer)
    for node in packed.nodes:
        before = sum(b - a for a, b in node.above)
        positions = packed.positions[node.start : node.end]
        assert positions == tuple(range(before, before + node.end - node.start))


def test_a_sequence_keeps_the_last_token_of_its_context_to_itself() -> None:
    twice = [sequence(SHARED, [1, 2]), sequence(SHARED, [3, 4])]
    packed = pack(twice)
    sources = dict(zip(packed.targets, packed.sources, strict=True))
    assert sources[1] != sources[3]


def test_batches_hold_every_sequence_and_no_more_tokens_than_asked() -> None:
    groups = [[s] for s in SEQUENCES]
    found = batches(groups, 60, seed=1)
    assert sorted(len(s) for b in found for s in b) == sorted(map(len, SEQUENCES))
    assert all(len(b) == 1 or sum(map(len, b)) <= 60 for b in found)
    assert batches(groups, 60, seed=1) == found


@pytest.fixture(scope="module")
def tiny() -> Any:
    """A Qwen2 of random weights: the architecture of the base, small enough for float32."""
    from peft import LoraConfig, get_peft_model
    from transformers import Qwen2Config, Qwen2ForCausalLM

    from mevllm.train import packed_attention

    packed_attention.register()
    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=256,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        attn_implementation="eager",
    )
    model = get_peft_model(
        Qwen2ForCausalLM(config),
        LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False),
    )
    return model.train()


def gradients(model: Any) -> dict[str, Any]:
    found = {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}
    model.zero_grad()
    return found


def test_a_pack_has_the_loss_and_the_gradients_of_its_sequences_one_by_one(tiny: Any) -> None:
    from mevllm.train import packed_attention
    from mevllm.train.loop import _loss

    tiny.get_base_model().set_attn_implementation("eager")
    single = 0.0
    for s in SEQUENCES:
        ids = torch.tensor([s.context + s.answer])
        logits = tiny(input_ids=ids).logits[0, len(s.context) - 1 : -1]
        loss = torch.nn.functional.cross_entropy(logits, torch.tensor(s.answer), reduction="sum")
        loss.backward()
        single += loss.item()
    wanted = gradients(tiny)
    tiny.get_base_model().set_attn_implementation(packed_attention.NAME)
    packed = _loss(tiny, pack(SEQUENCES))
    packed.backward()
    assert packed.item() == pytest.approx(single, rel=1e-5)
    for name, grad in gradients(tiny).items():
        assert torch.allclose(grad, wanted[name], atol=1e-4), name


def test_rectangles_hold_every_target_and_little_padding() -> None:
    found = rectangles(SEQUENCES, 100)
    assert sorted(t for r in found for t in r.targets) == sorted(
        t for s in SEQUENCES for t in s.answer
    )
    for rectangle in found:
        assert len({len(row) for row in rectangle.rows}) == 1
        assert len(rectangle.rows) == 1 or sum(map(len, rectangle.rows)) <= 100


def test_rectangles_have_the_loss_and_the_gradients_of_the_sequences_one_by_one(tiny: Any) -> None:
    from mevllm.train import packed_attention
    from mevllm.train.loop import _loss

    tiny.get_base_model().set_attn_implementation(packed_attention.NAME)
    single = _loss(tiny, pack(SEQUENCES))
    single.backward()
    wanted = gradients(tiny)
    losses = [_loss(tiny, r) for r in rectangles(SEQUENCES, 100)]
    assert len(losses) > 1
    sum(losses).backward()
    assert sum(losses).item() == pytest.approx(single.item(), rel=1e-5)
    for name, grad in gradients(tiny).items():
        assert torch.allclose(grad, wanted[name], atol=1e-4), name


def test_fused_layers_have_the_loss_and_the_gradients_of_the_plain_ones(tiny: Any) -> None:
    from mevllm.train import packed_attention
    from mevllm.train.fused import fuse
    from mevllm.train.loop import _loss

    tiny.get_base_model().set_attn_implementation(packed_attention.NAME)
    plain = copy.deepcopy(tiny)
    wanted = _loss(plain, pack(SEQUENCES))
    wanted.backward()
    expected = gradients(plain)
    linear_layers, norms, gates = 14, 5, 2
    fused = copy.deepcopy(tiny)
    assert fuse(fused) == linear_layers + norms + gates
    loss = _loss(fused, pack(SEQUENCES))
    loss.backward()
    assert loss.item() == pytest.approx(wanted.item(), rel=1e-5)
    found = gradients(fused)
    assert found.keys() == expected.keys()
    for name, grad in found.items():
        assert torch.allclose(grad, expected[name], atol=1e-4), name


def config(**changes: Any) -> TrainConfig:
    settings: dict[str, Any] = {
        "name": "basic",
        "base": "smollm2-135m",
        "data": "d",
        "designs": {"basic": 4},
        "batch_tokens": 64,
        "pack_tokens": 64,
        "epochs": 2,
        "save_every": 2,
    }
    return TrainConfig(**{**settings, **changes})


def test_a_run_that_was_stopped_goes_on_to_the_same_end(tiny: Any, tmp_path: Path) -> None:
    from mevllm.train import packed_attention
    from mevllm.train.loop import train

    tiny.get_base_model().set_attn_implementation(packed_attention.NAME)
    start = {n: p.detach().clone() for n, p in tiny.named_parameters()}
    groups = [[s] for s in SEQUENCES]
    settings = config(epochs=12, learning_rate=1e-2)

    class StoppedError(Exception):
        pass

    def run(folder: Path, stop_at: int | None) -> dict[str, Any]:
        with torch.no_grad():
            for n, p in tiny.named_parameters():
                p.copy_(start[n])

        def on_step(step: Any) -> None:
            if step.step == stop_at:
                raise StoppedError

        folder.mkdir(exist_ok=True)
        train(tiny, groups, settings, folder, validation=SEQUENCES[:1], on_step=on_step)
        return {n: p.detach().clone() for n, p in tiny.named_parameters() if p.requires_grad}

    whole = run(tmp_path / "whole", None)
    with pytest.raises(StoppedError):
        run(tmp_path / "parts", 5)
    resumed = run(tmp_path / "parts", None)
    assert all(torch.equal(whole[n], resumed[n]) for n in whole)
    lines = [json.loads(x) for x in (tmp_path / "whole" / "loss.jsonl").read_text().splitlines()]
    losses = [line["loss"] for line in lines]
    assert sum(losses[-3:]) < sum(losses[:3])
    assert "validation" in lines[-1]
    with pytest.raises(MevllmError, match="another configuration"):
        train(tiny, groups, config(seed=9), tmp_path / "whole")


def test_a_setting_that_does_not_exist_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.toml"
    path.write_text('name = "basic"\nbase = "b"\ndata = "d"\nlearning_speed = 3\n')
    with pytest.raises(MevllmError, match=r"unknown settings learning_speed"):
        load_config(path)
    path.write_text('name = "basic"\nbase = "b"\ndata = "d"\n[designs]\nhuge = 3\n')
    with pytest.raises(MevllmError, match="huge"):
        load_config(path)


def test_every_setting_changes_the_hash_of_a_configuration() -> None:
    assert config().sha256 == config().sha256
    assert config().sha256 != config(learning_rate=1e-5).sha256


def test_examples_ask_as_the_engine_does_and_answer_what_follows_the_header() -> None:
    records = build(12, 1, names=["gate", "binary_counter"])
    settings = config(designs={"basic": 3, "intermediate": 3})
    groups = design_examples(records, settings, "train")
    assert groups == design_examples(records, settings, "train")
    assert len(groups) == 6
    for ((prompt, answer),) in groups:
        spec_text = prompt.messages[-1].content
        record = next(r for r in records if answer.startswith(r.body))
        assert any(text.strip() in spec_text for text in record.specifications.values())
        assert prompt.prefill.endswith(record.header + "\n")
        assert answer.endswith("\nendmodule\n```")
    routed = classifier_examples(records, settings, "train")
    assert {answer for ((_, answer),) in routed} == {" basic", " intermediate"}


def test_a_pair_is_learnt_as_the_repair_that_the_agent_asks_for() -> None:
    pair = Pair(
        "f/1/mutant0", "f", Tier.BASIC, "train", "prose", TEXT, "  assign y = ~a;", "mutant",
        "module m; endmodule", "It failed.",
    )  # fmt: skip
    ((repair, answer),) = pair_examples([pair], config(), "train")[0]
    assert repair == repair_prompt(parse_spec(TEXT), pair.wrong, pair.feedback)
    assert answer == "  assign y = ~a;\nendmodule\n```"
    assert pair_examples([pair], config(), "validation") == []
    assert generate_prompt(parse_spec(TEXT)).messages[:2] == repair.messages[:2]


@pytest.mark.slow
def test_the_command_trains_an_adapter_that_says_where_it_is_from(tmp_path: Path) -> None:
    small_base()
    write_records(build(8, 1, names=["gate"]), tmp_path / "set.gz")
    run = tmp_path / "run.toml"
    run.write_text(
        'name = "basic"\nbase = "smollm2-135m"\ndata = "set.gz"\nrank = 4\nalpha = 8\n'
        "batch_tokens = 600\n[designs]\nbasic = 3\n"
    )
    out = tmp_path / "out"
    options = ["--config", str(run), "--out", str(out)]
    wrong = CliRunner().invoke(mevagent, ["train", "monolith", *options])
    assert wrong.exit_code != 0
    done = CliRunner().invoke(mevagent, ["train", "expert", *options])
    assert done.exit_code == 0, done.output
    adapter = read_adapter(out / "basic")
    assert adapter.metadata["config_sha256"] == load_config(run).sha256
    assert adapter.metadata["base"] == "smollm2-135m"
    assert adapter.card["examples"] == 3
    assert (out / "loss.png").stat().st_size > 5000
