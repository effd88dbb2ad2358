"""alibabacloud-bssopenapi20171214 (ACS3 by default, RPC on request) reads the same balances as cloudbal."""

from alibabacloud_bssopenapi20171214.client import Client
from alibabacloud_tea_openapi.models import Config
from checks import ALIBABA_CN, ALIBABA_INTL, HOST, amount, check, cloudbal, secret_of


def ask(key, secret, scheme, token=None):
    config = Config(access_key_id=key, access_key_secret=secret, security_token=token, endpoint=HOST, protocol="http")
    if scheme == "rpc":
        config.signature_algorithm = "v2"
    return Client(config).query_account_balance().body


def amounts(key, scheme):
    data = ask(key, secret_of(key), scheme).data
    return [(amount(data.available_amount), amount(data.credit_amount))]


def refusal(key, secret, scheme, token=None):
    try:
        ask(key, secret, scheme, token)
    except Exception as error:  # its classes differ from release to release; what counts is the code
        return getattr(error, "code", repr(error))
    return "accepted"


temporary = "STS.sandboxcn"
for scheme in ("acs3", "rpc"):
    for key in (ALIBABA_CN, ALIBABA_INTL):
        expected = list(cloudbal(key, "aliyun", "balance", "--signature", scheme).values())
        check(f"alibaba tea: balance of {key} by {scheme}", amounts(key, scheme), expected)
    check(f"alibaba tea: wrong secret by {scheme}", refusal(ALIBABA_CN, "wrong", scheme), "SignatureDoesNotMatch")
    token = "sandbox-token-of-" + temporary
    check(f"alibaba tea: temporary key by {scheme}", refusal(temporary, secret_of(temporary), scheme, token), "accepted")
    wrong = refusal(temporary, secret_of(temporary), scheme, "x")
    check(f"alibaba tea: wrong token by {scheme}", wrong, "InvalidSecurityToken.Malformed")
