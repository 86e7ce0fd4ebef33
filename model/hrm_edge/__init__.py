"""Offline side of hrm-edge: the Hierarchical Reasoning Model in PyTorch, and its way into a weights file."""

__version__ = "0.1.0"
