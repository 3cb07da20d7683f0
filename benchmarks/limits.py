"""The limits of the machine, how far each part is from its own, and how the cost grows.

`python -m benchmarks limits [--quick] --json FILE` measures; scripts/performance_page.py writes
what FILE holds into docs/performance.md. A row is named `group: what`; each group is a table there.
Nothing else should run meanwhile.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from agent.errors import AgentError
from benchmarks import machine, verdict_cost
from benchmarks.build_profile import Profile, profile
from benchmarks.harness import CannotRunError, Measured, Scale
from mevllm.engines.base import Message, Prompt, Sampling
from mevllm.engines.cores import usable_cores
from mevllm.engines.llamacpp import LlamaCppEngine
from mevllm.errors import MevllmError
from mevllm.gguf_file import read_metadata, read_tensors
from mevllm.prompts import generate_prompt
from mevllm.spec import load_spec
from mevllm.weights import resolve

DESIGNS = Path(__file__).resolve().parent.parent / "testbenches"
PROFILED = "mod_counter"
STREAMS = (1, 2, 4, 8, 16)
POSITION = 512
"""Tokens before the one that is decoded, where their state is counted."""


def measure(scale: Scale) -> list[Measured]:
    """All rows. A quick scale takes the small base, short answers and few points."""
    if not sys.platform.startswith("linux"):
        raise CannotRunError("processes and memory are measured as Linux has them")
    base = "smollm2-135m" if scale.quick else "qwen2.5-coder-1.5b"
    try:
        bandwidth = machine.bandwidth(usable_cores(), scale.quick)
        return [
            *_memory(scale, bandwidth),
            *_decoding(base, scale, bandwidth),
            *_verdicts(scale),
            *_build(base, scale),
        ]
    except (AgentError, MevllmError) as error:
        raise CannotRunError(str(error)) from error


def _memory(scale: Scale, bandwidth: float) -> Iterator[Measured]:
    one = machine.bandwidth(1, scale.quick)
    yield Measured("memory: read by one core", one / 1e9, "GB/s")
    yield Measured("memory: read by all cores", bandwidth / 1e9, "GB/s")


@dataclass(frozen=True)
class Weights:
    """What decoding one token reads."""

    read: int
    """Bytes of weights: every tensor but the embedding, of which one row is read, unless the
    output layer is the same tensor."""
    state: int
    """Bytes of the state of POSITION earlier tokens, 16 bits a number."""
    parameters: int
    """Numbers that a token is multiplied with."""


def weights_of(model: Path) -> Weights:
    """From a GGUF file. Raises WeightsError."""
    tensors = read_tensors(model)
    tied = all(tensor.name != "output.weight" for tensor in tensors)
    read = [t for t in tensors if tied or t.name != "token_embd.weight"]
    parameters = sum(t.shape[0] * t.shape[1] for t in read if len(t.shape) == 2)
    kind = str(read_metadata(model, ["general.architecture"])["general.architecture"])
    keys = ("block_count", "attention.head_count_kv", "attention.head_count", "embedding_length")
    found = read_metadata(model, [f"{kind}.{key}" for key in keys])
    layers, shared, heads, width = (int(found[f"{kind}.{key}"]) for key in keys)
    state = 2 * 2 * POSITION * layers * shared * (width // heads)
    return Weights(sum(tensor.size for tensor in read), state, parameters)


def _decoding(base: str, scale: Scale, bandwidth: float) -> Iterator[Measured]:
    """One stream beside the bound that memory sets, more streams, fewer cores."""
    model = resolve(base)
    weights = weights_of(model)
    tokens, rounds = (16, 1) if scale.quick else (48, 3)
    streams = STREAMS[:3] if scale.quick else STREAMS
    rates: dict[int, float] = {}
    with closing(LlamaCppEngine(model, parallel=max(streams), context=1024)) as engine:
        reading = statistics.median(_read(engine, seed) for seed in range(rounds))
        for n in streams:
            found = [_decode(engine, n, tokens, seed) for seed in range(rounds)]
            rates[n] = statistics.median(found)
    bound = bandwidth / (weights.read + weights.state)
    yield Measured("decoding: weights read for a token", weights.read / 1e6, "MB", aside=base)
    yield Measured(f"decoding: state read for a token after {POSITION}", weights.state / 1e6, "MB")
    yield Measured("decoding: bound by memory, one stream", bound, "tokens/s")
    yield Measured("decoding: one stream", rates[1], "tokens/s")
    yield Measured("decoding: share of that bound", rates[1] / bound, "share")
    yield Measured("decoding: prompt read", reading, "tokens/s")
    for what, rate in (("decoding one stream", rates[1]), ("reading a prompt", reading)):
        work = 2 * weights.parameters * rate / 1e9
        yield Measured(f"decoding: arithmetic while {what}", work, "GFLOP/s")
    for n, rate in rates.items():
        name = f"growth with candidates: {n} at once"
        yield Measured(name, rate, "tokens/s", aside=f"{rate / n:.1f} each")
    yield from _threads(model, tokens, rounds)


def _threads(model: Path, tokens: int, rounds: int) -> Iterator[Measured]:
    for threads in _counts():
        with closing(LlamaCppEngine(model, parallel=4, context=1024, threads=threads)) as engine:
            found = [_decode(engine, 4, tokens, seed) for seed in range(rounds)]
        name = f"growth with cores: decoding 4 at once, {_plural(threads, 'thread')}"
        yield Measured(name, statistics.median(found), "tokens/s")


def _read(engine: LlamaCppEngine, seed: int) -> float:
    """Tokens of a prompt that are read in a second. It begins with the seed, so that nothing of it
    is in the cache."""
    prompt = generate_prompt(load_spec(DESIGNS / "mux4" / "spec.md"))
    opening = Message("system", f"{seed}. {prompt.messages[0].content}")
    anew = Prompt((opening, *prompt.messages[1:]), prompt.prefill)
    begin = time.perf_counter()
    (answer,) = engine.generate(anew, 1, Sampling(max_tokens=1, stop=()))
    return (answer.prompt_tokens - answer.cached_tokens) / (time.perf_counter() - begin)


def _decode(engine: LlamaCppEngine, n: int, tokens: int, seed: int) -> float:
    """Tokens per second of n answers, after the first token."""
    moments: list[tuple[float, int]] = []
    engine.generate(
        Prompt((Message("user", "Explain what a flip-flop does."),)),
        n,
        Sampling(max_tokens=tokens, seed=seed, stop=()),
        on_token=lambda count: moments.append((time.perf_counter(), count)),
    )
    span = moments[-1][0] - moments[0][0]
    return sum(count for _, count in moments[1:]) / span if span else 0.0


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" + "s" * (count != 1)


def _counts() -> list[int]:
    """1, 2, 4 ... up to the cores."""
    cores = usable_cores()
    return sorted({cores, *(1 << i for i in range(cores.bit_length()) if 1 << i <= cores)})


def _verdicts(scale: Scale) -> Iterator[Measured]:
    """The floor of a process, a verdict beside it, and what makes a verdict longer."""
    repeats = 3 if scale.quick else 15
    with tempfile.TemporaryDirectory(prefix="mevagent-bench-") as folder:
        floors = machine.floors(Path(folder), 4 * repeats)
        for name, seconds in floors.items():
            yield Measured(f"process: {name}", seconds * 1e3, "ms")
        with closing(verdict_cost.Court(Path(folder))) as court:
            yield from _beside_floor(court, floors, repeats)
            for registers in verdict_cost.REGISTERS[: 2 if scale.quick else None]:
                cost = court.cost(repeats, registers=registers)
                lines = verdict_cost.design(registers, 0).count("\n")
                name = f"growth with design size: {lines} lines, {_plural(registers, 'register')}"
                yield Measured(name, cost * 1e3, "ms")
            for kind in ("cocotb", "verilog"):
                for cycles in verdict_cost.CYCLES[: 2 if scale.quick else None]:
                    name = f"growth with testbench length: {kind}, {cycles} cycles"
                    cost = court.cost(repeats, cycles=cycles, kind=kind)
                    yield Measured(name, cost * 1e3, "ms")
            for threads in _counts():
                rate = court.rate(threads, repeats * 4)
                name = f"growth with cores: verdicts, {_plural(threads, 'thread')}"
                yield Measured(name, rate, "verdicts/s")


def _beside_floor(
    court: verdict_cost.Court, floors: Mapping[str, float], repeats: int
) -> Iterator[Measured]:
    """A compiler and a simulator have to be started for a verdict: that is its floor."""
    floor = floors[machine.COMPILE] + floors[machine.SIMULATE]
    for kind in ("cocotb", "verilog"):
        cost = court.cost(repeats, kind=kind)
        yield Measured(f"process: a verdict, {kind} testbench", cost * 1e3, "ms")
        yield Measured(
            f"process: that beside compiler and simulator on an empty design, {kind}",
            cost / floor, "x",
        )  # fmt: skip


def _build(base: str, scale: Scale) -> Iterator[Measured]:
    """The stages of a real build, one after the other and pipelined."""
    start = _start(1 if scale.quick else 5)
    sampling = Sampling(max_tokens=48 if scale.quick else 1024)
    for way, pipelined in (("one after the other", False), ("pipelined", True)):
        found = profile(base, DESIGNS / PROFILED, pipelined=pipelined, sampling=sampling)
        total = start + found.total
        stages = {"start": start, **found.seconds}
        for stage, seconds in stages.items():
            share = f"{seconds / total:.2%}"
            yield Measured(f"build, {way}: {stage}", seconds, "s", aside=share)
        yield Measured(f"whole build, {way}: wall time", total, "s", aside=_outcome(found))
        if pipelined:
            yield Measured(
                f"whole build, {way}: judged while others were decoded", found.hidden, "s"
            )


def _outcome(found: Profile) -> str:
    passed = "passed" if found.passed else "did not pass"
    return f"{PROFILED} {passed} with {found.answers} answers, {found.tokens} tokens"


def _start(rounds: int) -> float:
    """Seconds until the command has read its options, in a fresh process."""
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        command = [sys.executable, "-m", "agent.cli", "build", "--help"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])
