"""The sandbox levels: what each one keeps in, in which order they are tried, and failing closed."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import SandboxError
from agent.process import Bounds, Completed, Confinement, interpreter, run
from agent.toolchain import sandbox
from agent.toolchain.sandbox import LEVELS, NONE, Profile, Sandbox, choose, prove
from tests.toolbench import need_level

BOUNDS = Bounds(wall_s=20, cpu_s=5, memory_mb=512, file_mb=1)


@pytest.fixture(params=LEVELS)
def level(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    need_level(name)
    return name


def inside(level: str, script: str, folder: Path, **profile: object) -> Completed:
    """Run Python in a sandbox that may write `folder` alone."""
    python = Path(interpreter())
    rights = Profile(write=(folder,), execute=(python, python.resolve()), **profile)  # type: ignore[arg-type]
    return run(
        [python, "-I", "-S", "-B", "-c", script],
        cwd=folder,
        bounds=BOUNDS,
        confinement=Sandbox(level).confine(rights, folder),
    )


def outcome_of(attempt: str) -> str:
    return (
        f"import os\ntry:\n    {attempt}\n    print('did it')\n"
        "except (OSError, IndexError): print('refused')"
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/proc/self/environ').read()",
        "open('/etc/passwd').read()",
        "open('../kept').read()",
        "os.listdir('..')[1]",
        "open('/tmp/mevagent-was-here', 'w')",
        "open('../outside', 'w')",
        "os.fork()",
        "os.kill(1, 0)",
        "os.setsid()",
        "__import__('_socket').socket()",
        "os.execv('/bin/sh', ['sh', '-c', 'echo did it'])",
        "os.truncate('../kept', 0)",
        "os.chmod('../kept', 0o777)",
        "os.rename('../kept', '../moved')",
    ],
)
def test_an_attempt_is_refused_at_every_level(level: str, attempt: str, tmp_path: Path) -> None:
    if "execv" in attempt and "landlock" not in level:
        pytest.skip("without Landlock a process may become another, in the same sandbox")
    folder = tmp_path / "job"
    folder.mkdir()
    kept = tmp_path / "kept"
    kept.write_text("kept")
    kept.chmod(0o600)

    done = inside(level, outcome_of(attempt), folder)

    assert "did it" not in done.output
    assert kept.read_text() == "kept"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == ["job", "kept"]


def test_the_own_directory_can_be_written_and_read_at_every_level(
    level: str, tmp_path: Path
) -> None:
    done = inside(level, "open('f', 'w').write('x'); print(open('f').read())", tmp_path)

    assert (done.status, done.output) == (0, "x\n")
    assert (tmp_path / "f").read_text() == "x"


def test_what_is_granted_can_be_read_and_not_written(level: str, tmp_path: Path) -> None:
    shared, folder = tmp_path / "shared", tmp_path / "job"
    shared.mkdir()
    folder.mkdir()
    (shared / "f").write_text("granted")
    script = f"print(open({str(shared / 'f')!r}).read())\n" + outcome_of(
        f"open({str(shared / 'f')!r}, 'a').write('more')"
    )

    done = inside(level, script, folder, read=(shared,))

    assert done.output == "granted\nrefused\n"
    assert (shared / "f").read_text() == "granted"


def test_a_link_out_of_the_directory_leads_nowhere(level: str, tmp_path: Path) -> None:
    secret, folder = tmp_path / "secret", tmp_path / "job"
    folder.mkdir()
    secret.write_text("secret")
    (folder / "link").symlink_to(secret)

    assert inside(level, outcome_of("open('link').read()"), folder).output == "refused\n"


def test_the_strongest_level_that_works_is_chosen() -> None:
    working = [name for name in LEVELS if not prove(name)]
    if not working:
        pytest.skip("no sandbox level works on this machine")

    assert choose().level == working[0]


def test_levels_are_tried_in_order_and_none_means_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def fails(name: str) -> str:
        tried.append(name)
        return "forbidden here"

    monkeypatch.setattr(sandbox, "prove", fails)

    with pytest.raises(SandboxError, match="allow-unsandboxed") as refusal:
        choose()
    assert tried == list(LEVELS)
    assert all(f"{name}: forbidden here" in str(refusal.value) for name in LEVELS)
    assert choose(allow_unsandboxed=True).level == NONE


def test_a_forced_level_that_does_not_work_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "prove", lambda name: "forbidden here")

    with pytest.raises(SandboxError):
        choose(level="landlock+seccomp", allow_unsandboxed=True)


def test_an_unknown_level_lists_the_known_ones() -> None:
    with pytest.raises(SandboxError, match=r"landlock\+seccomp"):
        choose(level="bubble")


def test_the_probe_notices_a_sandbox_that_does_not_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Sandbox, "confine", lambda self, profile, cwd: Confinement(level="fake"))
    prove.cache_clear()
    try:
        failure = prove("landlock+seccomp")
    finally:
        prove.cache_clear()

    assert "read a file outside" in failure
    assert "open a socket" in failure


@pytest.mark.parametrize(
    "broken",
    [
        Confinement(level="x", landlock=([], [5], [])),  # type: ignore[list-item]
        Confinement(level="x", seccomp=b"\xff" * 8),
        Confinement(level="x", namespace=(["/usr"], [], "/no/such/directory")),
        Confinement(level="x", wrapper=("/bin/false",)),
        Confinement(level="x", landlock=([], [5], []), single=True),  # type: ignore[list-item]
        Confinement(level="x", seccomp=b"\xff" * 8, single=True),
    ],
    ids=["landlock", "seccomp", "namespace", "wrapper", "landlock single", "seccomp single"],
)
def test_a_sandbox_that_cannot_be_set_up_means_that_nothing_runs(
    broken: Confinement, tmp_path: Path
) -> None:
    with pytest.raises(SandboxError):
        run(["/bin/sh", "-c", "touch ran"], cwd=tmp_path, bounds=BOUNDS, confinement=broken)

    assert list(tmp_path.iterdir()) == []
