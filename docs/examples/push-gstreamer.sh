#!/usr/bin/env bash
# Puts a film into a room with a stock GStreamer, over plain RTP.
#
#   docs/examples/push-gstreamer.sh FILM [ROOM] [SERVER]
#
# Needs bash, curl, jq, gst-launch-1.0 and the plugins "base" and "good". It ends with the film.
set -euo pipefail

film=$1
room=${2:-demo}
server=${3:-http://127.0.0.1:8888}
id=gstreamer-$$
broadcasters=$server/rooms/$room/broadcasters
broadcaster=$broadcasters/$id

post() { curl --fail-with-body --silent --show-error --json "$2" "$1"; }

post "$broadcasters" "{\"id\":\"$id\",\"displayName\":\"GStreamer\",\"device\":{\"name\":\"GStreamer\"}}" >/dev/null
trap 'curl --silent --output /dev/null --request DELETE "$broadcaster"' EXIT

plain='{"type":"plain","comedia":true,"rtcpMux":false}'
sound=$(post "$broadcaster/transports" "$plain")
picture=$(post "$broadcaster/transports" "$plain")

post "$broadcaster/transports/$(jq -r .id <<<"$sound")/producers" '{
  "kind": "audio",
  "rtpParameters": {
    "codecs": [{ "mimeType": "audio/opus", "payloadType": 100, "clockRate": 48000, "channels": 2 }],
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

sink() { jq -r "\"host=\\(.ip) port=\\(.$2)\"" <<<"$1"; }

echo "$film goes into room $room as $id"
# shellcheck disable=SC2046 # host and port are two words
gst-launch-1.0 --quiet rtpbin name=rtp \
  filesrc location="$film" ! decodebin name=film \
  film. ! queue ! videoconvert \
    ! vp8enc target-bitrate=1000000 deadline=1 cpu-used=4 keyframe-max-dist=50 \
    ! rtpvp8pay pt=101 ssrc=2222 mtu=1200 picture-id-mode=2 ! rtp.send_rtp_sink_0 \
  rtp.send_rtp_src_0 ! udpsink $(sink "$picture" port) \
  rtp.send_rtcp_src_0 ! udpsink $(sink "$picture" rtcpPort) sync=false async=false \
  film. ! queue ! audioconvert ! audioresample ! audio/x-raw,channels=2,rate=48000 ! opusenc \
    ! rtpopuspay pt=100 ssrc=1111 ! rtp.send_rtp_sink_1 \
  rtp.send_rtp_src_1 ! udpsink $(sink "$sound" port) \
  rtp.send_rtcp_src_1 ! udpsink $(sink "$sound" rtcpPort) sync=false async=false
