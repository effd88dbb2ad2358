"""aliyun-python-sdk-core (RPC signature) reads the same balances as cloudbal."""

import json

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import RpcRequest
from checks import ALIBABA_CN, ALIBABA_INTL, HOST, amount, check, cloudbal, secret_of


def ask(key, secret, method="POST"):
    request = RpcRequest("BssOpenApi", "2017-12-14", "QueryAccountBalance")
    request.set_endpoint(HOST)
    request.set_protocol_type("http")
    request.set_method(method)
    request.set_accept_format("json")
    return json.loads(AcsClient(key, secret, "cn-hangzhou").do_action_with_exception(request))


def amounts(key, method):
    data = ask(key, secret_of(key), method)["Data"]
    return [(amount(data["AvailableAmount"]), amount(data["CreditAmount"]))]


def refusal(key, secret):
    try:
        ask(key, secret)
    except ServerException as error:
        return error.get_error_code()
    return "accepted"


for key in (ALIBABA_CN, ALIBABA_INTL):
    for method in ("POST", "GET"):
        expected = list(cloudbal(key, "aliyun", "balance", "--signature", "rpc").values())
        check(f"alibaba core: balance of {key} by {method}", amounts(key, method), expected)
# When the server's string to sign, echoed in the refusal, is its own, this client names the secret as the culprit.
check("alibaba core: wrong secret", refusal(ALIBABA_CN, "wrong"), "InvalidAccessKeySecret")
check("alibaba core: unknown key", refusal("LTAIunknown", "x"), "InvalidAccessKeyId.NotFound")
