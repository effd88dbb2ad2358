//! Queries that do something else than they seem to are warned of.

use cloudbal::sandbox::Options;
use insta::assert_snapshot;

use crate::support::Cloud;

#[test]
fn a_query_that_finds_nothing_for_a_comparison_of_texts_says_so() {
    let cloud = Cloud::start(Options::default());
    let run =
        |arguments: &[&str]| cloud.cloudbal(&[&["tencent", "balance"], arguments].concat()).run().whole();
    assert_snapshot!(run(&["--query", "balances[?available<`0`]"]), @"
    []
    --- stderr
    warning: a text cannot be ordered with a number, so `<` is never true
      balances[?available<`0`]
                          ^
    hint: compare numbers: to_number(available) < `0`
    --- exit status 0
    ");
    assert_eq!(run(&["-q", "--query", "balances[?available<`0`]"]), "[]\n--- exit status 0\n");
    assert_snapshot!(run(&["--query", "totals[?currency==`USD`].available"]), @r#"
    [
      "100000000.00"
    ]
    --- exit status 0
    "#);
    assert_snapshot!(cloud.cloudbal(&["accounts", "--query", "accounts[?account > `1`]"]).run().whole(), @"
    []
    --- stderr
    warning: a text cannot be ordered with a number, so `>` is never true
      accounts[?account > `1`]
                          ^
    hint: order numbers only; texts can be sorted with `sort_by`
    --- exit status 0
    ");
}
