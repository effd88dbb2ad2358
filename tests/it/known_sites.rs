//! Which site an account belongs to is found out once.

use cloudbal::sandbox::{Options, demo};

use crate::support::{Cloud, Cloudbal, Home};

/// How many requests a run of `tencent balance` with a China-site key sends.
fn requests(cloud: &Cloud, home: &Home, change: impl FnOnce(Cloudbal) -> Cloudbal) -> u64 {
    let before = cloud.statistics().requests;
    let run = cloud.keyless(&["tencent", "balance"]).tencent_key(&demo("tencent", "cn").unwrap());
    let said = change(run.home(home)).run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert!(said.stdout.contains("CNY"), "{said:?}");
    cloud.statistics().requests - before
}

#[test]
fn from_the_second_run_on_a_balance_takes_one_request() {
    let (cloud, home) = (Cloud::start(Options::default()), Home::new());
    assert_eq!(requests(&cloud, &home, |run| run), 2);
    assert_eq!(requests(&cloud, &home, |run| run), 1);
}

#[test]
fn the_cache_can_be_switched_off() {
    let (cloud, home) = (Cloud::start(Options::default()), Home::new());
    assert_eq!(requests(&cloud, &home, |run| run.env("CLOUDBAL_CACHE", "off")), 2);
    assert_eq!(requests(&cloud, &home, |run| run.arg("--no-cache")), 2);
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 0, "nothing was written");
    assert_eq!(requests(&cloud, &home, |run| run), 2);
    assert_eq!(requests(&cloud, &home, |run| run.arg("--no-cache")), 2);
}

#[test]
fn a_wrong_site_in_the_cache_is_corrected() {
    let (cloud, home) = (Cloud::start(Options::default()), Home::new());
    assert_eq!(requests(&cloud, &home, |run| run), 2);
    let file = home.path(".cache/cloudbal/sites.json");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(r#""cn""#) && !text.contains("AKID"), "{text}");
    std::fs::write(&file, text.replace(r#""cn""#, r#""intl""#)).unwrap();
    assert_eq!(requests(&cloud, &home, |run| run), 2);
    assert_eq!(requests(&cloud, &home, |run| run), 1);
    std::fs::write(&file, "not ours").unwrap();
    assert_eq!(requests(&cloud, &home, |run| run), 2);
    assert_eq!(requests(&cloud, &home, |run| run), 1);
}

#[test]
fn the_sandbox_never_touches_the_cache() {
    let home = Home::new();
    let said = crate::support::cloudbal(&["--sandbox", "aliyun", "balance"]).home(&home).run();
    assert_eq!(said.status, Some(0), "{said:?}");
    assert_eq!(std::fs::read_dir(home.path("")).unwrap().count(), 0);
}
