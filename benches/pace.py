#!/usr/bin/env python3
"""How much of the documented rate an organisation is read at, and whether it is ever exceeded.

    benches/pace.py [--binary PATH] [--members 6000] [--format ndjson] [--rate N] [LATENCY...]

For each latency (5ms 50ms 200ms 800ms unless named) a sandbox with that many members counts as the cloud does: 20
requests in any one second. Printed are the share of that limit once the run is under way (the first 20 requests leave
at once, and the first and the last reply are waited for), the requests that were above it, and the peak memory of the
whole process.
"""

import argparse
import os
import re
import signal
import subprocess
import time

parser = argparse.ArgumentParser()
parser.add_argument("--binary", default="target/release/cloudbal")
parser.add_argument("--members", type=int, default=6000)
parser.add_argument("--format", default="ndjson")
parser.add_argument("--rate", help="another limit, for both sides; 0 lifts it")
parser.add_argument("latencies", nargs="*", default=["5ms", "50ms", "200ms", "800ms"])
arguments = parser.parse_args()
rate = ["--rate", arguments.rate] if arguments.rate else []
key = "AKIDsandboxintldemo"

print("latency  members  seconds  share of limit  above limit  peak MiB  CPU s")
for latency in arguments.latencies:
    server = subprocess.Popen(
        [arguments.binary, "sandbox", "--members", str(arguments.members), "--latency", latency, *rate],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    url = server.stdout.readline().strip()
    start = time.monotonic()
    client = subprocess.Popen(
        [arguments.binary, "tencent", "members", "-q", "-o", arguments.format, "--endpoint", url, *rate],
        env={"TENCENTCLOUD_SECRET_ID": key, "TENCENTCLOUD_SECRET_KEY": f"sandbox-secret-of-{key}"},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(client.pid, 0)
    seconds = time.monotonic() - start
    server.send_signal(signal.SIGINT)
    counted = server.communicate()[1]
    above = re.search(r"(\d+) above the rate", counted)[1]
    pages = -(-arguments.members // 10)
    under_way = seconds - 2 * int(latency.removesuffix("ms")) / 1000
    share = "-" if arguments.rate == "0" else f"{(pages - 20) / under_way / int(arguments.rate or 20):.1%}"
    print(
        f"{latency:>7} {arguments.members:>8} {seconds:>8.1f} {share:>15} {above:>12}"
        f" {used.ru_maxrss / 1024:>9.1f} {used.ru_utime + used.ru_stime:>6.2f}",
        flush=True,
    )
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"cloudbal ended with status {os.waitstatus_to_exitcode(status)}: {counted}")
