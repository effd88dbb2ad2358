//! Listings for people: colours where they are wanted, and nothing that acts on a terminal.

use cloudbal::model::{Aspect, Checkup, Error, ErrorKind, Finding, KnownAccount, Step};
use cloudbal::render::{Format, Listing, Style, write_listing};

fn shown(listing: Listing, color: bool) -> String {
    let mut text = Vec::new();
    write_listing(listing, Format::Table, Style { color, width: Some(40) }, &mut text).unwrap();
    String::from_utf8(text).unwrap().replace('\u{1b}', "ESC")
}

fn checkup() -> Checkup {
    let denied = Error::new(ErrorKind::Permission, "refused\nby \u{1b}[2J").code("No").hint("grant it");
    let steps = [
        (Aspect::Source, Finding::Fine("a file\u{1b}[31m".to_owned())),
        (Aspect::Permission, Finding::Failed(Box::new(denied))),
        (Aspect::Site, Finding::Skipped("nobody told".to_owned())),
    ];
    let steps = steps.map(|(aspect, finding)| Step { aspect, finding }).to_vec();
    Checkup { provider: "aliyun", account: "shop\u{9b}".into(), steps }
}

fn account(error: Option<Error>) -> KnownAccount {
    KnownAccount {
        provider: "tencent",
        account: "上海\u{1b}".into(),
        site: None,
        origin: "a\tb".to_owned(),
        credentials: "AKID****MPLE".to_owned(),
        key_id: None,
        error,
    }
}

#[test]
fn a_failed_step_stands_out_and_says_what_to_do() {
    let checkups = [checkup(), checkup()];
    let time = chrono::DateTime::UNIX_EPOCH;
    insta::assert_snapshot!(shown(Listing::Checkups(&checkups, time), false), @r"
    aliyun/shop\u{9b}
      ok       source      a file\u{1b}[31m
      failed   permission  refused
                           by \u{1b}[2J (code No)
                           hint: grant it
      skipped  site        nobody told

    aliyun/shop\u{9b}
      ok       source      a file\u{1b}[31m
      failed   permission  refused
                           by \u{1b}[2J (code No)
                           hint: grant it
      skipped  site        nobody told
    ");
    insta::assert_snapshot!(shown(Listing::Checkups(&checkups[..1], time), true), @r"
    aliyun/shop\u{9b}
      ESC[1;32mok     ESC[0m  source      a file\u{1b}[31m
      ESC[1;31mfailed ESC[0m  permission  refused
                           by \u{1b}[2J (code No)
                           ESC[1;36mhint:ESC[0m grant it
      ESC[1;33mskippedESC[0m  site        nobody told
    ");
}

#[test]
fn an_account_that_is_not_usable_stands_out() {
    let accounts = [account(None), account(Some(Error::new(ErrorKind::Credentials, "gone")))];
    insta::assert_snapshot!(shown(Listing::Accounts(&accounts), false), @r"
    ACCOUNT             SITE  CREDENTIALS   FOUND IN  READABLE
    tencent/上海\u{1b}  auto  AKID****MPLE  a\tb      yes
    tencent/上海\u{1b}  auto  AKID****MPLE  a\tb      no
    ");
    insta::assert_snapshot!(shown(Listing::Accounts(&accounts), true), @r"
    ACCOUNT             SITE  CREDENTIALS   FOUND IN  READABLE
    tencent/上海\u{1b}  auto  AKID****MPLE  a\tb      yes
    tencent/上海\u{1b}  auto  AKID****MPLE  a\tb      ESC[31mnoESC[0m
    ");
    insta::assert_snapshot!(shown(Listing::Accounts(&[]), true), @"no accounts");
}
