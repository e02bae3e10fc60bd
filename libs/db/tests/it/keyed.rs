//! Rows are found by a key, whatever stands in it.

use sea_orm::entity::prelude::*;
use tongban_testkit::Backend;

use crate::world::{World, steps};

mod book {
    use super::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "book")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: String,
        pub pages: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

const BOOKS: &str = r#"CREATE TABLE book (id TEXT PRIMARY KEY, pages INTEGER NOT NULL);
    INSERT INTO book VALUES ('a', 1), ('b''"\', 2), ('书', 3), ('', 4)"#;

#[tokio::test]
async fn each_is_found_once() {
    for backend in [Backend::Embedded, Backend::Mesh] {
        let world = World::make(backend).await;
        world.migrate(steps(&[("m0001_books", BOOKS)])).await.unwrap();
        let pages = async |wanted: &[&str]| {
            let (db, wanted) = (world.db.read(), wanted.iter().copied());
            let found = tongban_db::keyed::<book::Entity>(db, book::Column::Id, wanted).await;
            let mut pages: Vec<i32> = found.unwrap().iter().map(|row| row.pages).collect();
            pages.sort_unstable();
            pages
        };
        assert_eq!(pages(&["a", "b'\"\\", "书", "", "a", "c"]).await, [1, 2, 3, 4]);
        assert!(pages(&[]).await.is_empty());
        assert!(pages(&["A", "a "]).await.is_empty());
        world.remove().await;
    }
}
