def make(made): pass
