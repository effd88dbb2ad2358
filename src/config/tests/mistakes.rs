//! Whole error texts, and the promise that none of them holds a secret.

use proptest::prelude::*;

use super::*;

/// The error and its hint.
fn mistake(text: &str) -> (String, String) {
    let error = parse(text, place()).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Configuration);
    (error.to_string(), error.hint.unwrap_or_default().into())
}

/// The same for one line of an account, which is the third line of the file.
fn in_account(line: &str) -> (String, String) {
    mistake(&format!("[accounts.prod]\nprovider = \"tencent\"\n{line}\n"))
}

macro_rules! says {
    ($given:expr, $message:literal, $hint:literal) => {
        assert_eq!($given, (concat!("/etc/cloudbal.toml:", $message).to_owned(), $hint.to_owned()))
    };
}

#[test]
fn an_unknown_key_is_named_with_its_place_and_the_nearest_known_one() {
    says!(
        in_account("  credentails = { profile = \"default\" }"),
        "3:3: unknown key `credentails` in `accounts.prod`",
        "did you mean `credentials`?"
    );
    says!(mistake("[acounts.a]\n"), "1:2: unknown key `acounts`", "did you mean `accounts`?");
    says!(
        mistake("[defaults]\n\"a\\u001b\" = 1\n"),
        "2:1: unknown key `\"a\\u001b\"` in `defaults`",
        "the keys here are `output`, `color`, `in`, `site`, `members`, `threshold`, `member_threshold`, `signature`, `concurrency`, `rate`, `timeout`, `connect_timeout`, `deadline`, `retries`, `proxy`, `ca_file` and `system_certs`"
    );
    says!(
        in_account("credentials = { profil = \"x\" }"),
        "3:17: unknown key `profil` in `accounts.prod.credentials`",
        "did you mean `profile`?"
    );
    says!(
        in_account("credentials = { oidc = { role = \"x\" } }"),
        "3:26: unknown key `role` in `accounts.prod.credentials.oidc`",
        "the keys here are `role_arn`, `provider`, `token_file`, `role_session_name` and `region`"
    );
}

#[test]
fn a_proxy_address_that_is_not_clear_is_refused_and_not_shown() {
    says!(
        mistake("[defaults]\nproxy = \"http://ann:hu@sh@proxy:1\"\n"),
        "2:1: `defaults.proxy` is not a valid proxy address: the user name or the password contains an unencoded `@`",
        "percent-encode special characters in the user name and the password: `@` is `%40`, `/` is `%2F`, `#` is `%23`, `?` is `%3F`, `%` is `%25`"
    );
    says!(
        mistake("[defaults]\nproxy = \"socks5://proxy\"\n"),
        "2:1: `defaults.proxy` is not a valid proxy address: SOCKS proxies are not supported",
        "use an HTTP proxy: `http://HOST:PORT`"
    );
}

#[test]
fn columns_are_counted_in_characters() {
    says!(
        mistake("\u{feff}accounts.\"生产\" = 1"),
        "1:10: `accounts.\"生产\"` is a whole number, not a table",
        ""
    );
}

#[test]
fn a_value_of_the_wrong_type_is_told_what_was_expected() {
    says!(mistake("accounts = []"), "1:1: `accounts` is a list, not a table", "");
    says!(
        in_account("credentials = \"hush\""),
        "3:1: `accounts.prod.credentials` is a text, not a table",
        "for instance `credentials = { profile = \"default\" }`"
    );
    says!(in_account("members = \"yes\""), "3:1: `accounts.prod.members` is a text, not true or false", "");
    says!(in_account("role_arn = 1979-05-27"), "3:1: `accounts.prod.role_arn` is a date, not a text", "");
    says!(
        in_account("credentials = { env = false }"),
        "3:17: `accounts.prod.credentials.env` is false, not a text or true",
        ""
    );
    says!(
        in_account("credentials = { oidc = false }"),
        "3:17: `accounts.prod.credentials.oidc` is false, not a table",
        "`oidc = true` uses the cluster's own variables; or name `role_arn`, `provider` and `token_file`"
    );
    says!(
        in_account("credentials.secret_id = 'AKID'\ncredentials.secret_key = [\"hush\"]"),
        "4:13: `accounts.prod.credentials.secret_key` is a list, not a text",
        ""
    );
    for wrong in ["0", "-5", "3601", "99999999999999999999", "0xFFFFFF"] {
        let (message, _) = mistake(&format!("defaults.timeout = {wrong}"));
        let expected = format!("`defaults.timeout` is {wrong}, not a whole number from 1 to 3600");
        assert_eq!(message, format!("/etc/cloudbal.toml:1:10: {expected}"));
    }
    says!(
        mistake("defaults.retries = 2.5"),
        "1:10: `defaults.retries` is a number with a fraction, not a whole number from 0 to 100",
        ""
    );
}

