"""One client of a kind's write load, as a program of its own: it takes no time from the one that measures.

  writer.py KIND HOST PORT
"""

import signal
import sys

sys.dont_write_bytecode = True

from kinds import KINDS

LIMIT_SECONDS = 3600  # where nobody ends it

if __name__ == "__main__":
    signal.alarm(LIMIT_SECONDS)
    KINDS[sys.argv[1]].write(sys.argv[2], int(sys.argv[3]))
