//! The Rust examples of areas, `examples/<area>.rs`: files that tests compile as they are.

/// The line that begins the function of an example.
pub const SIGNATURE: &str = "pub async fn example(ops: &jsm_ops_api::Client) -> Result<(), jsm_ops_api::Error> {";

/// The lines that end it.
const END: &str = "    Ok(())\n}\n";

/// The part of an example that a reader sees: its `use` lines and the body of its function. `None`
/// where the file does not have the form.
pub fn shown(text: &str) -> Option<String> {
    let (head, function) = text.split_once(SIGNATURE)?;
    let body = function.strip_prefix('\n')?.strip_suffix(END)?;
    let lines = body.lines().map(|line| line.strip_prefix("    ").unwrap_or(line));
    let lines: Vec<&str> = head.lines().chain(lines).collect();
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_and_body_are_shown() {
        let text = format!("use a::B;\n\n{SIGNATURE}\n    if b {{\n        c();\n    }}\n{END}");
        assert_eq!(shown(&text).as_deref(), Some("use a::B;\n\nif b {\n    c();\n}"));
    }

    #[test]
    fn another_form_is_invalid() {
        for text in ["", "fn example() {}\n", &format!("{SIGNATURE}\n    c()\n}}\n")] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
