"""Makes a page of a text: its first line is the title."""

import html
import sys

lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
if not lines:
    sys.exit("%s has no title" % sys.argv[1])
print("<h1>%s</h1>" % html.escape(lines[0]))
for number, line in enumerate(lines[1:], 1):
    print("[%d/%d]" % (number, len(lines) - 1), file=sys.stderr)  # its progress
    print("<p>%s</p>" % html.escape(line))
