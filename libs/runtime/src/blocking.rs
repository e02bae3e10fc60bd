//! Work that would hold up requests.

use tongban_kernel::Fault;

/// Pure work on long lists, away from the threads that answer requests.
///
/// # Errors
/// What `work` says; our own mistake when it panics.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work).await.map_err(Fault::internal)?
}
