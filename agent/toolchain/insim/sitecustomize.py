"""Found by Python's `site` when `vvp` starts its embedded interpreter, before it opens a design.

`site` swallows whatever is raised here, so a failure ends the process at once.
"""

import os

if "MEVAGENT_GUARD" in os.environ:
    try:
        import sys
        from pathlib import Path

        _here = Path(__file__).parent
        sys.path.remove(str(_here))
        sys.path.insert(0, str(_here.parents[2]))  # ours, whatever else is installed
        from agent.toolchain.insim import guard, serve

        if "MEVAGENT_CONTROL" in os.environ:
            serve.main()
        else:
            guard.main()
    except BaseException as error:
        os.write(2, f"guard: {error!r}\n".encode())
        os._exit(71)
