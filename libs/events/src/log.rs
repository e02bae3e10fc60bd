//! What a log must be able to do, whichever it is.

use async_trait::async_trait;

/// Largest message either log takes, in bytes: an event carries a whole request, which may have 1 MiB, and
/// what the ledger adds.
pub const LARGEST: usize = 8 * 1024 * 1024;

/// What a message needs besides key and content, generously.
const OVERHEAD: usize = 4096;

/// Most messages a subscriber takes at once.
pub(crate) const MOST: usize = 500;

/// Most bytes of content it takes at once; a single message may have more.
pub(crate) const MOST_BYTES: usize = 4 * 1024 * 1024;

/// A message on its way to the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Topic, without the deployment's prefix.
    pub topic: String,
    /// Messages with the same key stay in order.
    pub key: String,
    /// Content, UTF-8 JSON.
    pub payload: String,
}

impl Message {
    /// Whether a log takes it at all.
    pub fn fits(&self) -> bool {
        self.key.len() + self.payload.len() + OVERHEAD <= LARGEST
    }
}

/// A message as it reaches a subscriber.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The message.
    pub message: Message,
    /// Partition it lies in.
    pub partition: i32,
    /// Its place there.
    pub offset: i64,
}

/// The log is away or refuses; nothing is lost, it can be tried again.
#[derive(Debug, thiserror::Error)]
#[error("the event log does not take part: {0}")]
pub struct LogError(pub String);

/// A durable, ordered log of messages.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Makes sure the topics exist.
    async fn ensure(&self, topics: &[String]) -> Result<(), LogError>;

    /// Appends messages in their order; when it returns, they survive the death of any process.
    async fn publish(&self, messages: &[Message]) -> Result<(), LogError>;

    /// Reads `topics` as a member of `group`, from the first message the group has not acknowledged.
    async fn subscribe(
        &self,
        group: &str,
        topics: &[String],
    ) -> Result<Box<dyn Subscription>, LogError>;

    /// Reads `topics` from the first message they still have, as a member of no group.
    async fn read(&self, topics: &[String]) -> Result<Box<dyn Reading>, LogError>;

    /// How many messages were ever appended to each of `topics`, repetitions included; 0 for one that is not there.
    async fn count(&self, topics: &[String]) -> Result<Vec<i64>, LogError>;

    /// Whether the log answers.
    async fn ping(&self) -> Result<(), LogError>;
}

/// A group member's reading position.
#[async_trait]
pub trait Subscription: Send {
    /// Waits for the next message and gives it with what else is ready, some hundreds at most; never nothing.
    async fn next(&mut self) -> Result<Vec<Delivery>, LogError>;

    /// Notes that the effects of these and all earlier messages of their partitions are on the disk.
    ///
    /// May do so later: a message that comes again is recognised by the inbox.
    async fn acknowledge(&mut self, deliveries: &[Delivery]) -> Result<(), LogError>;
}

/// A reader from the beginning, of whom the log keeps nothing.
#[async_trait]
pub trait Reading: Send + Sync {
    /// The next messages, some hundreds at most; none when those are read that the log has by now. Asked
    /// again, it goes on with what came since.
    async fn next(&mut self) -> Result<Vec<Message>, LogError>;
}
