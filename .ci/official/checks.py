"""What every official client's check shares: counting, running cloudbal, and exact sums."""

import json
import os
import subprocess
import sys
from decimal import Decimal

URL, BINARY = sys.argv[1], sys.argv[2]
HOST = URL.removeprefix("http://")

TENCENT_INTL, TENCENT_CN = "AKIDsandboxintldemo", "AKIDsandboxcndemo"
ALIBABA_INTL, ALIBABA_CN = "LTAIsandboxintldemo", "LTAIsandboxcndemo"


def secret_of(key):
    return "sandbox-secret-of-" + key


def check(name, official, expected):
    """Prints one line; the runner counts them."""
    if official == expected:
        print(f"ok      {name}", flush=True)
    else:
        print(f"FAILED  {name}\n          the official client: {official}\n          expected:            {expected}", flush=True)


def cents(number):
    """An amount in cents as the official clients give it, in whole units. `repr` keeps every digit of a float."""
    return Decimal(repr(number)) / 100


def amount(text):
    return Decimal(text.replace(",", ""))


def cloudbal(key, *arguments):
    """The balances cloudbal prints for the same question: account or member -> (available, credit limit)."""
    provider = {"AKID": ("TENCENTCLOUD_SECRET_ID", "TENCENTCLOUD_SECRET_KEY")}.get(
        key[:4], ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    )
    home = os.environ["HOME"]
    environment = {"PATH": os.environ["PATH"], "HOME": home, provider[0]: key, provider[1]: secret_of(key)}
    run = subprocess.run(
        [BINARY, *arguments, "--endpoint", URL, "-o", "json"], env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)} of cloudbal ended with {run.returncode}: {run.stderr}")
    rows = json.loads(run.stdout)["balances"]
    return {
        row["sub_account_id"] or row["billing_account_id"]: (Decimal(row["available"]), Decimal(row["credit_limit"]))
        for row in rows
    }
