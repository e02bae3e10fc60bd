//! Reading topics from their beginning, without a group.

use std::collections::BTreeMap;

use async_trait::async_trait;
use rdkafka::consumer::{Consumer as _, StreamConsumer};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::producer::{FutureProducer, Producer as _};
use rdkafka::{Offset, TopicPartitionList};

use super::{PATIENCE, lost, told};
use crate::log::{LogError, MOST, MOST_BYTES, Message, Reading};

/// Topic and partition.
type Partition = (String, i32);

/// A consumer with all partitions of some topics.
pub(super) struct FromStart {
    consumer: StreamConsumer,
    /// Through whose connections is asked where partitions begin and end.
    producer: FutureProducer,
    prefix: String,
    /// The next offset of each partition.
    next: BTreeMap<Partition, i64>,
    /// Where each partition ended when that was last asked.
    ends: BTreeMap<Partition, i64>,
}

impl FromStart {
    /// Goes to the beginnings of `topics`, named as the cluster knows them.
    pub(super) async fn new(
        consumer: StreamConsumer,
        producer: FutureProducer,
        prefix: String,
        topics: Vec<String>,
    ) -> Result<Self, LogError> {
        let asked = producer.clone();
        let found = blocking(move || {
            // Asked for by name, a topic that is not there might be made.
            let known = asked.client().fetch_metadata(None, PATIENCE)?;
            let wanted =
                known.topics().iter().filter(|one| topics.iter().any(|name| name == one.name()));
            let parts = wanted.flat_map(|topic| {
                topic.partitions().iter().map(|part| (topic.name().to_owned(), part.id()))
            });
            marks(&asked, parts.collect())
        })
        .await?;
        let mut list = TopicPartitionList::new();
        for ((topic, partition), (begin, _)) in &found {
            list.add_partition_offset(topic, *partition, Offset::Offset(*begin)).map_err(lost)?;
        }
        consumer.assign(&list).map_err(lost)?;
        let next = found.iter().map(|(part, (begin, _))| (part.clone(), *begin)).collect();
        let ends = found.into_iter().map(|(part, (_, end))| (part, end)).collect();
        Ok(Self { consumer, producer, prefix, next, ends })
    }

    fn at_the_end(&self) -> bool {
        self.ends.iter().all(|(part, end)| self.next.get(part).is_some_and(|next| next >= end))
    }

    /// Asks again where the partitions end.
    async fn look_further(&mut self) -> Result<(), LogError> {
        let parts: Vec<Partition> = self.ends.keys().cloned().collect();
        let producer = self.producer.clone();
        let found = blocking(move || marks(&producer, parts)).await?;
        self.ends = found.into_iter().map(|(part, (_, end))| (part, end)).collect();
        Ok(())
    }
}

#[async_trait]
impl Reading for FromStart {
    async fn next(&mut self) -> Result<Vec<Message>, LogError> {
        if self.at_the_end() {
            self.look_further().await?;
        }
        let (mut found, mut bytes) = (Vec::new(), 0);
        while !self.at_the_end() && found.len() < MOST && bytes < MOST_BYTES {
            let message = tokio::time::timeout(PATIENCE, self.consumer.recv())
                .await
                .map_err(|_| LogError("the log does not give what it has".into()))?
                .map_err(lost)?;
            let part = (message.topic().to_owned(), message.partition());
            self.next.insert(part, message.offset() + 1);
            bytes += message.payload_len();
            found.push(told(&message, &self.prefix));
        }
        Ok(found)
    }
}

/// Where partitions begin and end.
fn marks(
    producer: &FutureProducer,
    parts: Vec<Partition>,
) -> Result<BTreeMap<Partition, (i64, i64)>, KafkaError> {
    let mut found = BTreeMap::new();
    for (topic, partition) in parts {
        let marks = producer.client().fetch_watermarks(&topic, partition, PATIENCE)?;
        found.insert((topic, partition), marks);
    }
    Ok(found)
}

/// The client library asks in blocking calls.
async fn blocking<T: Send + 'static>(
    ask: impl FnOnce() -> Result<T, KafkaError> + Send + 'static,
) -> Result<T, LogError> {
    let asked = tokio::task::spawn_blocking(ask).await;
    asked.map_err(|error| LogError(error.to_string()))?.map_err(lost)
}
