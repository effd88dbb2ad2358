"""tccli-intl-en reads the same balances as cloudbal."""

import json
import os
import subprocess
import sys

from checks import BINARY, TENCENT_CN, TENCENT_INTL, URL, cents, check, cloudbal, secret_of

TCCLI = os.path.join(os.path.dirname(sys.executable), "tccli")


def tccli(key, secret, *arguments):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ["HOME"],
        "TENCENTCLOUD_SECRET_ID": key,
        "TENCENTCLOUD_SECRET_KEY": secret,
        "TENCENTCLOUD_REGION": "ap-guangzhou",
    }
    command = [TCCLI, *arguments, "--endpoint", URL]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def reply(key, *arguments):
    run = tccli(key, secret_of(key), "billing", *arguments)
    if run.returncode != 0:
        raise SystemExit(f"tccli ended with {run.returncode}: {run.stdout}{run.stderr}")
    return json.loads(run.stdout)


def balance(key):
    read = reply(key, "DescribeAccountBalance")
    return {str(read["Uin"]): (cents(read["RealCreditBalance"]), cents(read["CreditAmount"]))}


def members(key):
    read, page = {}, 1
    while True:
        found = reply(key, "DescribeOrgMemberAccountBalance", "--PageNumber", str(page), "--PageSize", "10")
        read |= {row["MemberUin"]: (cents(row["RealBalance"]), cents(row["CreditAmount"])) for row in found["Data"]}
        if len(read) >= found["TotalCount"]:
            return read
        page += 1


for key in (TENCENT_INTL, TENCENT_CN):
    check(f"tccli: balance of {key}", balance(key), cloudbal(key, "tencent", "balance"))
check("tccli: members", members(TENCENT_INTL), cloudbal(TENCENT_INTL, "tencent", "members"))
identity = json.loads(tccli(TENCENT_INTL, secret_of(TENCENT_INTL), "sts", "GetCallerIdentity").stdout)
check("tccli: who calls", identity["AccountId"], "600000561284")
refused = tccli(TENCENT_INTL, "wrong", "billing", "DescribeAccountBalance")
check("tccli: wrong secret", (refused.returncode, "AuthFailure.SignatureFailure" in refused.stderr), (255, True))

# Profiles that tccli writes itself are all that cloudbal needs: no configuration, no variables.
home = os.path.join(os.environ["HOME"], "profiles")
os.mkdir(home)
plain = {"PATH": os.environ["PATH"], "HOME": home}
for profile, key in (("default", TENCENT_INTL), ("china", TENCENT_CN)):
    pair = ["secretId", key, "secretKey", secret_of(key)]
    subprocess.run([TCCLI, "configure", "set", *pair, "--profile", profile], env=plain, check=True, capture_output=True)
run = subprocess.run([BINARY, "--endpoint", URL, "-o", "json"], env=plain, capture_output=True, text=True, check=False)
found = {row["account"]: row["available"] for row in json.loads(run.stdout)["balances"]}
check("tccli: its own profiles", (run.returncode, found), (0, {"default": "100000000.00", "china": "155551.90"}))
