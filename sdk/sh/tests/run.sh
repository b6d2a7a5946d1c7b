#!/bin/sh
# Tests brood.sh under dash, bash and sh, as a child of Node. The last line is "N passed" if all did.
cd "$(dirname "$0")" || exit
results=$(
  for shell in dash bash sh; do
    command -v "$shell" >/dev/null 2>&1 || continue
    "$shell" -n ../brood.sh || echo "not ok $shell: syntax"
    node parent.cjs "$shell" || echo "not ok $shell"
  done
)
printf '%s\n' "$results"
case "
$results" in
  *'
not ok '*) exit 1 ;;
esac
printf '%s\n' "$results" | grep -c '^ok ' | sed 's/$/ passed/'
