"""The Python interpreters that tests record programs with.

All that are called python3 or python3.N here, those that LOCKJAM_PYTHONS names (paths, separated by
colons), and those that `make pythons` fetched.
"""
import glob
import os
import subprocess
import sys


TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FETCHED = os.path.join(os.environ.get("LOCKJAM_BUILD", os.path.join(TOP, "build")), "pythons")


def named():
    return [path for path in os.environ.get("LOCKJAM_PYTHONS", "").split(":") if path]


def chosen():
    """For what takes long: those that are named, else the one that runs the tests."""
    return named() or [sys.executable]


def interpreters():
    found = {os.path.realpath(path): path for path in named()}
    for folder in os.environ["PATH"].split(os.pathsep):
        for path in sorted(glob.glob(os.path.join(folder, "python3*"))):
            name = os.path.basename(path)
            if name == "python3" or name[len("python3."):].isdigit():
                found.setdefault(os.path.realpath(path), path)
    for path in sorted(glob.glob(os.path.join(FETCHED, "*", "usr", "bin", "python3.*"))):
        found.setdefault(os.path.realpath(path), path)
    return [path for path in found.values() if is_known(path)]


def is_known(path):
    """A shell script that starts an interpreter, a newer version, a build without a GIL: not here."""
    code = ("import sys, sysconfig; assert sys.implementation.name == 'cpython'; "
            "assert not sysconfig.get_config_var('Py_GIL_DISABLED'); print(sys.version_info.minor)")
    with open(path, "rb") as file:
        if file.read(4) != b"\x7fELF":
            return False
    result = subprocess.run([path, "-c", code], capture_output=True, text=True, check=False)
    return result.returncode == 0 and 8 <= int(result.stdout) <= 15


def version_of(path):
    code = "import sys; print(*sys.version_info[:3])"
    return tuple(int(word) for word in subprocess.check_output([path, "-c", code]).split())
