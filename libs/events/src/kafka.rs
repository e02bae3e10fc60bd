//! Apache Kafka as the log between processes.

use std::time::Duration;

use async_trait::async_trait;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{CommitMode, Consumer as _, StreamConsumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::Message as _;
use rdkafka::metadata::MetadataTopic;
use rdkafka::producer::{FutureProducer, FutureRecord, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use crate::log::{Delivery, Log, LogError, Message, Subscription};

/// How long one question to the cluster may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Largest message, in bytes: an event carries a whole request, which may have 1 MiB, and what the ledger
/// adds. One that does not fit would hold up all events behind it.
const LARGEST: &str = "8388608";

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
    producer: FutureProducer,
}

impl KafkaLog {
    /// Prepares a producer; the cluster need not be there yet.
    ///
    /// # Errors
    /// When the settings are not understood.
    pub fn new(settings: KafkaSettings) -> Result<Self, LogError> {
        let producer = client(&settings)
            // Acknowledged by all replicas in sync, in order, without duplicates from retries.
            .set("enable.idempotence", "true")
            .set("acks", "all")
            // Never given up within a process: a gap in an aggregate's events could not be closed later.
            .set("message.timeout.ms", "0")
            .set("message.max.bytes", LARGEST)
            .set("linger.ms", "2")
            .set("compression.type", "gzip")
            .create()
            .map_err(lost)?;
        Ok(Self { settings, producer })
    }

    fn topic(&self, name: &str) -> String {
        format!("{}{name}", self.settings.prefix)
    }
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
        let wanted: Vec<NewTopic<'_>> = names
            .iter()
            .map(|name| {
                NewTopic::new(name, self.settings.partitions, TopicReplication::Fixed(-1))
                    .set("max.message.bytes", LARGEST)
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
        Ok(())
    }

    async fn publish(&self, messages: &[Message]) -> Result<(), LogError> {
        let mut waiting = Vec::with_capacity(messages.len());
        for message in messages {
            let topic = self.topic(&message.topic);
            let mut record = FutureRecord::to(&topic).key(&message.key).payload(&message.payload);
            loop {
                match self.producer.send_result(record) {
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
            .create()
            .map_err(lost)?;
        let names: Vec<String> = topics.iter().map(|name| self.topic(name)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(lost)?;
        Ok(Box::new(Member { consumer, prefix: self.settings.prefix.clone() }))
    }

    async fn count(&self, topics: &[String]) -> Result<Vec<i64>, LogError> {
        let producer = self.producer.clone();
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
        let producer = self.producer.clone();
        // The client library asks in a blocking call.
        tokio::task::spawn_blocking(move || producer.client().fetch_metadata(None, PATIENCE))
            .await
            .map_err(|error| LogError(error.to_string()))?
            .map(|_| ())
            .map_err(lost)
    }
}

struct Member {
    consumer: StreamConsumer,
    prefix: String,
}

#[async_trait]
impl Subscription for Member {
    async fn next(&mut self) -> Result<Delivery, LogError> {
        let message = self.consumer.recv().await.map_err(lost)?;
        let text =
            |bytes: Option<&[u8]>| String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned();
        let topic = message.topic();
        Ok(Delivery {
            message: Message {
                topic: topic.strip_prefix(&self.prefix).unwrap_or(topic).to_owned(),
                key: text(message.key()),
                payload: text(message.payload()),
            },
            partition: message.partition(),
            offset: message.offset(),
        })
    }

    async fn acknowledge(&mut self, delivery: &Delivery) -> Result<(), LogError> {
        let mut done = TopicPartitionList::new();
        let topic = format!("{}{}", self.prefix, delivery.message.topic);
        done.add_partition_offset(&topic, delivery.partition, Offset::Offset(delivery.offset + 1))
            .map_err(lost)?;
        self.consumer.commit(&done, CommitMode::Async).map_err(lost)
    }
}

fn lost(error: KafkaError) -> LogError {
    LogError(error.to_string())
}