#[test]
fn a_value_that_is_none_of_the_known_ones_is_told_which_there_are() {
    says!(
        mistake("defaults.output = 'jsn'"),
        "1:10: `defaults.output` is `jsn`, not `table`, `json`, `ndjson`, `csv` or `yaml`",
        "did you mean `json`?"
    );
    says!(
        in_account("site = \"\\u202Ecn\""),
        "3:1: `accounts.prod.site` is `\\u{202e}cn`, not `auto`, `intl` or `cn`",
        "did you mean `cn`?"
    );
    says!(
        mistake("[accounts.prod]\nprovider = 'alyun'"),
        "2:1: `accounts.prod.provider` is `alyun`, not `tencent` or `aliyun`",
        "did you mean `aliyun`?"
    );
    says!(
        mistake("# first\n[accounts.prod]\nsite = 'cn'"),
        "2:11: `accounts.prod` has no `provider`",
        "say which cloud it is: `tencent` or `aliyun`"
    );
    says!(
        in_account("currency = 'dollar'"),
        "3:1: `accounts.prod.currency` is `dollar`, not an ISO 4217 currency code",
        "did you mean USD?"
    );
    says!(
        in_account("endpoint = 'https://ann:hush@host'"),
        "3:1: `accounts.prod.endpoint`: `host` is not a valid endpoint: it contains a user",
        ""
    );
}

#[test]
fn exactly_one_source_of_credentials_is_accepted() {
    says!(
        in_account("credentials = { profile = 'a', env = 'B_' }"),
        "3:17: `accounts.prod.credentials` has both `env` and `profile`",
        "keep one of them: it must be plain whose credentials are used"
    );
    says!(
        in_account("credentials = { keyring = 'a', token = 'hush' }"),
        "3:32: `accounts.prod.credentials` has both `keyring` and `token`",
        "keep one of them: it must be plain whose credentials are used"
    );
    says!(
        in_account("credentials = {}"),
        "3:1: `accounts.prod.credentials` names no source",
        "name one of `env`, `profile`, `file`, `command`, `keyring`, `instance` and `oidc`, or leave it out"
    );
}

#[test]
fn half_of_something_is_an_error_that_names_the_other_half() {
    says!(
        in_account("credentials = { secret_id = 'AKID' }"),
        "3:17: `accounts.prod.credentials.secret_id` needs `secret_key` beside it",
        ""
    );
    says!(
        in_account("credentials = { secret_key = 'hush' }"),
        "3:17: `accounts.prod.credentials.secret_key` needs `secret_id` beside it",
        ""
    );
    says!(
        in_account("credentials = { token = 'hush' }"),
        "3:17: `accounts.prod.credentials.token` needs `secret_id` beside it",
        ""
    );
    says!(
        in_account("credentials = { oidc = { role_arn = 'r', token_file = 't' } }"),
        "3:17: `accounts.prod.credentials.oidc` has no `provider`",
        ""
    );
    says!(in_account("external_id = 'x'"), "3:1: `accounts.prod.external_id` needs `role_arn` beside it", "");
}

#[test]
fn the_names_of_another_clouds_key_are_recognized() {
    says!(
        in_account("credentials = { access_key_id = 'LTAI', access_key_secret = 'hush' }"),
        "3:17: `accounts.prod.credentials.access_key_id` is Alibaba Cloud's name, not Tencent Cloud's",
        "write `secret_id` and `secret_key`"
    );
}

