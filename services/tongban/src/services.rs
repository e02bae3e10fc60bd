//! The services there are.

use std::sync::Arc;

use tongban_identity::Identity;
use tongban_intake::Intake;
use tongban_licences::Licences;
use tongban_matters::Matters;
use tongban_reviews::Reviews;
use tongban_runtime::Service;

/// All of them; a new service is added here and nowhere else in the binary.
pub fn all() -> Vec<Arc<dyn Service>> {
    vec![
        Arc::new(Identity),
        Arc::new(Matters),
        Arc::new(Intake),
        Arc::new(Licences),
        Arc::new(Reviews),
    ]
}

#[cfg(test)]
mod tests {
    use tongban_testkit::Backend;
    use tongban_testkit::schema::losses_of_all;

    const NOTHING: [String; 0] = [];

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_expanding_migration_takes_anything_away_on_sqlite() {
        assert_eq!(losses_of_all(Backend::Embedded, &super::all()).await, NOTHING);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_expanding_migration_takes_anything_away_on_postgres() {
        assert_eq!(losses_of_all(Backend::Mesh, &super::all()).await, NOTHING);
    }
}
