//! Apache Kafka as the log between processes.

mod reading;

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use async_trait::async_trait;
use futures::FutureExt;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use self::reading::FromStart;
use crate::log::{
    Delivery, LARGEST, Log, LogError, MOST, MOST_BYTES, Message, Reading, Subscription,
};

/// How long leaving a group may hold up whoever leaves it.
const FAREWELL: Duration = Duration::from_secs(3);
/// How long one question to the cluster may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where the cluster is and how its topics are made.
#[derive(Debug, Clone)]
pub struct KafkaSettings {
    /// Addresses of some brokers, `host:port` with commas between.
    pub bootstrap: String,
    /// Put before every topic and group, so that deployments can share a cluster; may be empty.
    pub prefix: String,
    /// Partitions of a topic that has to be made.
    pub partitions: i32,
}

/// A Kafka cluster.
pub struct KafkaLog {
    settings: KafkaSettings,
    producer: RwLock<FutureProducer>,
}

impl KafkaLog {
    /// Prepares a producer; the cluster need not be there yet.
    ///
    /// # Errors
    /// When the settings are not understood.
    pub fn new(settings: KafkaSettings) -> Result<Self, LogError> {
        let producer = RwLock::new(producer(&settings)?);
        Ok(Self { settings, producer })
    }

    fn producer(&self) -> FutureProducer {
        self.producer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A producer that met a fatal error (the broker lost what it had acknowledged, or fenced it) never sends
    /// again: another takes its place. What it had not acknowledged is still in the outbox.
    fn renew_if_broken(&self) {
        let mut current = self.producer.write().unwrap_or_else(PoisonError::into_inner);
        if let Some((code, why)) = current.client().fatal_error() {
            tracing::error!(%code, why, "the Kafka producer is replaced");
            match producer(&self.settings) {
                Ok(fresh) => *current = fresh,
                Err(error) => tracing::error!(%error, "no new Kafka producer"),
            }
        }
    }

    fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.settings.prefix)
    }
}

fn producer(settings: &KafkaSettings) -> Result<FutureProducer, LogError> {
    client(settings)
        // Acknowledged by all replicas in sync, in order, without duplicates from retries.
        .set("enable.idempotence", "true")
        .set("acks", "all")
        // Never given up within a process: a gap in an aggregate's events could not be closed later.
        .set("message.timeout.ms", "0")
        .set("message.max.bytes", LARGEST.to_string())
        .set("linger.ms", "2")
        .set("compression.type", "lz4")
        .create()
        .map_err(lost)
}

fn client(settings: &KafkaSettings) -> ClientConfig {
    let mut config = ClientConfig::new();
    config
        .set("bootstrap.servers", &settings.bootstrap)
        .set("client.id", "tongban")
        .set("reconnect.backoff.max.ms", "1000")
        .set("topic.metadata.refresh.interval.ms", "10000");
    config
}

#[async_trait]
impl Log for KafkaLog {
    async fn ensure(&self, topics: &[String]) -> Result<(), LogError> {
        let admin: AdminClient<DefaultClientContext> =
            client(&self.settings).create().map_err(lost)?;
        let names: Vec<String> = topics.iter().map(|name| self.topic(name)).collect();
        let largest = LARGEST.to_string();
        let wanted: Vec<NewTopic<'_>> = names
            .iter()
            .map(|name| {
                NewTopic::new(name, self.settings.partitions, TopicReplication::Fixed(-1))
                    .set("max.message.bytes", &largest)
            })
            .collect();
        let options =
            AdminOptions::new().request_timeout(Some(PATIENCE)).operation_timeout(Some(PATIENCE));
        let made = admin.create_topics(&wanted, &options).await.map_err(lost)?;
        for result in made {
            match result {
                Ok(_) | Err((_, RDKafkaErrorCode::TopicAlreadyExists)) => {}
                Err((topic, code)) => {
                    return Err(LogError(format!("topic {topic} cannot be made: {code}")));
                }
            }
        }
        self.until_known(&names).await
    }

    async fn publish(&self, messages: &[Message]) -> Result<(), LogError> {
        let sent = self.send(messages).await;
        if sent.is_err() {
            self.renew_if_broken();
        }
        sent
    }

