//! The cloud's limit of requests is kept, as the cloud counts.

use std::time::Duration;

use cloudbal::sandbox::Options;

use crate::support::Cloud;

#[test]
fn no_request_is_one_too_many_whatever_the_latency() {
    std::thread::scope(|scope| {
        for latency in [0, 50, 800, 1500] {
            scope.spawn(move || {
                let latency = Duration::from_millis(latency);
                let cloud = Cloud::start(Options { members: 800, latency, ..Options::default() });
                let said = cloud.cloudbal(&["tencent", "members", "-o", "csv"]).run();
                assert_eq!((said.status, &*said.stderr), (Some(0), ""));
                assert_eq!(said.stdout.lines().count(), 1 + 800);
                let counted = cloud.statistics();
                assert_eq!((counted.requests, counted.throttled), (80, 0), "{latency:?}: {counted:?}");
                assert!(counted.most_in_one_second <= 20, "{counted:?}");
            });
        }
    });
}

#[test]
fn a_lower_rate_can_be_asked_for() {
    let cloud = Cloud::start(Options { members: 40, rate: Some(2), ..Options::default() });
    let said = cloud.cloudbal(&["tencent", "members", "-o", "csv", "--rate", "2"]).run();
    assert_eq!(said.stdout.lines().count(), 1 + 40);
    let counted = cloud.statistics();
    assert_eq!((counted.requests, counted.throttled, counted.most_in_one_second), (4, 0, 2));
}
