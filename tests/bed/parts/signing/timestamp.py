"""A stand-in for a timestamp authority: RFC 3161 answers, made by openssl."""

import subprocess
import tempfile
import threading

# openssl counts its answers in a file and does not lock it.
LOCK = threading.Lock()


class TimestampError(Exception):
    """openssl would not answer; says what it said."""


def reply(folder, query):
    with LOCK, tempfile.NamedTemporaryFile() as file:
        file.write(query)
        file.flush()
        answer = subprocess.run(
            # The signer's own certificate is added by itself: twice, the set of them would be no set.
            ["openssl", "ts", "-reply", "-queryfile", file.name, "-chain", folder / "tsa-root.pem"]
            + ["-config", folder / "private" / "tsa.cnf"],
            capture_output=True,
        )
    # Also when all is well it writes a page about settings that it did not find.
    if answer.returncode != 0:
        raise TimestampError(answer.stderr.decode(errors="replace"))
    return answer.stdout
