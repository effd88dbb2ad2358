//! Errors on stderr.

use cloudbal::model::{Error, ErrorKind};
use cloudbal::render::error_for_people;

use crate::fixtures::{denied, not_returned};

#[test]
fn an_error_says_what_which_and_what_to_do() {
    insta::assert_snapshot!(error_for_people(&denied(), false), @"
    error: tencent/prod: the key may not read balances (code AuthFailure.UnauthorizedOperation, request id ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1)
    hint: grant `finance:DescribeAccountBalance` in CAM
    ");
    insta::assert_snapshot!(error_for_people(&not_returned(), false), @"
    error: tencent/default member 700000000001: the answer has no such member
    ");
    insta::assert_snapshot!(error_for_people(&Error::new(ErrorKind::Usage, "no such account `x`"), false), @"error: no such account `x`");
}

#[test]
fn colours_come_only_when_asked_for() {
    let colored = error_for_people(&denied(), true);
    insta::assert_snapshot!(colored.replace('\u{1b}', "ESC"), @"
    ESC[1;31merror:ESC[0m tencent/prod: the key may not read balances (code AuthFailure.UnauthorizedOperation, request id ea0a9d1b-9ac0-4ff1-b2f2-d7f0a7d2f0a1)
    ESC[1;36mhint:ESC[0m grant `finance:DescribeAccountBalance` in CAM
    ");
    assert!(!error_for_people(&denied(), false).contains('\u{1b}'));
}

#[test]
fn what_a_cloud_says_can_neither_act_nor_pretend() {
    let mut error = Error::new(ErrorKind::Refused, "\u{1b}[2Jbad\r\nerror: all is lost\u{202e}\n\n")
        .at("tencent", &"a\nb".into())
        .code("X\u{9b}31m")
        .hint("one\ntwo");
    error.sub_account_id = Some("1\r".into());
    insta::assert_snapshot!(error_for_people(&error, false), @r"
    error: tencent/a\nb member 1\r: \u{1b}[2Jbad
      error: all is lost\u{202e} (code X\u{9b}31m)
    hint: one
      two
    ");
}
