# Works until it is told to stop, then cleans up and has a last word.
trap 'echo "worker $NODE_APP_INSTANCE cleans up"; exit 0' TERM INT
echo "worker $NODE_APP_INSTANCE is ready" >&2
while :; do
  echo "worker $NODE_APP_INSTANCE works"
  sleep 0.7 &
  wait $!
done
