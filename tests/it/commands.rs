//! Every command does its whole path, and the documents' balances come out exactly.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::{Cloud, cloudbal, normalised};

#[test]
fn a_member_is_shown_as_money() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.cloudbal(&["tencent", "members", "--uin", "700001941608"]).run();
    assert_snapshot!(said.whole(), @"
    SUB-ACCOUNT   NAME              CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY  OWED
    700001941608  kleinerwang_test  USD       363,659.11  363,659.11          0.00       0.00  0.00
    ───────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                      USD       363,659.11
    read [TIME] UTC
    --- exit status 0
    ");
    assert_eq!(cloud.statistics().requests, 1, "one account costs one request");
}

#[test]
fn all_members_are_read_on_all_pages() {
    let cloud = Cloud::start(Options { members: 12, ..Options::default() });
    assert_snapshot!(cloud.cloudbal(&["tencent", "members"]).run().whole(), @"
    SUB-ACCOUNT   NAME                CURRENCY        AVAILABLE           CASH  CREDIT LIMIT  TEMPORARY       OWED
    700001941608  kleinerwang_test    USD            363,659.11     363,659.11          0.00       0.00       0.00
    700100007919  Harbour Trading 1   USD            414,755.58     414,755.58    125,000.00  25,000.00       0.00
    700100015838  深圳 Studio 2       USD             -9,901.41           0.00          0.00       0.00   9,901.41
    700100023757  测试环境（3）       USD         573,178.12003  573,178.12003          0.00       0.00       0.00
    700100031676  data-platform-4     USD                  0.00           0.00          0.00       0.00       0.00
    700100039595  华东研发中心5       USD             60,512.02      60,512.02          0.00       0.00       0.00
    700100047514  Harbour Trading 6   USD            475,267.61     475,267.61          0.00       0.00       0.00
    700100055433  深圳 Studio 7       USD            218,934.56     218,934.56    125,000.00  25,000.00       0.00
    700100063352  测试环境（8）       USD            -39,605.64           0.00          0.00       0.00  39,605.64
    700100071271  data-platform-9     USD         377,357.10009  377,357.10009          0.00       0.00       0.00
    700100079190  华东研发中心10      USD                  0.00           0.00          0.00       0.00       0.00
    700100087109  Harbour Trading 11  USD            535,779.63     535,779.63          0.00       0.00       0.00
    ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 12                       USD       2,969,936.68012
    read [TIME] UTC
    --- exit status 0
    ");
    assert_eq!(cloud.statistics().requests, 2);
}

#[test]
fn the_own_balance_is_shown_with_its_credit() {
    let cloud = Cloud::start(Options::default());
    assert_snapshot!(cloud.cloudbal(&["tencent", "balance"]).run().whole(), @"
    ACCOUNT              ACCOUNT ID    CURRENCY       AVAILABLE    CREDIT LIMIT  TEMPORARY  FROZEN  OWED
    tencent/environment  600000561284  USD       100,000,000.00  100,000,000.00       0.00    0.00  0.00
    ────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                         USD       100,000,000.00
    read [TIME] UTC
    --- exit status 0
    ");
}

#[test]
fn alibabas_balance_is_shown_with_either_signature() {
    let cloud = Cloud::start(Options::default());
    let rpc = cloud.cloudbal(&["aliyun", "balance"]).run().whole();
    assert_snapshot!(rpc, @"
    ACCOUNT             CURRENCY  AVAILABLE       CASH  CREDIT LIMIT
    aliyun/environment  CNY       10,000.00  10,000.00          0.00
    ────────────────────────────────────────────────────────────────
    total of 1          CNY       10,000.00
    read [TIME] UTC
    --- exit status 0
    ");
    assert_eq!(cloud.cloudbal(&["aliyun", "balance", "--signature", "acs3"]).run().whole(), rpc);
    assert_eq!(cloud.statistics().requests, 2);
}

#[test]
fn the_embedded_sandbox_needs_no_keys_and_says_what_it_is() {
    assert_snapshot!(cloudbal(&["--sandbox", "aliyun", "balance"]).run().whole(), @"
    ACCOUNT         CURRENCY  AVAILABLE       CASH  CREDIT LIMIT
    aliyun/sandbox  CNY       10,000.00  10,000.00          0.00
    ────────────────────────────────────────────────────────────
    total of 1      CNY       10,000.00
    read [TIME] UTC
    --- stderr
    sandbox: these are demo accounts on this machine; no cloud is asked
    --- exit status 0
    ");
    assert_snapshot!(cloudbal(&["aliyun", "balance", "--sandbox", "--site", "intl", "-q"]).run().whole(), @"
    ACCOUNT         CURRENCY  AVAILABLE      CASH  CREDIT LIMIT
    aliyun/sandbox  USD        1,828.72  1,828.72          0.00
    ───────────────────────────────────────────────────────────
    total of 1      USD        1,828.72
    read [TIME] UTC
    --- exit status 0
    ");
}

#[test]
fn verbose_tells_what_is_asked_and_how_long_it_took() {
    let cloud = Cloud::start(Options::default());
    let said = cloud.cloudbal(&["tencent", "balance", "-o", "csv", "-vv"]).run();
    assert_snapshot!(normalised(&said.stderr).replace(char::is_numeric, "0"), @"
    [environment] asking https://billing.intl.tencentcloudapi.com for balance
    [environment] HTTP 000, 000 bytes in [N] ms
    ");
}

#[test]
fn usage_errors_say_what_is_wrong_and_ask_nothing() {
    let cloud = Cloud::start(Options::default());
    let said = |arguments: &[&str]| cloud.cloudbal(arguments).run().whole();
    assert_snapshot!(said(&["tencent", "members", "--uin", "12x"]), @"
    --- stderr
    error: --uin: `12x` is not a valid uin
    hint: a uin is digits only, such as 700001941608
    --- exit status 2
    ");
    assert_snapshot!(said(&["aliyun", "balance", "-o", "xml"]), @"
    --- stderr
    error: invalid value 'xml' for '--output <OUTPUT>'
      [possible values: table, json, ndjson, csv, yaml, xlsx]

      tip: a similar value exists: 'xlsx'

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(said(&["aliyun", "balance", "--query", "balances[?"]), @"
    --- stderr
    error: invalid query: Unexpected nud token -- found Eof
      balances[?
                ^
    hint: see https://jmespath.org, or try `totals[].[currency, available]`
    --- exit status 2
    ");
    assert_snapshot!(said(&["aliyun", "balance", "--timeout", "soon"]), @"
    --- stderr
    error: invalid value 'soon' for '--timeout <TIME>': a duration is a number of seconds, or numbers with units: `90`, `500ms`, `1m30s`, `2h`

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_eq!(cloud.statistics().requests, 0);
    assert_snapshot!(cloudbal(&["aliyun", "balance", "--endpoint", "http://example.com"]).run().whole(), @"
    --- stderr
    error: invalid value 'http://example.com' for '--endpoint <URL>': `http://example.com` would send signed requests without encryption

    For more information, try '--help'.
    --- exit status 2
    ");
    assert_snapshot!(cloudbal(&["aliyun", "balance", "--ca-file", "/no/such.pem"]).aliyun_key("x").run().whole(), @"
    --- stderr
    error: cannot read `/no/such.pem`: no such file or directory
    hint: pass a PEM certificate file with `--ca-file`
    --- exit status 2
    ");
}

#[test]
fn completions_and_manual_pages_are_made_for_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = cloudbal(&["completions", shell]).run();
        assert!(said.stdout.contains("COMPLETE") && said.stdout.contains("cloudbal"), "{shell}: {said:?}");
        assert_eq!((said.status, said.stderr.as_str()), (Some(0), ""));
    }
    assert!(cloudbal(&["man"]).run().stdout.contains(".TH cloudbal 1"));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("man");
    assert_eq!(cloudbal(&["man", path.to_str().unwrap()]).run().status, Some(0));
    for page in
        ["cloudbal.1", "cloudbal-tencent-members.1", "cloudbal-aliyun-balance.1", "cloudbal-sandbox.1"]
    {
        assert!(path.join(page).is_file(), "{page}");
    }
}

#[test]
fn the_sandbox_serves_on_its_own_and_says_how_to_reach_it() {
    use std::io::{BufRead as _, BufReader};
    let mut server = std::process::Command::new(crate::support::executable())
        .args(["sandbox", "--members", "3"])
        .env_clear()
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(server.stdout.take().unwrap()).lines().map(Result::unwrap);
    let url = lines.next().unwrap();
    assert!(url.starts_with("# http://127.0.0.1:"), "{url}");
    lines.next();
    let mut run = cloudbal(&["tencent", "members", "-o", "csv"]);
    for line in lines.take(3) {
        for pair in line.strip_prefix("export ").unwrap().split(' ') {
            let (name, value) = pair.split_once('=').unwrap();
            run = run.env(name, value);
        }
    }
    let said = run.run();
    server.kill().unwrap();
    server.wait().unwrap();
    assert_eq!(said.stdout.lines().count(), 4, "{said:?}");
    assert_eq!(said.status, Some(0));
}

#[test]
fn an_account_of_the_sandbox_is_chosen_by_its_name() {
    let said = |arguments: &[&str]| cloudbal(&[&["--sandbox", "-q"], arguments].concat()).run().whole();
    assert_snapshot!(said(&["tencent", "balance", "--account", "sandbox-cn"]), @"
    ACCOUNT             ACCOUNT ID    CURRENCY   AVAILABLE        CASH  CREDIT LIMIT  TEMPORARY     FROZEN  OWED
    tencent/sandbox-cn  100012345000  CNY       155,551.90  123,456.78     50,000.00       0.00  20,000.00  0.00
    ────────────────────────────────────────────────────────────────────────────────────────────────────────────
    total of 1                        CNY       155,551.90
    read [TIME] UTC
    --- exit status 0
    ");
    assert_eq!(
        said(&["tencent", "balance", "--account", "tencent/sandbox-cn"]),
        said(&["tencent", "balance", "--account", "sandbox-cn"])
    );
    assert_snapshot!(said(&["aliyun", "balance", "--account", "prod"]), @"
    --- stderr
    error: no account `prod`
    hint: known accounts: sandbox-intl, sandbox-cn
    --- exit status 2
    ");
    // Where two clouds have the same name, only the cloud's tells them apart.
    assert_snapshot!(said(&["all", "prod"]), @"
    --- stderr
    error: no account `prod`
    hint: known accounts: tencent/sandbox-intl, tencent/sandbox-cn, aliyun/sandbox-intl, aliyun/sandbox-cn
    --- exit status 2
    ");
}

#[test]
fn a_certificate_that_cannot_be_written_is_a_mistake_of_the_command_line() {
    assert_snapshot!(cloudbal(&["sandbox", "--tls", "/dev/null/x"]).run().whole(), @"
    --- stderr
    error: cannot write `/dev/null/x`: Not a directory (os error 20)
    hint: name a file for the certificate with `--tls`
    --- exit status 2
    ");
}
