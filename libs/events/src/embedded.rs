//! The embedded log: one SQLite file, for a whole city in one process with nothing to install.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, DbBackend, PaginatorTrait, Statement};
use sea_orm_migration::prelude::{Index, MigrationName, MigrationTrait, SchemaManager, Table};
use sea_orm_migration::schema::{big_integer, string, text};
use tokio::sync::watch;
use tongban_db::{Db, Storage};

use crate::log::{Delivery, Log, LogError, MOST, MOST_BYTES, Message, Reading, Subscription};

/// Rows written by one statement.
const ROWS: usize = 250;
/// How often a subscriber looks by itself, for messages another process has written.
const LOOK: Duration = Duration::from_millis(500);

/// The next messages of some topics, as many as fit into some bytes and at least one.
const READ: &str = "SELECT position, topic, key, payload FROM (SELECT position, topic, key, payload, \
    SUM(octet_length(payload)) OVER (ORDER BY position) AS so_far FROM (SELECT * FROM log_message \
    WHERE position > $1 AND topic IN (SELECT value FROM json_each($2)) ORDER BY position LIMIT $3)) \
    WHERE so_far - octet_length(payload) < $4 ORDER BY position";

/// A log in one SQLite file.
#[derive(Clone)]
pub struct EmbeddedLog {
    db: Db,
    published: Arc<watch::Sender<u64>>,
}

impl EmbeddedLog {
    /// Opens the log in the directory of `storage`, making it when it is missing.
    ///
    /// # Errors
    /// When the file cannot be opened or made.
    pub async fn open(storage: &Storage) -> Result<Self, DbErr> {
        let db = Db::open(storage, "log").await?;
        tongban_db::migrate(&db, storage, "log", || vec![Box::new(LogTables)]).await?;
        Ok(Self { db, published: Arc::new(watch::Sender::new(0)) })
    }
}

#[async_trait]
impl Log for EmbeddedLog {
    async fn ensure(&self, _topics: &[String]) -> Result<(), LogError> {
        Ok(())
    }

    async fn publish(&self, messages: &[Message]) -> Result<(), LogError> {
        if messages.is_empty() {
            return Ok(());
        }
        if let Some(message) = messages.iter().find(|message| !message.fits()) {
            return Err(LogError(format!(
                "a message of {} bytes is too large",
                message.payload.len()
            )));
        }
        // One transaction, one wait for the disk, however many there are.
        let transaction = self.db.begin().await.map_err(lost)?;
        for some in messages.chunks(ROWS) {
            let rows = some.iter().map(|message| message::ActiveModel {
                position: NotSet,
                topic: Set(message.topic.clone()),
                key: Set(message.key.clone()),
                payload: Set(message.payload.clone()),
            });
            message::Entity::insert_many(rows)
                .exec_without_returning(&transaction)
                .await
                .map_err(lost)?;
        }
        transaction.commit().await.map_err(lost)?;
        self.published.send_modify(|count| *count += 1);
        Ok(())
    }

    async fn subscribe(
        &self,
        group: &str,
        topics: &[String],
    ) -> Result<Box<dyn Subscription>, LogError> {
        let position = position::Entity::find_by_id(group.to_owned())
            .one(self.db.read())
            .await
            .map_err(lost)?
            .map_or(0, |row| row.position);
        Ok(Box::new(Reader {
            db: self.db.clone(),
            published: self.published.subscribe(),
            group: group.to_owned(),
            topics: topics.to_vec(),
            position,
        }))
    }

    async fn read(&self, topics: &[String]) -> Result<Box<dyn Reading>, LogError> {
        Ok(Box::new(FromStart { db: self.db.clone(), topics: topics.to_vec(), position: 0 }))
    }

