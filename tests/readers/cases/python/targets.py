a = b = call()
a, b = b, a
a, (b, *c), d = call()
[e, f] = g
*head, tail = items
o.attr = 1
o.attr += value
d["k"] = o
d[k].deep = 1
d["k"] += o
n: int
m: "list[Thing]" = []
o.t: Other = None
p: Optional[Thing] | None = None
q = r = []
i += 1
