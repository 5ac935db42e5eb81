//! Which entries of the overlay something has read.
//!
//! The generator gets the value of a [`Tracked`] entry from [`Ledger::read`] alone, which marks the
//! entry. An entry without a mark at the end of a run is stale, whatever it is for.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::stale::Stale;

/// A value of the overlay that is marked when it is read.
#[derive(Debug, Clone)]
pub struct Tracked<T> {
    value: T,
    id: usize,
}

impl<T> Tracked<T> {
    /// The value, to check it and not to use it.
    pub(super) fn peek(&self) -> &T {
        &self.value
    }

    /// The same entry with another value.
    pub(super) fn map<U>(self, change: impl FnOnce(T) -> U) -> Tracked<U> {
        Tracked { value: change(self.value), id: self.id }
    }
}

/// An entry as the ledger knows it.
#[derive(Debug)]
struct Record {
    entry: Stale,
    /// The entry that it is a part of; a part of a stale entry is not reported besides it.
    parent: Option<usize>,
}

/// All entries, and which of them have been read.
#[derive(Debug, Default)]
pub struct Ledger {
    records: Arc<Vec<Record>>,
    read: Vec<AtomicBool>,
}

/// A copy in which nothing has been read, for a run of its own.
impl Clone for Ledger {
    fn clone(&self) -> Self {
        let read = self.read.iter().map(|_| AtomicBool::new(false)).collect();
        Self { records: Arc::clone(&self.records), read }
    }
}

impl Ledger {
    /// Adds an entry. `entry` says what to report if nothing reads it.
    pub fn track<T>(&mut self, entry: Stale, value: T) -> Tracked<T> {
        self.add(entry, None, value)
    }

    /// Adds a part of an entry, or an entry that is not a part of another.
    pub fn track_part<T>(&mut self, whole: Option<&Tracked<()>>, entry: Stale, value: T) -> Tracked<T> {
        self.add(entry, whole.map(|whole| whole.id), value)
    }

    fn add<T>(&mut self, entry: Stale, parent: Option<usize>, value: T) -> Tracked<T> {
        let id = self.read.len();
        // The records are shared by copies only, which are made when the overlay is complete.
        if let Some(records) = Arc::get_mut(&mut self.records) {
            records.push(Record { entry, parent });
        }
        self.read.push(AtomicBool::new(false));
        Tracked { value, id }
    }

    /// The value of an entry, which is marked as read.
    pub fn read<'a, T>(&self, entry: &'a Tracked<T>) -> &'a T {
        if let Some(read) = self.read.get(entry.id) {
            read.store(true, Ordering::Relaxed);
        }
        &entry.value
    }

    /// The entries that nothing has read, in the order in which they were added.
    pub fn unread(&self) -> impl Iterator<Item = &Stale> + Clone {
        let is_read = move |id: usize| self.read.get(id).is_some_and(|read| read.load(Ordering::Relaxed));
        let unread =
            self.records.iter().enumerate().filter(move |(id, record)| !is_read(*id) && record.parent.is_none_or(is_read));
        unread.map(|(_, record)| &record.entry)
    }
}
