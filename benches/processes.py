#!/usr/bin/env python3
"""Times whole processes in turn: cloudbal, curl, the hand-written floor and tccli asking one server for one balance.

    benches/processes.py [--runs 50] [--build-time]

Builds what it needs, starts `cloudbal sandbox` as the server, and prints a table and how the goals are met. All
contestants speak TLS with that server, with a blank environment and an empty home, and take turns run by run, so
that whatever else the machine does hits all alike: believe the ratios more than the times. tccli trusts no certificate that it does not bring along, so it
alone speaks plain HTTP (to a second sandbox); it takes part when it is at `.venv/bin/tccli`, where `.ci/official/run`
installs it.
"""

import argparse
import contextlib
import hashlib
import hmac
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILT = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).absolute() / "release"
CLOUDBAL, FLOOR, HELLO = BUILT / "cloudbal", BUILT / "examples/floor", BUILT / "examples/hello"
TCCLI = ROOT / ".venv/bin/tccli"
SYSTEM_BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")

KEY_ID, SECRET = "AKIDsandboxintldemo", "sandbox-secret-of-AKIDsandboxintldemo"
HOST = "billing.intl.tencentcloudapi.com"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "TENCENTCLOUD_SECRET_ID": KEY_ID,
    "TENCENTCLOUD_SECRET_KEY": SECRET,
    "TENCENTCLOUD_REGION": "ap-guangzhou",
}

# What is run must print one of these: the example balance in cents, or in dollars.
BALANCES = ("10000000000", "100000000.00")
GOALS = [
    ("one call", "cloudbal", "floor", 1.4),
    ("one call", "cloudbal", "curl, all CAs", 0.2),
    ("start", "cloudbal --version", "hello", 1.4),
]
MOST_MEMORY, LARGEST_BINARY, LONGEST_BUILD = 7.0, 7.0, 180.0


def build(target=None):
    """Builds the release binary; without a target also what it is compared with. Returns the seconds it took."""
    environment = os.environ | ({"CARGO_TARGET_DIR": str(target)} if target else {})
    start = time.monotonic()
    subprocess.run(["cargo", "build", "--release", "--locked"], cwd=ROOT, env=environment, check=True)
    took = time.monotonic() - start
    if target is None:
        subprocess.run(["cargo", "build", "--release", "--locked", "--examples"], cwd=ROOT, check=True)
    return took


