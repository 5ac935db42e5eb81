//! Shrinks a schedule that violates an invariant.

use crate::simulate::{choices::Schedule, run::run};

/// Removes steps while the schedule still violates an invariant.
pub(super) fn shrink(schedule: &Schedule) -> Schedule {
    let mut smallest = schedule.clone();
    let mut chunk = smallest.steps.len().div_ceil(2);
    while chunk > 0 {
        let mut start = 0;
        while start < smallest.steps.len() {
            let mut candidate = smallest.clone();
            let end = (start + chunk).min(candidate.steps.len());
            candidate.steps.drain(start..end);
            if run(&candidate, false).violation.is_some() {
                smallest = candidate;
            } else {
                start += chunk;
            }
        }
        chunk /= 2;
    }
    // A step of zero is progress without a fault.
    for index in 0..smallest.steps.len() {
        let mut candidate = smallest.clone();
        candidate.steps[index] = 0;
        if run(&candidate, false).violation.is_some() {
            smallest = candidate;
        }
    }
    smallest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedule_without_violation_keeps_its_steps() {
        let schedule = Schedule::from_seed(1);
        assert_eq!(shrink(&schedule).steps.len(), schedule.steps.len());
    }
}
