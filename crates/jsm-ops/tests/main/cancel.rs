//! Calls may be dropped at any point. The client and the grant stay usable.

use std::{
    pin::{Pin, pin},
    task::{Context, Poll},
    time::Duration,
};

use jsm_ops::{Client, Rate, TokenStore as _, core::Body};
use jsm_ops_fake::{Endpoint, Fault, HoldPoint, RateLimitHeaders};

use crate::support::{HOUR, LIST, World, soon};

/// Ends with `None` after a number of polls.
struct LimitedPolls<F> {
    future: F,
    polls: usize,
}

impl<F: Future + Unpin> Future for LimitedPolls<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.polls == 0 {
            return Poll::Ready(None);
        }
        self.polls -= 1;
        match Pin::new(&mut self.future).poll(context) {
            Poll::Ready(outcome) => Poll::Ready(Some(outcome)),
            Poll::Pending if self.polls == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    }
}

/// The call waits for the store, the refresh, the rate limiter, the first response, the backoff,
/// and the second response.
async fn dropped_after(polls: usize) -> bool {
    let world = World::new().await;
    let rate = Rate::per_minute(1.try_into().expect("not zero"));
    let builder = Client::builder().session(world.session.clone()).rate_limit("alerts", rate).adaptive_rate_limiting();
    let client = builder.build().await.expect("a client");
    world.clock.advance(HOUR);
    world.fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(1));
    let has_ended = {
        let call = pin!(client.call(&LIST, &[]).send(Body::None));
        LimitedPolls { future: call, polls }.await
    };
    if let Some(outcome) = &has_ended {
        outcome.as_ref().unwrap_or_else(|error| unreachable!("after {polls} polls: {error}"));
    }
    // The lock is free, the grant is in the store, and the client works.
    world.session.flush().await.expect("saved");
    drop(world.store.lock(world.session.key()).await.expect("a free lock"));
    world.fake.clear_faults();
    client.call(&LIST, &[]).send(Body::None).await.unwrap_or_else(|error| unreachable!("after {polls} polls: {error}"));
    assert!(world.is_alive_in_store().await, "after {polls} polls");
    assert_eq!(world.refreshes(), 1, "after {polls} polls");
    world.fake.assert_no_violations();
    has_ended.is_some()
}

#[tokio::test]
async fn a_call_may_be_dropped_at_every_await() {
    let mut dropped = 0;
    for polls in 0..200 {
        if dropped_after(polls).await {
            break;
        }
        dropped += 1;
    }
    // Refresh, request, rate limit and request have at least five awaits.
    assert!((5..200).contains(&dropped), "{dropped}");
    println!("dropped at {dropped} points");
}

/// Where a call waits while it is dropped.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    StoreLock,
    Refresh,
    RefreshResponse,
    Request,
    Response,
    Body,
    RefreshAfterRejection,
    Backoff,
    RateLimiter,
    RateLimiterQueue,
    Deadline,
}

const PLACES: [Place; 11] = [
    Place::StoreLock,
    Place::Refresh,
    Place::RefreshResponse,
    Place::Request,
    Place::Response,
    Place::Body,
    Place::RefreshAfterRejection,
    Place::Backoff,
    Place::RateLimiter,
    Place::RateLimiterQueue,
    Place::Deadline,
];

async fn dropped_at(place: Place) {
    let world = World::new().await;
    let rate = Rate::per_hour(1.try_into().expect("not zero"));
    let builder = Client::builder().session(world.session.clone());
    let builder = match place {
        Place::RateLimiter | Place::RateLimiterQueue => builder.rate_limit("alerts", rate),
        Place::Deadline => builder.timeout(HOUR),
        _ => builder,
    };
    let client = builder.build().await.expect("a client");
    let clock = world.clock.clone().manual();
    let call = || client.call(&LIST, &[]).send(Body::None);
    let gate = HoldPoint::new();
    let mut held = None;
    match place {
        Place::StoreLock => held = Some(world.store.lock(world.session.key()).await.expect("a lock")),
        Place::Refresh => world.fake.queue_fault(Endpoint::Refresh, Fault::HoldBefore(gate.clone())),
        Place::RefreshResponse => world.fake.queue_fault(Endpoint::Refresh, Fault::HoldAfter(gate.clone())),
        Place::Request | Place::Deadline => world.fake.queue_fault(Endpoint::Gateway, Fault::HoldBefore(gate.clone())),
        Place::Response => world.fake.queue_fault(Endpoint::Gateway, Fault::HoldAfter(gate.clone())),
        Place::Body => world.fake.queue_fault(Endpoint::Gateway, Fault::HoldBody(gate.clone())),
        Place::RefreshAfterRejection => {
            world.fake.expire_access_tokens();
            world.fake.queue_fault(Endpoint::Refresh, Fault::HoldBefore(gate.clone()));
        }
        Place::Backoff => world.fake.queue_rate_limit(Endpoint::Gateway, RateLimitHeaders::Seconds, Duration::from_secs(9)),
        Place::RateLimiter | Place::RateLimiterQueue => drop(call().await.expect("a response")),
    }
    if matches!(place, Place::StoreLock | Place::Refresh | Place::RefreshResponse) {
        clock.advance(HOUR);
    }
    let mut first = std::pin::pin!(call());
    if place == Place::RateLimiterQueue {
        // Another call is at the head of the queue and stays there.
        tokio::select! {
            _ = &mut first => unreachable!("it waits for its turn"),
            () = clock.sleepers(1) => {}
        }
    }
    let arrived = async {
        match place {
            Place::Backoff | Place::RateLimiter => clock.sleepers(1).await,
            // The test cannot observe this point. It polls the call until it gets there.
            Place::StoreLock | Place::RateLimiterQueue => {
                for _ in 0..100 {
                    tokio::task::yield_now().await;
                }
            }
            _ => gate.wait_for_requests(1).await,
        }
    };
    tokio::select! {
        biased;
        outcome = call() => unreachable!("{place:?}: {outcome:?}"),
        () = arrived => {}
    }
    gate.release();
    drop(held);
    world.session.flush().await.expect("saved");
    drop(world.store.lock(world.session.key()).await.expect("a free lock"));
    clock.advance(HOUR);
    let _ = match place {
        Place::RateLimiterQueue => first.await,
        _ => call().await,
    }
    .unwrap_or_else(|error| unreachable!("{place:?}: {error}"));
    assert!(world.is_alive_in_store().await, "{place:?}");
    world.fake.assert_no_violations();
}

#[tokio::test]
async fn a_call_may_be_dropped_wherever_it_waits() {
    for place in PLACES {
        soon(&format!("{place:?}"), dropped_at(place)).await;
    }
}
