//! What the report says.

use serde_json::{Value, json};

use super::{World, document};
use crate::support::{
    document::{at, remove},
    pending::is_pending,
};

const ALERTS: &str = "/paths/~1api~1{cloudId}~1v1~1alerts/get";

/// An operation that no entry describes.
fn operation(parameter: &str, tag: &str) -> Value {
    json!({
        "operationId": "fluxCapacitorGet", "tags": [tag],
        "parameters": [{"name": parameter, "in": "path", "required": true, "schema": {"type": "string"}}],
        "responses": {"200": {"content": {"application/json": {"schema": {
            "type": "object", "properties": {"charge": {"type": "number"}}
        }}}}},
        "security": [{"basicAuth": []}]
    })
}

/// An operation more, less, changed and deprecated; fields and a value more, less and changed.
fn change(root: &mut Value) {
    at(root, "/paths")["/api/{cloudId}/v1/flux-capacitors/{id}"] = json!({"get": operation("id", "Flux")});
    drop(remove(root, "/paths/~1api~1{cloudId}~1v1~1alerts~1{alertId}~1attachments~1{id}", "delete"));
    let parameters = at(root, &format!("{ALERTS}/parameters")).as_array_mut().expect("parameters");
    parameters.push(json!({"name": "colour", "in": "query", "schema": {"type": "string"}}));
    at(root, "/paths/~1api~1{cloudId}~1v1~1logs/get")["deprecated"] = json!(true);
    let properties = at(root, "/components/schemas/AlertNote/properties");
    properties["colour"] = json!({"type": "string"});
    properties["note"] = json!({"type": "integer", "format": "int32"});
    drop(remove(root, "/components/schemas/AlertNote/properties", "owner"));
    let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
    values.push(json!("swapped"));
}

/// The report of [`change`] from its second paragraph on. `ATTENTION` is the list that the run
/// prints too.
const REPORT: &str = r#"
The first part compares with the last document, which `spec/jsm-ops.json` held before. The second
part compares with the last release, whose lists are in `spec/released/`.

## Since the last document

### New operations

- `GET /v1/flux-capacitors/{id}`: `flux().get_flux_capacitors_by_id` (a derived name), area `flux`, tag `Flux`

### Changed operations

- `GET /v1/alerts`: `alerts().list`
  - query parameter `colour`: new, `String, optional`

### Gone operations

- `DELETE /v1/alerts/{alertId}/attachments/{id}`: `alerts().delete_attachment`

### Newly deprecated

- `GET /v1/logs`: `audit_logs().list`

### Types and fields

- `types::AlertNote`
  - field `note`: `Option<String> → Option<i32>`
  - field `owner`: gone, was `Option<String>`
  - field `colour`: new, `Option<String>`
- `types::GetFluxCapacitorsByIdResponse`
  - new
- `types::TimelinePeriodType`
  - value `Swapped`: new

## Since the last release

Rust: breaking. Requests: same.

### Breaking changes of the Rust API

- `- areas::alerts::AlertsArea::delete_attachment: fn(&self, alert_id: &str, id: &str) -> areas::alerts::DeleteAlertAttachment`
- `- areas::alerts::DeleteAlertAttachment: struct { .. }`
- `- operations::DELETE_ALERT_ATTACHMENT: static jsm_ops_core::Operation`
- `~ types::AlertNote.note: Option<String> → Option<i32>`
- `- types::AlertNote.owner: Option<String>`

### Other changes of the Rust API

- `+ feature default includes flux: new`
- `+ feature flux: new`
- `+ feature full includes flux: new`
- `~ areas::audit_logs::AuditLogsArea::list: is #[deprecated] now`
- `+ Client::flux: fn(&self) -> areas::flux::FluxArea<'_>`
- `+ areas::alerts::ListAlerts::colour: fn(self, colour: &str) -> Self`
- `+ areas::flux: mod`
- `+ operations::GET_FLUX_CAPACITORS_BY_ID: static jsm_ops_core::Operation`
- `+ types::AlertNote.colour: Option<String>`
- `+ types::GetFluxCapacitorsByIdResponse: struct`
- `+ types::TimelinePeriodType::Swapped: variant`

