# coding: nonsense
y = 1
