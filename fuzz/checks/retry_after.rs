//! `Retry-After`: whatever a server asks for, the wait is not shorter, and no arithmetic overflows.

use std::time::Duration;

use cloudbal::cloud::Reply;

/// Each line is the value of the header, in a reply with a date and in one without.
pub fn retry_after(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for value in text.lines() {
        for date in [None, Some("Sun, 22 Nov 2026 05:00:00 GMT"), Some(value)] {
            let date = date.map(|date| ("date".to_owned(), date.to_owned()));
            let mut reply = Reply::default();
            reply.status = 503;
            reply.headers = [("retry-after".to_owned(), value.to_owned())].into_iter().chain(date).collect();
            let wait = reply.retry_after();
            if let Some(wait) = wait {
                _ = Duration::from_secs(1).checked_add(wait);
            }
            let digits = value.trim();
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let asked = digits.parse().map(Duration::from_secs);
                let is_asked = asked
                    .map_or(wait.is_none_or(|wait| wait > Duration::from_secs(1 << 40)), |asked| {
                        wait == Some(asked)
                    });
                assert!(is_asked, "{value:?}: {wait:?}");
            }
        }
    }
}
