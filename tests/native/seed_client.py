"""A native client as the first users of the demo wrote theirs: a picture and data, pushed over plain HTTP.

It goes through the steps of such a client one by one, on a WebRTC stack that has nothing to do with ours (aiortc by
way of pymediasoup), and prints one JSON object a line of what happens. A line on its input is sent as a message; when
the input ends, it takes itself away.

    python seed_client.py http://127.0.0.1:8888 ROOM NAME
"""

import asyncio
import json
import random
import sys

import aiohttp
import aioice.ice
from aiortc import VideoStreamTrack
from av import VideoFrame
from pymediasoup import AiortcHandler, Device
from pymediasoup.models.transport import DtlsParameters, IceCandidate, IceParameters
from pymediasoup.rtp_parameters import RtpCapabilities
from pymediasoup.sctp_parameters import SctpParameters, SctpStreamParameters

# The server under test is on loopback, which this stack leaves out otherwise.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"] if use_ipv4 else []

POLL_SECONDS = 1
# Every byte there is, so that nothing on the way can have taken it for text.
BINARY = bytes(range(256)) * 4


def tell(what, **more):
    print(json.dumps({"what": what, **more}), flush=True)


class MovingPicture(VideoStreamTrack):
    """A brightness that goes up and down."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = VideoFrame(width=320, height=240, format="yuv420p")
        for index, plane in enumerate(frame.planes):
            value = 64 + (pts // 3000 * 4) % 128 if index == 0 else 128
            plane.update(bytes([value]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, time_base
        return frame


class SeedClient:
    def __init__(self, http, server, room, name):
        self.http, self.server, self.name = http, server, name
        self.room_url = f"{server}/rooms/{room}"
        self.id = str(random.randrange(10**9))
        self.url = f"{self.room_url}/broadcasters/{self.id}"
        self.known = set()

    async def ask(self, method, url, body=None):
        """The old client takes nothing for success but exactly 200."""
        async with self.http.request(method, url, json=body) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{method} {url}: {answer.status} {text}"
            return json.loads(text) if answer.content_type == "application/json" and text else text

    async def register(self):
        capabilities = RtpCapabilities(**await self.ask("GET", self.room_url))
        self.device = Device(handlerFactory=AiortcHandler.createFactory(tracks=[MovingPicture()]))
        await self.device.load(capabilities)
        await self.ask(
            "POST",
            f"{self.room_url}/broadcasters",
            {
                "id": self.id,
                "displayName": self.name,
                "device": {"name": "chensong", "version": "1.0"},
                "rtpCapabilities": self.device.rtpCapabilities.model_dump(exclude_none=True),
            },
        )

    async def transport(self, create):
        made = await self.ask(
            "POST",
            f"{self.url}/transports",
            {
                "type": "webrtc",
                "rtcpMux": True,
                "sctpCapabilities": self.device.sctpCapabilities.model_dump(exclude_none=True),
            },
        )
        url = f"{self.url}/transports/{made['id']}"
        transport = create(
            id=made["id"],
            iceParameters=IceParameters(**made["iceParameters"]),
            iceCandidates=[IceCandidate(**it) for it in made["iceCandidates"]],
            dtlsParameters=DtlsParameters(**made["dtlsParameters"]),
            sctpParameters=SctpParameters(**made["sctpParameters"]),
        )

        @transport.on("connect")
        async def on_connect(dtls):
            await self.ask("POST", f"{url}/connect", {"dtlsParameters": dtls.model_dump(exclude_none=True)})

        return transport, url

    async def send(self):
        transport, url = await self.transport(self.device.createSendTransport)

        @transport.on("produce")
        async def on_produce(kind, parameters, _app_data):
            body = {"kind": kind, "rtpParameters": parameters.model_dump(exclude_none=True)}
            return (await self.ask("POST", f"{url}/producers", body))["id"]

        @transport.on("producedata")
        async def on_produce_data(sctpStreamParameters, label, protocol, appData):
            body = {
                "label": label,
                "protocol": protocol,
                "sctpStreamParameters": sctpStreamParameters.model_dump(exclude_none=True),
                "appData": appData,
            }
            return (await self.ask("POST", f"{url}/produce/data", body))["id"]

        await transport.produce(track=MovingPicture(), stopTracks=False)
        self.data = await transport.produceData(label="chat", protocol="stcp", ordered=True)
        while self.data.readyState != "open":
            await asyncio.sleep(0.05)

    async def receive(self):
        self.receiver, self.receiver_url = await self.transport(self.device.createRecvTransport)
        await self.listen_to(self.data.id, "myself")

    async def listen_to(self, data_producer_id, name):
        made = await self.ask("POST", f"{self.receiver_url}/consume/data", {"dataProducerId": data_producer_id})
        consumer = await self.receiver.consumeData(
            id=made["id"],
            dataProducerId=data_producer_id,
            sctpStreamParameters=SctpStreamParameters(streamId=made["streamId"], ordered=True),
            label="chat",
            protocol="stcp",
        )

        @consumer.on("message")
        def on_message(message):
            if isinstance(message, bytes):
                tell("binary", of=name, length=len(message), untouched=message == BINARY)
            else:
                tell("text", of=name, text=message)

        tell("listens", to=name)

    async def look_around(self):
        """Finds whom to listen to, by the listing's old name."""
        while True:
            listing = await self.ask("GET", f"{self.room_url}/chensong")
            for peer in listing["peers"]:
                name = peer["displayName"]
                chat = [data for data in peer["dataProducers"] if data["label"] == "chat"]
                if name != self.name and name not in self.known and chat:
                    self.known.add(name)
                    await self.listen_to(chat[0]["id"], name)
            await asyncio.sleep(POLL_SECONDS)

    async def leave(self):
        """By a GET, as its library could do no better."""
        tell("left", answer=await self.ask("GET", self.url))


async def keep_room(socket):
    """Answers pings, nothing else; never joins."""
    async for _ in socket:
        pass


async def main(server, room, name):
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    async with aiohttp.ClientSession() as http:
        url = f"{server.replace('http', 'ws', 1)}/?roomId={room}&peerId={name}"
        async with http.ws_connect(url, protocols=["protoo"], origin=server) as socket:
            tell("room", protocol=socket.protocol)
            keeper = asyncio.create_task(keep_room(socket))
            client = SeedClient(http, server, room, name)
            await client.register()
            await client.send()
            tell("sends", id=client.id)
            await client.receive()
            looker = asyncio.create_task(client.look_around())
            client.data.send(BINARY)
            while line := (await lines.readline()).decode():
                client.data.send(line.rstrip("\n"))
            looker.cancel()
            await client.leave()
            keeper.cancel()


asyncio.run(main(*sys.argv[1:]))
