#!/usr/bin/env bash
# Records who is in a room with a stock ffmpeg, over plain RTP: the first sound and the first picture there are.
#
#   docs/examples/receive-ffmpeg.sh FILE.webm [SECONDS] [ROOM] [SERVER]
#
# Needs bash, curl, jq and ffmpeg, on the machine of the server or on one that it can reach by UDP (then set IP).
set -euo pipefail

file=$1
seconds=${2:-10}
room=${3:-demo}
server=${4:-http://127.0.0.1:8888}
ip=${IP:-127.0.0.1}
id=recorder-$$
broadcasters=$server/rooms/$room/broadcasters
broadcaster=$broadcasters/$id
folder=$(mktemp -d)

post() { curl --fail-with-body --silent --show-error --json "$2" "$1"; }

# What ffmpeg takes in such a session: no retransmission, no header extensions.
can=$(curl --fail --silent --show-error "$server/rooms/$room" |
  jq -c '{ codecs: [.codecs[] | select(.mimeType | test("/(opus|VP8)$"; "i"))] }')
peers=$(post "$broadcasters" "{\"id\":\"$id\",\"displayName\":\"Recorder\",\"device\":{\"name\":\"FFmpeg\"},\"rtpCapabilities\":$can}")
trap 'curl --silent --output /dev/null --request DELETE "$broadcaster"; rm -r "$folder"' EXIT

# A transport for each, since a player takes one stream on a port; `port` and the next one are ffmpeg's.
port=$((20000 + $$ % 5000 * 4))
for kind in audio video; do
  producer=$(jq -r "[.peers[].producers[] | select(.kind == \"$kind\")][0].id // empty" <<<"$peers")
  [ -n "$producer" ] || continue
  transport=$(post "$broadcaster/transports" '{"type":"plain","comedia":false,"rtcpMux":false}' | jq -r .id)
  post "$broadcaster/transports/$transport/connect" \
    "{\"ip\":\"$ip\",\"port\":$port,\"rtcpPort\":$((port + 1))}" >/dev/null
  post "$broadcaster/transports/$transport/consume?producerId=$producer&paused=true" '{}' |
    jq -r .id >>"$folder/consumers"
  port=$((port + 2))
done
curl --fail --silent --show-error "$broadcaster/sdp" >"$folder/room.sdp"

# They begin when ffmpeg listens, so that it gets the key frame with which a picture begins.
(
  sleep 2
  while read -r consumer; do
    post "$broadcaster/consumers/$consumer/resume" '{}' >/dev/null
  done <"$folder/consumers"
) &
ffmpeg -nostdin -hide_banner -loglevel warning -y -protocol_whitelist file,udp,rtp -i "$folder/room.sdp" \
  -t "$seconds" -c copy "$file"
echo "$file has $seconds seconds of room $room"
