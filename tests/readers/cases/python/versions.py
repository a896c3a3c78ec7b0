x = 1
x
x = 2
x


def branches(p):
    v = 1
    if p:
        v = 2
        v
    else:
        v = 3
    v


def one_side(p):
    v = 1
    if p:
        return
        v = 2
    v


def loops(items):
    v = 1
    for item in items:
        v
        v = 2
    v
    item
    while v:
        w = 1
    w


def tries():
    v = 1
    try:
        v = 2
    except ValueError as error:
        error
        v
    except KeyError:
        raise
    else:
        v
    finally:
        v
    v


def withs():
    with opened() as f, other():
        f
    f


def matches(subject):
    match subject:
        case Point(x=0) as p:
            p
        case [first, *rest]:
            first
        case {"k": value, **more} if value:
            value
        case Color.RED | "text":
            subject
        case _:
            subject


def comprehends(items):
    item = 0
    [item for item in items if item]
    {item: value for item, value in items}
    (inner for outer in items for inner in outer)
    item


def walrus():
    if (n := f()) and n:
        n
    [last := i for i in n]
    last


count = 0


def counts():
    global count
    count = count + 1

    total = 0

    def inner():
        nonlocal total
        total += 1
        return total

    return inner


def deletes(x, d):
    del x.attr
    del d["k"]
    del x


def two_loops(users, admins):
    found = None
    for user in users:
        user
        found = user
    for user in admins:
        user
        while user.parent:
            user
            user = user.parent
        found
    else:
        user
    user
    users
