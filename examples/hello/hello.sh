# Greets NAME so many times, once a second, and ends.
name=$1
times=$2
while [ "$times" -gt 0 ]; do
  echo "$GREETING $name, $times to go"
  times=$((times - 1))
  sleep 1
done
echo 'Done.'
