//! Keys in the operating system's keyring.

use insta::assert_snapshot;

use crate::support::{Home, cloudbal};

fn home() -> Home {
    Home::new().config("[accounts.shop]\nprovider = \"aliyun\"\ncredentials = { keyring = \"shop\" }\n")
}

#[cfg(not(feature = "keyring"))]
#[test]
fn a_build_without_it_says_how_to_get_one_with_it() {
    let said = cloudbal(&["accounts"]).home(&home()).run();
    assert_snapshot!(said.whole(), @r#"
    ACCOUNT      SITE  CREDENTIALS  FOUND IN     READABLE
    aliyun/shop  auto               the keyring  no
    --- stderr
    error: aliyun/shop: this build cannot use the keyring
    hint: build it with `cargo install --path . --features keyring`, or use `credentials = { command = "…" }` with the keyring's own command, such as `secret-tool`
    --- exit status 1
    "#);
    let refused = |arguments| cloudbal(arguments).stdin("LTAIsandboxcndemo\nhush\n").run().whole();
    let login = refused(&["accounts", "login", "shop"]);
    assert_snapshot!(login, @r#"
    --- stderr
    error: this build cannot use the keyring
    hint: build it with `cargo install --path . --features keyring`, or use `credentials = { command = "…" }` with the keyring's own command, such as `secret-tool`
    --- exit status 2
    "#);
    assert_eq!(refused(&["accounts", "logout", "shop"]), login);
}

/// With GNOME's keyring, in a session and a home directory of its own.
#[cfg(all(feature = "keyring", target_os = "linux"))]
mod session {
    use std::process::Command;

    use cloudbal::sandbox::{Options, demo, secret_of};

    use super::*;
    use crate::support::{Cloud, executable, normalised};

    /// Runs a script in a new session whose keyring is open, and gives all that it says.
    fn session(home: &Home, cloud: &Cloud, script: &str) -> String {
        const BEGIN: &str = "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n\
                             exec 2>&1\n";
        let bin = executable().parent().unwrap().to_owned();
        let output = Command::new("dbus-run-session")
            .args(["--", "bash", "-c", &format!("{BEGIN}{script}")])
            .env_clear()
            .env("PATH", format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display()))
            .env("HOME", home.path(""))
            .env("XDG_RUNTIME_DIR", home.path(""))
            .env("CLOUDBAL_CA_FILE", cloud.certificate.path())
            .env("CLOUDBAL_CONNECT_TO", cloud.address.to_string())
            .env("KEY", &demo("aliyun", "cn").unwrap())
            .env("SECRET", secret_of(&demo("aliyun", "cn").unwrap()))
            .output()
            .expect("Debian's packages dbus and gnome-keyring are installed");
        normalised(&String::from_utf8(output.stdout).unwrap())
    }

    #[test]
    fn a_key_is_stored_and_used_and_removed() {
        let cloud = Cloud::start(Options::default());
        let said = session(
            &home(),
            &cloud,
            r#"
            cloudbal
            printf '%s\n%s\n' "$KEY" "$SECRET" | cloudbal accounts login shop
            cloudbal accounts
            cloudbal
            echo wrong | cloudbal accounts login shop --key-id "$KEY"
            cloudbal aliyun balance
            cloudbal accounts logout shop
            cloudbal accounts logout shop
            echo "status $?"
            "#,
        );
        assert_snapshot!(said, @r#"
        ACCOUNT        AVAILABLE
        aliyun/shop  credentials
        read [TIME] UTC
        error: aliyun/shop: the keyring has no `shop`
        hint: store it with `cloudbal accounts login shop`
        stored LTAI****demo in the keyring
        in the configuration, its account has: credentials = { keyring = "shop" }
        ACCOUNT      SITE  CREDENTIALS            FOUND IN     USABLE
        aliyun/shop  auto  `shop` in the keyring  the keyring  yes
        ACCOUNT      CURRENCY  AVAILABLE       CASH  CREDIT LIMIT
        aliyun/shop  CNY       10,000.00  10,000.00          0.00
        ─────────────────────────────────────────────────────────
        total of 1   CNY       10,000.00
        read [TIME] UTC
        stored LTAI****demo in the keyring
        in the configuration, its account has: credentials = { keyring = "shop" }
        ACCOUNT           AVAILABLE
        aliyun/shop  authentication
        read [TIME] UTC
        error: aliyun/shop: Alibaba Cloud refused: (it repeats what was signed and is not shown) (code SignatureDoesNotMatch, request id [ID])
        hint: check the AccessKeySecret: it does not match the AccessKeyId
        removed `shop` from the keyring
        error: the keyring has no `shop`
        hint: store it with `cloudbal accounts login shop`
        status 2
        "#);
    }

    #[test]
    fn an_incomplete_key_is_not_stored() {
        let cloud = Cloud::start(Options::default());
        let said = session(
            &home(),
            &cloud,
            r#"
            echo "$KEY" | cloudbal accounts login shop
            cloudbal accounts login shop </dev/null
            cloudbal accounts logout shop
            "#,
        );
        assert_snapshot!(said, @"
        error: the key: `access_key_secret` is empty but `access_key_id` is set
        hint: copy its id and its secret again
        error: the key: `access_key_id` is empty
        hint: copy its id and its secret again
        error: the keyring has no `shop`
        hint: store it with `cloudbal accounts login shop`
        ");
    }

    #[test]
    fn a_keyring_that_stays_locked_is_an_error() {
        let cloud = Cloud::start(Options::default());
        let said = session(
            &home(),
            &cloud,
            r#"
            printf '%s\n%s\n' "$KEY" "$SECRET" | cloudbal accounts login shop >/dev/null
            dbus-send --session --print-reply=literal --dest=org.freedesktop.secrets /org/freedesktop/secrets \
                org.freedesktop.Secret.Service.Lock array:objpath:/org/freedesktop/secrets/collection/login >/dev/null
            cloudbal
            "#,
        );
        assert_snapshot!(said, @"
        ACCOUNT        AVAILABLE
        aliyun/shop  credentials
        read [TIME] UTC
        error: aliyun/shop: the keyring is locked, or does not let `shop` be used: SS error: prompt dismissed
        hint: unlock it and allow it, at the desktop or with the system's own program
        ");
    }

    #[test]
    fn without_a_keyring_it_is_told_what_is_missing() {
        let said = cloudbal(&["accounts", "login", "shop"])
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
            .stdin("LTAIsandboxcndemo\nhush\n")
            .run();
        assert_snapshot!(said.whole(), @"
        --- stderr
        error: no keyring answers: Platform failure: zbus error: Failed to connect to address `unix:path=/nonexistent/bus`: No such file or directory (os error 2)
        hint: on Linux a Secret Service, such as GNOME's or KDE's or KeePassXC, must run in this session
        --- exit status 2
        ");
    }
}
