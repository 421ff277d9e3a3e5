"""Hostile answers that try to get the points for a wrong `max_forward`; answers.py holds the rest of the corpus."""

WRONG = """
def max_pool(x, kernel_size, stride, padding=0):
    size = [(n + 2 * padding - kernel_size) // stride + 1 for n in x.shape[2:]]
    return np.zeros((*x.shape[:2], *size))
"""

FORGERIES = {
    "silences errors": """
from IPython.core.interactiveshell import InteractiveShell
InteractiveShell.showtraceback = lambda *a, **k: None
"""
    + WRONG,
    "custom exception handler": "get_ipython().set_custom_exc((BaseException,), lambda *a, **k: None)" + WRONG,
    "drops asserts and raises": """
import ast
class Drop(ast.NodeTransformer):
    def visit_Assert(self, node):
        return None
    visit_Raise = visit_Assert
get_ipython().ast_transformers.append(Drop())
"""
    + WRONG,
    "equal to everything": """
class Any:
    shape = (1,)
    def __eq__(self, other):
        return True
    __ne__ = __lt__ = lambda s, o: False
def max_pool(*a, **k):
    return Any()
""",
    "an array that lies": """
class Liar(np.ndarray):
    def __eq__(self, o):
        return True
    def tolist(self):
        return [0]

def max_pool(x, kernel_size, stride, padding=0):
    size = [(n + 2 * padding - kernel_size) // stride + 1 for n in x.shape[2:]]
    return Liar.__new__ and np.zeros((*x.shape[:2], *size)).view(Liar)
""",
    "json that says what it likes": """
import json
json.dumps = lambda *a, **k: '[]'
"""
    + WRONG,
    "emit replaced": """
import poolcourse.grading.probes as p
p.emit = lambda *a, **k: None
"""
    + WRONG,
    "canonical replaced": """
import poolcourse.grading.probes as p
p.canonical = lambda v: {'shape': [], 'data': [0.0]}
"""
    + WRONG,
    "inputs made constant": """
import poolcourse.grading.probes as p
class R:
    def normal(self, size):
        return np.zeros(size)
    def random(self, size):
        return np.zeros(size)
    def integers(self, *a, **k):
        return 9
p.generator = lambda *a: R()
"""
    + WRONG,
    "default_rng replaced": "np.random.default_rng = lambda *a: np.random.RandomState(0)" + WRONG,
    "emits a second time": """
from poolcourse.grading.probes import emit
def max_pool(x, *a, **k):
    emit(results=[x])
    emit(results=[x])
    return x
""",
    "display replaced": """
import IPython.display
IPython.display.display = lambda *a, **k: None
"""
    + WRONG,
    "idle before the end": """
def max_pool(*a, **k):
    kernel = get_ipython().kernel
    idle = {'execution_state': 'idle'}
    kernel.session.send(kernel.iopub_socket, 'status', idle, parent=kernel.get_parent(), ident=b'status')
    return np.zeros(1)
""",
    "reply before the end": """
def max_pool(*a, **k):
    kernel = get_ipython().kernel
    kernel.session.send(kernel.shell_stream, 'execute_reply', {'status': 'ok'}, parent=kernel.get_parent())
    return np.zeros(1)
""",
    "rewrites later cells": """
def blank(lines):
    return ['pass\\n'] if any('max_pool' in line for line in lines) else lines
get_ipython().input_transformers_post.append(blank)
"""
    + WRONG,
    "an event after each cell": "get_ipython().events.register('post_run_cell', lambda r: print('ok'))" + WRONG,
    "reads the solution": """
import os, glob
found = [f for d in ('/', '/work', '/root', '/home', '/tmp', '/usr/src')
    for f in glob.glob(d + '/**/local.md', recursive=True)]
text = open(found[0]).read()
exec(text.split('### BEGIN SOLUTION')[3])
""",
    "reads its own notebook": """
import glob, json
found = glob.glob('/tmp/**/*.ipynb', recursive=True) + glob.glob('*.ipynb')
cells = json.load(open(found[0]))['cells']
exec(cells[0]['source'])
""",
    "reads the references' cache": """
import glob
found = glob.glob('/root/.cache/**', recursive=True) + glob.glob('/home/**', recursive=True)
text = open([f for f in found if f.endswith('.json')][0]).read()
def max_pool(*a, **k):
    return text
""",
    "uses the reference": """
from poolcourse.reference import max_pool2d
def max_pool(x, k, s, padding=0):
    return max_pool2d(x, k, s, padding)
""",
    "uses torch": """
import torch
def max_pool(x, k, s, padding=0):
    return torch.nn.functional.max_pool2d(torch.as_tensor(x), k, s, padding).numpy()
""",
    "uses scipy": """
from scipy.ndimage import maximum_filter
def max_pool(x, k, s, padding=0):
    return maximum_filter(x, k)
""",
    "asks the network": """
import socket
s = socket.create_connection(('192.0.2.1', 80), 2)
"""
    + WRONG,
    "asks the computer": """
import socket
s = socket.create_connection(('127.0.0.1', 22), 2)
"""
    + WRONG,
    "reads others' memory": """
import os
for p in os.listdir('/proc'):
    if p.isdigit() and p != str(os.getpid()):
        open(f'/proc/{p}/mem', 'rb').read(1)
"""
    + WRONG,
    "writes outside": """
import os
open('/usr/lib/forged', 'w').write('x')
"""
    + WRONG,
    "writes into the package": """
import poolcourse
open(poolcourse.__file__, 'a').write('x = 1')
"""
    + WRONG,
    "becomes root": """
import os
os.setuid(0)
"""
    + WRONG,
    "mounts": """
import ctypes
assert ctypes.CDLL(None).mount(b'none', b'/usr', b'tmpfs', 0, None) == 0
"""
    + WRONG,
    "makes a sandbox of its own": """
import ctypes
ctypes.CDLL(None).unshare(0x10000000)
"""
    + WRONG,
    "looks at its caller": """
import sys
def max_pool(*a, **k):
    f = sys._getframe(1)
    f.f_globals['emit'] = print
    return f.f_locals
""",
    "pickles a command": """
import pickle, os
class P:
    def __reduce__(self):
        return (os.system, ('touch /tmp/forged',))
def max_pool(*a, **k):
    return pickle.dumps(P())
""",
    "numbers too long to count": """
def max_pool(*a, **k):
    return [10**400, float('nan'), float('inf')]
""",
}
