    KEY=proof/log.vkey; T=$(mktemp -d); S=$(($(sed -n 2p proof/checkpoint) - 1)); sha() { openssl dgst -sha256 -binary; }
    cat manifest-sha256.txt tagmanifest-sha256.txt | sha256sum --quiet -c - && echo "1, 2 OK" || echo "1, 2 FAILED"
    (find proof -name '*.json' -exec cat {} +; find data -name evidence-list.json -exec cat {} +) | grep -oE '[0-9a-f]{64}' | sort -u > "$T/said"
    find data -type f ! -name external.txt -exec sha256sum {} + | cut -c1-64 | sort -u | comm -23 - "$T/said" | grep -q . && echo "3 FAILED" || echo "3 OK"
    (printf '\060\052\060\005\006\003\053\145\160\003\041\000'; grep -Fx -f proof/log.vkey "$KEY" | awk -v o="$(sed -n 1p proof/checkpoint)+" 'index($0, o) == 1' | cut -d+ -f3- | openssl base64 -d -A | tail -c 32) > "$T/key"
    sed '/^$/,$d' proof/checkpoint > "$T/text"; sed -n '/^$/{n;p;}' proof/checkpoint | sed 's/.* //' | openssl base64 -d -A | tail -c 64 > "$T/sig"
    openssl pkeyutl -verify -pubin -keyform DER -inkey "$T/key" -rawin -in "$T/text" -sigfile "$T/sig" && echo "4 OK" || echo "4 FAILED"
    find proof -name '*.tlog-proof' | while IFS= read -r P; do I=$(sed -n 's/^index //p' "$P"); J=$S; (printf '\000'; cat "${P%.tlog-proof}.json") | sha > "$T/h"; for H in $(sed -n '3,/^$/p' "$P"); do
      echo "$H" | openssl base64 -d -A > "$T/s"; if [ $((I % 2)) = 1 ] || [ "$I" = "$J" ]; then (printf '\001'; cat "$T/s" "$T/h") | sha > "$T/n"
        while [ $((I % 2)) = 0 ] && [ "$I" != 0 ]; do I=$((I / 2)); J=$((J / 2)); done; else (printf '\001'; cat "$T/h" "$T/s") | sha > "$T/n"; fi
      mv "$T/n" "$T/h"; I=$((I / 2)); J=$((J / 2)); done; [ "$(openssl base64 -A < "$T/h")" = "$(sed -n 3p proof/checkpoint)" ] && echo "$P OK" || echo "$P FAILED"; done
