//! How far a schema leads: the validator follows it by recursion, and a stack that runs out ends the
//! whole process.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::walk::{Child, children, referred};

/// Whether a schema is being followed, or was, and how many schemas it leads through.
enum State {
    Open,
    Done(usize),
}

/// The most schemas that judge one value one inside the other, through `$ref`, `allOf` and the like.
///
/// # Errors
/// The pointer of a schema that comes back to itself that way: it would never end.
pub(crate) fn in_place(root: &Value, schemas: &[(String, &Value)]) -> Result<usize, String> {
    let mut states: HashMap<*const Value, State> = HashMap::new();
    let mut most = 0;
    for (pointer, start) in schemas {
        // The second time a schema comes off the stack, all it leads to has been followed.
        let mut stack = vec![(*start, false)];
        while let Some((schema, followed)) = stack.pop() {
            let id = std::ptr::from_ref(schema);
            if !followed && states.contains_key(&id) {
                continue;
            }
            let parts =
                children(schema).into_iter().filter(Child::in_place).map(|child| child.schema);
            let mut levels = 0;
            let mut waiting = Vec::new();
            for next in referred(root, schema).into_iter().chain(parts) {
                match states.get(&std::ptr::from_ref(next)) {
                    Some(State::Open) => return Err(pointer.clone()),
                    Some(State::Done(below)) => levels = levels.max(below + 1),
                    None => waiting.push((next, false)),
                }
            }
            if followed {
                most = most.max(levels);
                states.insert(id, State::Done(levels));
            } else {
                // Open before its own members are looked at, so that `#` in place is noticed.
                states.insert(id, State::Open);
                stack.push((schema, true));
                stack.append(&mut waiting);
            }
        }
    }
    Ok(most)
}

/// No compilation goes deeper than this: the heights of the root and of everything referred to,
/// together, as each is entered once at most.
pub(crate) fn nesting(root: &Value, schemas: &[(String, &Value)]) -> usize {
    let mut heights: HashMap<*const Value, usize> = HashMap::new();
    // Schemas are listed after those that hold them.
    for (_, schema) in schemas.iter().rev() {
        let below = children(schema).into_iter();
        let below = below.filter_map(|child| heights.get(&std::ptr::from_ref(child.schema)));
        let height = below.max().map_or(1, |height| height + 1);
        heights.insert(std::ptr::from_ref(*schema), height);
    }
    let referred = schemas.iter().filter_map(|(_, schema)| referred(root, schema));
    let mut entered: HashSet<*const Value> = referred.map(std::ptr::from_ref).collect();
    entered.insert(std::ptr::from_ref(root));
    entered.iter().filter_map(|schema| heights.get(schema)).sum()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::walk::all;

    #[test]
    fn levels_and_heights_are_counted() {
        let schema = json!({
            "properties": {"a": {"$ref": "#/$defs/a"}, "b": {"$ref": "#"}},
            "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}]}, "b": {"items": {}}}
        });
        // /properties/a, a, a/allOf/0, b
        assert_eq!(in_place(&schema, &all(&schema)), Ok(3));
        // 3 for the root, 2 for a, 2 for b
        assert_eq!(nesting(&schema, &all(&schema)), 7);
    }

    #[test]
    fn a_schema_within_itself_is_found() {
        let schema = json!({"anyOf": [{}, {"not": {"$ref": "#/anyOf/1"}}]});
        assert!(in_place(&schema, &all(&schema)).is_err());
        let schema = json!({"$ref": "#"});
        assert!(in_place(&schema, &all(&schema)).is_err());
    }
}