#[test]
fn texts_that_cannot_be_meant_are_refused() {
    says!(in_account("role_arn = '  '"), "3:1: `accounts.prod.role_arn` is empty, not a text", "");
    says!(
        in_account("credentials = { command = \"a\\nb\" }"),
        "3:17: `accounts.prod.credentials.command` has a control character",
        r"a backslash in double quotes begins an escape: write a Windows path in single quotes, 'C:\…'"
    );
    says!(
        in_account("credentials = { env = 'PROD-' }"),
        "3:17: `accounts.prod.credentials.env` is not the beginning of a variable's name",
        "letters, digits and underscores, for instance `env = \"PROD_\"`"
    );
    says!(
        in_account("credentials = { secret_id = 'AKID', secret_key = 'hush hush' }"),
        "3:37: `accounts.prod.credentials.secret_key` holds characters that no key has",
        "copy the key again; blanks do not belong to it"
    );
    for (key, text) in [("secret_id", "\"AKID\""), ("secret_key", "'hush'"), ("token", "hush\"")] {
        let text = crate::config::quoted(text);
        let mut keys = vec![format!("{key} = {text}")];
        keys.extend(
            ["secret_id", "secret_key"]
                .iter()
                .filter(|other| **other != key)
                .map(|other| format!("{other} = 'x'")),
        );
        let given = in_account(&format!("credentials = {{ {} }}", keys.join(", ")));
        let message = format!(
            "/etc/cloudbal.toml:3:17: `accounts.prod.credentials.{key}` is quoted twice: the inner quotes are part of its value"
        );
        assert_eq!(given, (message, "remove the inner quotes".to_owned()));
    }
    for (name, why) in [
        ("", "it is empty"),
        (" ", "it is empty"),
        (" a", "it contains control characters or surrounding spaces"),
        ("a\\n", "it contains control characters or surrounding spaces"),
        ("-a", "it would be an option on the command line"),
    ] {
        let (message, _) = mistake(&format!("[accounts.\"{name}\"]\nprovider = 'tencent'"));
        assert!(message.ends_with(&format!(" is not a valid account name: {why}")), "{message}");
    }
    let homeless = Place { home: None, ..place() };
    let error = parse("defaults.ca_file = '~/ca.pem'", homeless).unwrap_err();
    assert_eq!(
        error.to_string(),
        "/etc/cloudbal.toml:1:10: `defaults.ca_file` begins with `~`, but no home directory is known"
    );
}

#[test]
fn thresholds_that_are_not_exact_or_not_clear_are_refused() {
    says!(
        in_account("threshold = 1000.5"),
        "3:1: `accounts.prod.threshold` is a number with a fraction, not a text",
        "write it between quotes, so that it is exact: `threshold = \"1000\"`"
    );
    says!(
        in_account("threshold = '1,00'"),
        "3:1: `accounts.prod.threshold` is `1,00`: not an amount",
        "accepted are `threshold = \"1000\"` and `\"1,000.50\"`"
    );
    says!(
        in_account("member_threshold = { USD = 10 }"),
        "3:22: `accounts.prod.member_threshold.USD` is a whole number, not a text",
        "write it between quotes, so that it is exact: `USD = \"1000\"`"
    );
    says!(
        in_account("threshold = { dollar = '10' }"),
        "3:15: `accounts.prod.threshold.dollar` is not an ISO 4217 currency code",
        "did you mean USD?"
    );
    says!(
        in_account("threshold = { USD = '1', RMB = '50000' }"),
        "3:26: `accounts.prod.threshold.RMB` is not an ISO 4217 currency code",
        "did you mean CNY?"
    );
    says!(
        in_account("member_threshold = { CNH = '5' }"),
        "3:22: `accounts.prod.member_threshold.CNH` is not an ISO 4217 currency code",
        "did you mean CNY?"
    );
    says!(
        mistake("[defaults]\nthreshold = { QQQ = '5' }"),
        "2:15: `defaults.threshold.QQQ` is not an ISO 4217 currency code",
        "use a code of three letters, such as USD or CNY"
    );
    says!(
        in_account("threshold = { USD = '1', usd = '2' }"),
        "3:26: `accounts.prod.threshold.usd` is a duplicate",
        ""
    );
}

#[test]
fn rates_that_are_not_exact_or_not_clear_are_refused() {
    let rates = |line: &str| mistake(&format!("[rates]\ndate = '2026-11-20'\n{line}\n"));
    says!(
        rates("USD = 7.12"),
        "3:1: `rates.USD` is a number with a fraction, not a text",
        "write it between quotes, so that it is exact: `USD = \"7.12\"`"
    );
    for wrong in ["'0'", "'-1'", "'7,12'", "'NaN'", "'0.12345678901234567890123456789'"] {
        says!(
            rates(&format!("USD = {wrong}")),
            "3:1: `rates.USD` is not a positive decimal number",
            "write it between quotes, so that it is exact: `USD = \"7.12\"`"
        );
    }
    says!(rates("CNY = '1'"), "3:1: `rates.CNY` is the base, whose rate is 1", "");
    says!(rates("USD = '1'\nusd = '2'"), "4:1: `rates.usd` is a duplicate", "");
    says!(
        rates("bases = 'USD'"),
        "3:1: `rates.bases` is not an ISO 4217 currency code",
        "did you mean `base`?"
    );
    says!(rates("CNH = '1'"), "3:1: `rates.CNH` is not an ISO 4217 currency code", "did you mean CNY?");
    says!(
        rates("base = 'US$'"),
        "3:1: `rates.base` is `US$`, not an ISO 4217 currency code",
        "did you mean USD?"
    );
    says!(
        mistake("[defaults]\nin = 'rmb'"),
        "2:1: `defaults.in` is `rmb`, not an ISO 4217 currency code",
        "did you mean CNY?"
    );
    says!(
        mistake("[rates]\nUSD = '7.12'"),
        "1:2: the rates have no `date`",
        "say of which day they are: `date = \"2026-11-20\"`"
    );
    says!(
        mistake("[rates]\ndate = 2026-11-20T10:00:00Z"),
        "2:1: `rates.date` is not a date such as `2026-11-20`",
        ""
    );
    let error = parse_rates("dat", Path::new("rates.toml")).unwrap_err();
    assert_eq!(error.to_string(), "rates.toml:1:4: not TOML: key with no value, expected `=`");
}

