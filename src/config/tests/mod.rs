//! What the file may say, and what is said about one that is wrong.

mod files;
mod mistakes;
mod template;

use std::path::Path;

use super::*;

fn place() -> Place<'static> {
    Place { path: Path::new("/etc/cloudbal.toml"), home: Some(Path::new("/home/ann")), private: true }
}

/// What is understood, as TOML again.
fn understood(text: &str) -> String {
    show(&parse(text, place()).unwrap_or_else(|error| panic!("{error}\n{:?}", error.hint)))
}

#[test]
fn an_empty_file_says_nothing() {
    let config = parse("", place()).unwrap();
    assert_eq!(show(&config), "");
    assert!(config.accounts.is_empty() && config.rates.is_none());
    assert_eq!(understood("\u{feff}# nothing\r\n[accounts]\r\n"), "");
}

#[test]
fn the_whole_file_is_understood() {
    let text = r#"
        [defaults]
        output = "json"
        color = "never"
        in = "usd"
        site = "cn"
        members = true
        threshold = { usd = "1,000.50", CNY = "-7000" }
        member_threshold = "10"
        signature = "acs3"
        concurrency = 0x40
        rate = 0
        timeout = 1_000
        connect_timeout = 3
        deadline = 0o17
        retries = 5
        proxy = "http://ann:hush@proxy:8080"
        ca_file = "/ca.pem"
        system_certs = true
        [accounts.prod]
        provider = "tencent"
        site = "intl"
        members = false
        threshold = "5000"
        credentials.profile = "default"
        currency = "JPY"
        endpoint = "HTTPS://Billing.intl.tencentcloudapi.com:443/"
        [accounts."a b"]
        provider = "aliyun"
        site = "auto"
        credentials = { command = "pass show cloud/shop" }
        role_arn = "acs:ram::1234567890:role/billing"
        role_session_name = "s"
        role_duration = "15m"
        external_id = "x"
        signature = "rpc"
        [accounts."生产"]
        provider = "tencent"
        [rates]
        date = 2026-11-20
        usd = "7.12"
        JPY = "0.0459"
    "#;
    let expected = r#"[defaults]
output = "json"
color = "never"
in = "USD"
site = "cn"
members = true
threshold = { USD = "1000.5", CNY = "-7000" }
member_threshold = "10"
signature = "acs3"
concurrency = 64
rate = 0
timeout = 1000
connect_timeout = 3
deadline = 15
retries = 5
proxy = "http://****@proxy:8080"
ca_file = "/ca.pem"
system_certs = true

[accounts.prod]
provider = "tencent"
site = "intl"
members = false
threshold = "5000"
member_threshold = "10"
credentials = { profile = "default" }
currency = "JPY"
endpoint = "https://billing.intl.tencentcloudapi.com"

[accounts."a b"]
provider = "aliyun"
site = "auto"
members = true
threshold = { USD = "1000.5", CNY = "-7000" }
member_threshold = "10"
credentials = { command = "pass show cloud/shop" }
role_arn = "acs:ram::1234567890:role/billing"
role_session_name = "s"
role_duration = 900
external_id = "x"
signature = "rpc"

[accounts."生产"]
provider = "tencent"
site = "cn"
members = true
threshold = { USD = "1000.5", CNY = "-7000" }
member_threshold = "10"

[rates]
date = 2026-11-20
base = "CNY"
USD = "7.12"
JPY = "0.0459"
"#;
    assert_eq!(understood(text), expected);
    assert_eq!(understood(expected), expected);
}

