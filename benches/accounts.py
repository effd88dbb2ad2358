#!/usr/bin/env python3
"""How long many accounts take, compared with one: they are asked at once, so it should be hardly longer.

    benches/accounts.py [PATH-OF-CLOUDBAL] [ACCOUNTS] [LATENCY] [RUNS]

Starts `cloudbal sandbox` with that latency and a configuration of that many accounts with keys of their own, and times
whole processes in turn: one account, all accounts, one account, all accounts...
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

binary, accounts, latency, runs = (sys.argv[1:] + ["target/release/cloudbal", "200", "100ms", "11"][len(sys.argv) - 1 :])[:4]


def seconds(arguments, environment):
    start = time.monotonic()
    subprocess.run([binary, *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


with tempfile.TemporaryDirectory() as folder:
    configuration = os.path.join(folder, "config.toml")
    with open(os.open(configuration, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        for number in range(int(accounts)):
            key = f"AKIDsandboxintl{number:04}"
            pair = f'{{ secret_id = "{key}", secret_key = "sandbox-secret-of-{key}" }}'
            file.write(f'[accounts.a{number:04}]\nprovider = "tencent"\nsite = "intl"\ncredentials = {pair}\n')
    sandbox = subprocess.Popen([binary, "sandbox", "--latency", latency], stdout=subprocess.PIPE, text=True)
    try:
        url = sandbox.stdout.readline().removeprefix("#").strip()
        environment = {"CLOUDBAL_CONFIG": configuration, "CLOUDBAL_ENDPOINT": url, "HOME": folder}
        one, all_of_them = [], []
        for _ in range(int(runs)):
            one.append(seconds(["all", "a0000"], environment))
            all_of_them.append(seconds(["all"], environment))
    finally:
        sandbox.kill()
for name, times in [("1 account", one), (f"{accounts} accounts", all_of_them)]:
    print(f"{name:>14}: {min(times):.3f} / {statistics.median(times):.3f} / {max(times):.3f} s (min / median / max)")
print(f"{'ratio':>14}: {statistics.median(all_of_them) / statistics.median(one):.2f} of the medians")
