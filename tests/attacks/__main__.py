"""Fills a bed's two registries with images, signatures and forgeries, and writes what must be said of each.

    python3 tests/attacks FOLDER [SUBJECT...]

The bed must have the parts referrers, cosign and signing, and its variables must be in the environment. In the folder
there is then `cases.json`, and for each case `cases/NAME/sindri.yaml` with the files that it names. When all is there
it says `ready`, and goes on serving the registry that has faults until its standard input ends.
"""

import argparse
import importlib
import multiprocessing
import os
import pathlib
import shutil
import sys
import time

import corpus
import faults

SUBJECTS = (
    "ways",
    "accepted",
    "provenance",
    "signers",
    "moved",
    "edited",
    "certificates",
    "logs",
    "statements",
    "malformed",
)
# Most of the time goes by while registries write to the disk.
AT_A_TIME = 4


# What every process begins with: it is there before they are, for keys cannot be sent from one to another.
MADE = []


def cases_of(subject):
    """One subject, in another process."""
    start, (made,) = time.monotonic(), MADE
    made.cases = []
    made.cosign.work_in(made.folder / subject)
    importlib.import_module(subject).make(made)
    print(
        f"{subject}: {len(made.cases)} cases in {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True
    )
    return made.cases


def main():
    parser = argparse.ArgumentParser(
        prog="attacks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path, help="is emptied first")
    parser.add_argument("subjects", nargs="*", default=SUBJECTS, help="only these of " + ", ".join(SUBJECTS))
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "theirs").mkdir(parents=True)
    made = corpus.Corpus(folder, os.environ)
    MADE.append(made)
    with multiprocessing.get_context("fork").Pool(AT_A_TIME) as pool:
        for cases in pool.imap(cases_of, arguments.subjects):
            made.cases += cases
    faults.make(made)
    made.write()
    print("ready", flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
