#!/bin/sh
# Tests brood.sh under dash and bash (and sh), as a child of Node. Prints "ok ..." or "not ok ...".
cd "$(dirname "$0")" || exit
failed=0
tested=0
for shell in dash bash sh; do
  command -v "$shell" >/dev/null 2>&1 || continue
  tested=$((tested + 1))
  "$shell" -n ../brood.sh || failed=1
  node parent.cjs "$shell" || failed=1
done
[ "$tested" -gt 0 ] && [ "$failed" = 0 ]
