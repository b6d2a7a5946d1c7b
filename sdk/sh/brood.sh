# The channel to the parent for POSIX shells: lines of JSON over a descriptor that was inherited.
#
#   . ./brood.sh
#   brood_open || exit
#   brood_ready
#   while brood_receive message; do
#     brood_send "{\"got\":$message}"
#   done
#
# Mode json only, descriptors 0 to 9 (dash knows no others in redirections; Brood and Node use 3).
# Messages stay text here: what needs to look inside uses jq or its like.
#
# A shell cannot set close-on-exec: programs started by the script inherit the channel, and hold it
# open when they outlive the script. Start them with `brood_run PROGRAM ARGUMENT...`.
#
# One writer at a time: two background jobs that send at once can mix their lines.
# shellcheck shell=sh

# Takes the channel that the environment names. 1: there is none, or one that a shell cannot use;
# then a message on stderr says so. Sets a trap for SIGPIPE, so that sending to a parent that is gone
# fails instead of ending the script; a trap of the script's own belongs behind this call.
brood_open() {
  brood_fd=${NODE_CHANNEL_FD-}
  brood_mode=${NODE_CHANNEL_SERIALIZATION_MODE:-json}
  unset NODE_CHANNEL_FD NODE_CHANNEL_SERIALIZATION_MODE NODE_UNIQUE_ID
  case $brood_fd in
    [0-9]) ;;
    '') brood_complain 'the parent made no channel: NODE_CHANNEL_FD is not set'; return 1 ;;
    *) brood_complain "descriptor \"$brood_fd\": a shell can use 0 to 9"; brood_fd=; return 1 ;;
  esac
  if [ "$brood_mode" != json ]; then
    brood_complain "mode $brood_mode: a shell can use json"
    brood_fd=
    return 1
  fi
  if ! { : >&"$brood_fd"; } 2>/dev/null; then
    brood_complain "descriptor $brood_fd is not open"
    brood_fd=
    return 1
  fi
  trap : PIPE # and not '': ignoring would be inherited by every program
}

brood_complain() {
  printf 'brood.sh: %s\n' "$*" >&2
}

# Sends one message: a JSON text on one line. 1: it holds a line feed, or the channel has ended.
brood_send() {
  [ -n "${brood_fd-}" ] || return 1
  case $1 in
    '') brood_complain 'an empty text is not JSON'; return 1 ;;
    *'
'*) brood_complain 'a message is one line'; return 1 ;;
  esac
  { printf '%s\n' "$1" >&"$brood_fd"; } 2>/dev/null
}

# Reads the next message into the variable named by $1. 1: the parent has disconnected; what it
# wrote of an unfinished message is dropped. Handles are refused, as a shell cannot take them.
brood_receive() {
  [ -n "${brood_fd-}" ] || return 1
  while brood_read; do
    brood_line=${brood_line%"$brood_return"}
    case $brood_line in
      '{"cmd":"NODE_HANDLE",'*) brood_send '{"cmd":"NODE_HANDLE_NACK"}' || return 1 ;;
      '{"cmd":"NODE_'[!\"]*) ;; # between runtimes, not for programs
      *)
        eval "$1=\$brood_line"
        return 0
        ;;
    esac
  done 2>/dev/null
  return 1
}
brood_return=$(printf '\r')

# Reads a line. A signal that the script traps ends `read` in some shells as the end of the channel
# does: that is the end if `read` ends again and again, at once.
brood_read() {
  brood_part=
  brood_misses=0
  until brood_line=; IFS= read -r brood_line <&"$brood_fd"; do
    [ -z "$brood_line" ] || brood_misses=0
    brood_part=$brood_part$brood_line
    brood_misses=$((brood_misses + 1))
    case $brood_misses in
      1) brood_since=$(date +%s) ;;
      20)
        [ "$(date +%s)" -gt "$((brood_since + 1))" ] || return 1
        brood_misses=0
        ;;
    esac
  done
  brood_line=$brood_part$brood_line
}

# Prints a text as a JSON string, with quotes. NUL cannot be in a shell's text.
brood_json_string() {
  # Byte by byte where needed: backslash and quote, then the control characters.
  printf '%s\n' "$1" | LC_ALL=C awk '
    BEGIN {
      for (i = 1; i < 32; i++) code[sprintf("%c", i)] = sprintf("\\u%04x", i)
      code["\t"] = "\\t"; code["\r"] = "\\r"; code["\b"] = "\\b"; code["\f"] = "\\f"
      printf "\""
    }
    {
      gsub(/\\/, "&&")
      gsub(/"/, "\\\\&")
      if ($0 ~ /[\001-\037]/) {
        line = ""
        for (i = 1; i <= length($0); i++) {
          character = substr($0, i, 1)
          line = line (character in code ? code[character] : character)
        }
        $0 = line
      }
      printf "%s%s", (NR > 1 ? "\\n" : ""), $0
    }
    END { print "\"" }'
}

# The messages of PROTOCOL.md.

brood_ready() {
  brood_send '{"brood":"ready"}'
}

brood_beat() {
  brood_send '{"brood":"beat"}'
}

# brood_serve COMMAND [ARGUMENT...]: says ready, and answers calls until the parent disconnects, one
# after the other: a whole worker of a pool. The command, mostly a function of the script, gets the
# message as its last argument (in it "body" is the value of the call) and prints the answer as one
# line of JSON. If it fails, the caller is told its exit status and the last line that it printed.
# It runs in a subshell, without the channel. Health checks are answered here.
brood_serve() {
  brood_ready || return
  while brood_receive brood_message; do
    case $brood_message in
      '{"brood":"request","id":'[1-9]*) ;;
      *) continue ;;
    esac
    brood_id=${brood_message#*\"id\":}
    brood_id=${brood_id%%[!0-9]*}
    case $brood_message in
      *'"body":{"type":"health_check"}'*) brood_reply "$brood_id" '"ok"' || return; continue ;;
    esac
    if brood_answer=$(eval "exec $brood_fd>&-"; "$@" "$brood_message"); then
      brood_reply "$brood_id" "$brood_answer" || return
    else
      brood_status=$?
      brood_answer=${brood_answer##*"$brood_newline"}
      brood_fail "$brood_id" "exit status $brood_status: $brood_answer" || return
    fi
  done
}
brood_newline='
'

