s = f"a{b}c{d!r:>{width}}"
s = "a%sb%(k)s" % (x, y)
s = "a{}b{k}".format(x, k=y)
s = "a" + b + "c"
s = x + y
s = "impl" "icit"
n = -1
n = 10 ** 100
n = 99999999999
f = 1.5 + 2
c = 1j
b = b"bytes"
e = ...
t = True
u = not t
v = ~t
k = a < b <= c()
ch = a if p() else b
ch = a and b or c
l = [1, *a, (2, 3), {4}, {"k": 5, **d}]
sl = a[1:2, ::step()]
it = a[i][0].x
getattr(o, "name")
getattr(o, "name", default)
getattr(o, dynamic)
setattr(o, "name", v)
setattr(o, dynamic, v)
eval("f(x)")
eval(dynamic)
print(f"{x=}")
"\ud800"
