from a import names

__all__ = names + ["x"]
