#!/usr/bin/env python3
"""Measures how much of the documented rate is used to read an organization, and whether it is ever exceeded.

    benches/pace.py [--binary PATH] [--members 6000] [--format ndjson] [--rate N] [LATENCY...]

For each latency (5ms 50ms 200ms 800ms unless named) a sandbox with that many members counts as the cloud does: 20
requests in any one second. Printed are the share of that limit over the whole run, from the start of the process to its
end, and the sustained one, from the 40th page on: until then it is found out how quick replies can be. Then come the
requests that were above the limit, and the peak memory and the CPU time of the whole process.
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

STREAMS, UNDER_WAY = ("ndjson", "csv"), 40


def pages_read(output):
    """When each page was printed, where pages are printed as they come."""
    times = []
    for number, _ in enumerate(output):
        if number % 10 == 0:
            times.append(time.monotonic())
    return times


def share(pages, seconds):
    return f"{pages / seconds / int(arguments.rate or 20):.1%}"


print("latency  members  seconds  share of limit  sustained  above limit  peak MiB  CPU s")
for latency in arguments.latencies:
    server = subprocess.Popen(
        [arguments.binary, "sandbox", "--members", str(arguments.members), "--latency", latency, *rate],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    url = server.stdout.readline().removeprefix("#").strip()
    start = time.monotonic()
    client = subprocess.Popen(
        [arguments.binary, "tencent", "members", "-q", "-o", arguments.format, "--endpoint", url, *rate],
        env={"TENCENTCLOUD_SECRET_ID": key, "TENCENTCLOUD_SECRET_KEY": f"sandbox-secret-of-{key}"},
        stdout=subprocess.PIPE,
    )
    times = pages_read(client.stdout)
    _, status, used = os.wait4(client.pid, 0)
    seconds = time.monotonic() - start
    server.send_signal(signal.SIGINT)
    counted = server.communicate()[1]
    above = re.search(r"(\d+) above the rate", counted)[1]
    pages = -(-arguments.members // 10)
    whole = sustained = "-"
    if arguments.rate != "0":
        whole = share(pages, seconds)
        if arguments.format in STREAMS and pages > UNDER_WAY:
            sustained = share(pages - UNDER_WAY, times[pages - 1] - times[UNDER_WAY - 1])
    print(
        f"{latency:>7} {arguments.members:>8} {seconds:>8.1f} {whole:>15} {sustained:>10} {above:>12}"
        f" {used.ru_maxrss / 1024:>9.1f} {used.ru_utime + used.ru_stime:>6.2f}",
        flush=True,
    )
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"cloudbal ended with status {os.waitstatus_to_exitcode(status)}: {counted}")
