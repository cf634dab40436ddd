"""Keyless signing without the internet: stand-ins for Fulcio, Rekor, a CT log, a timestamp authority
and an OpenID issuer, close enough to the real ones that cosign 2 and cosign 3 sign and verify with them.

    python3 signing keys  FOLDER
    python3 signing trust FOLDER --url URL --cosign PROGRAM
    python3 signing serve FOLDER --url URL

`keys` makes every key and certificate, `trust` the files from which a client learns whom to trust,
`serve` answers for all the services on the address in URL until it is ended.
"""

import argparse
import pathlib
import sys

import material
import server
import trust


def main():
    parser = argparse.ArgumentParser(
        prog="signing", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, needs_url in (("keys", False), ("trust", True), ("serve", True)):
        command = commands.add_parser(name)
        command.add_argument("folder", type=pathlib.Path)
        if needs_url:
            command.add_argument("--url", required=True, help="http://ADDRESS:PORT of `serve`")
        if name == "trust":
            command.add_argument("--cosign", required=True, help="path of a cosign 3")
    arguments = parser.parse_args()

    if arguments.command == "keys":
        material.make(arguments.folder)
    elif arguments.command == "trust":
        trust.write(arguments.folder, arguments.url, arguments.cosign)
    else:
        server.serve(arguments.folder, arguments.url)
    return 0


sys.exit(main())
