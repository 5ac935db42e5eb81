//! The verdicts that the next versions must have.

use xtask::{public_api::change::RustVerdict as Rust, wire::compare::WireVerdict};

use self::Expected::{Is, Stops, Wire};
use WireVerdict::{Changed, Same};

/// A next version of the document.
pub struct Case {
    /// The name of its patch.
    pub name: &'static str,
    /// How a run on it ends.
    pub expected: Expected,
}

/// How a run ends.
pub enum Expected {
    /// The crate is written, with these verdicts.
    Is(Rust, WireVerdict),
    /// The crate is written, with this verdict of the requests. The right type is ours to decide.
    Wire(WireVerdict),
    /// Nothing is written.
    Stops,
}

const fn case(name: &'static str, expected: Expected) -> Case {
    Case { name, expected }
}

/// All next versions, ordered by name.
pub const CASES: [Case; 44] = [
    case("N1", Is(Rust::Breaking, Changed)),
    case("a01_new_op_known_tag", Is(Rust::Compatible, Same)),
    case("a02_new_area_tag", Is(Rust::Compatible, Same)),
    case("a03_enum_value_received", Is(Rust::Compatible, Same)),
    case("a05_enum_value_removed", Is(Rust::Breaking, Same)),
    case("a07_opid_fixed", Is(Rust::None, Same)),
    case("a09_op_removed_in_path", Is(Rust::Breaking, Same)),
    case("a10_param_declared_at_last", Is(Rust::None, Same)),
    case("a13_oneof_branch_timerestriction", Is(Rust::Compatible, Same)),
    case("a14_required_in_request", Is(Rust::Breaking, Changed)),
    case("a15_required_in_response", Wire(Same)),
    case("a18_took_fixed_one", Is(Rust::None, Same)),
    case("a25_openapi_310_label", Is(Rust::None, Same)),
    case("a26_openapi_310_real", Is(Rust::None, Same)),
    case("a30_ping_post_again", Is(Rust::None, Changed)),
    case("a31_path_param_renamed", Is(Rust::None, Same)),
    case("a33_deprecated", Is(Rust::Deprecation, Same)),
    case("a40_new_scope", Is(Rust::None, Changed)),
    case("a43_required_query_param", Is(Rust::Breaking, Changed)),
    case("a45_query_array_form", Is(Rust::Compatible, Same)),
    case("a47_header_param", Is(Rust::Compatible, Same)),
    case("a48_answer_200_to_202", Is(Rust::None, Same)),
    case("a52_allof_entity", Is(Rust::Compatible, Same)),
    case("a57_schema_odd_name", Wire(Same)),
    case("a60_content_type_charset", Is(Rust::None, Same)),
    case("a61_star_content", Is(Rust::None, Same)),
    case("a62_webhook_server_eu", Stops),
    case("b01_area_becomes_experimental", Is(Rust::Breaking, Same)),
    case("b08_received_type_becomes_sent", Is(Rust::Breaking, Same)),
    case("b09_body_required_to_optional", Is(Rust::None, Same)),
    case("b18_additionalprops_true", Is(Rust::Compatible, Same)),
    case("b22_enum_to_string", Is(Rust::Breaking, Same)),
    case("b23_opid_dup_everywhere", Is(Rust::None, Same)),
    case("b24_opid_missing", Is(Rust::None, Same)),
    case("b36_const_style_enum_number", Wire(Same)),
    case("b40_unknown_keyword_const", Is(Rust::None, Same)),
    case("c02_family_new", Stops),
    // The reference names the parameter that was declared in place.
    case("c05_ref_in_parameters", Is(Rust::None, Same)),
    case("c13_csv_response", Is(Rust::Compatible, Same)),
    case("d01_oneof_swapped", Is(Rust::None, Same)),
    case("d02_oneof_inserted_first", Is(Rust::Compatible, Same)),
    case("d06_path_params_renamed_everywhere", Is(Rust::None, Same)),
    case("d08_sort_enum_value_query", Is(Rust::Compatible, Same)),
    case("d09_maps_fixed_one", Is(Rust::None, Same)),
];

/// Next versions that the generator does not support yet. One that ends as it must has to go.
pub const NOT_YET: &[&str] = &[];