#[test]
fn what_is_not_toml_is_told_with_its_place_and_without_its_line() {
    says!(
        in_account("credentials = { secret_id = 'AKID', secret_key = hush }"),
        "3:50: not TOML: string values must be quoted, expected literal string",
        "put the value in quotes"
    );
    says!(in_account("site = 'cn'\nsite = 'intl'"), "4:1: not TOML: duplicate key", "");
    says!(
        mistake("accounts.a = { provider = 'aliyun' }\naccounts.a.site = 'cn'"),
        "2:10: not TOML: cannot extend value of type inline table with a dotted key",
        ""
    );
    says!(mistake("[a"), "1:3: not TOML: unclosed table, expected `]`", "");
}

const WITH_SECRETS: &str = r#"
[accounts.a]
provider = "tencent"
site = "cn"
credentials = { secret_id = "AKID", secret_key = "Gu5t9xGARNpq", token = "Gu5t9xGARNpq" }
[accounts.b]
provider = "aliyun"
credentials.access_key_id = "LTAI"
credentials.access_key_secret = 'Gu5t9xGARNpq'
"#;

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC*") {
        _ = parse(&text, place());
    }

    #[test]
    fn no_text_that_looks_like_a_file_makes_it_panic(
        lines in prop::collection::vec(
            "(\\[(defaults|rates|accounts\\.[a-c\"é-]{0,3})\\]|(provider|site|credentials|USD|date|timeout|ca_file|env) = (\"[~a-z0-9/é\\\\]{0,5}\"|-?[0-9._e]{1,6}|\\{ (env|oidc|file) = (true|'x'|\\{\\}) \\}|\\[\\]))",
            0..8,
        ),
    ) {
        _ = parse(&lines.join("\n"), place());
    }

    #[test]
    fn no_error_repeats_a_secret(at in 0..WITH_SECRETS.len(), cut in 0..3_usize, put in "[\"'=\\n{}\\[\\],#a0 ]{0,3}") {
        let mut text = WITH_SECRETS.to_owned();
        text.replace_range(at..(at + cut).min(WITH_SECRETS.len()), &put);
        for private in [true, false] {
            if let Err(error) = parse(&text, Place { private, ..place() }) {
                let said = format!("{error:?}");
                prop_assert!(!said.contains("u5t9xGARNp"), "{said}\n{text}");
            }
        }
    }
}

#[test]
fn a_check_finds_every_mistake_of_every_table() {
    let text = "[defaults]\nretries = -1\nratess = 1\noutput = 'xml'\n\
                [accounts.a]\nprovider = 'tencent'\nsite = 'moon'\nsignature = 'acs3'\ncurrency = 'RMB'\n\
                [accounts.b]\nprovider = 'aliyun'\nthreshold = '5k'\nrole_arn = 'r'\nrole_duration = '500ms'\n\
                [rates]\nUSD = 'x'\nRMB = '1'\n";
    let found: Vec<String> = super::mistakes(text, place()).iter().map(ToString::to_string).collect();
    assert_eq!(
        found,
        [
            "/etc/cloudbal.toml:3:1: unknown key `ratess` in `defaults`",
            "/etc/cloudbal.toml:4:1: `defaults.output` is `xml`, not `table`, `json`, `ndjson`, `csv` or `yaml`",
            "/etc/cloudbal.toml:2:1: `defaults.retries` is -1, not a whole number from 0 to 100",
            "/etc/cloudbal.toml:7:1: `accounts.a.site` is `moon`, not `auto`, `intl` or `cn`",
            "/etc/cloudbal.toml:9:1: `accounts.a.currency` is `RMB`, not an ISO 4217 currency code",
            "/etc/cloudbal.toml:8:1: `accounts.a.signature` has no effect: Tencent Cloud does not use it",
            "/etc/cloudbal.toml:14:1: `accounts.b.role_duration` is not a whole number of seconds",
            "/etc/cloudbal.toml:12:1: `accounts.b.threshold` is `5k`: not an amount",
            "/etc/cloudbal.toml:15:2: the rates have no `date`",
            "/etc/cloudbal.toml:16:1: `rates.USD` is not a positive decimal number",
            "/etc/cloudbal.toml:17:1: `rates.RMB` is not an ISO 4217 currency code",
        ]
    );
}
