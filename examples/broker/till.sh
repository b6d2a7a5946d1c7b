# Answers what a number of meals costs.
. "$BROOD_SDK/sh/brood.sh"
brood_open || exit
while brood_receive message; do
  case $message in
    *'"brood":"request"'*)
      id=${message#*'"id":'}
      meals=${message#*'"meals":'}
      brood_reply "${id%%[!0-9]*}" "$((${meals%%[!0-9]*} * 9))"
      ;;
  esac
done
