//! A run that ended early is continued, says how old the earlier part is, and shows nothing old as new.

use cloudbal::sandbox::Options;

use crate::support::{Cloud, Said};

fn members(said: &Said) -> usize {
    said.stdout.lines().filter(|line| line.starts_with(r#"{"type":"balance""#)).count()
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let cloud = Cloud::start(Options { members: 500, ..Options::default() });
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let file = journal.to_str().unwrap();
    let arguments = ["tencent", "members", "-o", "ndjson", "--resume", file];

    let first = cloud.cloudbal(&[&arguments[..], &["--deadline", "900ms"]].concat()).run();
    assert_eq!(first.status, Some(1), "{first:?}");
    let early = members(&first);
    assert!((10..500).contains(&early), "{early} were read within the deadline");
    assert!(first.stderr.contains("run the same command again"), "{}", first.stderr);
    let counted = |statistics: cloudbal::sandbox::Statistics| statistics.requests - statistics.throttled;
    let asked = counted(cloud.statistics());
    // The cloud counts the first run's requests too; this test is not about being throttled.
    std::thread::sleep(std::time::Duration::from_millis(1100));

    let second = cloud.cloudbal(&arguments).run();
    assert_eq!(second.status, Some(0), "{second:?}");
    assert_eq!(members(&second), 500, "what the first run had read is shown too");
    let kept =
        second.stderr.strip_prefix("resuming: reusing ").and_then(|rest| rest.split_once(" saved pages, "));
    let kept: u64 = kept.unwrap().0.parse().unwrap();
    assert!(kept * 10 >= early as u64, "{kept} replies were kept, {early} members shown");
    // The first page is asked anew: it tells how long the list is now.
    assert_eq!(counted(cloud.statistics()) - asked, 50 - kept + 1);
    assert!(!journal.exists(), "there is nothing left to resume");
}

#[test]
fn a_list_that_became_shorter_is_read_again() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let arguments = ["tencent", "members", "-o", "ndjson", "--resume", journal.to_str().unwrap()];
    let long = Cloud::start(Options { members: 500, ..Options::default() });
    long.cloudbal(&[&arguments[..], &["--deadline", "600ms"]].concat()).run();
    let short = Cloud::start(Options { members: 150, ..Options::default() });
    let said = short.cloudbal(&arguments).run();
    // The earlier run's pages are of a list that is no more: all are asked.
    assert_eq!(members(&said), 150, "{}", said.stderr);
    assert_eq!(said.status, Some(0));
}

#[test]
fn another_accounts_journal_is_not_taken() {
    let cloud = Cloud::start(Options { members: 500, ..Options::default() });
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let file = journal.to_str().unwrap();
    cloud.cloudbal(&["tencent", "members", "--resume", file, "--deadline", "300ms"]).run();
    let said = cloud.cloudbal(&["tencent", "members", "--uin", "1", "--resume", file]).run();
    assert_eq!(said.status, Some(2));
    assert!(said.stderr.contains("with another key, site, endpoint or list of members"), "{}", said.stderr);
}

#[test]
fn another_keys_journal_is_not_taken_though_the_account_goes_by_the_same_name() {
    let cloud = Cloud::start(Options { members: 500, ..Options::default() });
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let arguments = ["tencent", "members", "-o", "csv", "--resume", journal.to_str().unwrap()];
    cloud.cloudbal(&[&arguments[..], &["--deadline", "300ms"]].concat()).run();
    let other = cloud.keyless(&arguments).tencent_key("AKIDsandboxintl2").run();
    let site = cloud.cloudbal(&[&arguments[..], &["--site", "cn"]].concat()).run();
    for said in [other, site] {
        assert_eq!((said.status, &*said.stdout), (Some(2), ""));
        assert!(
            said.stderr.contains("with another key, site, endpoint or list of members"),
            "{}",
            said.stderr
        );
    }
}

#[test]
fn what_an_earlier_run_has_read_is_shown_when_nothing_can_be_asked() {
    let cloud = Cloud::start(Options { members: 500, ..Options::default() });
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("journal");
    let arguments = ["tencent", "members", "-o", "ndjson", "--resume", journal.to_str().unwrap()];
    let first = cloud.cloudbal(&[&arguments[..], &["--deadline", "900ms"]].concat()).run();
    let offline = cloud.cloudbal(&[&arguments[..], &["--retries", "0"]].concat());
    let said = offline.env("CLOUDBAL_CONNECT_TO", "127.0.0.1:9").run();
    assert_eq!(said.status, Some(1));
    assert!(members(&said) >= members(&first), "{} and {} members", members(&said), members(&first));
    assert!(said.stderr.contains("cannot connect to billing.intl.tencentcloudapi.com"), "{}", said.stderr);
    assert!(journal.exists());
}
