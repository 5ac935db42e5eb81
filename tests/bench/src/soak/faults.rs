//! The faults of a run.

use std::time::Duration;

use jsm_ops_fake::{Answer, Endpoint, Fake, Fault, Gate, Throttle};

/// The wait of a 429 that the client sits out.
const SHORT: Duration = Duration::from_secs(2);

/// The wait of a 429 that the client returns to its caller.
pub(super) const LONG: Duration = Duration::from_secs(3000);

/// The size limit of the clients, more than any complete response of the fake.
pub(super) const MAX_BODY: usize = 256 * 1024;
const HUGE: usize = 2 * MAX_BODY;

/// Adds every fault to one in so many requests. Held responses wait at the gate.
pub(super) fn scatter(fake: &Fake, one_in: u64, seed: u64, gate: &Gate) {
    if one_in == 0 {
        return;
    }
    fake.scatter(Endpoint::Gateway, one_in, seed, at_the_gateway(gate));
    fake.scatter(Endpoint::Refresh, one_in, seed ^ 1, at_a_refresh(gate));
}

fn at_the_gateway(gate: &Gate) -> Vec<Fault> {
    let mut faults = vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(gate.clone()),
        Fault::HoldAfter(gate.clone()),
        Fault::HoldBody(gate.clone()),
        Fault::Answer(Answer::gateway_page(500)),
        Fault::Answer(Answer::gateway_page(502)),
        Fault::Answer(Answer::gateway_page(503).header("retry-after", "2")),
        Fault::Answer(Answer::gateway_page(504)),
        Fault::AnswerAfter(Answer::gateway_page(500)),
        Fault::AnswerAfter(Answer::gateway_page(502)),
        Fault::HalfBody,
        Fault::CutBody,
        Fault::WithoutField("values".to_owned()),
        Fault::ContentType("text/html".to_owned()),
        Fault::Header("X-RateLimit-NearLimit".to_owned(), "true".to_owned()),
        Fault::HugeBody(HUGE),
        Fault::Throttled(Throttle::Quota, LONG),
    ];
    faults.extend(Throttle::ALL.map(|throttle| Fault::Throttled(throttle, SHORT)));
    faults
}

fn at_a_refresh(gate: &Gate) -> Vec<Fault> {
    vec![
        Fault::DropBefore,
        Fault::DropAfter,
        Fault::HoldBefore(gate.clone()),
        Fault::HoldAfter(gate.clone()),
        Fault::HoldBody(gate.clone()),
        Fault::Answer(Answer::gateway_page(502)),
        Fault::AnswerAfter(Answer::gateway_page(504)),
        Fault::HalfBody,
        Fault::CutBody,
        Fault::WithoutField("access_token".to_owned()),
        Fault::Throttled(Throttle::Seconds, SHORT),
    ]
}
