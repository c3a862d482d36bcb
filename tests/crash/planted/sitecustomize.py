"""Plants one bug in a process of the service: `largesse torture --plant tests/crash/planted:NAME`.

Python imports this module by itself where this folder is on its path; torture puts it there for the processes of its
throw-away world alone. The product has no switch for any of this.
"""

import importlib
import os
import sys

if os.environ.get("LARGESSE_PLANTED") and "largesse.main.process" in sys.orig_argv:
    importlib.import_module(os.environ["LARGESSE_PLANTED"]).plant()
