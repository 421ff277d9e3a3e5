"""Sizes and receptive fields: plain arithmetic, the same in both backends."""

from poolcourse.reference.windows import output_size, receptive_field

__all__ = ["output_size", "receptive_field"]
