"""A network of its own that nothing leaves, and what tried to: `closed_network.py loopback|silent`.

Run by `unshare --net --mount`, which makes the network and the view of the files. Prints "ready", then one
line of JSON for each attempt to leave, until its input ends. With `loopback` there is nothing but this
machine, and an attempt fails at once. With `silent` there is a way out on which everything vanishes, name
look-ups too, so that an attempt hangs, as it does behind many firewalls.
"""

import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAMESERVER = "192.0.2.53"
"""Nobody's: RFC 5737 keeps 192.0.2.0/24 for examples."""

LINES = {
    "/etc/resolv.conf": f"nameserver {NAMESERVER}\n",
    # other ways to look names up, such as systemd's, ask a program outside through a file
    "/etc/nsswitch.conf": "hosts: files dns\n",
}

TCP, UDP = 6, 17
ALL_KINDS_OF_PACKETS = 3  # ETH_P_ALL


def hide_nameservers() -> None:
    """Puts files of ours in the place of those that say how names are looked up; only who is inside sees them."""
    for name, line in LINES.items():
        with tempfile.NamedTemporaryFile("w", delete=False) as file:
            file.write(line)
        os.chmod(file.name, 0o644)
        subprocess.run(["mount", "--bind", file.name, name], check=True)
        os.unlink(file.name)


def ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True)


def open_way_out() -> socket.socket:
    """The far end of a cable that everything for elsewhere goes into, and nothing comes back from."""
    ip("link add out type veth peer name far")
    ip("link set out arp off")  # nobody is asked who is there, so that packets do leave
    for end in ("far", "out"):
        ip(f"link set {end} up")
    ip("address add 198.51.100.2/24 dev out")
    ip("route add default dev out")
    if Path("/proc/net/if_inet6").exists():
        ip("-6 address add 2001:db8::2/64 dev out nodad")
        ip("-6 route add default dev out")
    far = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ALL_KINDS_OF_PACKETS))
    far.bind(("far", ALL_KINDS_OF_PACKETS))
    return far


def read_packet(frame: bytes) -> dict | None:
    """Where a TCP or UDP packet was to go, and the name it asks for if any; None for what the kernel says itself."""
    kind, packet = struct.unpack("!H", frame[12:14])[0], frame[14:]
    if kind == 0x0800:
        protocol, to, inner = packet[9], socket.inet_ntop(socket.AF_INET, packet[16:20]), (packet[0] & 15) * 4
    elif kind == 0x86DD:
        protocol, to, inner = packet[6], socket.inet_ntop(socket.AF_INET6, packet[24:40]), 40
    else:
        return None
    if protocol not in (TCP, UDP):
        return None
    port = struct.unpack("!H", packet[inner + 2 : inner + 4])[0]
    asks = read_name(packet[inner + 8 :]) if (protocol, port) == (UDP, 53) else ""
    return {"to": to, "port": port, "name": asks}


def read_name(message: bytes) -> str:
    """The name that a DNS message (RFC 1035) asks for."""
    parts, at = [], 12
    while at < len(message) and (length := message[at]):
        parts.append(message[at + 1 : at + 1 + length].decode("ascii", "replace"))
        at += 1 + length
    return ".".join(parts)


def unroutable() -> int:
    """How often the kernel was asked in this network to send something for which there is no way."""
    lines = Path("/proc/net/snmp").read_text().splitlines()
    names, values = (line.split() for line in lines if line.startswith("Ip:"))
    count = int(values[names.index("OutNoRoutes")])
    six = Path("/proc/net/snmp6")
    if six.exists():
        rows = (line.split() for line in six.read_text().splitlines())
        count += sum(int(value) for name, value in rows if name == "Ip6OutNoRoutes")
    return count


def attempts(far: socket.socket | None) -> Iterator[dict]:
    """Each attempt to leave, until the input ends; a look at the counter once more before that."""
    seen, ended = unroutable(), False
    while not ended:
        ready, _, _ = select.select([sys.stdin] + ([far] if far else []), [], [], 0.1)
        ended = sys.stdin in ready
        if far in ready and (packet := read_packet(far.recv(65_535))):
            yield packet
        if (now := unroutable()) > seen:
            yield {"to": "nowhere", "port": 0, "name": f"{now - seen} without a way"}
            seen = now


def main() -> None:
    hide_nameservers()
    ip("link set lo up")
    far = open_way_out() if sys.argv[1] == "silent" else None
    print("ready", flush=True)
    for attempt in attempts(far):
        print(json.dumps(attempt), flush=True)


if __name__ == "__main__":
    main()
