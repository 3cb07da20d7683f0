"""llama.cpp's server in this process: loading, tokens, requests that can be broken off.

Requests go in process; the server's own listener is a socket file in a private directory, so
that no port is opened, and serves only to tokenize.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mevllm.engines.base import Prompt
from mevllm.engines.chat import TURN_END, TURN_START, render
from mevllm.engines.cores import spins, usable_cores
from mevllm.engines.llamacpp_streams import Streams, checked
from mevllm.errors import EngineError

READ_BLOCK = 64
"""Tokens of a prompt that are read at once. Larger blocks read 5% faster, but a cancelled request
ends only between blocks, and reuse is in whole blocks."""
DIAGNOSIS_S = 60
_LOG_PREFIX = re.compile(r"^[\d.]+ [A-Z] +")
"""Time and level of a line of llama.cpp's log."""
MATCH = 6
"""Tokens that must have been read in this order before what followed them then becomes a draft."""
STATE = "prompt"
"""Name of the file that holds a prompt's state."""
LONGEST_SOCKET_PATH = 100
"""Bytes; the kernel allows 107."""


class LlamaServer:
    """One loaded model."""

    def __init__(
        self,
        model: Path,
        adapters: Sequence[Path],
        parallel: int,
        context: int,
        threads: int | None,
        draft: int = 0,
        repack: bool = True,
    ) -> None:
        """Load the model; `LlamaCppEngine` says what the options mean.

        Raises EngineError that shows llama.cpp's complaint.
        """
        for path in (model, *adapters):
            _check_gguf(path)
        _bound_spinning()
        try:
            import xllamacpp  # noqa: F401  a shared library that it needs may be missing
        except ImportError as error:
            raise EngineError(
                f"llama.cpp cannot be loaded: {error}; `mevagent doctor` says what to install"
            ) from error
        self.version = version("xllamacpp")
        folder = tempfile.mkdtemp(prefix="mevllm-")
        self._socket = f"{folder}/s.sock"
        if len(os.fsencode(self._socket)) > LONGEST_SOCKET_PATH:
            shutil.rmtree(folder)
            raise EngineError(f"the temporary directory {folder} has too long a name; set TMPDIR")
        settings = _Settings(
            model,
            tuple(adapters),
            parallel,
            context,
            threads or usable_cores(),
            self._socket,
            draft,
            repack,
        )
        try:
            self._server = [_load(settings)]
        except Exception as error:
            log = _log_of_failed_load(settings)
            shutil.rmtree(folder, ignore_errors=True)
            names = ", ".join(str(path) for path in (model, *adapters))
            raise EngineError(f"llama.cpp cannot load {names}: {log or error}") from error
        self._closer = weakref.finalize(self, _release, self._server, folder)
        self.tokenize = lru_cache(maxsize=64)(self._tokenize)
        try:
            self._controls = {text: self._control(text, model) for text in (TURN_START, TURN_END)}
            beginning = self._post("/tokenize", content="", add_special=True)
            # Until a request is answered, the server's loop may not have begun; a server that is
            # closed before never ends.
            self.ask({"prompt": [self._controls[TURN_START]], "id_slot": 0, "max_tokens": 0})
        except EngineError:
            self.close()
            raise
        self._beginning = tuple(beginning["tokens"])

    def close(self) -> None:
        """Free the model; also called when the interpreter ends."""
        self._closer()

    def tokens_of(self, prompt: Prompt) -> list[int]:
        """The tokens that the model reads; text never becomes a control token."""
        tokens = list(self._beginning)
        for segment in render(prompt):
            if segment.control:
                tokens.append(self._controls[segment.text])
            else:
                tokens += self.tokenize(segment.text)
        return tokens

    def text_of(self, tokens: Sequence[int]) -> str:
        """The text of tokens."""
        return str(self._post("/detokenize", tokens=list(tokens))["content"]) if tokens else ""

    def ask(self, body: dict[str, Any]) -> dict[str, Any]:
        """One short request, answered whole. Raises EngineError."""
        answer: dict[str, Any] = self._open().handle_completions(body)
        return checked(answer)

    def copy_state(self, slots: Sequence[int]) -> None:
        """Give slots the tokens and the state that slot 0 holds. Raises EngineError.

        The server copies between slots only within one request, and clears the copies with it; so
        the state, 28 kB a token of the default base, goes through a file in the private directory.
        """
        try:
            self._post("/slots/0?action=save", filename=STATE)
            for slot in slots:
                self._post(f"/slots/{slot}?action=restore", filename=STATE)
        except EngineError as error:
            raise EngineError(
                f"{error}; is there room in {tempfile.gettempdir()}? TMPDIR names another place"
            ) from error

    def streams(self, bodies: Sequence[dict[str, Any]]) -> Streams:
        """Requests that are answered together, chunk by chunk. Raises EngineError."""
        return Streams(self._open().handle_completions, bodies)

    def _open(self) -> Any:
        if not self._server:
            raise EngineError("the engine was closed; open it again")
        return self._server[0]

    def _tokenize(self, text: str) -> tuple[int, ...]:
        """Plain text to tokens."""
        found = self._post("/tokenize", content=text, add_special=False, parse_special=False)
        return tuple(found["tokens"])

    def _control(self, text: str, model: Path) -> int:
        found = self._post("/tokenize", content=text, add_special=False, parse_special=True)
        if len(found["tokens"]) != 1:
            raise EngineError(
                f"{model} does not speak ChatML: it has no token {text}; choose a model that "
                "does, such as those of `mevagent models list`"
            )
        return int(found["tokens"][0])

    def _post(self, path: str, **body: object) -> dict[str, Any]:
        self._open()
        connection = _SocketFile(self._socket)
        try:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer: dict[str, Any] = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EngineError(f"llama.cpp did not answer {path}: {error}") from error
        finally:
            connection.close()
        return checked(answer)