    async fn subscribe(
        &self,
        group: &str,
        topics: &[String],
    ) -> Result<Box<dyn Subscription>, LogError> {
        let consumer: StreamConsumer = client(&self.settings)
            .set("group.id", self.topic(group))
            .set("enable.auto.commit", "false")
            .set("auto.offset.reset", "earliest")
            .set("isolation.level", "read_committed")
            .set("session.timeout.ms", "10000")
            .set("fetch.wait.max.ms", "100")
            // Read ahead of the effects: some batches, not the library's 64 MB for each consumer.
            .set("queued.max.messages.kbytes", "8192")
            .create()
            .map_err(lost)?;
        let names: Vec<String> = topics.iter().map(|name| self.topic(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(lost)?;
        Ok(Box::new(Member { consumer: Some(consumer), prefix: self.settings.prefix.clone() }))
    }

    async fn read(&self, topics: &[String]) -> Result<Box<dyn Reading>, LogError> {
        let names = topics.iter().map(|name| self.topic(name)).collect();
        let consumer: StreamConsumer = client(&self.settings)
            // Assigned its partitions and committing nothing, it is a member of no group for all its name.
            .set("group.id", self.topic("rebuild"))
            .set("enable.auto.commit", "false")
            // What retention takes away while it is being read must not be passed over in silence.
            .set("auto.offset.reset", "error")
            .set("isolation.level", "read_committed")
            .set("fetch.wait.max.ms", "100")
            .set("queued.max.messages.kbytes", "8192")
            .create()
            .map_err(lost)?;
        let prefix = self.settings.prefix.clone();
        Ok(Box::new(FromStart::new(consumer, self.producer(), prefix, names).await?))
    }

    async fn count(&self, topics: &[String]) -> Result<Vec<i64>, LogError> {
        let producer = self.producer();
        let names: Vec<String> = topics.iter().map(|name| self.topic(name)).collect();
        // The client library asks in blocking calls.
        let counted = tokio::task::spawn_blocking(move || {
            // Asked for by name, a topic that is not there might be made.
            let known = producer.client().fetch_metadata(None, PATIENCE)?;
            let ends = |name: &String| {
                let topic = known.topics().iter().find(|topic| topic.name() == name);
                let partitions = topic.map(MetadataTopic::partitions).unwrap_or_default();
                // Where a partition ends is how many it ever had: messages that were let go count, too.
                partitions.iter().try_fold(0, |sum, partition| {
                    let (_, end) =
                        producer.client().fetch_watermarks(name, partition.id(), PATIENCE)?;
                    Ok(sum + end)
                })
            };
            names.iter().map(ends).collect::<Result<Vec<i64>, KafkaError>>()
        });
        counted.await.map_err(|error| LogError(error.to_string()))?.map_err(lost)
    }

    async fn ping(&self) -> Result<(), LogError> {
        let producer = self.producer();
        // The client library asks in a blocking call.
        tokio::task::spawn_blocking(move || producer.client().fetch_metadata(None, PATIENCE))
            .await
            .map_err(|error| LogError(error.to_string()))?
            .map(|_| ())
            .map_err(lost)
    }
}

impl KafkaLog {
    /// Waits until the brokers tell of topics that were just made, be it by another process: they answer that a topic is
    /// made a moment before they know it, and who subscribes in that moment is told that there is none.
    async fn until_known(&self, topics: &[String]) -> Result<(), LogError> {
        let told = async {
            while !self.known(topics).await? {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Ok(())
        };
        let late =
            |_| LogError(format!("topics {} were made and are not known", topics.join(", ")));
        tokio::time::timeout(PATIENCE, told).await.map_err(late)?
    }

    async fn known(&self, topics: &[String]) -> Result<bool, LogError> {
        if topics.is_empty() {
            return Ok(true);
        }
        let producer = self.producer();
        // The client library asks in a blocking call; by name, a topic that is not there might be made.
        let asked =
            tokio::task::spawn_blocking(move || producer.client().fetch_metadata(None, PATIENCE));
        let told = asked.await.map_err(|error| LogError(error.to_string()))?.map_err(lost)?;
        let led = |topic: &MetadataTopic| topic.partitions().iter().all(|one| one.leader() >= 0);
        Ok(topics.iter().all(|name| {
            told.topics()
                .iter()
                .any(|topic| topic.name() == name && topic.error().is_none() && led(topic))
        }))
    }

    /// Hands all messages to the producer, then waits for all acknowledgements.
    async fn send(&self, messages: &[Message]) -> Result<(), LogError> {
        let producer = self.producer();
        let mut waiting = Vec::with_capacity(messages.len());
        for message in messages {
            let topic = self.topic(&message.topic);
            let mut record = FutureRecord::to(&topic).key(&message.key).payload(&message.payload);
            loop {
                match producer.send_result(record) {
                    Ok(delivery) => break waiting.push(delivery),
                    Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), back)) => {
                        record = back;
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                    Err((error, _)) => return Err(lost(error)),
                }
            }
        }
        for delivery in waiting {
            match delivery.await {
                Ok(Ok(_)) => {}
                Ok(Err((error, _))) => return Err(lost(error)),
                Err(_) => return Err(LogError("the producer was closed".into())),
            }
        }
        Ok(())
    }
}

/// A member of a consumer group.
struct Member {
    /// Absent only while it is being dropped.
    consumer: Option<StreamConsumer>,
    prefix: String,
}

impl Drop for Member {
    /// Leaves the group.
    ///
    /// The client library can wait for ever when it is closed with an assignment of partitions at hand that
    /// nobody took note of (librdkafka issue 4884): so that is done first, and no caller waits longer than a
    /// while. Should it hang nevertheless, the group goes on without this member once it missed its poll.
    fn drop(&mut self) {
        let Some(consumer) = self.consumer.take() else { return };
        let (done, left) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for _ in 0..3 {
                while consumer.recv().now_or_never().is_some() {}
                std::thread::sleep(Duration::from_millis(2));
            }
            drop(consumer);
            // Nobody may wait any more.
            let _ = done.send(());
        });
        let _ = left.recv_timeout(FAREWELL);
    }
}

