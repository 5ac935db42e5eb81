//! The faults of a run.

use std::time::Duration;

use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, HoldPoint, RateLimitHeaders};

/// The wait of a 429 that the client sits out.
const SHORT: Duration = Duration::from_secs(2);

/// The wait of a 429 that the client returns to its caller.
pub(super) const LONG: Duration = Duration::from_secs(3000);

/// The size limit of the clients, more than any complete response of the fake.
pub(super) const MAX_BODY: usize = 256 * 1024;
const HUGE: usize = 2 * MAX_BODY;

/// Adds every fault to one in so many requests. Held responses wait at the hold point.
pub(super) fn add(fake: &Fake, one_in: u64, seed: u64, hold_point: &HoldPoint) {
    if one_in == 0 {
        return;
    }
    fake.add_random_faults(Endpoint::Gateway, one_in, seed, at_the_gateway(hold_point));
    fake.add_random_faults(Endpoint::Refresh, one_in, seed ^ 1, at_a_refresh(hold_point));
}

fn at_the_gateway(hold_point: &HoldPoint) -> Vec<Fault> {
    let mut faults = vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(hold_point.clone()),
        Fault::HoldAfter(hold_point.clone()),
        Fault::HoldBody(hold_point.clone()),
        Fault::Respond(FakeResponse::gateway_error(500)),
        Fault::Respond(FakeResponse::gateway_error(502)),
        Fault::Respond(FakeResponse::gateway_error(503).header("retry-after", "2")),
        Fault::Respond(FakeResponse::gateway_error(504)),
        Fault::RespondAfter(FakeResponse::gateway_error(500)),
        Fault::RespondAfter(FakeResponse::gateway_error(502)),
        Fault::HalfBody,
        Fault::CutBody,
        Fault::WithoutField("values".to_owned()),
        Fault::ContentType("text/html".to_owned()),
        Fault::Header("X-RateLimit-NearLimit".to_owned(), "true".to_owned()),
        Fault::HugeBody(HUGE),
        Fault::RateLimited(RateLimitHeaders::Quota, LONG),
    ];
    faults.extend(RateLimitHeaders::ALL.map(|throttle| Fault::RateLimited(throttle, SHORT)));
    faults
}

fn at_a_refresh(hold_point: &HoldPoint) -> Vec<Fault> {
    vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(hold_point.clone()),
        Fault::HoldAfter(hold_point.clone()),
        Fault::HoldBody(hold_point.clone()),
        Fault::Respond(FakeResponse::gateway_error(502)),
        Fault::RespondAfter(FakeResponse::gateway_error(504)),
        Fault::HalfBody,
        Fault::CutBody,
        Fault::WithoutField("access_token".to_owned()),
        Fault::RateLimited(RateLimitHeaders::Seconds, SHORT),
    ]
}
