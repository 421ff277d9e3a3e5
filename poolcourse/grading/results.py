"""What grading a notebook gives: points and reasons a question, ready for JSON."""

from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["QuestionResult", "Result"]


@dataclass
class QuestionResult:
    """Points of one question. `reasons` say why points are missing, `notes` what else the student should know."""

    id: str
    title: str
    points: float
    max_points: float
    reasons: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    answer: str = ""


@dataclass
class Result:
    """A graded notebook.

    `status` is graded or ungraded. An ungraded one has no points: `problem` says why, and `fault` whether the reason
    lies in the submission, or in the grader (then it is worth another try).
    """

    notebook: str
    concept: str = ""
    title: str = ""
    status: str = "graded"
    seed: int = 0
    problem: str = ""
    fault: str = ""
    questions: list[QuestionResult] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def points(self) -> float | None:
        """The sum over the questions; None where ungraded."""
        return sum(question.points for question in self.questions) if self.status == "graded" else None

    @property
    def max_points(self) -> float:
        """The most that the exercise gives."""
        return sum(question.max_points for question in self.questions)

    @property
    def full(self) -> bool:
        """Whether no point is missing."""
        return self.status == "graded" and all(q.points == q.max_points for q in self.questions)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON data, with the sums."""
        return {**asdict(self), "points": self.points, "max_points": self.max_points}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Result":
        """The inverse of `to_json`."""
        rest = {key: value for key, value in data.items() if key not in ("points", "max_points", "questions")}
        return cls(**rest, questions=[QuestionResult(**question) for question in data["questions"]])