#[async_trait]
impl Subscription for Member {
    async fn next(&mut self) -> Result<Vec<Delivery>, LogError> {
        let consumer = self.consumer()?;
        let first = consumer.recv().await.map_err(lost)?;
        let mut bytes = first.payload_len();
        let mut found = vec![self.delivery(&first)];
        // What is ready already comes along; nothing is waited for.
        while found.len() < MOST && bytes < MOST_BYTES {
            match consumer.recv().now_or_never() {
                Some(Ok(message)) => {
                    bytes += message.payload_len();
                    found.push(self.delivery(&message));
                }
                // Whatever it is, it is told again when nothing else is at hand.
                Some(Err(_)) | None => break,
            }
        }
        Ok(found)
    }

    async fn acknowledge(&mut self, deliveries: &[Delivery]) -> Result<(), LogError> {
        let mut ends: HashMap<(&str, i32), i64> = HashMap::new();
        for delivery in deliveries {
            let end = ends.entry((&delivery.message.topic, delivery.partition)).or_default();
            *end = (*end).max(delivery.offset + 1);
        }
        let mut done = TopicPartitionList::new();
        for ((topic, partition), end) in ends {
            let topic = format!("{}{topic}", self.prefix);
            done.add_partition_offset(&topic, partition, Offset::Offset(end)).map_err(lost)?;
        }
        // Not waited for: should it be lost, the messages come again and are recognised.
        self.consumer()?.commit(&done, CommitMode::Async).map_err(lost)
    }
}

impl Member {
    fn consumer(&self) -> Result<&StreamConsumer, LogError> {
        self.consumer.as_ref().ok_or_else(|| LogError("the group was left".into()))
    }

    fn delivery(&self, message: &BorrowedMessage<'_>) -> Delivery {
        Delivery {
            message: told(message, &self.prefix),
            partition: message.partition(),
            offset: message.offset(),
        }
    }
}

/// A message without the deployment's prefix.
fn told(message: &BorrowedMessage<'_>, prefix: &str) -> Message {
    let text =
        |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
    let topic = message.topic();
    Message {
        topic: topic.strip_prefix(prefix).unwrap_or(topic).to_owned(),
        key: text(message.key()),
        payload: text(message.payload()),
    }
}

fn lost(error: KafkaError) -> LogError {
    LogError(error.to_string())
}