# brood_load: prints what was saved last; nothing at a start from the beginning. 1: the parent has
# given no path in BROOD_CHECKPOINT.
brood_load() {
  [ -n "${BROOD_CHECKPOINT-}" ] || return 1
  [ ! -f "$BROOD_CHECKPOINT" ] || cat "$BROOD_CHECKPOINT"
}

# brood_save: saves its input: in another file beside the path, which is renamed to it when it is
# whole. A command that may fail should not write to it by a pipe, whose status nobody sees. Tells
# the parent. A script that wants to be run again then does: exit "$brood_run_again".
brood_save() {
  [ -n "${BROOD_CHECKPOINT-}" ] || return 1
  if cat >"$BROOD_CHECKPOINT.new-$$" && [ -s "$BROOD_CHECKPOINT.new-$$" ] \
    && mv "$BROOD_CHECKPOINT.new-$$" "$BROOD_CHECKPOINT"; then
    brood_send '{"brood":"checkpoint"}' || : # a parent that is gone has the file nevertheless
  else
    rm -f "$BROOD_CHECKPOINT.new-$$"
    return 1
  fi
}
brood_run_again=85

# brood_progress [PERCENT [PHASE [MESSAGE]]]; '' leaves one out.
brood_progress() {
  brood_fields=
  case ${1-} in
    '') ;;
    *[!0-9.]* | .* | *. | *.*.* | 0[0-9]*) brood_complain "\"$1\" is not a percentage"; return 1 ;;
    *) brood_fields=,\"percent\":$1 ;;
  esac
  [ -z "${2-}" ] || brood_fields=$brood_fields,\"phase\":$(brood_json_string "$2")
  [ -z "${3-}" ] || brood_fields=$brood_fields,\"message\":$(brood_json_string "$3")
  brood_send "{\"brood\":\"progress\"$brood_fields}"
}

# brood_reply ID [JSON]: answers a request, whose id the script has taken out of it.
brood_reply() {
  brood_send "{\"brood\":\"reply\",\"id\":$1,\"body\":${2:-null}}"
}

# brood_fail ID TEXT: answers a request with an error.
brood_fail() {
  brood_send "{\"brood\":\"reply\",\"id\":$1,\"error\":{\"message\":$(brood_json_string "$2")}}"
}

# brood_publish TOPIC [JSON]
brood_publish() {
  brood_send "{\"brood\":\"publish\",\"topic\":$(brood_json_string "$1"),\"body\":${2:-null}}"
}

# brood_subscribe PATTERN [GROUP]
brood_subscribe() {
  brood_fields=
  [ -z "${2-}" ] || brood_fields=,\"group\":$(brood_json_string "$2")
  brood_send "{\"brood\":\"subscribe\",\"pattern\":$(brood_json_string "$1")$brood_fields}"
}

# brood_unsubscribe PATTERN [GROUP]
brood_unsubscribe() {
  brood_fields=
  [ -z "${2-}" ] || brood_fields=,\"group\":$(brood_json_string "$2")
  brood_send "{\"brood\":\"unsubscribe\",\"pattern\":$(brood_json_string "$1")$brood_fields}"
}

# brood_broadcast [JSON]: to every other child.
brood_broadcast() {
  brood_send "{\"brood\":\"broadcast\",\"body\":${1:-null}}"
}

# brood_presence: asks who is here; the answer and later changes arrive as messages.
brood_presence() {
  brood_send '{"brood":"presence"}'
}

# brood_request ID NAME [JSON]: asks a child. The script counts the ids; the reply arrives as a
# message, {"brood":"reply","id":ID,...}.
brood_request() {
  brood_fields=\"to\":$(brood_json_string "$2")
  brood_send "{\"brood\":\"request\",\"id\":$1,$brood_fields,\"body\":${3:-null}}"
}

# brood_send_to NAME [JSON]
brood_send_to() {
  brood_send "{\"brood\":\"send\",\"to\":$(brood_json_string "$1"),\"body\":${2:-null}}"
}

# Runs a program without the channel.
brood_run() {
  if [ -n "${brood_fd-}" ]; then
    eval '"$@" '"$brood_fd"'>&-'
  else
    "$@"
  fi
}

# Ends the channel, if no program that inherited it still holds it.
brood_disconnect() {
  [ -n "${brood_fd-}" ] || return 0
  eval "exec $brood_fd>&-"
  brood_fd=
}
