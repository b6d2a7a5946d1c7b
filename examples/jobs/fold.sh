# Fails the first time, and is complete the second.
. ../../sdk/sh/brood.sh
brood_open || exit
brood_progress 50 fold
if [ -z "$(brood_load)" ]; then
  echo half | brood_save
  echo 'out of luck' >&2
  exit 1
fi
brood_progress 100 fold
printf '{"brood":"marker","run":"%s","body":"folded"}' "$BROOD_MARKER_RUN" > "$BROOD_MARKER.new"
mv "$BROOD_MARKER.new" "$BROOD_MARKER"
