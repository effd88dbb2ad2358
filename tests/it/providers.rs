//! A provider is known by both of its names.

use crate::support::{Home, cloudbal};

#[test]
fn alibaba_is_another_name_of_aliyun_wherever_a_provider_is_named() {
    let said = |arguments: &[&str]| cloudbal(&[&["--sandbox", "-q", "-o", "csv"], arguments].concat()).run();
    let stable = |arguments: &[&str]| {
        let said = said(arguments);
        assert_eq!(said.status, Some(0), "{arguments:?}: {said:?}");
        let cell = |line: &str| line.split(',').take(9).map(str::to_owned).collect::<Vec<_>>();
        said.stdout.lines().map(cell).collect::<Vec<_>>()
    };
    assert_eq!(stable(&["all", "--provider", "aliyun"]).len(), 3);
    assert_eq!(stable(&["all", "--provider", "alibaba"]), stable(&["all", "--provider", "aliyun"]));
    assert_eq!(stable(&["check", "--provider", "alibaba"]), stable(&["check", "--provider", "aliyun"]));
    assert_eq!(stable(&["all", "alibaba/sandbox-cn"]), stable(&["all", "aliyun/sandbox-cn"]));
    assert_eq!(
        stable(&["alibaba", "balance", "--account", "alibaba/sandbox-cn"]),
        stable(&["aliyun", "balance", "--account", "sandbox-cn"])
    );
    assert_eq!(said(&["doctor", "alibaba/sandbox-cn"]).status, Some(0));
}

#[test]
fn the_configuration_accepts_alibaba_and_shows_the_name_that_output_uses() {
    let home = Home::new().config("[accounts.shop]\nprovider = \"alibaba\"\n");
    let shown = cloudbal(&["config", "show"]).home(&home).run();
    assert!(shown.stdout.contains("provider = \"aliyun\""), "{shown:?}");
    let wrong = Home::new().config("[accounts.shop]\nprovider = \"alibab\"\n");
    let said = cloudbal(&["config", "check"]).home(&wrong).run();
    assert_eq!(said.status, Some(2));
    assert!(said.stderr.contains("`alibab`, not `tencent` or `aliyun`"), "{said:?}");
}
