"""tencentcloud-sdk-python-intl-en reads the same balances as cloudbal."""

from checks import HOST, TENCENT_CN, TENCENT_INTL, cents, check, cloudbal, secret_of
from tencentcloud.billing.v20180709 import billing_client, models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile


def client(key, secret, token=None):
    profile = ClientProfile(httpProfile=HttpProfile(protocol="http", endpoint=HOST))
    return billing_client.BillingClient(credential.Credential(key, secret, token), "", profile)


def balance(key, method="POST"):
    asked = client(key, secret_of(key))
    asked.profile.httpProfile.reqMethod = method
    request = models.DescribeAccountBalanceRequest()
    request.TempCredit = True
    reply = asked.DescribeAccountBalance(request)
    return {str(reply.Uin): (cents(reply.RealCreditBalance), cents(reply.CreditAmount))}


def members(key):
    read, page = {}, 1
    while True:
        request = models.DescribeOrgMemberAccountBalanceRequest()
        request.PageNumber, request.PageSize = page, 10
        reply = client(key, secret_of(key)).DescribeOrgMemberAccountBalance(request)
        read |= {row.MemberUin: (cents(row.RealBalance), cents(row.CreditAmount)) for row in reply.Data}
        if len(read) >= reply.TotalCount:
            return read
        page += 1


def refusal(key, secret, token=None):
    try:
        client(key, secret, token).DescribeAccountBalance(models.DescribeAccountBalanceRequest())
    except TencentCloudSDKException as error:
        return error.get_code()
    return "accepted"


for key in (TENCENT_INTL, TENCENT_CN):
    check(f"tencent sdk: balance of {key}", balance(key), cloudbal(key, "tencent", "balance"))
check("tencent sdk: balance by GET", balance(TENCENT_INTL, "GET"), cloudbal(TENCENT_INTL, "tencent", "balance"))
check("tencent sdk: members", members(TENCENT_INTL), cloudbal(TENCENT_INTL, "tencent", "members"))
check("tencent sdk: wrong secret", refusal(TENCENT_INTL, "wrong"), "AuthFailure.SignatureFailure")
check("tencent sdk: unknown key", refusal("AKIDunknown", "x"), "AuthFailure.SecretIdNotFound")
temporary = "AKIDsandboxintltemp"
check("tencent sdk: temporary key", refusal(temporary, secret_of(temporary), "sandbox-token-of-" + temporary), "accepted")
check("tencent sdk: wrong token", refusal(temporary, secret_of(temporary), "x"), "AuthFailure.TokenFailure")