class _SocketFile(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


@dataclass(frozen=True)
class _Settings:
    model: Path
    adapters: tuple[Path, ...]
    parallel: int
    context: int
    threads: int
    socket: str
    draft: int
    repack: bool


def _bound_spinning() -> None:
    """Say how long llama.cpp's threads look for each other before they sleep.

    OpenMP reads it once, when it is loaded with xllamacpp. Left alone they look for milliseconds,
    which makes decoding 3 to 10 times slower with other work on the same cores.
    """
    said = os.environ.keys() & {"GOMP_SPINCOUNT", "OMP_WAIT_POLICY"}
    if not said and "xllamacpp" not in sys.modules:
        os.environ["GOMP_SPINCOUNT"] = str(spins())


def _load(settings: _Settings) -> Any:
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(settings.model)
    params.n_parallel = settings.parallel
    params.n_ctx = settings.context * settings.parallel
    # Each answer has a cache of its own: in a shared one the place of a token, and with it the
    # order of the sums, would depend on what was there before.
    params.kv_unified = False
    params.cache_ram_mib = 0
    params.cache_idle_slots = False
    params.n_ctx_checkpoints = 0
    params.n_batch = params.n_ubatch = READ_BLOCK
    if settings.draft:
        lookup = xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE
        params.speculative.types = [lookup]
        params.speculative.ngram_simple.size_n = MATCH
        params.speculative.ngram_simple.size_m = settings.draft
        # The drafts of all slots must fit into one batch.
        params.n_batch = max(READ_BLOCK, settings.parallel * (settings.draft + 1))
    params.no_extra_bufts = not settings.repack
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings.threads
    params.lora_adapters = [
        xllamacpp.CommonAdapterLoraInfo(str(path), 0.0) for path in settings.adapters
    ]
    params.lora_init_without_apply = True
    params.hostnames = [settings.socket]
    params.n_threads_http = 2
    params.ui = False
    params.endpoint_slots = False
    params.slot_save_path = f"{Path(settings.socket).parent}/"
    params.warmup = False
    params.fit_params = False
    params.verbosity = -1  # nothing may be written between the lines of a progress display
    return xllamacpp.Server(params)


_LOAD_LOUDLY = """
import json, sys, xllamacpp
model, adapters, socket = json.loads(sys.argv[1])
params = xllamacpp.CommonParams()
params.model.path = model
params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in adapters]
params.n_ctx = 64
params.hostnames = [socket]
params.fit_params = params.warmup = False
params.verbosity = 1
xllamacpp.Server(params)
"""


def _log_of_failed_load(settings: _Settings) -> str:
    """llama.cpp's own words, from a child process that loads the same files.

    Its log goes to file descriptor 2, from a thread that outlives the failed load: redirecting
    the descriptor in this process would swallow other output and still let the log through.
    """
    Path(settings.socket).unlink(missing_ok=True)
    asked = json.dumps([str(settings.model), list(map(str, settings.adapters)), settings.socket])
    try:
        done = subprocess.run(
            [sys.executable, "-c", _LOAD_LOUDLY, asked],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DIAGNOSIS_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    lines = done.stderr.decode(errors="replace").splitlines()
    said = [_LOG_PREFIX.sub("", line) for line in lines if _LOG_PREFIX.match(line)]
    # The first lines name the cause; those after them only say who gave up because of it.
    return "; ".join(said[:2])


def _release(server: list[Any], folder: str) -> None:
    server.clear()
    shutil.rmtree(folder, ignore_errors=True)


def _check_gguf(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise EngineError(f"cannot read {path}: {error.strerror}") from error
    if magic != b"GGUF":
        raise EngineError(f"{path} is not a GGUF file; give a model or adapter in GGUF form")