@contextlib.contextmanager
def sandbox(*options):
    """A server on loopback; gives its address."""
    command = [CLOUDBAL, "sandbox", "--rate", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip().split("://")[1]
        finally:
            server.terminate()


def curl_config(address, bundle):
    """The same call for curl, signed (TC3-HMAC-SHA256) here: it may be repeated for five minutes."""
    now = datetime.now(timezone.utc)
    body = '{"TempCredit":true}'
    canonical = f"POST\n/\n\ncontent-type:application/json\nhost:{HOST}\n\ncontent-type;host\n" + sha256(body)
    scope = f"{now:%Y-%m-%d}/billing/tc3_request"
    timestamp = int(now.timestamp())
    key = f"TC3{SECRET}".encode()
    for part in (*scope.split("/"), f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{sha256(canonical)}"):
        key = hmac.digest(key, part.encode(), "sha256")
    authorization = (
        f"TC3-HMAC-SHA256 Credential={KEY_ID}/{scope}, SignedHeaders=content-type;host, Signature={key.hex()}"
    )
    headers = {
        "Content-Type": "application/json",
        "X-TC-Action": "DescribeAccountBalance",
        "X-TC-Version": "2018-07-09",
        "X-TC-Timestamp": timestamp,
        "Authorization": authorization,
    }
    lines = [f'url = "https://{HOST}/"', f'connect-to = "::{address}"', f'cacert = "{bundle}"', "silent"]
    lines += [f'header = "{name}: {value}"' for name, value in headers.items()]
    lines.append('data = "' + body.replace('"', '\\"') + '"')
    return "\n".join(lines) + "\n"


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def timed(command, environment):
    """One run: wall and CPU time in milliseconds."""
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, environment, file_actions=quiet)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - start
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return wall * 1000, (used.ru_utime + used.ru_stime) * 1000


def peak_memory(command, environment):
    """The most memory of one run, in MiB. A process's peak counts what it was started from; a shell is small."""
    tell = "import resource; print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    script = '"$@" >/dev/null; exec "$PYTHON" -c "$TELL"'
    asked = environment | {"PYTHON": sys.executable, "TELL": tell}
    run = subprocess.run(["/bin/sh", "-c", script, "sh", *command], env=asked, capture_output=True, text=True, check=True)
    return int(run.stdout) / 1024


def check(command, environment):
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0 or not any(balance in run.stdout for balance in BALANCES):
        raise SystemExit(f"{' '.join(command)} did not print the balance: {run.stdout}{run.stderr}")


def measure(commands, environment, refresh, runs):
    """Name -> (wall times, CPU times, peak memory). Every command runs once before any runs again, in a
    random order, because a process that follows a large one finds cold processor caches."""
    figures = {name: ([], []) for name in commands}
    order = random.Random(1)
    for _ in range(runs):
        refresh()
        for name in order.sample(list(commands), len(commands)):
            wall, cpu = timed(commands[name], environment)
            figures[name][0].append(wall)
            figures[name][1].append(cpu)
    return {name: (*figures[name], peak_memory(command, environment)) for name, command in commands.items()}


def compare(scratch, address, plain, runs):
    """The figures of all commands: first those of the one call, then those of a start."""
    ca, everything = scratch / "sandbox.pem", scratch / "everything.pem"
    everything.write_bytes(SYSTEM_BUNDLE.read_bytes() + ca.read_bytes())
    environment = ENVIRONMENT | {"HOME": str(scratch)}
    curl = shutil.which("curl") or sys.exit("curl is needed: apt-get install curl")
    configs = {scratch / "one.curl": ca, scratch / "all.curl": everything}
    one, all_cas = configs
    call = [str(CLOUDBAL), "tencent", "balance", "--output", "json"]
    calls = {
        "cloudbal": [*call, "--connect-to", address, "--ca-file", str(ca)],
        "floor": [str(FLOOR), address, str(ca)],
        "curl, one CA": [curl, "--config", str(one)],
        "curl, all CAs": [curl, "--config", str(all_cas)],
    }
    if TCCLI.exists():
        calls["tccli, no TLS"] = [str(TCCLI), "billing", "DescribeAccountBalance", "--endpoint", f"http://{plain}"]
    else:
        print(f"without tccli: {TCCLI} is missing, and .ci/official/run installs it", file=sys.stderr)
    starts = {"cloudbal --version": [str(CLOUDBAL), "--version"], "hello": [str(HELLO)]}

    def sign_again():
        for config, bundle in configs.items():
            config.write_text(curl_config(address, bundle))

    sign_again()
    for command in calls.values():
        check(command, environment)
    return measure(calls, environment, sign_again, runs) | measure(starts, environment, lambda: None, runs)


def report(figures):
    print("| process | wall ms: min | median | max | CPU ms: median | peak MiB |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, (wall, cpu, memory) in figures.items():
        times = (min(wall), statistics.median(wall), max(wall), statistics.median(cpu))
        print(f"| {name} | " + " | ".join(f"{time:.2f}" for time in times) + f" | {memory:.1f} |")
    print()
    for what, of, to, most in GOALS:
        ratio = statistics.median(figures[of][0]) / statistics.median(figures[to][0])
        goal(f"{what}, times {to}", ratio, most, "")
    goal("peak memory of one call", figures["cloudbal"][2], MOST_MEMORY, " MiB")
    goal("release binary", CLOUDBAL.stat().st_size / 1e6, LARGEST_BINARY, " MB")


def goal(what, value, most, unit):
    print(f"{'met   ' if value <= most else 'MISSED'}  {what}: {value:.2f}{unit} (goal {most:g}{unit})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=50, help="number of runs of each command (default 50)")
    parser.add_argument("--build-time", action="store_true", help="also time a release build from nothing")
    arguments = parser.parse_args()
    build()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        with sandbox("--tls", str(scratch / "sandbox.pem")) as address, sandbox() as plain:
            report(compare(scratch, address, plain, arguments.runs))
    if arguments.build_time:
        with tempfile.TemporaryDirectory() as folder:
            goal("release build from nothing", build(folder), LONGEST_BUILD, " s")


main()
