//! Where Alibaba Cloud's own tools keep credentials.

use super::super::Variables;

/// The SDKs' prefix first, then the further ones of aliyun-cli, then the names of Terraform and older tools.
/// (aliyun-cli reads bare `ACCESS_KEY_ID` too: it may be any cloud's, so it is not read here.)
pub const VARIABLES: &[Variables] = &[
    Variables {
        key_id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        token: &["ALIBABA_CLOUD_SECURITY_TOKEN"],
    },
    Variables {
        key_id: "ALIBABACLOUD_ACCESS_KEY_ID",
        secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
        token: &["ALIBABACLOUD_SECURITY_TOKEN"],
    },
    Variables {
        key_id: "ALICLOUD_ACCESS_KEY_ID",
        secret: "ALICLOUD_ACCESS_KEY_SECRET",
        token: &["ALICLOUD_SECURITY_TOKEN"],
    },
    Variables {
        key_id: "ALICLOUD_ACCESS_KEY",
        secret: "ALICLOUD_SECRET_KEY",
        token: &["ALICLOUD_SECURITY_TOKEN"],
    },
];
