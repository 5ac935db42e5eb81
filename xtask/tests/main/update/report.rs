//! What the report says.

use serde_json::{Value, json};

use super::{World, document, section};
use crate::support::document::{at, remove};

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts/get";

#[test]
fn placeholder() {
    let next = document(|root: &mut Value| {
        let operation = json!({
            "operationId": "fluxCapacitorGet", "tags": ["Flux"],
            "parameters": [{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}],
            "responses": {"200": {"content": {"application/json": {"schema": {
                "type": "object", "properties": {"charge": {"type": "number"}}
            }}}}},
            "security": [{"basicAuth": []}]
        });
        at(root, "/paths")["/api/{cloudId}/v1/flux-capacitors/{id}"] = json!({"get": operation});
        drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{alertId}~1attachments~1{id}", "delete"));
        let parameters = at(root, &format!("{ALERTS}/parameters")).as_array_mut().expect("parameters");
        parameters.push(json!({"name": "colour", "in": "query", "schema": {"type": "string"}}));
        at(root, "/paths/~1api~1{cloudId}~1v1~1syncs/get")["deprecated"] = json!(true);
        let properties = at(root, "/components/schemas/AlertNote/properties");
        properties["colour"] = json!({"type": "string"});
        properties["note"] = json!({"type": "integer", "format": "int32"});
        drop(remove(root, "/components/schemas/AlertNote/properties", "owner"));
        let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
        values.push(json!("swapped"));
    });
    let (ran, report) = World::new().check(next.path());
    println!("{}\n{report}", ran.stdout);
    assert_eq!(section(&report, "### Gone operations"), "");
}
