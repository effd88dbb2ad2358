//! Roles of instances: what is said when the metadata service does not know the role that was asked for.

use insta::assert_snapshot;

use crate::run::cloudbal;
use crate::server::{Server, reply};

const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// A run with a profile of mode EcsRamRole. The service answers the list of roles, and any role, with these.
fn run(role: &str, list: (&'static str, &'static str), any: (&'static str, &'static str)) -> String {
    let server = Server::start(move |seen, _| {
        let target = seen.head.split(' ').nth(1).unwrap();
        let (status, body) = match target.strip_prefix(ROLES) {
            Some("") => list,
            Some(_) => any,
            None => ("404 Not Found", "no token"),
        };
        reply(status, "", body.as_bytes())
    });
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join(".aliyun")).unwrap();
    let profile = format!(
        r#"{{"current":"p","profiles":[{{"name":"p","mode":"EcsRamRole","ram_role_name":"{role}"}}]}}"#
    );
    std::fs::write(home.path().join(".aliyun/config.json"), profile).unwrap();
    cloudbal(&["aliyun", "balance", "--profile", "p"])
        .env("HOME", home.path().to_str().unwrap())
        .env("CLOUDBAL_METADATA_ENDPOINT", &server.url())
        .end()
        .told_alone()
}

const ABSENT: (&str, &str) = ("404 Not Found", "<html>not found</html>");

#[test]
fn a_wrong_role_is_named_beside_the_roles_that_exist() {
    assert_snapshot!(run("reader", ("200 OK", "billing\n"), ABSENT), @"
    error: aliyun/p: no instance role `reader`: this instance has `billing`
    hint: correct the name of the role, or remove it
    --- exit status 2
    ");
    assert_snapshot!(run("reader", ("200 OK", "billing\r\nops"), ("200 OK", r#"{"Code":"RoleNotFound"}"#)), @"
    error: aliyun/p: no instance role `reader`: this instance has `billing`, `ops`
    hint: correct the name of the role, or remove it
    --- exit status 2
    ");
    assert_snapshot!(run("Billing", ("200 OK", "billing"), ("403 Forbidden", "")), @"
    error: aliyun/p: no instance role `Billing`: this instance has `billing`
    hint: correct the name of the role, or remove it
    --- exit status 2
    ");
}

#[test]
fn a_role_that_exists_or_may_exist_keeps_its_own_error() {
    assert_snapshot!(run("billing", ("200 OK", "billing"), ("500 Internal Server Error", "")), @"
    error: aliyun/p: no credentials for the instance role `billing`: the metadata service: HTTP status 500
    hint: try it with `curl`
    --- exit status 2
    ");
    assert_snapshot!(run("billing", ("500 Internal Server Error", ""), ABSENT), @"
    error: aliyun/p: no credentials for the instance role `billing`: the metadata service: HTTP status 404
    hint: try it with `curl`
    --- exit status 2
    ");
}

#[test]
fn an_instance_without_a_role_says_so() {
    assert_snapshot!(run("billing", ("200 OK", "\n"), ABSENT), @"
    error: aliyun/p: no credentials for the instance role `billing`: the metadata service: HTTP status 404
    hint: this instance has no role: attach one to it
    --- exit status 2
    ");
    assert_snapshot!(run("", ("200 OK", ""), ABSENT), @"
    error: aliyun/p: the metadata service lists no role for this instance
    hint: attach a role to the instance
    --- exit status 2
    ");
    assert_snapshot!(run("", ABSENT, ABSENT), @"
    error: aliyun/p: the metadata service: HTTP status 404
    hint: attach a role to the instance: it has none
    --- exit status 2
    ");
}

#[test]
fn of_several_roles_none_is_guessed() {
    assert_snapshot!(run("", ("200 OK", "billing\nops\n"), ABSENT), @"
    error: aliyun/p: the instance has several roles: `billing`, `ops`
    hint: choose one of them in the profile or the configuration
    --- exit status 2
    ");
}

#[test]
fn a_name_that_is_not_a_part_of_an_address_is_not_sent() {
    assert_snapshot!(run("../x", ("200 OK", "billing"), ABSENT), @"
    error: aliyun/p: the name of the instance's role is not valid
    hint: correct it in the profile or the configuration
    --- exit status 2
    ");
}
