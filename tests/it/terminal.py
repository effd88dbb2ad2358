"""Runs a command at a terminal of 100 columns, and prints all that the terminal was sent."""

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

terminal, end = pty.openpty()
fcntl.ioctl(end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
child = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=end, stderr=end)
os.close(end)
while True:
    try:
        sent = os.read(terminal, 65536)
    except OSError:  # how Linux says that nobody has the other end any more
        break
    if not sent:
        break
    sys.stdout.buffer.write(sent)
sys.exit(child.wait())
