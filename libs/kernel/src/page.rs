//! Pages of long lists: by key, never by offset, so that lists stay fast and steady while they grow.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Most rows one page may hold.
pub const MAX_PAGE: u64 = 100;

/// Which page is wanted.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many rows at most, 1 to 100 (每页条数).
    #[param(minimum = 1, maximum = 100, example = 20)]
    #[serde(default, deserialize_with = "within")]
    pub limit: Option<u64>,
    /// `next` of the page before; absent for the first page (翻页游标).
    #[param(example = "1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77")]
    pub after: Option<String>,
}

impl PageQuery {
    /// The number of rows to read, within bounds.
    pub fn limit(&self) -> u64 {
        self.limit.unwrap_or(20).clamp(1, MAX_PAGE)
    }
}

/// For `#[serde(deserialize_with)]`: how many rows are wanted, 1 to [`MAX_PAGE`].
///
/// # Errors
/// For a number that is none, or that no page can have.
pub fn within<'de, D: Deserializer<'de>>(input: D) -> Result<Option<u64>, D::Error> {
    match Option::<u64>::deserialize(input)? {
        Some(rows) if !(1..=MAX_PAGE).contains(&rows) => {
            Err(D::Error::custom(format!("limit 应为 1 至 {MAX_PAGE} 的整数")))
        }
        rows => Ok(rows),
    }
}

/// One page of a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Pass as `after` to read on; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(examples("1773193330000000~019cda8e-fd50-7c3e-9b61-2f6f5d0c1a77"))]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page from up to `limit + 1` rows: the extra row only tells that there is more.
    pub fn cut(mut rows: Vec<T>, limit: u64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(key) } else { None };
        Self { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_extra_row_only_tells_that_there_is_more() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!((page.items, page.next), (vec![1, 2], Some("2".into())));
        let last = Page::cut(vec![1, 2], 2, ToString::to_string);
        assert_eq!((last.items, last.next), (vec![1, 2], None));
    }

    #[test]
    fn a_page_has_one_to_a_hundred_rows() {
        let read =
            |limit: &str| serde_json::from_str::<PageQuery>(&format!("{{\"limit\": {limit}}}"));
        assert_eq!(read("1").unwrap().limit(), 1);
        assert_eq!(read("100").unwrap().limit(), 100);
        assert_eq!(serde_json::from_str::<PageQuery>("{}").unwrap().limit(), 20);
        for wrong in ["0", "101", "-1", "\"many\""] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
