"""Pooling in convolutional networks: the definitions, fast operators, demos, evidence and graded exercises.

Import the part you need: `poolcourse.reference` (NumPy, the definitions), `poolcourse.nn` (torch),
`poolcourse.demos` (live on the page and in a notebook), `poolcourse.data`, `poolcourse.grading`.
"""

__version__ = "0.1.0"
