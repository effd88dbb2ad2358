//! The cloud's limit of requests is kept, as the cloud counts.

use std::time::Duration;

use cloudbal::sandbox::Options;

use crate::support::Cloud;

#[test]
fn no_request_is_one_too_many_whatever_the_latency_and_however_many_may_be_under_way() {
    std::thread::scope(|scope| {
        for (latency, concurrency) in [(0, "256"), (50, "1"), (800, "10"), (800, "256"), (1500, "256")] {
            scope.spawn(move || {
                let latency = Duration::from_millis(latency);
                let cloud = Cloud::start(Options { members: 800, latency, ..Options::default() });
                let arguments = ["tencent", "members", "-o", "csv", "--concurrency", concurrency];
                let said = cloud.cloudbal(&arguments).run();
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
