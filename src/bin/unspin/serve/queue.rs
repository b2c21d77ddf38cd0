//! Work on texts: some at a time, some waiting, no more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// Why work was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// As many wait as may.
    Full,
    /// Time ran out.
    Late,
    /// The code at work failed.
    Broken,
}

/// Bounds how many texts are held and worked on.
pub(super) struct Queue {
    /// Requests that may be in.
    room: usize,
    /// One for each request that is let in.
    places: Arc<Semaphore>,
    /// One for each that is worked on.
    workers: Arc<Semaphore>,
}

/// A request that was let in.
pub(super) struct Place {
    _permit: OwnedSemaphorePermit,
    workers: Arc<Semaphore>,
    deadline: Instant,
}

/// Tells those at work when to stop.
#[derive(Clone)]
pub(super) struct Limit {
    deadline: Instant,
    gone: Arc<AtomicBool>,
}

impl Limit {
    /// Whether there is no use in going on: time is up, or nobody waits for the result.
    pub(super) fn is_over(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || Instant::now() >= self.deadline
    }

    /// When time is up.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }
}

/// Says, when it is dropped, that nobody waits any longer.
pub(super) struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Queue {
    pub(super) fn new(workers: usize, waiting: usize) -> Self {
        Self {
            room: workers + waiting,
            places: Arc::new(Semaphore::new(workers + waiting)),
            workers: Arc::new(Semaphore::new(workers)),
        }
    }

    /// Requests that are in.
    pub(super) fn inside(&self) -> usize {
        self.room - self.places.available_permits()
    }

    /// Lets a request in, or not; it must be done by `deadline`.
    pub(super) fn enter(&self, deadline: Instant) -> Result<Place, Failure> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Failure::Full)?;
        Ok(Place { _permit: place, workers: Arc::clone(&self.workers), deadline })
    }
}

impl Place {
    /// When the request must be done.
    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// Waits for a worker, then starts `work` in another thread. The work itself looks at its limit now and then.
    pub(super) async fn start<T: Send + 'static>(
        self,
        work: impl FnOnce(&Limit) -> T + Send + 'static,
    ) -> Result<(impl Future<Output = Result<T, Failure>>, Waiting), Failure> {
        let worker = timeout_at(self.deadline, Arc::clone(&self.workers).acquire_owned()).await;
        let worker = worker.map_err(|_| Failure::Late)?.map_err(|_| Failure::Broken)?;
        let limit = Limit { deadline: self.deadline, gone: Arc::new(AtomicBool::new(false)) };
        let waiting = Waiting(Arc::clone(&limit.gone));
        let handle = tokio::task::spawn_blocking(move || {
            // Both are given back when the thread is done, whether anybody waits or not.
            let _held = (self, worker);
            work(&limit)
        });
        Ok((async move { handle.await.map_err(|_| Failure::Broken) }, waiting))
    }

    /// As [`start`](Self::start), and waits for the result.
    pub(super) async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&Limit) -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let deadline = self.deadline;
        let (result, _waiting) = self.start(work).await?;
        timeout_at(deadline, result).await.unwrap_or(Err(Failure::Late))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn soon(milliseconds: u64) -> Instant {
        Instant::now() + Duration::from_millis(milliseconds)
    }

    #[tokio::test]
    async fn work_that_fails_takes_nothing_down() {
        let queue = Queue::new(1, 0);
        for _ in 0..3 {
            let place = queue.enter(soon(60_000)).expect("room");
            let result = place.run::<()>(|_| panic!("expected by this test")).await;
            assert_eq!(result, Err(Failure::Broken));
        }
        assert_eq!(queue.enter(soon(60_000)).expect("room").run(|_| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn no_more_get_in_than_may_and_none_waits_for_ever() {
        let queue = Queue::new(1, 1);
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let first = queue.enter(soon(60_000)).expect("room");
        let (first, _waiting) = first.start(move |_| ended.recv().is_ok()).await.expect("a worker");
        let second = queue.enter(soon(20)).expect("room to wait");
        assert_eq!(queue.enter(soon(20)).err(), Some(Failure::Full));
        assert_eq!(second.run(|_| ()).await, Err(Failure::Late));
        end.send(()).expect("at work");
        assert_eq!(first.await, Ok(true));
        assert!(queue.enter(soon(20)).is_ok());
    }

    #[tokio::test]
    async fn work_learns_that_nobody_waits() {
        let queue = Queue::new(1, 0);
        let place = queue.enter(soon(60_000)).expect("room");
        let work = |limit: &Limit| {
            while !limit.is_over() {
                std::thread::sleep(Duration::from_millis(1));
            }
        };
        let (done, waiting) = place.start(work).await.expect("a worker");
        drop(waiting);
        assert_eq!(done.await, Ok(()));
        // And that time is up, which whoever waits may learn first.
        let late = queue.enter(soon(5)).expect("room").run(work).await;
        assert!(matches!(late, Ok(()) | Err(Failure::Late)));
    }
}
