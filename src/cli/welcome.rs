//! What a run without any account prints.

use super::{Outcome, print as printing};

/// Explains how to begin.
pub fn print() -> Outcome {
    printing::to_stderr(
        "cloudbal: no account is known on this machine\n\n\
         To see it without keys:         cloudbal --sandbox tencent members\n\
         With a key in the environment:  TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or\n\
         \x20                               ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET\n\
         With the official tools:        `tccli auth login` or `aliyun configure`, then `cloudbal`\n\
         With a configuration:           cloudbal init\n\
         What was looked at:             cloudbal accounts\n\
         Everything else:                cloudbal --help\n",
    );
    Outcome::Unusable
}
