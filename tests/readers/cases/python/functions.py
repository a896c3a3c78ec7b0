@plain
@dotted.name
@called(1, key=x)
def f(a, /, b: int = 1, *rest: "T", c, d=dflt, **named) -> "R":
    """Words in here are counted not."""
    yield a
    got = yield from b
    return got


async def g():
    await h()
    async for x in stream():
        x
    async with ctx() as y:
        y
    return [z async for z in x]


class C(Base, dotted.Mixin, metaclass=Meta, **extra):
    field: int = 0

    @property
    def name(self):
        return self._name

    @name.setter
    def name(self, value):
        self._name = value

    class Inner:
        def deep(self):
            return lambda x, *y: (lambda: x)


def h(q=lambda: 1):
    def nested():
        return C
    return nested


f(1, *xs, k=2, **kw)
f()(x)
raise Broken("x") from cause
assert check(x), say(y)
