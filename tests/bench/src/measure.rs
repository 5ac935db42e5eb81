//! Measures: medians, processor time, allocations, bytes in use.

use std::{
    alloc::System,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

/// The counting allocator. A program makes it its global allocator; otherwise all counts are zero.
pub static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The median; NaN without numbers.
pub fn median(numbers: &mut [f64]) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let middle = numbers.len() / 2;
    match (numbers.len(), numbers.get(middle)) {
        (0, _) | (_, None) => f64::NAN,
        (length, Some(upper)) if length % 2 == 1 => *upper,
        (_, Some(upper)) => f64::midpoint(numbers[middle - 1], *upper),
    }
}

/// The quantile for a part from 0 to 1.
pub fn quantile(numbers: &mut [f64], part: f64) -> f64 {
    numbers.sort_unstable_by(f64::total_cmp);
    let place = (part * numbers.len().saturating_sub(1) as f64).round() as usize;
    numbers.get(place).copied().unwrap_or(f64::NAN)
}

/// The processor time of this process without its children. Zero where the system does not report
/// it.
pub fn processor_time() -> Duration {
    #[cfg(unix)]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        if let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) {
            let part = |time: nix::sys::time::TimeVal| {
                let micros = time.tv_sec().saturating_mul(1_000_000).saturating_add(time.tv_usec());
                Duration::from_micros(u64::try_from(micros).unwrap_or_default())
            };
            return part(usage.user_time()) + part(usage.system_time());
        }
    }
    Duration::ZERO
}

/// Raises the limit of open files of this process and its future children to the system's maximum.
pub fn allow_many_connections() {
    #[cfg(unix)]
    {
        use nix::sys::resource::{Resource, getrlimit, setrlimit};
        // Where this fails, a failed connection reports it.
        if let Ok((_, most)) = getrlimit(Resource::RLIMIT_NOFILE) {
            let _ = setrlimit(Resource::RLIMIT_NOFILE, most, most);
        }
    }
}

/// Allocations, including reallocations.
#[derive(Debug, Clone, Copy)]
pub struct Allocations {
    /// Number of allocations.
    pub count: usize,
    /// Number of bytes.
    pub bytes: usize,
}

impl Allocations {
    /// The allocations of this process up to now.
    pub fn now() -> Self {
        let stats = COUNTING.stats();
        Self { count: stats.allocations + stats.reallocations, bytes: stats.bytes_allocated }
    }

    /// The allocations since an earlier count.
    pub fn since(self, earlier: Self) -> Self {
        Self { count: self.count - earlier.count, bytes: self.bytes - earlier.bytes }
    }
}

/// The bytes in use now.
pub fn live_bytes() -> usize {
    let stats = COUNTING.stats();
    // Other threads may allocate between the two reads.
    stats.bytes_allocated.saturating_sub(stats.bytes_deallocated)
}

/// Samples the bytes in use many times per millisecond, and keeps the maximum.
#[derive(Debug)]
pub struct Peak {
    most: Arc<AtomicUsize>,
    ended: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
}

impl Peak {
    /// Starts to sample.
    ///
    /// # Errors
    /// No thread can start.
    pub fn watch() -> std::io::Result<Self> {
        let (most, ended) = (Arc::new(AtomicUsize::new(live_bytes())), Arc::new(AtomicBool::new(false)));
        let watch = {
            let (most, ended) = (Arc::clone(&most), Arc::clone(&ended));
            move || {
                while !ended.load(Ordering::Relaxed) {
                    most.fetch_max(live_bytes(), Ordering::Relaxed);
                    std::thread::sleep(Duration::from_micros(50));
                }
            }
        };
        let watcher = std::thread::Builder::new().name("peak".to_owned()).spawn(watch)?;
        Ok(Self { most, ended, watcher: Some(watcher) })
    }

    /// The most bytes that were allocated at one time.
    pub fn bytes(&self) -> usize {
        self.most.load(Ordering::Relaxed).max(live_bytes())
    }
}

impl Drop for Peak {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(watcher) = self.watcher.take() {
            let _ = watcher.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert!(median(&mut []).is_nan());
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&mut [4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!((quantile(&mut [1.0, 2.0, 3.0, 4.0, 5.0], 1.0) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn work_takes_processor_time() {
        let before = processor_time();
        let mut rng = fastrand::Rng::with_seed(1);
        while cfg!(unix) && processor_time() == before {
            std::hint::black_box(rng.u64(..));
        }
    }
}
