#!/usr/bin/env bash
# Puts a film into a room with a stock ffmpeg, over plain RTP.
#
#   docs/examples/push-ffmpeg.sh FILM [ROOM] [SERVER]
#
# Needs bash, curl, jq and ffmpeg. Ctrl-C ends it and takes the broadcaster away.
set -euo pipefail

film=$1
room=${2:-demo}
server=${3:-http://127.0.0.1:8888}
id=ffmpeg-$$
broadcasters=$server/rooms/$room/broadcasters
broadcaster=$broadcasters/$id

post() { curl --fail-with-body --silent --show-error --json "$2" "$1"; }

post "$broadcasters" "{\"id\":\"$id\",\"displayName\":\"ffmpeg\",\"device\":{\"name\":\"FFmpeg\"}}" >/dev/null
trap 'curl --silent --output /dev/null --request DELETE "$broadcaster"' EXIT

# One transport for sound and one for the picture: ffmpeg sends each from a port of its own.
plain='{"type":"plain","comedia":true,"rtcpMux":false}'
sound=$(post "$broadcaster/transports" "$plain")
picture=$(post "$broadcaster/transports" "$plain")

post "$broadcaster/transports/$(jq -r .id <<<"$sound")/producers" '{
  "kind": "audio",
  "rtpParameters": {
    "codecs": [{
      "mimeType": "audio/opus", "payloadType": 100, "clockRate": 48000, "channels": 2,
      "parameters": { "sprop-stereo": 1 }
    }],
    "encodings": [{ "ssrc": 1111 }]
  }
}' >/dev/null
post "$broadcaster/transports/$(jq -r .id <<<"$picture")/producers" '{
  "kind": "video",
  "rtpParameters": {
    "codecs": [{ "mimeType": "video/VP8", "payloadType": 101, "clockRate": 90000 }],
    "encodings": [{ "ssrc": 2222 }]
  }
}' >/dev/null

address() { jq -r '"rtp://\(.ip):\(.port)?rtcpport=\(.rtcpPort)&pkt_size=1200"' <<<"$1"; }

echo "$film goes into room $room as $id"
ffmpeg -nostdin -hide_banner -loglevel warning -re -stream_loop -1 -i "$film" \
  -map 0:a:0 -c:a libopus -ab 128k -ac 2 -ar 48000 \
  -map 0:v:0 -c:v libvpx -b:v 1000k -deadline realtime -cpu-used 4 -g 50 -pix_fmt yuv420p \
  -f tee "[select=a:f=rtp:ssrc=1111:payload_type=100]$(address "$sound")|[select=v:f=rtp:ssrc=2222:payload_type=101]$(address "$picture")"
