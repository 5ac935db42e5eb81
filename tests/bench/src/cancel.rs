//! x
pub const DROPS: usize = 10_000;
#[derive(Debug)]
pub struct Verdict {
    pub wrong: Vec<String>,
}
impl std::fmt::Display for Verdict {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
pub async fn run(_: usize, _: u64) -> crate::Outcome<Verdict> {
    Err("not yet".into())
}
