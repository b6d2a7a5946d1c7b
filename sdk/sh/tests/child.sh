# Does what its first argument says; a helper of the tests.
. "${0%/*}/../brood.sh"
brood_open || exit 9
case $1 in
  echo)
    brood_ready
    while brood_receive message; do brood_send "[$message]" || exit; done
    exit 3
    ;;
  tell)
    [ -z "${NODE_CHANNEL_FD-}${NODE_CHANNEL_SERIALIZATION_MODE-}" ] || exit 8
    brood_progress 40 'lo"ad' 'a\b
c'
    brood_progress 99.5
    brood_progress x 2>/dev/null && exit 7
    brood_progress 07 2>/dev/null && exit 7
    brood_beat
    brood_publish a.b '{"n":1}'
    brood_subscribe 'a.*' g
    brood_unsubscribe 'a.*' g
    brood_broadcast '[1]'
    brood_presence
    brood_request 3 'o"ther' '"well?"'
    brood_send_to other '"hi"'
    brood_fail 7 'no "way"'
    brood_send 'two
lines' 2>/dev/null && exit 6
    brood_run sh -c '[ ! -e /proc/self/fd/'"$brood_fd"' ]' || exit 5
    brood_disconnect
    brood_send 1 && exit 4
    exit 0
    ;;
  answer)
    while brood_receive message; do
      id=${message#*\"id\":}
      brood_reply "${id%%[!0-9]*}" '"yes"'
    done
    ;;
  serve)
    twice() {
      [ ! -e "/proc/self/fd/$brood_fd" ] || exit 9
      number=${2#*'"body":'}
      number=${number%\}}
      case $number in
        *[!0-9]*) printf 'what is this?\nno "number"\n'; return 4 ;;
      esac
      echo $((number * $1))
    }
    brood_serve twice 2
    exit 3
    ;;
  job)
    done=$(brood_load) || exit 9
    brood_progress $((${done:-0} * 10))
    brood_receive message || exit 8
    [ "$message" = '{"brood":"checkpoint"}' ] || exit 7
    printf '' | brood_save && exit 6
    echo $((${done:-0} + 5)) | brood_save || exit 5
    exit "$brood_run_again"
    ;;
  trapped)
    trap 'brood_send "\"trapped\""' USR1
    brood_ready
    while brood_receive message; do brood_send "[$message]" || exit; done
    exit 3
    ;;
  lost) # the parent disconnects: sending fails, and the script goes on
    brood_receive message
    i=0
    while brood_send '"more"' && [ $i -lt 100000 ]; do i=$((i + 1)); done
    exit 2
    ;;
  strings)
    brood_receive text # fetched to be sure that the parent listens
    while IFS= read -r line; do brood_send "$(brood_json_string "$(printf '%b' "$line")")"; done
    ;;
esac
