# Needs the web server and does not wait for it: it fails until somebody listens there.
trap 'echo "the worker is asked to end"; exit 0' TERM
(exec 3<>"/dev/tcp/127.0.0.1/$WEB_PORT") 2>/dev/null || { echo 'nobody listens' >&2; exit 3; }
echo 'the worker works'
while :; do
  sleep 0.2 &
  wait $!
done
