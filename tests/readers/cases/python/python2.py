x = 1
print "old"
