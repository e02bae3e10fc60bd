//! Rows of list pages under their own names.
//!
//! utoipa writes a generic's parameter out wherever it is used; a client generated from that has a page
//! of nameless rows. Here the row of `Page_Thing` becomes the schema `Thing`, and the page refers to it.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayItems, Components, Ref, Schema};

/// What utoipa puts before the row's name.
const PAGE: &str = "Page_";

/// Names the rows of all pages.
pub(crate) fn name_rows(components: &mut Components) {
    let mut rows = Vec::new();
    for (name, page) in &mut components.schemas {
        if let Some(name) = name.strip_prefix(PAGE)
            && let Some(row) = row(page)
            && let RefOr::T(_) = row
        {
            let named = RefOr::Ref(Ref::from_schema_name(name));
            rows.push((name.to_owned(), std::mem::replace(row, named)));
        }
    }
    for (name, row) in rows {
        components.schemas.entry(name).or_insert(row);
    }
}

/// The schema of a page's rows.
fn row(page: &mut RefOr<Schema>) -> Option<&mut RefOr<Schema>> {
    let RefOr::T(Schema::Object(page)) = page else { return None };
    let RefOr::T(Schema::Array(items)) = page.properties.get_mut("items")? else { return None };
    match &mut items.items {
        ArrayItems::RefOrSchema(row) => Some(row),
        ArrayItems::False => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn rows_get_their_own_schema_once() {
        let row = json!({"type": "object", "properties": {"id": {"type": "string"}}});
        let page = |items: serde_json::Value| json!({"type": "object", "properties": {"items": {"type": "array", "items": items}}});
        let known = json!({"type": "object", "description": "known before"});
        let mut components: Components = serde_json::from_value(json!({"schemas": {
            "Page_Thing": page(row.clone()),
            "Page_Known": page(row.clone()),
            "Known": known,
            "Pager": row,
        }}))
        .unwrap();
        name_rows(&mut components);
        name_rows(&mut components);
        let schemas = serde_json::to_value(components).unwrap()["schemas"].take();
        let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
        assert_eq!(schemas["Page_Thing"]["properties"]["items"]["items"], reference("Thing"));
        assert_eq!(schemas["Page_Known"]["properties"]["items"]["items"], reference("Known"));
        assert_eq!((&schemas["Thing"], &schemas["Known"]), (&row, &known));
    }
}
