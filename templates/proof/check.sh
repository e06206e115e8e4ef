T=$(mktemp -d); sha() { openssl dgst -sha256 -binary; }
sed '1,/^$/d' statement.tlog-proof > "$T/checkpoint"; sed '/^$/,$d' "$T/checkpoint" > "$T/text"
sed -n '/^$/{n;p;}' "$T/checkpoint" | sed 's/.* //' | openssl base64 -d -A | tail -c 64 > "$T/sig"
printf '\060\052\060\005\006\003\053\145\160\003\041\000' > "$T/key"
printf %s "$VKEY" | cut -d+ -f3- | openssl base64 -d -A | tail -c 32 >> "$T/key"
openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key" -rawin -in "$T/text" -sigfile "$T/sig" &&
  [ "$(sed -n 1p "$T/text")" = "${VKEY%%+*}" ] && echo "The log signed the checkpoint" ||
  echo "FAILED: the log did not sign this checkpoint"
I=$(sed -n 's/^index //p' statement.tlog-proof); J=$(($(sed -n 2p "$T/text") - 1))
(printf '\000'; cat statement.json) | sha > "$T/h"
for H in $(sed -n '3,/^$/p' statement.tlog-proof); do
  echo "$H" | openssl base64 -d -A > "$T/s"
  if [ $((I % 2)) = 1 ] || [ "$I" = "$J" ]; then
    (printf '\001'; cat "$T/s" "$T/h") | sha > "$T/n"
    while [ $((I % 2)) = 0 ] && [ "$I" != 0 ]; do I=$((I / 2)); J=$((J / 2)); done
  else (printf '\001'; cat "$T/h" "$T/s") | sha > "$T/n"; fi
  mv "$T/n" "$T/h"; I=$((I / 2)); J=$((J / 2))
done
[ "$(openssl base64 -A < "$T/h")" = "$(sed -n 3p "$T/text")" ] &&
  echo "The statement is in the log" || echo "FAILED: the statement is not in the log"
