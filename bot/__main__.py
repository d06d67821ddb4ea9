"""`python -m bot`: takes calls when nobody is free."""

import sys

from bot.assembly import open_parts
from bot.service import run

if __name__ == "__main__":
    sys.exit(run(open_parts))
