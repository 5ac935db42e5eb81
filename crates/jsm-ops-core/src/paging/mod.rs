//! Pages that follow each other, as streams.

mod items;
mod page;
mod pages;
mod position;

pub use items::Items;
pub use page::Page;
pub use pages::Pages;
