//! Where Tencent Cloud's own tools keep credentials.

use super::super::Variables;

/// The names of the SDKs and tccli; the token's name is tccli's first, then Terraform's.
pub const VARIABLES: &[Variables] = &[Variables {
    key_id: "TENCENTCLOUD_SECRET_ID",
    secret: "TENCENTCLOUD_SECRET_KEY",
    token: &["TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SECURITY_TOKEN"],
}];
