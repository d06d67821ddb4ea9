"""`python -m infra.run`: Valkey, coturn, matcher, server and bots as one service on this machine, until Ctrl-C."""

import signal
import sys

if __name__ == "__main__":
    # Nothing runs yet, so that Ctrl-C may simply end this; the supervisor takes it over.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from infra.run.start import start

    sys.exit(start())
