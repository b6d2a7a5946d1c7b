# Does not end when it is asked to.
trap '' TERM
: > stubborn.lock
while :; do sleep 1; done