    async fn count(&self, topics: &[String]) -> Result<Vec<i64>, LogError> {
        let mut counts = Vec::with_capacity(topics.len());
        for topic in topics {
            let messages = message::Entity::find().filter(message::Column::Topic.eq(topic));
            let count = messages.count(self.db.read()).await.map_err(lost)?;
            counts.push(i64::try_from(count).unwrap_or(i64::MAX));
        }
        Ok(counts)
    }

    async fn ping(&self) -> Result<(), LogError> {
        self.db.ping().await.map_err(lost)
    }
}

/// The next messages of `topics` behind `position`.
async fn behind(
    db: &Db,
    position: i64,
    topics: &[String],
) -> Result<Vec<message::Model>, LogError> {
    let topics = serde_json::to_string(topics).map_err(|why| LogError(why.to_string()))?;
    let values = [
        position.into(),
        topics.into(),
        i64::try_from(MOST).unwrap_or(i64::MAX).into(),
        i64::try_from(MOST_BYTES).unwrap_or(i64::MAX).into(),
    ];
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, READ, values);
    message::Entity::find().from_raw_sql(statement).all(db.read()).await.map_err(lost)
}

struct FromStart {
    db: Db,
    topics: Vec<String>,
    position: i64,
}

#[async_trait]
impl Reading for FromStart {
    async fn next(&mut self) -> Result<Vec<Message>, LogError> {
        let rows = behind(&self.db, self.position, &self.topics).await?;
        self.position = rows.last().map_or(self.position, |last| last.position);
        Ok(rows.into_iter().map(|row| delivery(row).message).collect())
    }
}

struct Reader {
    db: Db,
    published: watch::Receiver<u64>,
    group: String,
    topics: Vec<String>,
    position: i64,
}

#[async_trait]
impl Subscription for Reader {
    async fn next(&mut self) -> Result<Vec<Delivery>, LogError> {
        loop {
            self.published.mark_unchanged();
            let rows = behind(&self.db, self.position, &self.topics).await?;
            if let Some(last) = rows.last() {
                self.position = last.position;
                return Ok(rows.into_iter().map(delivery).collect());
            }
            // A missed signal only delays: the table is looked at again anyway.
            let _ = tokio::time::timeout(LOOK, self.published.changed()).await;
        }
    }

    async fn acknowledge(&mut self, deliveries: &[Delivery]) -> Result<(), LogError> {
        let Some(last) = deliveries.iter().map(|delivery| delivery.offset).max() else {
            return Ok(());
        };
        let row = position::ActiveModel { group: Set(self.group.clone()), position: Set(last) };
        position::Entity::insert(row)
            .on_conflict(
                OnConflict::column(position::Column::Group)
                    .update_column(position::Column::Position)
                    .to_owned(),
            )
            .exec_without_returning(self.db.write())
            .await
            .map_err(lost)?;
        Ok(())
    }
}

fn delivery(row: message::Model) -> Delivery {
    Delivery {
        message: Message { topic: row.topic, key: row.key, payload: row.payload },
        partition: 0,
        offset: row.position,
    }
}

fn lost(error: DbErr) -> LogError {
    LogError(error.to_string())
}

mod message {
    //! `log_message`: the log itself.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_message")]
    pub struct Model {
        #[sea_orm(primary_key)]
        pub position: i64,
        pub topic: String,
        pub key: String,
        pub payload: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

mod position {
    //! `log_position`: how far each group has come.
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "log_position")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub group: String,
        pub position: i64,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

struct LogTables;

impl MigrationName for LogTables {
    fn name(&self) -> &'static str {
        "m20261122_000001_log"
    }
}

#[async_trait]
impl MigrationTrait for LogTables {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("log_message")
                    .col(big_integer("position").auto_increment().primary_key())
                    .col(string("topic"))
                    .col(string("key"))
                    .col(text("payload"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("log_message_topic")
                    .table("log_message")
                    .col("topic")
                    .col("position")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("log_position")
                    .col(string("group").primary_key())
                    .col(big_integer("position"))
                    .to_owned(),
            )
            .await
    }
}
