# bash as a contestant: contestant.sh pipeline BYTES; one round for each line on stdin, one line of
# JSON each.

pipeline() {
  local size=$1 begin end before after counted
  times >"$scratch"
  before=$(shell_seconds) begin=$EPOCHREALTIME
  head -c "$size" /dev/zero | cat | tr a b | wc -c >"$scratch"
  end=$EPOCHREALTIME
  read -r counted <"$scratch"
  [ "$counted" = "$size" ] || exit 1
  times >"$scratch"
  after=$(shell_seconds)
  printf '{"wall_s":%s,"cpu_s":%s}\n' "$(minus "$end" "$begin")" "$(minus "$after" "$before")"
}

# User and system time of the shell alone: the first line of times, such as 0m0.004s 0m0.002s.
shell_seconds() {
  awk -F '[ms ]+' 'NR == 1 { print $1 * 60 + $2 + $3 * 60 + $4 }' "$scratch"
}

minus() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.4f", a - b }'; }

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
echo '{"ready":1}'
while read -r _; do "$1" "$2"; done
