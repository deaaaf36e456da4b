#!/bin/sh
# Ends process groups when whoever started them is gone, however that one ended: its death closes our standard
# input. Reads "watch GROUP" and "forget GROUP"; at the end of input sends TERM to the groups that are left and,
# after as many tenths of a second as the first argument says, KILL.
trap '' HUP INT TERM
groups=''
while read -r verb group; do
  case $verb in
    watch) groups="$groups $group" ;;
    forget)
      kept=''
      for other in $groups; do
        [ "$other" = "$group" ] || kept="$kept $other"
      done
      groups=$kept
      ;;
  esac
done

for group in $groups; do kill -s TERM -- "-$group" 2>/dev/null; done
tenths=0
while [ "$tenths" -lt "${1:-50}" ]; do
  alive=''
  for group in $groups; do kill -s 0 -- "-$group" 2>/dev/null && alive="$alive $group"; done
  [ -n "$alive" ] || exit 0
  sleep 0.1
  tenths=$((tenths + 1))
done
for group in $groups; do kill -s KILL -- "-$group" 2>/dev/null; done
exit 0
