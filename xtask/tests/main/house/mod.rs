//! Rules of the repository itself: module graphs without circles, plain language, one vocabulary.

mod crates;
mod language;
mod modules;
mod public_items;
mod vocabulary;