### Changes of requests

None.

## Attention

```text
ATTENTION```

## Notes

None.

## Lines for CHANGELOG.md

They belong below `### jsm-ops-api`. Names of operations without an
entry are derived and not final.

```markdown
#### Added

- `flux().get_flux_capacitors_by_id`: `GET /v1/flux-capacitors/{id}`.
- The area `flux`.
- The type `types::GetFluxCapacitorsByIdResponse`.
- `alerts().list`: the setter `colour`.
- `types::AlertNote`: the field `colour`.
- `types::TimelinePeriodType`: the value `Swapped`.

#### Changed

- `types::AlertNote.note`: `Option<String> → Option<i32>` (breaking).

#### Deprecated

- `audit_logs().list`: `GET /v1/logs`.

#### Removed

- `alerts().delete_attachment`: `DELETE /v1/alerts/{alertId}/attachments/{id}`.
- `types::AlertNote`: the field `owner`.
```
"#;

#[test]
fn every_section_lists_what_changed() {
    if is_pending() {
        return;
    }
    let next = document(change);
    let (ran, report) = World::new().check(next.path());
    let (_, rest) = ran.stdout.split_once("\nattention   ").expect("a list");
    let (attention, _) = rest.split_once("check       ").expect("the end of the run");
    assert!(attention.contains("flux-capacitors~1{id}/get (GET /v1/flux-capacitors/{id}): the operation has no entry"));
    let report = report.replace(attention, "ATTENTION");
    let (head, rest) = report.split_once("\n\nThe first part ").expect("the second paragraph");
    let names: Vec<&str> = head.lines().skip(2).filter_map(|line| line.split(": ").next()).collect();
    assert_eq!(names, ["- Result", "- URL", "- Date", "- SHA-256", "- Bytes", "- Facts"], "{head}");
    assert_eq!(format!("\nThe first part {rest}"), REPORT);
}

/// Operations that moved and changed.
const MOVED: &str = "
### Changed operations

- `GET /v1/alerts/{id}/notes`: `alerts().list_notes`
  - response: `GetAlertNotesResponse` → `String`
  - pages: `after` → `none`
  - query parameter `after`: gone, was `String, optional`
  - query parameter `size`: `i32, optional` → `i32, required`
  - scope `read:more:jira-service-management`: new
  - scope `read:ops-alert:jira-service-management`: gone
- `POST /v1/logs`: `audit_logs().list`
  - moved: `GET /v1/logs` → `POST /v1/logs`

### Gone operations

None.
";

/// The lines of these for users.
const MOVED_LINES: &str = "
```markdown
#### Changed

- `alerts().list_notes` takes `id`, `size`; it took `id` (breaking).
- `alerts().list_notes` returns `String`; it returned `types::GetAlertNotesResponse` (breaking).
- `types::AlertNote` needs the feature `alerts | unused-types`; it needed `alerts`.
- `types::GetAlertNotesResponse` needs the feature `unused-types`; it needed `alerts` (breaking).
- `alerts().list_notes` needs the scope `read:more:jira-service-management` too.
- `alerts().list_notes` does not need the scope `read:ops-alert:jira-service-management` any more.
- `alerts().list_notes` sends another request: `required: path string → path string, query size`.
- `audit_logs().list` sends another request: `request: GET /v1/logs → POST /v1/logs`.

#### Removed

- `alerts().list_notes`: the setter `after`, the method `items`, the method `pages`, the setter
  `size`.
- `types::GetAlertNotesResponse`: `impl jsm_ops_core::Page`.
```
";

