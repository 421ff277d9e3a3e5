"""What all pooling Modules share: no parameters, settings kept as attributes and told by repr."""

from typing import Any

from torch import nn

__all__ = ["Pool"]


class Pool(nn.Module):
    """A Module whose forward pass is one function with fixed settings.

    Examples
    --------
    >>> class Twice(Pool):
    ...     def __init__(self, times=2):
    ...         super().__init__(times=times)
    >>> Twice(3)
    Twice(times=3)
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self._names = tuple(settings)
        for name, value in settings.items():
            setattr(self, name, value)

    def settings(self) -> dict[str, Any]:
        """The settings by name, as they are now."""
        return {name: getattr(self, name) for name in self._names}

    def extra_repr(self) -> str:
        """All settings, so that two layers that print alike pool alike."""
        return ", ".join(f"{name}={value!r}" for name, value in self.settings().items())
