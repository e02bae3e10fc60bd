//! Argon2id (RFC 9106) with the parameters OWASP names first for it: 19 MiB, two passes, one lane.

use std::sync::Arc;
use std::time::Duration;

use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, PasswordHash, Version};
use tokio::sync::Semaphore;
use tongban_kernel::{Entropy, Fault};

use crate::domain::secret::Secret;

/// How long a sign-in may wait for a free core before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and verifies secrets, never more at once than there are cores, never on the async threads.
#[derive(Clone)]
pub struct Hasher {
    cores: Arc<Semaphore>,
    decoy: Arc<str>,
    entropy: Arc<dyn Entropy>,
}

impl Hasher {
    /// A hasher.
    ///
    /// # Errors
    /// Never, unless the parameters below were wrong.
    pub async fn start(entropy: Arc<dyn Entropy>) -> Result<Self, Fault> {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let mut hasher = Self { cores: Arc::new(Semaphore::new(cores)), decoy: "".into(), entropy };
        let mut nobody = [0_u8; 16];
        hasher.entropy.fill(&mut nobody);
        hasher.decoy = hasher.hash(&Secret::from(hex::encode(nobody))).await?.into();
        Ok(hasher)
    }

    /// The hash of a secret, as a PHC string with a salt of its own.
    pub async fn hash(&self, secret: &Secret) -> Result<String, Fault> {
        let secret = secret.clone();
        let mut salt = [0_u8; 16];
        self.entropy.fill(&mut salt);
        self.work(move || {
            let hash = argon2()?
                .hash_password_with_salt(secret.bytes(), &salt)
                .map_err(Fault::internal)?;
            Ok(hash.to_string())
        })
        .await
    }

    /// Whether `secret` is the one behind `hash`. Without a hash the same work is done for nothing, so
    /// that the time taken does not tell whether a login exists.
    pub async fn verify(&self, secret: &Secret, hash: Option<&str>) -> Result<bool, Fault> {
        let known = hash.is_some();
        let hash = hash.unwrap_or(&self.decoy).to_owned();
        let secret = secret.clone();
        self.work(move || {
            let hash = PasswordHash::new(&hash).map_err(Fault::internal)?;
            Ok(argon2()?.verify_password(secret.bytes(), &hash).is_ok() && known)
        })
        .await
    }

    /// A digest as dear to guess at as a password's hash, for what is kept of a request with a password in
    /// it: the same digest and salt always give the same.
    pub async fn stretch(&self, digest: Vec<u8>, salt: Vec<u8>) -> Result<Vec<u8>, Fault> {
        self.work(move || {
            let mut stretched = vec![0_u8; 32];
            argon2()?
                .hash_password_into(&digest, &salt, &mut stretched)
                .map_err(Fault::internal)?;
            Ok(stretched)
        })
        .await
    }

    async fn work<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let waiting = Arc::clone(&self.cores).acquire_owned();
        let turn = tokio::time::timeout(PATIENCE, waiting)
            .await
            .map_err(|_| Fault::unavailable("too many secrets to hash at once"))?
            .map_err(Fault::internal)?;
        tokio::task::spawn_blocking(move || {
            let outcome = job();
            drop(turn);
            outcome
        })
        .await
        .map_err(Fault::internal)?
    }
}

fn argon2() -> Result<Argon2<'static>, Fault> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(Fault::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use tongban_kernel::SystemEntropy;

    use super::*;

    fn secret(text: &str) -> Secret {
        Secret::from(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_right_secret_verifies_and_nobody_has_the_decoys() {
        let hasher = Hasher::start(Arc::new(SystemEntropy)).await.unwrap();
        let hash = hasher.hash(&secret("correct horse")).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(hasher.verify(&secret("correct horse"), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&secret("correct hors"), Some(&hash)).await.unwrap());
        assert!(!hasher.verify(&secret("correct horse"), None).await.unwrap());
        assert_ne!(hash, hasher.hash(&secret("correct horse")).await.unwrap());
    }

    #[tokio::test]
    async fn stretching_repeats_itself() {
        let hasher = Hasher::start(Arc::new(SystemEntropy)).await.unwrap();
        let stretch = |digest: u8| hasher.stretch(vec![digest; 32], vec![7; 32]);
        assert_eq!(stretch(1).await.unwrap(), stretch(1).await.unwrap());
        assert_ne!(stretch(1).await.unwrap(), stretch(2).await.unwrap());
    }
}