/// An operation that moves, and one whose inputs and response change.
#[test]
fn what_moves_and_what_is_sent_and_received_is_told() {
    if is_pending() {
        return;
    }
    let next = document(|root| {
        let logs = "/paths/~1api~1{cloudId}~1v1~1logs";
        let get = remove(root, logs, "get");
        at(root, logs)["post"] = get;
        let notes = "/paths/~1api~1{cloudId}~1v1~1alerts~1{id}~1notes/get";
        at(root, &format!("{notes}/responses/200/content/application~1json"))["schema"] = json!({"type": "string"});
        at(root, &format!("{notes}/security/1/OAuth2"))[0] = json!("read:more:jira-service-management");
        at(root, &format!("{notes}/parameters/2"))["required"] = json!(true);
        drop(at(root, &format!("{notes}/parameters")).as_array_mut().expect("parameters").remove(1));
    });
    let (ran, report) = World::new().check(next.path());
    assert_eq!(ran.line("changes "), "since the last document: operations: 0 new, 2 changed, 0 gone, 0 newly deprecated");
    assert!(report.contains(MOVED), "{report}");
    assert!(report.ends_with(MOVED_LINES), "{report}");
}

/// The lines outside of fences, without their code.
fn prose(report: &str) -> Vec<String> {
    let (mut lines, mut fence) = (Vec::new(), None);
    for line in report.lines() {
        let marks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if marks >= 3 => fence = Some(marks),
            None => lines.push(without_code(line)),
            // A fence ends with a line of as many marks, or more, and nothing else.
            Some(open) if marks >= open && line.trim().len() == marks => fence = None,
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "a fence is open at the end of\n{report}");
    lines
}

/// A line without its code, which begins and ends with the same number of marks.
fn without_code(line: &str) -> String {
    let (mut out, mut rest) = (String::new(), line);
    while let Some(start) = rest.find('`') {
        out.push_str(&rest[..start]);
        let marks = rest[start..].len() - rest[start..].trim_start_matches('`').len();
        let mut inner = &rest[start + marks..];
        loop {
            let end = inner.find('`').unwrap_or_else(|| panic!("code is open in {line}"));
            let run = inner[end..].len() - inner[end..].trim_start_matches('`').len();
            inner = &inner[end + run..];
            if run == marks {
                break;
            }
        }
        rest = inner;
    }
    out + rest
}

#[test]
fn names_of_the_document_cannot_break_out() {
    if is_pending() {
        return;
    }
    let next = document(|root| {
        let path = "/api/{cloudId}/v1/odd`|```<b>#/{id`|``x}";
        at(root, "/paths")[path] = json!({"get": operation("id`|``x", "Odd")});
        at(root, "/paths")["/api/{cloudId}/v1/flux/{id}"] = json!({"get": operation("id", "T`|```<b>")});
        let parameters = at(root, &format!("{ALERTS}/parameters")).as_array_mut().expect("parameters");
        parameters.push(json!({"name": "q`|```<b>", "in": "query", "schema": {"type": "string"}}));
        let properties = at(root, "/components/schemas/AlertNote/properties");
        properties["p`|```<b>"] = json!({"type": "string", "enum": ["v`|```<b>", "w"]});
        let values = at(root, "/components/schemas/TimelinePeriod/properties/type/enum").as_array_mut().expect("values");
        values[0] = json!("`|```<b>");
    });
    let (_, report) = World::new().check(next.path());
    assert!(report.contains("\n- ```` GET /v1/odd`|```<b>#/{id`|``x} ````: left out, see “Attention”\n"), "{report}");
    assert!(report.contains(", tag `` T`|```<b> ``\n"), "{report}");
    assert!(report.contains("\n  - query parameter `` q`|```<b> ``: new, "), "{report}");
    assert!(report.contains("\n````text\n"), "{report}");
    for line in prose(&report) {
        assert!(!line.contains(['`', '|', '<', '>']), "{line}");
        let is_heading = line.starts_with("# ") || line.starts_with("## ") || line.starts_with("### ");
        assert!(is_heading || !line.contains('#'), "{line}");
    }
}
