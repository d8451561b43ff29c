def archives(cases):
    pass