#[test]
fn credentials_are_looked_for_where_the_file_says() {
    let account = |credentials: &str| {
        let text = format!("[accounts.a]\nprovider = \"tencent\"\ncredentials = {{ {credentials} }}\n");
        format!("{:?}", parse(&text, place()).unwrap().accounts[0].credentials)
    };
    assert_eq!(account("env = true"), r#"Env("")"#);
    assert_eq!(account("env = 'PROD_'"), r#"Env("PROD_")"#);
    assert_eq!(account("profile = 'p'"), r#"Profile("p")"#);
    assert_eq!(account("command = 'pass x'"), r#"Command { line: "pass x", folder: "/etc" }"#);
    assert_eq!(account("keyring = 'k'"), r#"Keyring("k")"#);
    assert_eq!(account("instance = true"), "Instance(None)");
    assert_eq!(account("instance = 'billing'"), r#"Instance(Some("billing"))"#);
    assert_eq!(account("oidc = true"), "Oidc(None)");
    assert_eq!(
        account(
            "oidc = { role_arn = 'r', provider = 'p', token_file = '/t', role_session_name = 's', region = 'x' }"
        ),
        r#"Oidc(Some(Oidc { role_arn: "r", provider: "p", token_file: "/t", role_session_name: Some("s"), region: Some("x") }))"#
    );
    assert_eq!(
        account("secret_id = 'AKID', secret_key = 'hush', token = 'quiet'"),
        r#"Pair(Credentials { key_id: "AKID", secret: Secret(…), token: Some(Secret(…)), expires_at: None })"#
    );
    let text = "[accounts.a]\nprovider = 'aliyun'\n";
    assert!(matches!(parse(text, place()).unwrap().accounts[0].credentials, CredentialsEntry::Chain));
}

#[test]
fn a_path_starts_from_the_files_folder_or_behind_a_tilde_from_the_home_directory() {
    let path = |written: &str| {
        let text = format!("[accounts.a]\nprovider = 'aliyun'\ncredentials = {{ file = '{written}' }}");
        match parse(&text, place()).unwrap().accounts.remove(0).credentials {
            CredentialsEntry::File(path) => path,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(path("keys.ini"), Path::new("/etc/keys.ini"));
    assert_eq!(path("../keys.ini"), Path::new("/etc/../keys.ini"));
    assert_eq!(path("/keys.ini"), Path::new("/keys.ini"));
    assert_eq!(path("~/keys.ini"), Path::new("/home/ann/keys.ini"));
    assert_eq!(path("~ann/keys.ini"), Path::new("/etc/~ann/keys.ini"));
}

#[test]
fn what_is_shown_holds_no_secret() {
    let text = r#"
        [accounts.a]
        provider = "aliyun"
        credentials = { access_key_id = "LTAIEXAMPLE0001", access_key_secret = "hush", token = "quiet" }
    "#;
    let config = parse(text, place()).unwrap();
    assert_eq!(
        show(&config),
        "[accounts.a]\nprovider = \"aliyun\"\nsite = \"auto\"\nmembers = false\n\
         credentials = { access_key_id = \"LTAI****0001\", access_key_secret = \"****\", token = \"****\" }\n"
    );
    let CredentialsEntry::Pair(pair) = &config.accounts[0].credentials else { panic!("a pair was given") };
    assert_eq!((pair.key_id.as_str(), pair.secret.expose()), ("LTAIEXAMPLE0001", "hush"));
    let proxies = ["ann:hush@proxy", "http://ann:hu%40sh@proxy:1", "https://proxy"];
    let shown = proxies.map(|proxy| understood(&format!("[defaults]\nproxy = \"{proxy}\"\n")));
    assert_eq!(shown[0], "[defaults]\nproxy = \"****@proxy\"\n");
    assert_eq!(shown[1], "[defaults]\nproxy = \"http://****@proxy:1\"\n");
    assert_eq!(shown[2], "[defaults]\nproxy = \"https://proxy\"\n");
}

#[test]
fn rates_are_exact_and_name_their_day() {
    let text = "date = \"2026-11-20\"\nbase = \"USD\"\nCNY = \"0.14044943820224719101\"\n";
    let rates = parse_rates(text, Path::new("rates.toml")).unwrap();
    assert_eq!(rates.date.to_string(), "2026-11-20");
    let of = |code: &str| rates.of(code.parse().unwrap()).map(|rate| rate.to_string());
    assert_eq!(
        [of("CNY"), of("USD"), of("JPY")],
        [Some("0.14044943820224719101".into()), Some("1".into()), None]
    );
}

#[test]
fn the_default_path_is_absolute() {
    let path = default_path().unwrap();
    assert!(path.is_absolute() && path.ends_with("cloudbal/config.toml"), "{}", path.display());
}
