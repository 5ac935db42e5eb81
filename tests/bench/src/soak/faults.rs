//! What goes wrong in a run.

use std::time::Duration;

use jsm_ops_fake::{Endpoint, Fake, FakeResponse, Fault, HoldPoint, RateLimitHeaders};

/// What a throttled request is asked to wait: short enough to be waited for.
const SHORT: Duration = Duration::from_secs(2);

/// A quota that is spent until the next hour: nobody should sleep through that.
pub(super) const LONG: Duration = Duration::from_secs(3000);

/// More than a client of the run reads, which is more than any whole answer of the fake.
pub(super) const MAX_BODY: usize = 256 * 1024;
const HUGE: usize = 2 * MAX_BODY;

/// Lets one in so many requests go wrong, in every way that there is. Answers that are late wait at the gate.
pub(super) fn scatter(fake: &Fake, one_in: u64, seed: u64, gate: &HoldPoint) {
    if one_in == 0 {
        return;
    }
    fake.add_random_faults(Endpoint::Gateway, one_in, seed, at_the_gateway(gate));
    fake.add_random_faults(Endpoint::Refresh, one_in, seed ^ 1, at_a_refresh(gate));
}

fn at_the_gateway(gate: &HoldPoint) -> Vec<Fault> {
    let mut faults = vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(gate.clone()),
        Fault::HoldAfter(gate.clone()),
        Fault::HoldBody(gate.clone()),
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

fn at_a_refresh(gate: &HoldPoint) -> Vec<Fault> {
    vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(gate.clone()),
        Fault::HoldAfter(gate.clone()),
        Fault::HoldBody(gate.clone()),
        Fault::Respond(FakeResponse::gateway_error(502)),
        Fault::RespondAfter(FakeResponse::gateway_error(504)),
        Fault::HalfBody,
        Fault::CutBody,
        Fault::WithoutField("access_token".to_owned()),
        Fault::RateLimited(RateLimitHeaders::Seconds, SHORT),
    ]
}
