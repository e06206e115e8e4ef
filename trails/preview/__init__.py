"""Reads evidence for showing: what a file holds, and pieces of it as plain data. No pages here.

Threat. Evidence is hostile: it may claim any size, nest without end, unpack without end, lie about
its name, or carry codes that a terminal or a browser would obey. Every reader of this package works
on a part of bounded size, in bounded time, without recursion over what it reads, and hands on text
and numbers alone. What makes HTML of them is `trails.web`; nothing here knows of it, of models or
of people.
"""
