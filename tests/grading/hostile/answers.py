"""Hostile answers to the question `max_forward` of the exercise `local`. All are wrong: none may keep its 3 points.

Each runs with the lint switched off, as if it had found a way past it: the kernel's limits, the sandbox and the
comparison outside have to hold alone. `KILLERS` try to take the grader, the computer or other questions' points down;
`FORGERIES`, in forgeries.py, try to get the points for a wrong answer.
"""

WRONG = """
def max_pool(x, kernel_size, stride, padding=0):
    size = [(n + 2 * padding - kernel_size) // stride + 1 for n in x.shape[2:]]
    return np.zeros((*x.shape[:2], *size))
"""

KILLERS = {
    "endless loop": """
while True:
    pass
""",
    "endless loop when called": """
def max_pool(*a, **k):
    while True:
        pass
""",
    "long sleep": """
import time
time.sleep(3600)
""",
    "deaf to interrupts": """
import signal
for n in (2, 15):
    signal.signal(n, signal.SIG_IGN)
while True:
    pass
""",
    "exit": "exit()",
    "os._exit": """
import os
os._exit(0)
""",
    "os._exit when called": """
import os
def max_pool(*a, **k):
    os._exit(0)
""",
    "SystemExit when called": """
def max_pool(*a, **k):
    raise SystemExit
""",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "segfault": """
import ctypes
ctypes.string_at(0)
""",
    "abort": """
import os
os.abort()
""",
    "kills itself": """
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
"""
    + WRONG,
    "signals its parent": """
import os, signal
for n in (15, 9):
    os.kill(os.getppid(), n)
"""
    + WRONG,
    "signals everybody": """
import os, signal
os.kill(-1, signal.SIGKILL)
"""
    + WRONG,
    "alarm": """
import signal
signal.alarm(1)
"""
    + WRONG,
    "endless recursion": """
def max_pool(*a, **k):
    return max_pool(*a, **k)
""",
    "recursion past the stack": """
import sys
sys.setrecursionlimit(10**9)
f = lambda: f()
f()
""",
    "all memory at once": "x = bytearray(64 << 30)",
    "memory bit by bit": """
hoard = []
while True:
    hoard.append(np.ones(1 << 20))
""",
    "memory by many processes": """
import os, time
for _ in range(30):
    if os.fork() == 0:
        x = np.ones(60 << 20)
        time.sleep(60)
        os._exit(0)
time.sleep(60)
""",
    "a huge array returned": """
def max_pool(*a, **k):
    return np.zeros((1000, 1000, 100))
""",
    "200 MB printed": "print('x' * 200_000_000)" + WRONG,
    "endless printing": """
while True:
    print('x' * 10_000)
""",
    "printing from a thread": """
import threading
def talk():
    while True:
        print('x' * 10_000)
threading.Thread(target=talk, daemon=True).start()
"""
    + WRONG,
    "a message of 50 MB": "raise ValueError('x' * 50_000_000)",
    "fork bomb": """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
    "thread bomb": """
import threading, time
while True:
    threading.Thread(target=time.sleep, args=(99,)).start()
""",
    "detached child": """
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3600)
    os._exit(0)
"""
    + WRONG,
    "closes every file": """
import os
os.closerange(0, 1000)
""",
    "fills the disk": """
n = 0
while True:
    n += 1
    open(f'/tmp/{n}', 'wb').write(bytes(1 << 24))
""",
    "removes the sockets": """
import glob, os
[os.remove(f) for f in glob.glob('/tmp/k/*')]
"""
    + WRONG,
    "time bomb": """
import threading, os
threading.Timer(0.3, lambda: os._exit(0)).start()
"""
    + WRONG,
    "breaks numpy": "np.asarray = np.array = None" + WRONG,
    "a representation without end": """
class E(Exception):
    def __str__(self):
        while True:
            pass
raise E
""",
}
